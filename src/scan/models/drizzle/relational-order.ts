import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { symbol, type TableValue, type Value } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { Expression } from '../../types.ts'

interface Ordered {
  readonly table: TableValue
  readonly node: ts.Node
}

/**
 * What `orderBy` of a relational query orders by: Drizzle puts the query's own table before every column that it is given,
 * whichever table that column is of (drizzle-orm/alias.js).
 */
export function relationalOrder(machine: Machine, given: Value | undefined, ordered: Ordered): Value[] {
  const items = given?.kind === 'array' ? given.items : given ? [given] : []
  return items.map((item) =>
    item.kind === 'symbol' ? symbol(withOwnColumns(machine, item.expression, ordered)) : item,
  )
}

function withOwnColumns(machine: Machine, expression: Expression, ordered: Ordered): Expression {
  if (expression.kind === 'column') return ownColumn(machine, expression, ordered)
  if (expression.kind !== 'operation') return expression
  return {
    ...expression,
    operands: expression.operands.map((operand) => withOwnColumns(machine, operand, ordered)),
  }
}

function ownColumn(
  machine: Machine,
  column: Extract<Expression, { kind: 'column' }>,
  { table, node }: Ordered,
): Expression {
  if (column.table === table.name) return column
  const foreign = machine.tables.get(column.table)?.columns.find(({ key }) => key === column.column)
  const own = foreign && table.columns.find(({ name }) => name === foreign.name)
  if (own) return { kind: 'column', table: table.name, column: own.key }
  if (foreign) {
    const what = `the query orders by ${table.name}.${foreign.name}, which is not there: the database will refuse it`
    noteUnresolved(machine, what, node)
  }
  return column
}
