import type { Expression } from '../types.ts'
import { typeOfResult } from './known-types.ts'
import type { Value } from './values.ts'

/** What holds whatever the request is: the same text twice, or texts that begin differently. Null: not known. */
export function knownEquality(left: Value, right: Value): boolean | null {
  if (left.kind === 'symbol' && right.kind === 'symbol')
    return isSteady(left.expression) && JSON.stringify(left.expression) === JSON.stringify(right.expression)
      ? true
      : null
  const [text, part] =
    left.kind === 'literal' ? [left.value, right] : [right.kind === 'literal' ? right.value : null, left]
  if (typeof text !== 'string') return null
  const [start, end] = [startOf(part), endOf(part)]
  if (start !== null && !text.startsWith(start)) return false
  return end === null || text.endsWith(end) ? null : false
}

/** Whether a text of parts begins with other words, ends with them, or has them; null where its fixed parts do not tell. */
export function knownTest(text: Value, test: string, words: string): boolean | null {
  switch (test) {
    case 'startsWith':
      return decidedBy(startOf(text), (start) => [start.startsWith(words), words.startsWith(start)])
    case 'endsWith':
      return decidedBy(endOf(text), (end) => [end.endsWith(words), words.endsWith(end)])
    case 'includes':
      return fixedParts(text)?.some((part) => part?.includes(words)) ? true : null
    default:
      return null
  }
}

/** `compare` tells whether the fixed part has the words, and whether it may yet. */
function decidedBy(fixed: string | null, compare: (fixed: string) => readonly [boolean, boolean]): boolean | null {
  if (fixed === null) return null
  const [has, may] = compare(fixed)
  return has || (may ? null : false)
}

function startOf(value: Value): string | null {
  return fixedParts(value)?.at(0) ?? null
}

function endOf(value: Value): string | null {
  return fixedParts(value)?.at(-1) ?? null
}

/** A text of parts as what is fixed of it, null standing for the rest; null when it is no such text. */
function fixedParts(value: Value): readonly (string | null)[] | null {
  const isText = value.kind === 'symbol' && typeOfResult(value.expression) === 'string'
  return isText ? partsOfText(value.expression) : null
}

function partsOfText(expression: Expression): readonly (string | null)[] {
  if (expression.kind === 'literal') return expression.value === '' ? [] : [String(expression.value)]
  if (expression.kind !== 'operation') return [null]
  const [operand] = expression.operands
  switch (expression.name) {
    case '+':
    case 'concat':
      if (typeOfResult(expression) !== 'string') return [null]
      return expression.operands.flatMap(partsOfText)
    case 'toLowerCase':
      return operand ? partsOfText(operand).map((part) => part?.toLowerCase() ?? null) : [null]
    case 'toUpperCase':
      return operand ? partsOfText(operand).map((part) => part?.toUpperCase() ?? null) : [null]
    default:
      return [null]
  }
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
