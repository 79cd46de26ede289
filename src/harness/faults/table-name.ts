import type { TableLike } from '../database/test-database.ts'
import type { TableName } from './statement.ts'

/** Of a Drizzle table, or of a name such as `orders` or `billing.plans`. */
export function readTableName(table: TableLike | string): TableName {
  if (typeof table === 'string') {
    const dot = table.lastIndexOf('.')
    return { schema: dot === -1 ? null : table.slice(0, dot), name: table.slice(dot + 1) }
  }
  // Drizzle keeps the names under registered symbols, which are the same in every copy of the package.
  const name: unknown = Reflect.get(table, Symbol.for('drizzle:Name'))
  const schema: unknown = Reflect.get(table, Symbol.for('drizzle:Schema'))
  if (typeof name !== 'string') {
    throw new Error("Expected a Drizzle table or a table's name, e.g. `faults.on(orders, 'insert')`.")
  }
  return { schema: typeof schema === 'string' ? schema : null, name }
}

/** Names the columns of a row as the database does; the row may name them as the Drizzle table does. */
export function toColumns(table: TableLike | string, row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof table === 'string') return { ...row }
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [columnOf(table, key), value]))
}

function columnOf(table: TableLike, key: string): string {
  const column: unknown = Reflect.get(table, key)
  const name: unknown = typeof column === 'object' && column !== null ? Reflect.get(column, 'name') : null
  return typeof name === 'string' ? name : key
}
