/**
 * The part of Drizzle that a test needs, typed by structure: a project may load Drizzle's types as an ES module, as
 * CommonJS, or in another version than itest was built with, and Drizzle's own classes fit only their own copy.
 */

/** Any table of Drizzle. */
export interface TableLike {
  readonly $inferSelect: object
  readonly $inferInsert: object
}

/** A statement that runs when it is awaited. `condition`s and `columns` are Drizzle's, e.g. `eq(orders.id, 1)`. */
export interface Selection<Row> extends PromiseLike<Row[]> {
  where(condition: unknown): Selection<Row>
  orderBy(...columns: readonly unknown[]): Selection<Row>
  limit(count: number): Selection<Row>
}

export interface Statement<Row> extends PromiseLike<unknown> {
  returning(): PromiseLike<Row[]>
}

export interface FilteredStatement<Row> extends Statement<Row> {
  where(condition: unknown): Statement<Row>
}

export interface TestDatabase {
  select(): { from<Table extends TableLike>(table: Table): Selection<Table['$inferSelect']> }
  insert<Table extends TableLike>(
    table: Table,
  ): { values(rows: Table['$inferInsert'] | readonly Table['$inferInsert'][]): Statement<Table['$inferSelect']> }
  update<Table extends TableLike>(
    table: Table,
  ): { set(values: Partial<Table['$inferInsert']>): FilteredStatement<Table['$inferSelect']> }
  delete<Table extends TableLike>(table: Table): FilteredStatement<Table['$inferSelect']>
  $count(table: TableLike, condition?: unknown): PromiseLike<number>
}
