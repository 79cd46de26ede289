import { findState, getState, requireDatabase } from '../state.ts'
import type { FileDatabase } from './file-database.ts'
import type { Row } from './side-connection.ts'
import type { TestDatabase } from './test-database.ts'

/** The user's Drizzle over the side connection, of the flavour that the tables have. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const database: unknown = await OPENERS[findState()?.database?.dialect ?? 'postgres']()
  if (!isTestDatabase(database)) throw new Error("Drizzle's proxy driver gave no database; which version is installed?")
  return database
}

async function openPostgres(): Promise<unknown> {
  const { drizzle } = await import('drizzle-orm/pg-proxy')
  return drizzle(async (sql, parameters, method) => ({
    rows: await query(sql, parameters, method === 'execute' ? 'object' : 'array'),
  }))
}

async function openSqlite(): Promise<unknown> {
  const { drizzle } = await import('drizzle-orm/sqlite-proxy')
  return drizzle(async (sql, parameters, method) => {
    const rows = await query(sql, parameters, 'array')
    const answer = { rows: method === 'get' ? rows[0] : rows }
    if (!isAnswer(answer)) throw new Error('The side connection gave no rows.')
    return answer
  })
}

/** Drizzle takes mysql2's own answer of a statement that it expects no rows of. */
async function openMysql(): Promise<unknown> {
  const { drizzle } = await import('drizzle-orm/mysql-proxy')
  return drizzle(async (sql, parameters, method) => ({
    rows: await query(sql, parameters, method === 'execute' ? 'object' : 'array'),
  }))
}

const OPENERS = { postgres: openPostgres, sqlite: openSqlite, mysql: openMysql } satisfies Record<
  FileDatabase['dialect'],
  () => Promise<unknown>
>

function query(sql: string, parameters: unknown[], rowMode: 'array' | 'object'): Promise<Row[]> {
  return requireDatabase(getState()).side.query(sql, parameters, rowMode)
}

// Drizzle's own types meet ours here, and nowhere else. For `get` it takes the row itself, and undefined for none.
function isAnswer(answer: { rows: unknown }): answer is { rows: unknown[] } {
  return Array.isArray(answer.rows) || answer.rows === undefined
}

function isTestDatabase(value: unknown): value is TestDatabase {
  return typeof value === 'object' && value !== null && 'select' in value && 'insert' in value
}
