import { callFunctionLike } from '../../interpret/call.ts'
import type { Machine } from '../../interpret/machine.ts'
import {
  native,
  type ObjectValue,
  object,
  operation,
  symbol,
  type TableValue,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { relationOf } from './relations.ts'

interface Asked {
  readonly table: TableValue
  readonly options: Value | undefined
  readonly node: ts.Node
}

/** The fields that `columns`, `extras` and `with` of a relational query ask for; null: whole rows of one table. */
export function relationalFields(machine: Machine, { table, options, node }: Asked): ObjectValue | null {
  const option = (name: string): Value | undefined =>
    options?.kind === 'object' ? options.fields.get(name) : undefined
  const [columns, extras, wanted] = [option('columns'), option('extras'), option('with')]
  const related = relatedFields(machine, wanted, { table, node })
  const isPlain = [...related.values()].every((fields) => fields === null)
  if (!columns && !extras && isPlain) return null
  const own = columns ? chosenColumns(table, columns) : columnsOf(table)
  const extra = extras ? extraFields(machine, extras, { table, node }) : object()
  const deeper = [...related].map(([name, fields]): [string, Value] => [
    name,
    fields ?? operation('rows of a relation'),
  ])
  return object([...own.fields, ...extra.fields, ...deeper], { open: own.open || extra.open })
}

function columnsOf(table: TableValue, keys = table.columns.map(({ key }) => key)): ObjectValue {
  return object(keys.map((key) => [key, symbol({ kind: 'column', table: table.name, column: key })]))
}

/** `{ id: true }` takes these, `{ password: false }` all others; what only a run says leaves the list open. */
function chosenColumns(table: TableValue, columns: Value): ObjectValue {
  if (columns.kind !== 'object' || columns.open || [...columns.fields.values()].some(({ kind }) => kind !== 'literal'))
    return object([], { open: true })
  const said = (wanted: boolean): string[] =>
    [...columns.fields].flatMap(([key, value]) => (value.kind === 'literal' && value.value === wanted ? [key] : []))
  const chosen = said(true)
  const left = new Set(said(false))
  const keys = table.columns.map(({ key }) => key)
  return columnsOf(
    table,
    keys.filter((key) => (chosen.length > 0 ? chosen.includes(key) : !left.has(key))),
  )
}

/** `extras: { low: sql`...`.as('low') }`, or a function of the columns that gives it. */
function extraFields(
  machine: Machine,
  extras: Value,
  { table, node }: { table: TableValue; node: ts.Node },
): ObjectValue {
  const helpers = object([['sql', native('sql', (args) => operation('sql', ...args))]])
  const given =
    extras.kind === 'function'
      ? callFunctionLike(machine, { callee: extras, self: null, args: [table, helpers], node })
      : extras
  return given.kind === 'object' ? given : object([], { open: true })
}

function relatedFields(
  machine: Machine,
  wanted: Value | undefined,
  { table, node }: { table: TableValue; node: ts.Node },
): Map<string, ObjectValue | null> {
  const found = new Map<string, ObjectValue | null>()
  for (const [name, options] of wanted?.kind === 'object' ? wanted.fields : []) {
    const target = relationOf(machine, table, name)
    const isAsked = options.kind !== 'literal' || Boolean(options.value)
    if (target && isAsked) found.set(name, relationalFields(machine, { table: target, options, node }))
  }
  return found
}
