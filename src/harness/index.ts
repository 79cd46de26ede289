import { armFault, type FaultOptions, type WriteOperation } from './database/faults.ts'
import { openTestDatabase } from './database/open-test-database.ts'
import type { TableLike, TestDatabase } from './database/test-database.ts'
import { getState } from './state.ts'

export { bootApp } from './app/boot-app.ts'
export type { FaultOptions, WriteOperation } from './database/faults.ts'
export type { TableLike, TestDatabase } from './database/test-database.ts'
export { type Stub, type StubResponse, stub } from './http/stub.ts'
export type { RecordedCall } from './state.ts'

/** The test's own view of the database, beside the app's connections; no fault touches it. */
export const db: TestDatabase = await openTestDatabase()

export interface Faults {
  /** Every such statement of the app on this table fails until the test ends. The test fails if there is none. */
  failWrites(table: TableLike, operation: WriteOperation, options?: FaultOptions): Promise<void>
}

export const faults: Faults = {
  failWrites: (table, operation, options = {}) => armFault(getState(), { table, operation, options }),
}
