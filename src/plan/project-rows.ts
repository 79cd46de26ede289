import type { DbEvent } from './expressions.ts'
import type { StoredRow } from './tables.ts'
import { unsure } from './values.ts'

/** Rows as the query gives them: only the chosen fields, under the names it gives them. */
export function projectRows(event: DbEvent, rows: readonly StoredRow[]): unknown {
  const { projection } = event
  if (projection?.kind !== 'object') return rows.map((row) => row.values)
  const fields = Object.entries(projection.fields)
  const counts = fields.every(
    ([, field]) => field.kind === 'operation' && field.name === 'count' && field.operands.length === 0,
  )
  if (fields.length > 0 && counts) return [Object.fromEntries(fields.map(([key]) => [key, rows.length]))]
  const isAggregate = event.operation === 'select' && fields.some(([, field]) => field.kind !== 'column')
  // With no row below it, a sum has a row all the same and a plain expression has none.
  if (isAggregate && rows.length === 0) return unsure(`what the query at ${event.at.file}:${event.at.line} answers`)
  return rows.map((row) =>
    Object.fromEntries(
      fields.map(([key, field]) => [
        key,
        field.kind === 'column' && field.table === event.table
          ? row.values[field.column]
          : unsure(`what the query at ${event.at.file}:${event.at.line} computes as ${key}`),
      ]),
    ),
  )
}
