import { isDeepStrictEqual } from 'node:util'
import type { TableConstraints } from '../table-types.ts'
import type { Column, Table } from '../types.ts'
import type { RunTimeTable } from './to-table.ts'
import type { TableDifference } from './types.ts'

/** `mode` is an option of the code that no run-time column shows as such; what it does shows in `json`. */
const COLUMN_FIELDS = [
  'name',
  'type',
  'sqlType',
  'json',
  'length',
  'precision',
  'scale',
  'withTimezone',
  'notNull',
  'hasDefault',
  'defaultValue',
  'defaultSource',
  'defaultSql',
  'onUpdate',
  'generated',
  'identity',
  'primaryKey',
  'unique',
  'enumValues',
] as const satisfies readonly (keyof Column)[]

const LISTS = ['uniques', 'foreignKeys', 'checks', 'indexes'] as const satisfies readonly (keyof TableConstraints)[]

/** Where analysis and run time differ, and the table as the run time has it. */
export function compareTable(table: Table, runTime: RunTimeTable): { differences: TableDifference[]; table: Table } {
  const differences: TableDifference[] = []
  const compare = (what: string, analysis: unknown, found: unknown): boolean => {
    const isType = what.endsWith('.type')
    const isSame = isDeepStrictEqual(normalize(analysis, isType), normalize(found, isType))
    if (!isSame) differences.push({ what, analysis, runTime: found })
    return isSame
  }
  // The scan's own name stays, as everything that it found points at it.
  compare('name', table.name.replace(/ \(.*\)$/, ''), runTime.fullName)
  compare('schema', table.schema, runTime.schema)
  const columns = runTime.columns.map((column) => {
    const own = table.columns.find(({ key }) => key === column.key)
    if (own) return mergeColumn(own, column, compare)
    compare(`columns.${column.key}`, null, column)
    return column
  })
  for (const column of table.columns) {
    if (!runTime.columns.some(({ key }) => key === column.key)) compare(`columns.${column.key}`, column, null)
  }
  compare('primaryKey', table.primaryKey, runTime.primaryKey)
  for (const list of LISTS) compare(list, without(table[list], runTime[list]), without(runTime[list], table[list]))
  if (differences.length === 0) return { differences, table }
  const { schema, primaryKey, uniques, foreignKeys, checks, indexes } = runTime
  return { differences, table: { ...table, schema, columns, primaryKey, uniques, foreignKeys, checks, indexes } }
}

function mergeColumn(
  own: Column,
  found: Column,
  compare: (what: string, analysis: unknown, found: unknown) => boolean,
): Column {
  const isSame = COLUMN_FIELDS.map((field) => compare(`columns.${own.key}.${field}`, own[field], found[field]))
  // The foreign keys of the table are compared as a list.
  if (isSame.every((same) => same)) return { ...own, references: found.references }
  return { ...found, mode: own.mode }
}

const ALIASES: Readonly<Record<string, string>> = { decimal: 'numeric', int: 'integer' }

/** What means the same is written the same: space in SQL, `no action` where nothing is said, names of one type. */
function normalize(value: unknown, isType = false): unknown {
  if (typeof value === 'string') return (isType && ALIASES[value]) || value.replace(/\s+/g, ' ').trim()
  if (Array.isArray(value)) return value.map((item) => normalize(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      /^on(?:Delete|Update)$/.test(key) && field === 'no action' ? null : normalize(field),
    ]),
  )
}

/** What is in one list only: the order of constraints means nothing. */
function without(list: readonly object[], others: readonly object[]): readonly object[] {
  return list.filter((item) => !others.some((other) => isDeepStrictEqual(normalize(item), normalize(other))))
}
