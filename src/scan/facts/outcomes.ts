import type { Expression } from '../types.ts'
import type { Outcome } from './types.ts'

/** The outcomes without those that a reader would take for one that was named before. */
export function distinctOutcomes<T extends Outcome>(outcomes: readonly T[], rest: (outcome: T) => unknown): T[] {
  const kept: { readonly outcome: T; readonly key: string }[] = []
  for (const outcome of outcomes) {
    const key = JSON.stringify(rest(outcome))
    if (!kept.some((one) => one.key === key && isAlike(one.outcome, outcome))) kept.push({ outcome, key })
  }
  return kept.map(({ outcome }) => outcome)
}

/** Whether two requests end the same way, but for values that differ from request to request anyway. */
export function isAlike(one: Outcome, other: Outcome): boolean {
  return one.end === other.end && isAlikeOrNull(one.status, other.status) && isAlikeOrNull(one.body, other.body)
}

function isAlikeOrNull(one: Expression | null, other: Expression | null): boolean {
  return one === null || other === null ? one === other : isAlikeValue(one, other)
}

function isAlikeValue(one: Expression, other: Expression): boolean {
  if (isFixed(one) || isFixed(other)) return JSON.stringify(one) === JSON.stringify(other)
  if (one.kind === 'object' && other.kind === 'object') return isAlikeObject(one, other)
  if (one.kind === 'array' && other.kind === 'array') return isAlikeList(one.items, other.items)
  if (one.kind === 'operation' && other.kind === 'operation' && one.name === other.name)
    return isAlikeList(one.operands, other.operands)
  return one.kind !== 'object' && other.kind !== 'object' && one.kind !== 'array' && other.kind !== 'array'
}

type ObjectExpression = Extract<Expression, { kind: 'object' }>

/** A field that only one of them has, or has empty, is of no matter unless the other always says the same. */
function isAlikeObject(one: ObjectExpression, other: ObjectExpression): boolean {
  return [...new Set([...Object.keys(one.fields), ...Object.keys(other.fields)])].every((name) => {
    const [left, right] = [one.fields[name], other.fields[name]]
    if (isNothing(left)) return isNothing(right) || !isFixed(right)
    return isNothing(right) ? !isFixed(left) : isAlikeValue(left, right)
  })
}

function isNothing(value: Expression | undefined): value is undefined | Extract<Expression, { kind: 'undefined' }> {
  return !value || value.kind === 'undefined' || (value.kind === 'literal' && value.value === null)
}

function isAlikeList(one: readonly Expression[], other: readonly Expression[]): boolean {
  return (
    one.length === other.length &&
    one.every((item, index) => {
      const counterpart = other[index]
      return counterpart !== undefined && isAlikeValue(item, counterpart)
    })
  )
}

function isFixed({ kind }: Expression): boolean {
  return kind === 'literal' || kind === 'undefined'
}
