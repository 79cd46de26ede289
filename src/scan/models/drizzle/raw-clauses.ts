import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import {
  array,
  literal,
  type ObjectValue,
  object,
  type QueryValue,
  symbol,
  type TableValue,
  type Value,
} from '../../interpret/values.ts'
import type { Column, ConflictClause, Dialect, Expression } from '../../types.ts'
import { type FindColumn, leaf, readOperand } from '../sql/conditions.ts'
import type { SqlStatement } from '../sql/statements.ts'
import { isMark, keywordOf, nameOf, type SqlToken, splitByComma } from '../sql/tokens.ts'
import { columnNamed, type NamedTable } from './raw-tables.ts'

export interface RawScope {
  readonly machine: Machine
  readonly statement: SqlStatement
  /** The statement's own, the one that it is about first. */
  readonly tables: readonly NamedTable[]
  readonly find: FindColumn
  readonly dialect: Dialect | null
}

/** The fields of the rows; null: whole rows of a table whose columns are not known. */
export function readProjection(scope: RawScope, list: readonly SqlToken[] | undefined): ObjectValue | null {
  if (!list) return null
  const items = splitByComma(list.filter((token) => !/^(?:DISTINCT|ALL)$/.test(keywordOf(token))))
  const read = items.map((item) => readItem(scope, item))
  const [only] = read
  if (read.length === 1 && only === null) return null
  const fields = read.flatMap((entries) => entries ?? [])
  return object(
    fields.map(([name, value]) => [name, symbol(value)]),
    { open: read.includes(null) },
  )
}

type Entry = readonly [string, Expression]

/** One entry of a list of fields; null where its name, or what it holds, is not known. */
function readItem(scope: RawScope, item: readonly SqlToken[]): Entry[] | null {
  if (item.some(({ kind }) => kind === 'splice')) return null
  const last = item.at(-1)
  if (isMark(last, '*') && item.length <= 3) return readStar(scope, nameOf(item[0]))
  const isNamed = keywordOf(item.at(-2)) === 'AS'
  const tokens = isNamed ? item.slice(0, -2) : item
  const value = readOperand(tokens, scope.find)
  const plain = nameOf(tokens.at(-1))
  if (isNamed) return [[nameOf(last) ?? '?', asRead(scope, value)]]
  const isColumn = tokens.length === 1 || (tokens.length === 3 && isMark(tokens[1], '.'))
  if (isColumn && plain !== null) return [[plain, asRead(scope, value)]]
  // Without a name, a call is named by its function in Postgres, and by its text elsewhere.
  const called = value.kind === 'operation' && tokens.length === 2 ? nameOf(tokens[0])?.toLowerCase() : undefined
  return called === undefined ? null : [[called, asRead(scope, value)]]
}

function readStar({ machine, tables }: RawScope, qualifier: string | null): Entry[] | null {
  const asked = tables.filter(({ alias }) => qualifier === null || alias.toLowerCase() === qualifier.toLowerCase())
  const known = asked.flatMap(({ table }) => (table ? [table] : []))
  if (known.length === 0 || known.length < asked.length) return null
  return known.flatMap((table) =>
    table.columns.map((column): Entry => [namesOf(machine, table, column), plainValue(table, column)]),
  )
}

function namesOf(machine: Machine, table: TableValue, column: Column): string {
  return columnNamed(machine, table, column.name) === column ? column.name : column.key
}

function asRead({ tables, statement, dialect }: RawScope, value: Expression): Expression {
  const isCount = value.kind === 'operation' && value.name === 'count'
  // Postgres counts in bigint, which drivers hand out as text; of groups, there is one for each.
  if (isCount && (dialect === 'postgres' || statement.clauses.has('group'))) return asStored(value)
  if (value.kind !== 'column') return value
  const table = tables.find(({ table: candidate }) => candidate?.name === value.table)?.table
  const column = table?.columns.find(({ key }) => key === value.column)
  return table && column ? plainValue(table, column) : value
}

const SAME_EVERYWHERE =
  /^(?:(?:small)?serial|(?:small|tiny|medium)?int(?:eger)?|real|double|doublePrecision|text|varchar|char|uuid|enum|mysqlEnum)$/

/** The column, where the driver gives what Drizzle would: Drizzle turns dates, truths and JSON into something else. */
function plainValue(table: TableValue, column: Column): Expression {
  const own: Expression = { kind: 'column', table: table.name, column: column.key }
  const isSame = column.mode === null && SAME_EVERYWHERE.test(column.type)
  const isTruth = table.dialect === 'postgres' && column.type === 'boolean'
  return isSame || isTruth ? own : asStored(own)
}

function asStored(value: Expression): Expression {
  return { kind: 'operation', name: 'as stored', operands: [value] }
}

/** The rows of an insert; what is not listed one by one is left open. */
export function readInsert(scope: RawScope): Value {
  const { clauses } = scope.statement
  const into = clauses.get('into') ?? []
  const set = clauses.get('set')
  if (set) return readSet(scope, set)
  const helper = helped(into.at(-1))
  if (helper) return symbol(helper)
  const names = columnsOf(scope, into)
  const rows = (clauses.get('values') ?? []).flatMap((token) =>
    token.kind === 'group' ? [readRow(scope, names, token.items)] : [],
  )
  const isKnown =
    rows.length > 0 && (clauses.get('values') ?? []).every((token) => token.kind === 'group' || isMark(token, ','))
  const [only] = rows
  if (isKnown && only && rows.length === 1) return only
  return isKnown
    ? array(rows)
    : object(names ? names.map((name) => [name, symbol(leaf(rest(clauses)))]) : [], { open: true })
}

function rest(clauses: SqlStatement['clauses']): readonly SqlToken[] {
  return [...(clauses.get('select') ?? []), ...(clauses.get('values') ?? [])]
}

/** Keys of the columns that are named after the table; null where none are and the table is not known. */
function columnsOf({ machine, tables }: RawScope, into: readonly SqlToken[]): string[] | null {
  const table = tables[0]?.table ?? null
  const list = into.find((token) => token.kind === 'group')
  if (list?.kind !== 'group') return table?.columns.map(({ key }) => key) ?? null
  return splitByComma(list.items).map(([name]) => keyOf(machine, table, nameOf(name) ?? '?'))
}

function keyOf(machine: Machine, table: TableValue | null, name: string): string {
  return (table && columnNamed(machine, table, name)?.key) ?? name
}

function readRow(scope: RawScope, names: readonly string[] | null, row: readonly SqlToken[]): ObjectValue {
  const items = splitByComma(row)
  const isWhole = names !== null && names.length === items.length && !row.some(({ kind }) => kind === 'splice')
  if (!isWhole) return object([], { open: true })
  const given = items.map((item, index): [string, Value] => [
    names[index] ?? '?',
    symbolOf(readOperand(item, scope.find)),
  ])
  return object(given.filter(([, value]) => !isDefault(value)))
}

function isDefault(value: Value): boolean {
  if (value.kind !== 'symbol' || value.expression.kind !== 'operation' || value.expression.name !== 'sql') return false
  const [text] = value.expression.operands
  return text?.kind === 'literal' && /^default$/i.test(String(text.value))
}

function symbolOf(expression: Expression): Value {
  return expression.kind === 'literal' ? literal(expression.value) : symbol(expression)
}

/** `a = ?, b = b + 1`. */
export function readSet(scope: RawScope, tokens: readonly SqlToken[]): Value {
  const [first] = tokens
  const whole = helped(first) ?? (first?.kind === 'value' && first.value.kind === 'object' ? first.value : null)
  if (whole && tokens.length === 1) return symbol(whole)
  const table = scope.tables[0]?.table ?? null
  const read = splitByComma(tokens).map((assignment): [string, Value] | null => {
    const at = assignment.findIndex((token) => isMark(token, '='))
    const name = nameOf(assignment[at - 1])
    const value = assignment.slice(at + 1)
    if (at < 1 || name === null || assignment.some(({ kind }) => kind === 'splice')) return null
    return [keyOf(scope.machine, table, name), symbolOf(readOperand(value, scope.find))]
  })
  return object(
    read.filter((entry) => entry !== null),
    { open: read.includes(null) },
  )
}

/** The object of postgres-js' `sql(values)`. */
function helped(token: SqlToken | undefined): Expression | null {
  const value = token?.kind === 'expression' ? token.value : null
  return value?.kind === 'operation' && value.name === 'sql helper' ? (value.operands[0] ?? null) : null
}

export function readLimits(scope: RawScope): Pick<QueryValue, 'limit' | 'offset'> {
  const { clauses } = scope.statement
  const limits = splitByComma(clauses.get('limit') ?? [])
  const offset = clauses.get('offset')
  // MySQL: `LIMIT 20, 10`.
  const [skipped, taken] = limits.length > 1 ? limits : [offset, limits[0]]
  const read = (tokens: readonly SqlToken[] | undefined): Value | null =>
    tokens && tokens.length > 0 ? symbolOf(readOperand(tokens, scope.find)) : null
  return { limit: read(taken), offset: read(skipped) }
}

export function readOrder(scope: RawScope): Value[] {
  const [, ...order] = scope.statement.clauses.get('order') ?? []
  if (order.length === 0) return []
  return splitByComma(order).map((item) => {
    const words = item.filter((token) => !/^(?:ASC|DESC|NULLS|FIRST|LAST)$/.test(keywordOf(token)))
    const by = readOperand(words, scope.find)
    const isDown = item.some((token) => keywordOf(token) === 'DESC')
    return symbol(isDown ? { kind: 'operation', name: 'desc', operands: [by] } : by)
  })
}

/** What an insert does with a row that is there already. */
export function readConflict(scope: RawScope): ConflictClause | null {
  const { option, clauses } = scope.statement
  const clause = clauses.get('conflict')
  if (!clause) {
    if (/IGNORE/.test(option)) return { action: 'nothing', target: [], set: null }
    return /REPLACE/.test(option) ? { action: 'update', target: [], set: null } : null
  }
  const words = clause.map(keywordOf)
  if (words.includes('NOTHING')) return { action: 'nothing', target: targetOf(scope, clause), set: null }
  const start = words.includes('SET') ? words.indexOf('SET') : words.indexOf('UPDATE')
  const end = words.indexOf('WHERE', start)
  const set = readSet(scope, clause.slice(start + 1, end < 0 ? undefined : end))
  const fields = set.kind === 'object' ? [...set.fields] : []
  return {
    action: 'update',
    target: targetOf(scope, clause),
    set: {
      kind: 'object',
      open: set.kind !== 'object' || set.open,
      fields: Object.fromEntries(fields.map(([key, value]) => [key, express(value)])),
    },
  }
}

function targetOf({ machine, tables }: RawScope, clause: readonly SqlToken[]): string[] {
  const [, target] = clause
  if (target?.kind !== 'group') return []
  const table = tables[0]?.table ?? null
  return splitByComma(target.items).flatMap(([name]) => {
    const text = nameOf(name)
    return text === null ? [] : [keyOf(machine, table, text)]
  })
}
