import type { Expression, Table } from '../scan/types.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import { refusal } from './stored-value.ts'
import { isGenerated, isSameValue, isUnsure } from './values.ts'

/** A row that the test puts into a table before the request. */
export interface SeedRow {
  readonly table: string
  readonly row: Readonly<Record<string, unknown>>
}

/** A row as the database holds it. */
export interface StoredRow {
  readonly values: Readonly<Record<string, unknown>>
  /** Where it came from; null when the route stored it. */
  readonly seed: SeedRow | null
  /** Columns that the route wrote. */
  readonly written: readonly string[]
}

export interface TableState {
  readonly rows: readonly StoredRow[]
  /** False when it is not known which rows a write hit. */
  readonly certain: boolean
}

/** What the tables hold at one moment; never changed in place, so that a transaction can go back. */
export type Tables = ReadonlyMap<string, TableState>

const EMPTY: TableState = { rows: [], certain: true }

export function readTable(tables: Tables, name: string): TableState {
  return tables.get(name) ?? EMPTY
}

export function withRows(tables: Tables, name: string, rows: readonly StoredRow[]): Tables {
  return new Map([...tables, [name, { ...readTable(tables, name), rows }]])
}

export function withDoubt(tables: Tables, name: string): Tables {
  return new Map([...tables, [name, { ...readTable(tables, name), certain: false }]])
}

/** The unique columns in which the row clashes with one that is already there; null when it fits in. */
export function findClash(tables: Tables, table: Table, values: Readonly<Record<string, unknown>>): string | null {
  const unique = uniqueKeys(table)
  for (const { values: other } of readTable(tables, table.name).rows) {
    const clash = unique.find((keys) =>
      keys.every((key) => isKnown(other[key]) && isSameValue(other[key], values[key])),
    )
    if (clash) return clash.join(' and ')
  }
  return null
}

/** Columns that no two rows share all of; what holds for some rows only, or for expressions, is not judged. */
function uniqueKeys({ primaryKey, uniques }: Table): (readonly string[])[] {
  const plain = uniques.filter(({ partial, expressions }) => !partial && expressions.length === 0)
  return [primaryKey, ...plain.map(({ columns }) => columns)].filter((keys) => keys.length > 0)
}

function isKnown(value: unknown): boolean {
  return value !== undefined && value !== null && !isUnsure(value)
}

/** Which rows a condition selects: those for sure, and those of which it can't be said. */
export function selectRows(
  tables: Tables,
  table: Table,
  { where, world }: { where: Expression | null; world: World },
): { sure: readonly StoredRow[]; unsure: readonly StoredRow[] } {
  const judged = readTable(tables, table.name).rows.map((row) => ({
    row,
    match: where ? matchRow(where, row.values, { table, world }) : true,
  }))
  return {
    sure: judged.filter(({ match }) => match === true).map(({ row }) => row),
    unsure: judged.filter(({ match }) => match === 'unknown').map(({ row }) => row),
  }
}

interface Matching {
  readonly table: Table
  readonly world: World
}

type Match = boolean | 'unknown'

/** Whether a query's condition selects the row. */
export function matchRow(where: Expression, row: Readonly<Record<string, unknown>>, matching: Matching): Match {
  if (where.kind === 'undefined') return true
  if (where.kind !== 'operation') return 'unknown'
  const [left, right] = where.operands
  switch (where.name) {
    case 'and':
      return all(where.operands.map((operand) => matchRow(operand, row, matching)))
    case 'or':
      return negate(
        all(
          where.operands
            .filter((operand) => operand.kind !== 'undefined')
            .map((operand) => negate(matchRow(operand, row, matching))),
        ),
      )
    case 'not':
      return left ? negate(matchRow(left, row, matching)) : 'unknown'
    case 'isNull':
    case 'isNotNull':
      return left?.kind === 'column' ? matchNull(row[left.column], where.name === 'isNull') : 'unknown'
    case 'inArray':
      return left && right?.kind === 'array' && !right.open
        ? negate(all(right.items.map((item) => negate(compareColumn('eq', { left, right: item }, row, matching)))))
        : 'unknown'
    default:
      return left && right ? compareColumn(where.name, { left, right }, row, matching) : 'unknown'
  }
}

function all(matches: readonly Match[]): Match {
  if (matches.includes(false)) return false
  return matches.includes('unknown') ? 'unknown' : true
}

function negate(match: Match): Match {
  return match === 'unknown' ? match : !match
}

function matchNull(value: unknown, wantsNull: boolean): Match {
  if (isUnsure(value)) return 'unknown'
  return (value === null || value === undefined) === wantsNull
}

function compareColumn(
  name: string,
  { left, right }: { left: Expression; right: Expression },
  row: Readonly<Record<string, unknown>>,
  { table, world }: Matching,
): Match {
  if (left.kind !== 'column' || left.table !== table.name) return 'unknown'
  const computed = evaluateExpression(right, world)
  const column = table.columns.find((candidate) => candidate.key === left.column)
  if (!computed.known || !column) return 'unknown'
  const [stored, given] = [row[left.column], computed.value]
  // Compared with NULL, nothing is ever selected.
  if (stored === null || stored === undefined || given === null || given === undefined) return false
  return refusal(column, given) === null ? compareValues(name, stored, given) : 'unknown'
}

function compareValues(name: string, stored: unknown, given: unknown): Match {
  const order = ORDER[name]
  if (!order) return 'unknown'
  if (stored === given) return order(0, 0)
  if ([stored, given].some((value) => isGenerated(value) || isUnsure(value))) return 'unknown'
  if (stored instanceof Date && given instanceof Date) return order(stored.getTime(), given.getTime())
  if (typeof stored === 'number' || typeof given === 'number') return order(Number(stored), Number(given))
  // How texts are sorted is the database's business.
  const isEquality = name === 'eq' || name === 'ne'
  return isEquality || DATE.test(String(stored)) ? order(String(stored), String(given)) : 'unknown'
}

const DATE = /^\d{4}-\d\d-\d\d/

const ORDER: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
}

/** What the database would refuse to compare, e.g. a uuid column with another text; null when nothing. */
export function findRefusal(where: Expression | null, { table, world }: Matching): string | null {
  if (where?.kind !== 'operation') return null
  const [left, right] = where.operands
  if (left?.kind !== 'column' || left.table !== table.name || !right)
    return where.operands.map((operand) => findRefusal(operand, { table, world })).find((why) => why !== null) ?? null
  const column = table.columns.find((candidate) => candidate.key === left.column)
  const computed = evaluateExpression(right, world)
  if (!column || !computed.known || !(where.name in ORDER)) return null
  return computed.value === null ? null : refusal(column, computed.value)
}
