import { openTestDatabase } from './database/open-test-database.ts'
import type { TestDatabase } from './database/test-database.ts'

export { bootApp } from './app/boot-app.ts'
export type { TableLike, TestDatabase } from './database/test-database.ts'
export type { LoggedQuery } from './faults/board.ts'
export type { FailureDetails } from './faults/effects.ts'
export { type Fault, type FaultOptions, type Faults, faults, type WriteOperation } from './faults/faults.ts'
export { type QueryLog, queries } from './faults/query-log.ts'
export { type Stub, type StubResponse, stub } from './http/stub.ts'
export type { RecordedCall } from './state.ts'

/** The test's own view of the database, beside the app's connections; no fault touches it. */
export const db: TestDatabase = await openTestDatabase()
