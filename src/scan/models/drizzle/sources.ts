import { hasPart } from '../../expressions.ts'
import { callFunctionLike } from '../../interpret/call.ts'
import { express } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { type DbValue, native, object, type QueryValue, symbol, type Value } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { Expression } from '../../types.ts'
import { memberNames } from '../packages.ts'

/** Under this a subquery keeps the query that it is. */
const QUERY = '#query'

/** `query.as('sq')`, and what `db.$with('sq').as(...)` gives: its fields are columns for others. */
export function nameQuery(query: QueryValue): Value {
  const { table, projection } = query
  const columns = (table?.columns ?? []).map(({ key }): [string, Value] => [
    key,
    symbol({ kind: 'column', table: table?.name ?? '', column: key }),
  ])
  return object([...(projection ? projection.fields : columns), [QUERY, query]], { open: projection?.open ?? !table })
}

function queryOf(source: Value | undefined): QueryValue | null {
  const held = source?.kind === 'object' ? source.fields.get(QUERY) : source
  return held?.kind === 'query' ? held : null
}

/** The tables that something to read from stands for. */
export function tablesOfSource(source: Value | undefined): string[] {
  if (source?.kind === 'table') return [source.name]
  const query = queryOf(source)
  const own = query?.table?.name ?? query?.named
  return query ? [...(own === undefined || own === null ? [] : [own]), ...query.joins] : []
}

/** Rows of anything but a table have columns that are not known. */
export function readFrom(
  machine: Machine,
  owner: QueryValue,
  { source, node }: { source: Value | undefined; node: ts.Node },
): QueryValue {
  // `update(orders).from(users)` is still about orders.
  if (owner.operation !== 'select') return joinWith(owner, source)
  if (source?.kind === 'table') return { ...owner, table: source }
  const inner = queryOf(source)
  if (inner) {
    const joins = [...new Set([...owner.joins, ...inner.joins])]
    return { ...owner, table: inner.table, named: inner.named, joined: true, joins }
  }
  const isView = source?.kind === 'package' && memberNames(source).some((name) => /view$/i.test(name))
  noteUnresolved(
    machine,
    `rows are read from ${isView ? 'a view' : 'something that is not known'}, not from a table`,
    node,
  )
  return owner
}

/** The same with rows of one more table, subquery or query of a union. */
export function joinWith(owner: QueryValue, source: Value | undefined): QueryValue {
  return { ...owner, joined: true, joins: [...owner.joins, ...tablesOfSource(source)] }
}

/** Tables that only subqueries inside conditions and values read. */
export function tablesInside(query: QueryValue): string[] {
  const found = new Set<string>()
  for (const value of [query.where, query.projection, query.values]) {
    if (!value || value.kind === 'query') continue
    hasPart(express(value), (part) => {
      for (const name of namesIn(part)) found.add(name)
      return false
    })
  }
  return [...found].filter((name) => !query.joins.includes(name))
}

function namesIn(part: Expression): string[] {
  if (part.kind !== 'operation' || part.name !== 'query') return []
  return part.operands.flatMap((operand) => {
    const [name] = operand.kind === 'operation' && operand.name === 'table' ? operand.operands : []
    return name?.kind === 'literal' ? [String(name.value)] : []
  })
}

/** `db.$with('sq').as(query)`, or a function that is given a builder. */
export function startCommonTable(machine: Machine, owner: DbValue): Value {
  const as = native('as', ([given], node) => {
    const query =
      given?.kind === 'function' ? callFunctionLike(machine, { callee: given, self: null, args: [owner], node }) : given
    if (query?.kind !== 'query') return object([], { open: true })
    if (query.operation !== 'select')
      noteUnresolved(machine, `the ${query.operation} inside this WITH is not followed`, node)
    return nameQuery(query)
  })
  return native('$with', () => object([['as', as]]))
}
