import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { literal, native, object, type TableValue, type Value } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'

/** `relations(users, ({ many }) => ({ orders: many(orders) }))`: read when a query asks, as tables may come later. */
export function noteRelations(machine: Machine, call: Call): void {
  const [table, define] = call.args
  if (table?.kind !== 'table' || !define) return
  const known = machine.relations.get(table.name) ?? []
  machine.relations.set(table.name, [...known, () => readRelations(machine, define, call.node)])
}

function readRelations(machine: Machine, define: Value, node: ts.Node): ReadonlyMap<string, TableValue> {
  const to = native('relation', ([target]) => target ?? literal(undefined))
  const helpers = object([
    ['one', to],
    ['many', to],
  ])
  const { run } = machine
  machine.run = null
  try {
    const value = callFunctionLike(machine, { callee: define, self: null, args: [helpers], node })
    const fields = value.kind === 'object' ? [...value.fields] : []
    return new Map(fields.flatMap(([name, target]) => (target.kind === 'table' ? [[name, target]] : [])))
  } finally {
    machine.run = run
  }
}

/** The tables that `with: { orders: { with: { items: true } } }` reads too; one that is not known is on record. */
export function relatedTables(
  machine: Machine,
  table: TableValue,
  query: { wanted: Value | undefined; node: ts.Node },
): string[] {
  if (query.wanted?.kind !== 'object') return []
  return [...query.wanted.fields].flatMap(([name, how]) => {
    if (how.kind === 'literal' && !how.value) return []
    const target = relationOf(machine, table, name)
    if (!target) {
      noteUnresolved(machine, `which table the relation ${name} reads is not known`, query.node)
      return []
    }
    const deeper = how.kind === 'object' ? how.fields.get('with') : undefined
    return [target.name, ...relatedTables(machine, target, { wanted: deeper, node: query.node })]
  })
}

/** The table that a relation leads to; null when it is not known. */
export function relationOf(machine: Machine, table: TableValue, name: string): TableValue | null {
  return (machine.relations.get(table.name) ?? []).map((read) => read().get(name)).find((one) => one) ?? null
}
