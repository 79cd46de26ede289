import type { DrizzleConfig } from '../../scan/confirm-tables/open-drizzle.ts'
import { findState, getState } from '../state.ts'
import { createRowMaker, type Factory } from './factory.ts'
import type { FileDatabase } from './file-database.ts'
import { type InsertRow, insertAndRead, insertReturning, type Operators } from './insert-row.ts'
import type { TableLike, TestDatabase } from './test-database.ts'

/** A factory that reads tables with the user's own Drizzle. */
export async function openFactory(db: TestDatabase): Promise<Factory> {
  const readConfig: unknown = await openReader()
  if (typeof readConfig !== 'function') throw new Error('Drizzle gave no getTableConfig; which version is installed?')
  const configOf = (table: TableLike): DrizzleConfig => Reflect.apply(readConfig, null, [table])
  const insert = await openInsert()
  const rowMaker: unknown = createRowMaker({ db, configOf, insert, made: () => getState().made })
  if (!isFactory(rowMaker)) throw new Error('The factory of itest lacks a part.')
  return rowMaker
}

async function openReader(): Promise<unknown> {
  switch (findDialect()) {
    case 'sqlite':
      return (await import('drizzle-orm/sqlite-core')).getTableConfig
    case 'mysql':
      return (await import('drizzle-orm/mysql-core')).getTableConfig
    default:
      return (await import('drizzle-orm/pg-core')).getTableConfig
  }
}

async function openInsert(): Promise<InsertRow> {
  if (findDialect() !== 'mysql') return insertReturning
  const operators: unknown = await import('drizzle-orm/sql')
  if (!isOperators(operators)) throw new Error('Drizzle gave no operators; which version is installed?')
  return insertAndRead(operators)
}

function findDialect(): FileDatabase['dialect'] | null {
  return findState()?.database?.dialect ?? null
}

// Drizzle's own types meet ours here, and nowhere else.
function isOperators(value: unknown): value is Operators {
  return typeof value === 'object' && value !== null && 'eq' in value && 'and' in value
}

function isFactory(value: unknown): value is Factory {
  return typeof value === 'object' && value !== null && 'create' in value
}
