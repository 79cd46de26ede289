import type { DrizzleColumn, DrizzleConfig } from '../../scan/confirm-tables/open-drizzle.ts'
import type { TableLike, TestDatabase } from './test-database.ts'

export type Values = Readonly<Record<string, unknown>>

/** A row to write, with what Drizzle says of its table. */
export interface NewRow {
  readonly table: TableLike
  readonly config: DrizzleConfig
  /** By the names that the code has for them. */
  readonly columns: Readonly<Record<string, DrizzleColumn>>
  readonly values: Values
}

/** Writes a row and returns it as the database has it. */
export type InsertRow = (db: TestDatabase, row: NewRow) => Promise<Values | undefined>

export const insertReturning: InsertRow = async (db, { table, values }) =>
  (await db.insert(table).values(values).returning())[0]

export interface Operators {
  readonly eq: (column: unknown, value: unknown) => unknown
  readonly and: (...conditions: readonly unknown[]) => unknown
}

/** For MySQL, which has no RETURNING: the row is read back by its key, or without one by what was written. */
export function insertAndRead({ eq, and }: Operators): InsertRow {
  return async (db, { table, config, columns, values }) => {
    const written: unknown = await db.insert(table).values(values)
    const composed = new Set(config.primaryKeys.flatMap((key) => key.columns.map(({ name }) => name)))
    const all = Object.entries(columns)
    const keys = all.filter(([, column]) => column.primary || composed.has(column.name))
    const known = (keys.length > 0 ? keys : all).flatMap(([key, column]) => {
      const value = values[key] ?? (keys.length > 0 ? readInsertId(written) : undefined)
      return value === undefined || value === null ? [] : [eq(column, value)]
    })
    return (
      await db
        .select()
        .from(table)
        .where(and(...known))
        .limit(1)
    )[0]
  }
}

/** Of mysql2's answer: what AUTO_INCREMENT gave. */
function readInsertId(written: unknown): unknown {
  const header: unknown = Array.isArray(written) ? written[0] : null
  return typeof header === 'object' && header !== null ? Reflect.get(header, 'insertId') : undefined
}
