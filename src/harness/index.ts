import type { PgTable } from 'drizzle-orm/pg-core'
import { drizzle, type PgRemoteDatabase } from 'drizzle-orm/pg-proxy'
import { armFault, type FaultOptions, requireSide, type WriteOperation } from './faults.ts'
import { getState } from './state.ts'

export { bootApp } from './boot-app.ts'
export type { FaultOptions, WriteOperation } from './faults.ts'
export type { RecordedCall } from './state.ts'
export { type Stub, type StubResponse, stub } from './stub.ts'

/** The test's own view of the database, beside the app's connections; no fault touches it. */
export const db: PgRemoteDatabase<Record<string, never>> = drizzle(async (sql, parameters, method) => ({
  rows: await requireSide(getState()).query(sql, parameters, method === 'execute' ? 'object' : 'array'),
}))

export interface Faults {
  /** Every such statement of the app on this table fails until the test ends. The test fails if there is none. */
  failWrites(table: PgTable, operation: WriteOperation, options?: FaultOptions): Promise<void>
}

export const faults: Faults = {
  failWrites: (table, operation, options = {}) => armFault(getState(), { table, operation, options }),
}
