import type { TableLike } from '../database/test-database.ts'
import { getState, requireDatabase } from '../state.ts'
import { clearFaults } from './board.ts'
import type { ConnectionEffect, Effect, Failure, FailureDetails } from './effects.ts'
import { armFault, type FaultTarget } from './rules.ts'
import { readTableName, toColumns } from './table-name.ts'

export type TableOperation = 'select' | 'insert' | 'update' | 'delete'

/** Which of the statements on a table a fault is for; without options all of them. */
export interface FaultOptions {
  /** Only the n-th statement of the test that fits; the first is 1. */
  readonly nth?: number
  /** Only a statement that writes such a row or, by the equalities in its `where`, is for it, e.g. `{ sku: 'b' }`. */
  readonly row?: Readonly<Record<string, unknown>>
}

/** What happens to the statements. Every method arms a fault until the test ends; the test fails if nothing meets it. */
export interface Fault {
  /** The database refuses it; without details because its disk is full (53100). */
  fail(details?: FailureDetails): Promise<void>
  /** 23505, of the constraint named, else of the first one that the table has. */
  violateUnique(constraint?: string): Promise<void>
  /** 23503, likewise. */
  violateForeignKey(constraint?: string): Promise<void>
  /** 40P01 */
  deadlock(): Promise<void>
  /** 40001 */
  failSerialization(): Promise<void>
  /** 57014: what the server answers when its own `statement_timeout` is over, at once. */
  timeOut(): Promise<void>
  /** The connection breaks before the statement reaches the database. */
  cutBefore(): Promise<void>
  /** The database carries the statement out, and the connection breaks before the answer arrives. */
  cutAfter(): Promise<void>
  /** The database takes so much longer, so that the app's timeouts fire. */
  delay(milliseconds: number): Promise<void>
}

export interface Faults {
  /** Aims at statements of the app on a table: `faults.on(orders, 'insert', { nth: 2 }).cutAfter()`. */
  on(table: TableLike | string, operation: TableOperation, options?: FaultOptions): Fault
  /** Aims at the end of a transaction; `cutAfter()` loses the answer of a commit that was carried out. */
  onCommit(options?: Pick<FaultOptions, 'nth'>): Fault
  /** The app's idle connections are closed, and new ones are refused (53300) or never answered. */
  readonly connections: { refuse(): Promise<void>; hang(): Promise<void> }
  /** Ends all faults before the test does, e.g. to see that a retry succeeds. */
  clear(): void
}

export const faults: Faults = {
  on: (table, operation, options = {}) => aimAt(table, operation, options),
  onCommit: (options = {}) => makeFault({ table: null, operation: 'commit', nth: readNth(options), row: null }),
  connections: { refuse: () => limitConnections('refuse'), hang: () => limitConnections('hang') },
  clear: () => {
    const state = getState()
    clearFaults(state.board)
    requireDatabase(state).faults.release()
  },
}

const OPERATIONS: readonly string[] = ['select', 'insert', 'update', 'delete']

function aimAt(table: TableLike | string, operation: TableOperation, options: FaultOptions): Fault {
  if (!OPERATIONS.includes(operation)) {
    throw new Error(`Expected select, insert, update or delete, found ${operation}.`)
  }
  const row = options.row ? toColumns(table, options.row) : null
  return makeFault({ table: readTableName(table), operation, nth: readNth(options), row })
}

function readNth({ nth }: FaultOptions): number | null {
  if (nth === undefined) return null
  if (Number.isInteger(nth) && nth >= 1) return nth
  throw new Error(`Expected the number of a statement, of which the first is 1, found ${nth}.`)
}

function makeFault(target: FaultTarget): Fault {
  const fail = (failure: Failure, details: FailureDetails = {}) => arm(target, { kind: 'fail', failure, details })
  const withConstraint = (constraint?: string) => (constraint === undefined ? {} : { constraint })
  return {
    fail: (details) => fail('disk-full', readDetails(details)),
    violateUnique: (constraint) => fail('unique-violation', withConstraint(constraint)),
    violateForeignKey: (constraint) => fail('foreign-key-violation', withConstraint(constraint)),
    deadlock: () => fail('deadlock'),
    failSerialization: () => fail('serialization-failure'),
    timeOut: () => fail('statement-timeout'),
    cutBefore: () => arm(target, { kind: 'cut', when: 'before' }),
    cutAfter: () => arm(target, { kind: 'cut', when: 'after' }),
    delay: (milliseconds) => arm(target, { kind: 'delay', milliseconds }),
  }
}

function readDetails(details: FailureDetails = {}): FailureDetails {
  const { sqlstate } = details
  if (sqlstate === undefined || (/^[0-9A-Z]{5}$/.test(sqlstate) && !sqlstate.startsWith('00'))) return details
  throw new Error(`Expected an SQLSTATE of five digits or capitals such as 53100, found ${sqlstate}.`)
}

async function arm(target: FaultTarget, effect: Effect): Promise<void> {
  const state = getState()
  const prepared = await requireDatabase(state).faults.prepare(target, effect)
  state.board.faults.push(armFault(target, prepared))
}

async function limitConnections(effect: ConnectionEffect): Promise<void> {
  const state = getState()
  state.board.connections = { effect, hits: 0 }
  // A pool that nobody listens to does not survive it.
  state.board.cut = 'its idle connections were closed'
  try {
    await requireDatabase(state).faults.limitConnections(effect)
  } catch (error) {
    Object.assign(state.board, { connections: null, cut: null })
    throw error
  }
}
