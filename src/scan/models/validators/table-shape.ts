import type { TableValue } from '../../interpret/values.ts'
import type { Column, Shape } from '../../types.ts'
import { anyShape, booleanShape, dateShape, enumShape, numberShape, objectShape, textShape } from './shape-parts.ts'

interface TableSchema {
  readonly purpose: string
  /** What the code puts in the place of a column's own rules; null: it keeps them. */
  readonly override: (column: Column, own: Shape) => Shape | null
}

/** What drizzle-zod makes of a table: a selected row has every column, an inserted one may leave out defaults. */
export function tableShape(table: TableValue, { purpose, override }: TableSchema): Shape {
  // What the database computes is no part of what comes in.
  const columns = table.columns.filter(
    ({ generated, identity }) => purpose === 'createSelectSchema' || (!generated && identity !== 'always'),
  )
  const fields = columns.map((column): [string, Shape] => {
    const own = columnShape(column, purpose)
    return [column.key, override(column, own) ?? own]
  })
  return objectShape(Object.fromEntries(fields))
}

function columnShape(column: Column, purpose: string): Shape {
  const mayBeLeftOut = purpose === 'createUpdateSchema' || !column.notNull || column.hasDefault
  return {
    ...columnRules(column),
    optional: purpose !== 'createSelectSchema' && mayBeLeftOut,
    nullable: !column.notNull,
  }
}

function columnRules(column: Column): Shape {
  if (column.enumValues) return enumShape(column.enumValues)
  switch (column.json) {
    case 'number':
      return numberShape({ integer: !/real|double|float/.test(column.type) })
    case 'boolean':
      return booleanShape()
    case 'date':
      return dateShape()
    case 'string':
      return textShape({ format: column.type === 'uuid' ? 'uuid' : null, max: column.length })
    default:
      return anyShape()
  }
}
