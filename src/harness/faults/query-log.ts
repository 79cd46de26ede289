import type { TableLike } from '../database/test-database.ts'
import { getState } from '../state.ts'
import type { LoggedQuery } from './board.ts'
import { isSameTable } from './rules.ts'
import type { Operation } from './statement.ts'
import { readTableName } from './table-name.ts'

/** The statements of the app since the test began; neither those of the test's own `db` nor a driver's own set-up. */
export interface QueryLog {
  readonly all: readonly LoggedQuery[]
  /** How many there are, without those that begin, end or mark a transaction; of one table, of one kind. */
  count(table?: TableLike | string, operation?: Operation): number
  filter(isWanted: (query: LoggedQuery) => boolean): LoggedQuery[]
  /** Forgets those so far, e.g. to count those of the second request. */
  clear(): void
}

export const queries: QueryLog = {
  get all() {
    return getState().board.queries
  },
  count: (table, operation) =>
    getState().board.queries.filter((query) => isCounted(query, operation) && (!table || isAbout(query, table))).length,
  filter: (isWanted) => getState().board.queries.filter(isWanted),
  clear: () => {
    getState().board.queries = []
  },
}

const TRANSACTION = new Set<Operation>(['begin', 'commit', 'rollback', 'savepoint'])

function isCounted(query: LoggedQuery, operation: Operation | undefined): boolean {
  return operation === undefined ? !TRANSACTION.has(query.operation) : query.operation === operation
}

function isAbout({ tables }: LoggedQuery, table: TableLike | string): boolean {
  const wanted = readTableName(table)
  return tables.some((name) => isSameTable(readTableName(name), wanted))
}
