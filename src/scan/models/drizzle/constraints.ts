import { express } from '../../interpret/express-value.ts'
import { noteRecord } from '../../interpret/machine.ts'
import { knownString, type PackageValue, type TableValue, UNDEFINED, type Value } from '../../interpret/values.ts'
import type { Check, ForeignKey, Index, ReferentialAction, TableConstraints, Unique } from '../../table-types.ts'
import type { Expression, SourceLocation } from '../../types.ts'
import { memberNames } from '../packages.ts'
import { argumentsOf, callAfter, hasMember, optionOf, placeOf } from './builder-chain.ts'
import { hasNullsNotDistinct, isSql } from './column-defaults.ts'
import { tryCall } from './columns.ts'
import { type SqlContext, sqlText } from './sql-text.ts'

type Lists = { [K in keyof TableConstraints]: TableConstraints[K][number][] }

/** The constraints that the third argument of a table states, as an object, a list, or a function that gives one. */
export function readExtras(context: SqlContext, table: TableValue): Lists {
  const lists: Lists = { primaryKey: [], uniques: [], foreignKeys: [], checks: [], indexes: [] }
  for (const extra of listExtras(context, table)) {
    if (extra.kind === 'package') readExtra(context, { table, extra, lists })
    else if (isSql(extra)) note(context, `SQL among the constraints of ${table.name}, which Drizzle ignores`, table.at)
    else note(context, 'a constraint or index that is not known', table.at)
  }
  return lists
}

function listExtras({ machine }: SqlContext, table: TableValue): Value[] {
  const { extras, node } = table
  const made =
    extras?.kind === 'function'
      ? tryCall(machine, { callee: extras, self: null, args: [table], node })
      : (extras ?? UNDEFINED)
  if (made?.kind === 'literal') return []
  const isOpen = made?.kind === 'object' || made?.kind === 'array' ? made.open : true
  if (isOpen)
    noteRecord(machine, {
      what: `not all constraints of the table ${table.name} are known`,
      text: '',
      at: table.at,
    })
  if (made?.kind === 'array') return made.items.flatMap((item) => (item.kind === 'array' ? item.items : [item]))
  return made?.kind === 'object' ? [...made.fields.values()] : []
}

interface Extra {
  readonly table: TableValue
  readonly extra: PackageValue
  readonly lists: Lists
}

/** Kinds that say nothing about which rows fit. */
const IRRELEVANT = /^(?:pgPolicy|crudPolicy|authenticatedRole|anonymousRole)$/

function readExtra(context: SqlContext, item: Extra): void {
  const { extra, lists, table } = item
  const kind = memberNames(extra)[0] ?? ''
  switch (kind) {
    case 'primaryKey':
      lists.primaryKey.push(...keysOf(context, item, listOf(extra)))
      return
    case 'unique':
    case 'uniqueIndex':
      lists.uniques.push(readUnique(context, item))
      return
    case 'index':
      lists.indexes.push(readIndex(context, item))
      return
    case 'foreignKey':
      lists.foreignKeys.push(...readForeignKey(context, item))
      return
    case 'check':
      lists.checks.push(readCheck(context, item))
      return
    default:
      if (!IRRELEVANT.test(kind))
        note(context, `${kind} of the table ${table.name} is not known`, placeOf(extra) ?? table.at)
  }
}

/** `primaryKey({ columns: [...] })` and, before drizzle-orm 0.29, `primaryKey(t.a, t.b)`. */
function listOf(extra: PackageValue): readonly Value[] {
  const [args] = argumentsOf(extra)
  const columns = optionOf(args, 'columns')
  return columns?.kind === 'array' && !columns.open ? columns.items : (args ?? [])
}

function readUnique(context: SqlContext, item: Extra): Unique {
  const { extra, table } = item
  const { columns, expressions, where } = readIndex(context, item)
  const isIndex = memberNames(extra)[0] === 'uniqueIndex'
  const given = knownString(argumentsOf(extra)[0]?.[0])
  return {
    name: given ?? (isIndex ? null : uniqueName(table, columns)),
    columns,
    expressions,
    partial: hasMember(extra, 'where'),
    where,
    nullsNotDistinct: hasMember(extra, 'nullsNotDistinct') || hasNullsNotDistinct(argumentsOf(extra)[0] ?? null),
  }
}

/** As Drizzle makes it up, from names before casing. */
export function uniqueName(table: TableValue, keys: readonly string[]): string {
  const names = keys.map((key) => table.columns.find((column) => column.key === key)?.name ?? key)
  return `${table.sqlName}_${names.join('_')}_unique`
}

function readIndex(context: SqlContext, item: Extra): Index {
  const { extra, table } = item
  const on = ['on', 'onOnly', 'using'].map((name) => callAfter(extra, name)).find((args) => args !== null)
  const parts = (on ?? []).filter((part) => part.kind !== 'literal').map((part) => express(part))
  if (parts.length === 0)
    note(context, `the columns of an index of the table ${table.name} are not known`, placeOf(extra) ?? table.at)
  const where = callAfter(extra, 'where')?.[0]
  return {
    name: knownString(argumentsOf(extra)[0]?.[0]),
    columns: parts.flatMap((part) => plainColumn(part) ?? []),
    expressions: parts.filter((part) => plainColumn(part) === null).map((part) => textOf(context, part, item) ?? '?'),
    where: where ? textOf(context, express(where), item) : null,
  }
}

/** The key of `t.email`, also as `t.email.desc().nullsLast()`. */
function plainColumn(part: Expression): string | null {
  if (part.kind === 'column') return part.column
  if (part.kind !== 'operation' || !ORDERS.has(part.name)) return null
  const [inner] = part.operands
  return inner ? plainColumn(inner) : null
}

const ORDERS = new Set(['asc', 'desc', 'nullsFirst', 'nullsLast', 'op'])

/** The method calls that order a column in an index, so that they are no unknown calls. */
export function isIndexOrder(owner: Expression, method: string): boolean {
  return ORDERS.has(method) && plainColumn(owner) !== null
}

function readForeignKey(context: SqlContext, item: Extra): ForeignKey[] {
  const { extra, table } = item
  const [first] = argumentsOf(extra)[0] ?? []
  const options =
    first?.kind === 'function'
      ? tryCall(context.machine, { callee: first, self: null, args: [], node: table.node })
      : first
  const targets = columnsIn(optionOf(options ? [options] : [], 'foreignColumns'))
  const columns = columnsIn(optionOf(options ? [options] : [], 'columns'))
  const [target] = targets ?? []
  if (!targets || !columns || !target) {
    note(context, `a foreign key of the table ${table.name} is not known`, placeOf(extra) ?? table.at)
    return []
  }
  return [
    {
      name: knownString(optionOf(options ? [options] : [], 'name')),
      columns: columns.map(({ column }) => column),
      table: target.table,
      foreignColumns: targets.map(({ column }) => column),
      onDelete: toAction(callAfter(extra, 'onDelete')?.[0]),
      onUpdate: toAction(callAfter(extra, 'onUpdate')?.[0]),
    },
  ]
}

function columnsIn(value: Value | undefined): Extract<Expression, { kind: 'column' }>[] | null {
  if (value?.kind !== 'array' || value.open) return null
  const columns = value.items.map((item) => express(item)).filter((item) => item.kind === 'column')
  return columns.length === value.items.length ? columns : null
}

const ACTIONS = ['cascade', 'restrict', 'no action', 'set null', 'set default'] as const

export function toAction(value: Value | undefined): ReferentialAction | null {
  const text = knownString(value)
  return ACTIONS.find((action) => action === text) ?? null
}

function readCheck(context: SqlContext, item: Extra): Check {
  const [name, value] = argumentsOf(item.extra)[0] ?? []
  return { name: knownString(name) ?? '?', sql: value ? textOf(context, express(value), item) : null }
}

function keysOf(context: SqlContext, { table, extra }: Extra, values: readonly Value[]): string[] {
  return values.flatMap((value) => {
    const key = plainColumn(express(value))
    if (key === null)
      note(context, `a column of the primary key of ${table.name} is not known`, placeOf(extra) ?? table.at)
    return key ?? []
  })
}

function textOf(context: SqlContext, expression: Expression, { table, extra }: Extra): string | null {
  const text = sqlText(context, expression)
  if (text === null) note(context, `SQL of the table ${table.name} can't be read`, placeOf(extra) ?? table.at)
  return text
}

function note({ machine }: SqlContext, what: string, at: SourceLocation): void {
  noteRecord(machine, { what, text: '', at })
}
