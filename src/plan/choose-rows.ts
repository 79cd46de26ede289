import type { Column, Dossier, Expression, Table } from '../scan/types.ts'
import { evaluateExpression, type Generated, isGenerated, type World } from './evaluate-expression.ts'
import { tableOf } from './expressions.ts'
import { guessForColumn } from './guess-value.ts'

export interface SeedRow {
  readonly table: string
  readonly row: Readonly<Record<string, unknown>>
}

export type RowAttempt =
  | { readonly ok: true; readonly row: Record<string, unknown>; readonly parents: readonly SeedRow[] }
  | { readonly ok: false; readonly why: string }

/** A row that the condition selects, with the parents that its foreign keys need. */
export function seedFor(
  dossier: Dossier,
  options: { table: Table; where: Expression | null; world: World; existing: readonly SeedRow[] },
): RowAttempt {
  const fixed = options.where ? readConditions(options.where, options.table, options.world) : { values: {}, why: null }
  if (fixed.why !== null) return { ok: false, why: fixed.why }
  const row: Record<string, unknown> = {}
  for (const [index, column] of options.table.columns.entries()) {
    const value =
      fixed.values[column.key] ??
      (needsValue(column)
        ? asStored(column, guessForColumn(column, seedName(options.table, column), index))
        : undefined)
    if (value !== undefined) row[column.key] = value
  }
  return withParents(dossier, { table: options.table, row, existing: options.existing })
}

/** Ids of different tables differ: `id` of rooms is guessed as `roomsId`. */
function seedName(table: Table, column: Column): string {
  return column.primaryKey ? `${table.name}Id` : column.key
}

/** The row among those already planned that the condition selects for certain. */
export function findSeed(options: {
  table: Table
  where: Expression
  world: World
  existing: readonly SeedRow[]
}): SeedRow | null {
  const { values, why } = readConditions(options.where, options.table, options.world)
  if (why !== null || Object.keys(values).length === 0) return null
  return (
    options.existing.find(
      (seed) =>
        seed.table === options.table.name &&
        Object.entries(values).every(([key, value]) => isSameValue(seed.row[key], value)),
    ) ?? null
  )
}

function isSameValue(left: unknown, right: unknown): boolean {
  return left instanceof Date && right instanceof Date ? left.getTime() === right.getTime() : left === right
}

function needsValue(column: Column): boolean {
  return column.notNull && !column.hasDefault
}

/** What Drizzle takes for the column: dates as Date objects. */
function asStored(column: Column, value: unknown): unknown {
  return column.json === 'date' && typeof value === 'string' ? new Date(value) : value
}

/** `eq` conditions as column values; anything else can't be turned into a row. */
function readConditions(
  where: Expression,
  table: Table,
  world: World,
): { values: Record<string, unknown>; why: string | null } {
  if (where.kind !== 'operation') return { values: {}, why: 'a condition that analysis can not read' }
  if (where.name === 'and') {
    const parts = where.operands
      .filter((operand) => operand.kind !== 'undefined')
      .map((operand) => readConditions(operand, table, world))
    const problem = parts.find((part) => part.why !== null)
    return problem ?? { values: Object.assign({}, ...parts.map((part) => part.values)), why: null }
  }
  const [left, right] = where.operands
  if (where.name === 'isNull' && left?.kind === 'column') return { values: {}, why: null }
  if (where.name !== 'eq' || left?.kind !== 'column' || !right)
    return { values: {}, why: `a row for the condition ${where.name}(...) on ${table.name}` }
  const column = table.columns.find((candidate) => candidate.key === left.column)
  const value = evaluateExpression(right, world)
  if (!value.known || !column)
    return { values: {}, why: value.known ? 'an unknown column' : `a row whose ${left.column} is ${value.why}` }
  if (isGenerated(value.value)) return { values: {}, why: `a row whose ${left.column} only the run knows` }
  return { values: { [left.column]: convert(column, value.value) }, why: null }
}

function convert(column: Column, value: unknown): unknown {
  if (column.json === 'number' && typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)))
    return Number(value)
  return asStored(column, value)
}

function withParents(
  dossier: Dossier,
  options: { table: Table; row: Record<string, unknown>; existing: readonly SeedRow[] },
): RowAttempt {
  const parents: SeedRow[] = []
  for (const column of options.table.columns) {
    const value = options.row[column.key]
    if (!column.references || value === undefined || value === null || isGenerated(value)) continue
    const parent = parentFor(dossier, {
      reference: column.references,
      value,
      existing: [...options.existing, ...parents],
    })
    if (parent === null) return { ok: false, why: `a parent row in ${column.references.table}` }
    parents.push(...parent)
  }
  return { ok: true, row: options.row, parents }
}

/** Rows that must be there before a row with this foreign key; empty when they already are. */
export function parentFor(
  dossier: Dossier,
  options: { reference: NonNullable<Column['references']>; value: unknown; existing: readonly SeedRow[] },
): SeedRow[] | null {
  const { reference, value, existing } = options
  if (existing.some((seed) => seed.table === reference.table && seed.row[reference.column] === value)) return []
  const table = tableOf(dossier, reference.table)
  if (!table) return null
  const row: Record<string, unknown> = {}
  for (const [index, column] of table.columns.entries()) {
    if (column.key === reference.column) row[column.key] = value
    else if (needsValue(column))
      row[column.key] = asStored(column, guessForColumn(column, seedName(table, column), index))
  }
  const attempt = withParents(dossier, { table, row, existing })
  return attempt.ok ? [...attempt.parents, { table: table.name, row: attempt.row }] : null
}

/** What an inserted row looks like afterwards: given values, defaults of the code, and what the database makes. */
export function insertedRow(table: Table, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(table.columns.map((column) => [column.key, storedValue(column, given[column.key])]))
}

function storedValue(column: Column, given: unknown): unknown {
  if (given !== undefined) return isGenerated(given) || fitsColumn(column, given) ? given : generatedFor(column)
  if (column.defaultValue !== null) return column.defaultValue
  return column.hasDefault ? generatedFor(column) : null
}

/** Whether the database gives back what was put in: a number in a numeric column comes back as a string. */
function fitsColumn(column: Column, value: unknown): boolean {
  if (value === null) return true
  if (column.json === 'date') return value instanceof Date
  if (column.json === 'object') return typeof value === 'object'
  return typeof value === column.json
}

function generatedFor(column: Column): Generated | undefined {
  switch (column.json) {
    case 'number':
      return { $any: 'Number' }
    case 'boolean':
      return { $any: 'Boolean' }
    case 'date':
      return { $any: 'Date' }
    case 'object':
      return { $any: 'Object' }
    default:
      return { $any: 'String' }
  }
}
