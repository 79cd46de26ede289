/** How SQL is spelled; what differs is quotes, comments and parameters. */
export type Dialect = 'postgres' | 'sqlite' | 'mysql'

/** `savepoint` is everything about one: making it, going back to it, releasing it. */
export type Operation =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'savepoint'
  | 'other'

export interface TableName {
  /** null where the SQL names none. */
  readonly schema: string | null
  readonly name: string
}

/** What a statement does with one table; most statements do one thing. */
export interface Action {
  readonly operation: Operation
  /** null for statements without a table, such as `commit`. */
  readonly table: TableName | null
  /** What an insert or update writes, by column, as far as the SQL tells; one per row. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** What `where` demands of a column: one of these values. */
  readonly conditions: Readonly<Record<string, readonly unknown[]>>
}

export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** The verb of the statement itself, also when a part of it, such as a CTE, does something else. */
  readonly operation: Operation
  /** The statement's own first. */
  readonly actions: readonly Action[]
}
