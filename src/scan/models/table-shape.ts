import type { Column, Shape } from '../types.ts'
import type { TableValue } from '../values.ts'

const BASE = { optional: false, nullable: false, refined: false, checks: [], parsed: null }

interface TableSchema {
  readonly purpose: 'createInsertSchema' | 'createSelectSchema' | 'createUpdateSchema'
  readonly overrides: Readonly<Record<string, Shape | 'changed'>>
}

/** What drizzle-zod makes of a table: a selected row has every column, an inserted one may leave out defaults. */
export function tableShape(table: TableValue, { purpose, overrides }: TableSchema): Shape {
  // What the database computes is no part of what comes in.
  const columns = table.columns.filter(
    ({ generated, identity }) => purpose === 'createSelectSchema' || (!generated && identity !== 'always'),
  )
  const fields = columns.map((column): [string, Shape] => {
    const own = columnShape(column, purpose)
    const override = overrides[column.key]
    if (!override) return [column.key, own]
    return [column.key, override === 'changed' ? { ...own, refined: true } : override]
  })
  return { ...BASE, type: 'object', fields: Object.fromEntries(fields) }
}

function columnShape(column: Column, purpose: TableSchema['purpose']): Shape {
  const mayBeLeftOut = purpose === 'createUpdateSchema' || !column.notNull || column.hasDefault
  const base = { ...BASE, optional: purpose !== 'createSelectSchema' && mayBeLeftOut, nullable: !column.notNull }
  if (column.enumValues) return { ...base, type: 'enum', values: column.enumValues }
  switch (column.json) {
    case 'number':
      return {
        ...base,
        type: 'number',
        min: null,
        max: null,
        integer: !/real|double|float/.test(column.type),
        coerced: false,
      }
    case 'boolean':
      return { ...base, type: 'boolean' }
    case 'date':
      return { ...base, type: 'date', coerced: false }
    case 'string':
      return {
        ...base,
        type: 'string',
        min: null,
        max: null,
        format: column.type === 'uuid' ? 'uuid' : null,
        pattern: null,
      }
    default:
      return { ...base, type: 'unknown', text: column.type }
  }
}
