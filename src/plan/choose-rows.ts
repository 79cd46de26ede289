import { hasPart } from '../scan/expressions.ts'
import { isIdentity } from '../scan/facts/principals.ts'
import type { Column, Dossier, Expression, Table } from '../scan/types.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import { tableOf } from './expressions.ts'
import { guessForColumn, vary } from './guess-value.ts'
import { insertedRow, refusal } from './stored-value.ts'
import { findClash, readTable, type SeedRow, type Tables, withRows } from './tables.ts'
import { isGenerated, isSameValue, isUnsure } from './values.ts'

export type RowAttempt =
  | { readonly ok: true; readonly row: Record<string, unknown>; readonly parents: readonly SeedRow[] }
  | { readonly ok: false; readonly why: string }

interface RowWish {
  readonly table: Table
  readonly tables: Tables
  /** Columns whose value is decided already. */
  readonly fixed: Readonly<Record<string, unknown>>
  /** The route stores rows in the same table, so that values that must be unique are to be other ones. */
  readonly avoidsUsual: boolean
}

/** More foreign keys in a row than this are a circle. */
const DEEPEST = 6

/** A row with the wished values, whatever else the table needs, and the parents that its foreign keys need. */
export function makeRow(dossier: Dossier, wish: RowWish, depth = 0): RowAttempt {
  const { table, tables, fixed } = wish
  if (depth > DEEPEST) return { ok: false, why: `rows in ${table.name}, whose foreign keys go round in a circle` }
  const row: Record<string, unknown> = { ...fixed }
  for (const [index, column] of table.columns.entries()) {
    if (row[column.key] !== undefined || !needsValue(column)) continue
    const isOwn = column.references?.table === table.name
    row[column.key] = isOwn ? row[column.references?.column ?? ''] : guess(column, index, wish)
  }
  const refused = table.columns.map((column) => refusal(column, row[column.key])).find((why) => why !== null)
  if (refused) return { ok: false, why: `${refused} in a row of ${table.name}` }
  const clash = findClash(tables, table, row)
  if (clash) return { ok: false, why: `two rows in ${table.name} with the same ${clash}` }
  const parents = parentsFor(dossier, { table, row, tables }, depth)
  return parents.ok ? { ok: true, row, parents: parents.rows } : parents
}

function needsValue(column: Column): boolean {
  return column.notNull && !column.hasDefault
}

function guess(column: Column, index: number, { table, tables, avoidsUsual }: RowWish): unknown {
  // Ids of different tables differ, so that mixed-up ids show: `id` of rooms is guessed as `roomsId`.
  const name = column.primaryKey ? `${table.name}Id` : column.key
  const usual = guessForColumn(column, name, index)
  if (!column.unique) return asStored(column, usual)
  const taken = readTable(tables, table.name).rows.map(({ values }) => values[column.key])
  for (let variant = avoidsUsual ? 1 : 0; variant < 9; variant += 1) {
    const value = asStored(column, vary(usual, variant))
    if (!taken.some((other) => isSameValue(other, value))) return value
  }
  return undefined
}

/** What Drizzle takes for the column: dates as Date objects. */
function asStored(column: Column, value: unknown): unknown {
  return column.json === 'date' && typeof value === 'string' ? new Date(value) : value
}

export type ParentsAttempt =
  | { readonly ok: true; readonly rows: readonly SeedRow[] }
  | { readonly ok: false; readonly why: string }

/** Rows that must be there before a row with these foreign keys; none when they already are. */
export function parentsFor(
  dossier: Dossier,
  { table, row, tables }: { table: Table; row: Readonly<Record<string, unknown>>; tables: Tables },
  depth = 0,
): ParentsAttempt {
  const rows: SeedRow[] = []
  let held = tables
  for (const { parent: name, fixed } of foreignKeys(table, row)) {
    if (name === table.name && hasValues(row, fixed)) continue
    if (readTable(held, name).rows.some(({ values }) => hasValues(values, fixed))) continue
    if (Object.values(fixed).some((value) => isGenerated(value) || isUnsure(value))) {
      // Most likely the row that the route has just stored; its id can't be compared.
      if (readTable(held, name).rows.some(({ seed }) => seed === null)) continue
      return { ok: false, why: `a row in ${name} for a foreign key of ${table.name} that only the run knows` }
    }
    const parent = tableOf(dossier, name)
    const attempt = parent
      ? makeRow(dossier, { table: parent, tables: held, fixed, avoidsUsual: false }, depth + 1)
      : { ok: false as const, why: `the table ${name}` }
    if (!attempt.ok) return { ok: false, why: attempt.why }
    for (const seed of [...attempt.parents, { table: name, row: attempt.row }]) {
      rows.push(seed)
      held = addSeed(dossier, held, seed)
    }
  }
  return { ok: true, rows }
}

/** Foreign keys with their values; columns that point at different columns of one table are one key. */
function foreignKeys(
  table: Table,
  row: Readonly<Record<string, unknown>>,
): { parent: string; fixed: Record<string, unknown> }[] {
  const joint = table.foreignKeys.filter(
    ({ columns }) => columns.length > 1 && columns.every((key) => hasValue(row[key])),
  )
  const keys: { parent: string; fixed: Record<string, unknown> }[] = joint.map(
    ({ table: parent, columns, foreignColumns }) => ({
      parent,
      fixed: Object.fromEntries(columns.map((key, index) => [foreignColumns[index] ?? '', row[key]])),
    }),
  )
  for (const { key, references } of table.columns) {
    const value = row[key]
    if (!references || !hasValue(value)) continue
    if (joint.some((other) => other.table === references.table && other.columns.includes(key))) continue
    const partner = keys.find((other) => other.parent === references.table && !(references.column in other.fixed))
    if (partner) partner.fixed[references.column] = value
    else keys.push({ parent: references.table, fixed: { [references.column]: value } })
  }
  return keys
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null
}

function hasValues(row: Readonly<Record<string, unknown>>, wished: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(wished).every(([key, value]) => isSameValue(row[key], value))
}

/** The tables with one more seeded row. */
export function addSeed(dossier: Dossier, tables: Tables, seed: SeedRow): Tables {
  const table = tableOf(dossier, seed.table)
  if (!table) return tables
  const stored = { values: insertedRow(table, seed.row), seed, written: [] }
  return withRows(tables, table.name, [...readTable(tables, table.name).rows, stored])
}

export type Wish =
  | { readonly ok: true; readonly values: Record<string, unknown> }
  | { readonly ok: false; readonly why: string }

/** The column values that make a row fit a query's condition. */
export function readConditions(where: Expression | null, table: Table, world: World): Wish {
  if (where === null || where.kind === 'undefined') return { ok: true, values: {} }
  if (where.kind !== 'operation') return { ok: false, why: 'a row for a condition that analysis can not read' }
  const [left, right] = where.operands
  if (where.name === 'and') return readAll(where.operands, table, world)
  if (where.name === 'or' && left) return readConditions(left, table, world)
  const column =
    left?.kind === 'column' && left.table === table.name
      ? table.columns.find((candidate) => candidate.key === left.column)
      : undefined
  const missing = { ok: false, why: `a row for the condition ${where.name}(...) on ${table.name}` } as const
  if (!column) return missing
  if (where.name === 'isNull') return { ok: true, values: {} }
  if (where.name === 'isNotNull')
    return { ok: true, values: { [column.key]: asStored(column, guessForColumn(column, column.key)) } }
  const operand = where.name === 'inArray' && right?.kind === 'array' ? right.items[0] : right
  const computed = operand ? evaluateExpression(operand, world) : null
  if (operand && !computed?.known && hasPart(operand, isIdentity))
    return { ok: false, why: `a row in ${table.name} for whoever is signed in` }
  if (!computed?.known)
    return { ok: false, why: computed ? `a row whose ${column.key} is ${computed.why}` : missing.why }
  const value = valueFor(where.name, column, computed.value)
  return value === undefined ? missing : { ok: true, values: { [column.key]: value } }
}

function readAll(operands: readonly Expression[], table: Table, world: World): Wish {
  const values: Record<string, unknown> = {}
  for (const operand of operands) {
    const wish = readConditions(operand, table, world)
    if (!wish.ok) return wish
    Object.assign(values, wish.values)
  }
  return { ok: true, values }
}

function valueFor(name: string, column: Column, value: unknown): unknown {
  if (isGenerated(value) || isUnsure(value) || value === undefined || value === null) return undefined
  switch (name) {
    case 'eq':
    case 'inArray':
    case 'gte':
    case 'lte':
      return convert(column, value)
    case 'ne':
      return column.enumValues?.find((other) => other !== value) ?? vary(guessForColumn(column, column.key), 1)
    case 'gt':
      return shift(column, value, 1)
    case 'lt':
      return shift(column, value, -1)
    default:
      return undefined
  }
}

function convert(column: Column, value: unknown): unknown {
  const isNumber = column.json === 'number' && typeof value === 'string' && value !== '' && !Number.isNaN(Number(value))
  return isNumber ? Number(value) : value
}

const HOUR_MS = 3_600_000

function shift(column: Column, value: unknown, by: 1 | -1): unknown {
  if (value instanceof Date) return new Date(value.getTime() + by * HOUR_MS)
  if (column.json !== 'number') return undefined
  return Number(value) + by
}
