import type { Expression } from '../types.ts'
import type { Run } from './machine.ts'

type Located = Extract<Expression, { kind: 'result' | 'input' }>

/** Whether a part of a list or of a request is there, as far as what was asked of the whole tells. */
export function partAnswer(run: Run, condition: Expression): boolean | null {
  if (condition.kind !== 'result' && condition.kind !== 'input') return null
  return firstAnswer(run, condition) ?? (hasNoFields(run, condition) ? false : null)
}

/** A list that is empty has no first item, and any other has one: rows and the items of a request. */
function firstAnswer(run: Run, condition: Located): boolean | null {
  if (condition.path.at(-1) !== '0') return null
  return hasAny(run, { ...condition, path: [...condition.path.slice(0, -1), 'length'] })
}

/** What has no entries has none of its fields: `Object.keys(req.cookies).length === 0`. */
function hasNoFields(run: Run, condition: Located): boolean {
  if (condition.kind !== 'input' || condition.path.length === 0) return false
  const owner: Expression = { ...condition, path: condition.path.slice(0, -1) }
  return hasAny(run, entryCount(owner)) === false
}

/** How `Object.keys(owner).length` is written as an expression, and that of `values` and `entries`. */
function entryCount(owner: Expression): Expression {
  const entries: Expression = { kind: 'operation', name: 'entries', operands: [owner] }
  return { kind: 'operation', name: 'member', operands: [entries, { kind: 'literal', value: 'length' }] }
}

/** The owner whose entries an expression counts; null for any other expression. */
export function countedOwner(expression: Expression): Expression | null {
  if (expression.kind !== 'operation' || expression.name !== 'member') return null
  const [entries, key] = expression.operands
  const isCount = key?.kind === 'literal' && key.value === 'length'
  return isCount && entries?.kind === 'operation' && entries.name === 'entries' ? (entries.operands[0] ?? null) : null
}

/** Whether a count is more than none, by what was decided of it. */
function hasAny(run: Run, count: Expression): boolean | null {
  const asks = (name: string): boolean | undefined =>
    run.known.get(run.keyOf({ kind: 'operation', name, operands: [count, { kind: 'literal', value: 0 }] }))
  const isNone = asks('===')
  return (isNone === undefined ? asks('>') : !isNone) ?? run.known.get(run.keyOf(count)) ?? null
}
