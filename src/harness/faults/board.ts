import type { ConnectionEffect, Effect } from './effects.ts'
import { type ArmedFault, listUnreached, meetFault } from './rules.ts'
import type { Operation, Statement, TableName } from './statement.ts'

/** A statement that the app sent. */
export interface LoggedQuery {
  readonly operation: Operation
  /** What it reads or writes, e.g. `orders` or `billing.plans`; its own table first. */
  readonly tables: readonly string[]
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** The request that was being answered, e.g. `POST /orders`; null for none, or for several at once. */
  readonly request: string | null
}

/** What a test asks of its database, and what the database saw; an engine reads it at every statement. */
export interface FaultBoard {
  faults: ArmedFault<Effect>[]
  connections: { readonly effect: ConnectionEffect; hits: number } | null
  /** Labels of faults that were cleared before any statement met them. */
  unreached: string[]
  queries: LoggedQuery[]
  /** The label of a fault of this test that broke a connection, which some drivers don't survive. */
  cut: string | null
  readonly findRequest: () => string | null
}

export function createBoard(findRequest: () => string | null): FaultBoard {
  return { faults: [], connections: null, unreached: [], queries: [], cut: null, findRequest }
}

/** An engine calls this once for each statement of the app, just before it would carry it out. */
export function meetStatement(board: FaultBoard, statement: Statement): ArmedFault<Effect> | null {
  logStatement(board, statement)
  const met = meetFault(board.faults, statement)
  if (met?.effect.kind === 'cut') board.cut = met.label
  return met
}

/** For a statement that the database refuses anyway, e.g. because its transaction has failed before. */
export function logStatement(board: FaultBoard, { operation, sql, parameters, actions }: Statement): void {
  const tables = actions.flatMap(({ table }) => (table === null ? [] : [nameOf(table)]))
  if (tables.length > 0 && tables.every(isCatalog)) return
  board.queries.push({ operation, tables: [...new Set(tables)], sql, parameters, request: board.findRequest() })
}

function nameOf({ schema, name }: TableName): string {
  return schema === null ? name : `${schema}.${name}`
}

/** Drivers read these on their own account when they connect. */
function isCatalog(table: string): boolean {
  return /^(pg_catalog|information_schema)\.|^pg_(type|class|namespace)$|^sqlite_(schema|master)$/.test(table)
}

/** Ends the faults; those that nothing met are remembered. */
export function clearFaults(board: FaultBoard): void {
  const { connections } = board
  board.unreached.push(...listUnreached(board.faults))
  if (connections?.hits === 0) board.unreached.push(CONNECTION_LABELS[connections.effect])
  board.faults = []
  board.connections = null
}

/** Whether a fault of the test keeps a statement waiting, or has. */
export function isDelayed({ faults }: FaultBoard): boolean {
  return faults.some(({ effect, hits }) => effect.kind === 'delay' && hits > 0)
}

/** For a new test. */
export function clearBoard(board: FaultBoard): void {
  Object.assign(board, { faults: [], connections: null, unreached: [], queries: [], cut: null })
}

const CONNECTION_LABELS = {
  refuse: 'a refused connection',
  hang: 'a hanging connection',
} satisfies Record<ConnectionEffect, string>
