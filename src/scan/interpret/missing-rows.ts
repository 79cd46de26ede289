import { hasPart } from '../expressions.ts'
import { ts } from '../syntax/syntax.ts'
import type { Expression, TraceEvent } from '../types.ts'
import { decide } from './decisions.ts'
import type { Machine, Run } from './machine.ts'
import { operation, symbol } from './values.ts'

/**
 * Code that takes a member of a row without asking whether it was found: here it is decided whether it was. Only of rows
 * that the request names, since others are mostly there by what happened before.
 */
export function settleRow(machine: Machine, expression: Expression, node: ts.Node): void {
  const { run } = machine
  if (!run || run.isOver || !isPlainUse(node) || !mayBeMissing(run, expression)) return
  decide(machine, operation('is nullish', symbol(expression)), node)
}

/** `row.name`, `row['name']`, `const { name } = row`, and not `row?.name`. */
function isPlainUse(node: ts.Node): boolean {
  const isAccess = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)
  return ts.isBindingElement(node) || (isAccess && !ts.isOptionalChain(node))
}

type DbEvent = Extract<TraceEvent, { kind: 'db' }>

function mayBeMissing(run: Run, expression: Expression): boolean {
  if (expression.kind !== 'result' || expression.path.length !== 1 || expression.path[0] !== '0') return false
  const event = run.events.find(({ id }) => id === expression.event)
  if (event?.kind !== 'db' || event.operation === 'insert' || !event.returns || !event.where) return false
  const isNamed = hasPart(event.where, (part) => part.kind === 'input' && /^(?:body|query|params)$/.test(part.from))
  return isNamed && hasOwnRows(event) && !wasMetBefore(run, event, event.where)
}

/** `select({ total: count() })` has a row, whatever there is. */
function hasOwnRows({ projection }: DbEvent): boolean {
  if (projection === null) return true
  return projection.kind === 'object' && Object.values(projection.fields).every(({ kind }) => kind === 'column')
}

/** What was asked for before was decided there, and what was stored before is there. */
function wasMetBefore(run: Run, { id, table }: DbEvent, where: Expression): boolean {
  const asked = run.keyOf(where)
  return run.events.some(
    (event) =>
      event.kind === 'db' &&
      event.id < id &&
      event.table === table &&
      (event.operation === 'insert' || (event.where !== null && run.keyOf(event.where) === asked)),
  )
}
