import { getTableConfig } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pg-proxy'
import { createRowMaker, type Factory } from './database/factory.ts'
import type { TestDatabase } from './database/test-database.ts'
import { getState, requireDatabase } from './state.ts'

export { bootApp } from './app/boot-app.ts'
export type { Factory } from './database/factory.ts'
export type { TableLike, TestDatabase } from './database/test-database.ts'
export type { LoggedQuery } from './faults/board.ts'
export type { FailureDetails } from './faults/effects.ts'
export { type Fault, type FaultOptions, type Faults, faults, type WriteOperation } from './faults/faults.ts'
export { type QueryLog, queries } from './faults/query-log.ts'
export { type MailBox, mail } from './http/mail.ts'
export type { Mail } from './http/mail-types.ts'
export { listCalls, type Stub, type StubResponse, stub } from './http/stub.ts'
export type { RecordedCall, StubReply } from './http/stub-types.ts'
export { type Clock, clock } from './time/clock.ts'
export { until } from './time/until.ts'

const sideDatabase: unknown = drizzle(async (sql, parameters, method) => ({
  rows: await requireDatabase(getState()).side.query(sql, parameters, method === 'execute' ? 'object' : 'array'),
}))
if (!isTestDatabase(sideDatabase)) throw new Error('drizzle-orm/pg-proxy gave no database; which version is installed?')

/** The test's own view of the database, beside the app's connections; no fault touches it. */
export const db: TestDatabase = sideDatabase

const rowMaker: unknown = createRowMaker({
  db,
  configOf: (table) => Reflect.apply(getTableConfig, null, [table]),
  made: () => getState().made,
})
if (!isFactory(rowMaker)) throw new Error('The factory of itest lacks a part.')

/** Makes rows to start from, with what their tables demand. */
export const factory: Factory = rowMaker

// Drizzle's own types meet ours here, and nowhere else.
function isTestDatabase(value: unknown): value is TestDatabase {
  return typeof value === 'object' && value !== null && 'select' in value && 'insert' in value
}

function isFactory(value: unknown): value is Factory {
  return typeof value === 'object' && value !== null && 'create' in value
}
