/**
 * The part of Drizzle that a test needs, typed by structure: a project may load Drizzle's types as an ES module, as
 * CommonJS, or in another version than itest was built with, and Drizzle's own classes fit only their own copy.
 */

/** Any table of Drizzle; releases before 0.28 do not carry the types of their rows. */
export type TableLike = object

export type RowOf<Table> = Table extends { readonly $inferSelect: infer Row } ? Row : Record<string, unknown>
export type NewRowOf<Table> = Table extends { readonly $inferInsert: infer Row } ? Row : object

/** A statement that runs when it is awaited. `condition`s and `columns` are Drizzle's, e.g. `eq(orders.id, 1)`. */
export interface Selection<Row> extends PromiseLike<Row[]> {
  where(condition: unknown): Selection<Row>
  orderBy(...columns: readonly unknown[]): Selection<Row>
  limit(count: number): Selection<Row>
}

export interface Statement<Row> extends PromiseLike<unknown> {
  /** Not with MySQL, which has nothing of the kind. */
  returning(): PromiseLike<Row[]>
}

export interface FilteredStatement<Row> extends Statement<Row> {
  where(condition: unknown): Statement<Row>
}

export interface TestDatabase {
  select(): { from<Table extends TableLike>(table: Table): Selection<RowOf<Table>> }
  insert<Table extends TableLike>(
    table: Table,
  ): { values(rows: NewRowOf<Table> | readonly NewRowOf<Table>[]): Statement<RowOf<Table>> }
  update<Table extends TableLike>(
    table: Table,
  ): { set(values: Partial<NewRowOf<Table>>): FilteredStatement<RowOf<Table>> }
  delete<Table extends TableLike>(table: Table): FilteredStatement<RowOf<Table>>
  $count(table: TableLike, condition?: unknown): PromiseLike<number>
}
