import { drizzle } from 'drizzle-orm/pg-proxy'
import type { TestDatabase } from './database/test-database.ts'
import { getState, requireDatabase } from './state.ts'

export { bootApp } from './app/boot-app.ts'
export type { TableLike, TestDatabase } from './database/test-database.ts'
export type { LoggedQuery } from './faults/board.ts'
export type { FailureDetails } from './faults/effects.ts'
export { type Fault, type FaultOptions, type Faults, faults, type WriteOperation } from './faults/faults.ts'
export { type QueryLog, queries } from './faults/query-log.ts'
export { type Stub, type StubResponse, stub } from './http/stub.ts'
export type { RecordedCall } from './state.ts'

const sideDatabase: unknown = drizzle(async (sql, parameters, method) => ({
  rows: await requireDatabase(getState()).side.query(sql, parameters, method === 'execute' ? 'object' : 'array'),
}))
if (!isTestDatabase(sideDatabase)) throw new Error('drizzle-orm/pg-proxy gave no database; which version is installed?')

/** The test's own view of the database, beside the app's connections; no fault touches it. */
export const db: TestDatabase = sideDatabase

// Drizzle's own types meet ours here, and nowhere else.
function isTestDatabase(value: unknown): value is TestDatabase {
  return typeof value === 'object' && value !== null && 'select' in value && 'insert' in value
}
