import { makeError } from '../../interpret/error-values.ts'
import type { Machine } from '../../interpret/machine.ts'
import { literal, operation, symbol, type Value } from '../../interpret/values.ts'
import type { ProjectFiles } from '../../project/project.ts'

/** The statement and its parameters, of which the message of a failed query consists. */
export const QUERY_TEXT = 'text of the query'

/** What the driver throws; drizzle-orm 0.44 and later wraps it, so that the SQLSTATE is on `cause`. */
export function databaseError(machine: Machine, driver: string, id: number): Value {
  const fields = DRIVER_FIELDS.map(([field, key]): [string, Value] => [
    field,
    symbol({ kind: 'result', event: id, path: [key] }),
  ])
  // The words are the driver's and the database's.
  const type = CLASSES.get(driver) ?? 'DatabaseError'
  const named: [string, Value] = ['name', ERROR_NAMES.get(driver) ?? operation('name of a database error')]
  const thrown = makeError(type, operation('database message'), [...fields, named])
  if (UNWRAPPED.test(driver) || !wrapsErrors(machine.files)) return thrown
  // drizzle-orm/errors.js gives its class no name of its own.
  return makeError('DrizzleQueryError', operation('concat', literal('Failed query: '), operation(QUERY_TEXT)), [
    ['name', literal('Error')],
    ['cause', thrown],
  ])
}

/** Drivers that are called past Drizzle, and the one whose synchronous failures it lets through. */
const UNWRAPPED =
  /^(?:pg|postgres|mysql2?\/.*|mysql|better-sqlite3.*|sqlite3?|(?:node|bun):sqlite|@(?:neondatabase|vercel|libsql|planetscale)\/.*)$/

/** The names under which drivers export their class, for `instanceof`; pg's own is `DatabaseError`. */
const CLASSES = new Map([
  ['postgres-js', 'PostgresError'],
  ['postgres', 'PostgresError'],
  ['neon-http', 'NeonDbError'],
  ['better-sqlite3', 'SqliteError'],
  ['libsql', 'LibsqlError'],
  ['@libsql/client', 'LibsqlError'],
])

/** `error.name` as the drivers set it, which is not the name of the class: pg-protocol/dist/messages.js says `error`. */
const ERROR_NAMES = new Map<string, Value>([
  ...['node-postgres', 'pg', 'pglite', 'neon-serverless', 'vercel-postgres', '@vercel/postgres'].map(
    (driver): [string, Value] => [driver, literal('error')],
  ),
  ['postgres-js', literal('PostgresError')],
  ['postgres', literal('PostgresError')],
  ['neon-http', literal('NeonDbError')],
  ['mysql2', literal('Error')],
  ['mysql2/promise', literal('Error')],
  ['better-sqlite3', literal('SqliteError')],
  ['libsql', literal('LibsqlError')],
  ['@libsql/client', literal('LibsqlError')],
])

const DRIVER_FIELDS = [
  ['code', 'sqlstate'],
  ['detail', 'detail'],
  ['constraint', 'constraint'],
  ['constraint_name', 'constraint'],
  ['table', 'table'],
  ['column', 'column'],
] as const

function wrapsErrors(files: ProjectFiles): boolean {
  const version = files.versionOf('drizzle-orm', files.root)?.match(/(\d+)\.(\d+)/)
  return !version || Number(version[1]) > 0 || Number(version[2]) >= 44
}
