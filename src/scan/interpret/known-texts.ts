import type { Expression } from '../types.ts'
import type { Value } from './values.ts'

/** What holds whatever the request is: the same text twice, or texts that begin differently. Null: not known. */
export function knownEquality(left: Value, right: Value): boolean | null {
  if (left.kind === 'symbol' && right.kind === 'symbol')
    return isSteady(left.expression) && JSON.stringify(left.expression) === JSON.stringify(right.expression)
      ? true
      : null
  const [text, part] =
    left.kind === 'literal' ? [left.value, right] : [right.kind === 'literal' ? right.value : null, left]
  const start = typeof text === 'string' ? startOf(part) : null
  if (start === null || typeof text !== 'string') return null
  return text.startsWith(start) ? null : false
}

/** What a text of parts certainly begins with; null when it is no such text. */
export function startOf(value: Value): string | null {
  return value.kind === 'symbol' ? startOfText(value.expression) : null
}

function startOfText(expression: Expression | undefined): string | null {
  if (expression?.kind !== 'operation' || expression.name !== 'concat') return null
  const [first] = expression.operands
  return first?.kind === 'literal' && typeof first.value === 'string' ? first.value : startOfText(first)
}

/** Gives the same each time it is asked in one request. NaN, which is no number's equal, only comes of a conversion. */
function isSteady(expression: Expression): boolean {
  if (expression.kind === 'input' || expression.kind === 'env') return true
  return expression.kind === 'operation' && TEXTS.has(expression.name) && expression.operands.every(isSteadyOrLiteral)
}

function isSteadyOrLiteral(expression: Expression): boolean {
  return expression.kind === 'literal' || isSteady(expression)
}

const TEXTS = new Set(['trim', 'toLowerCase', 'toUpperCase', 'concat', 'String'])
