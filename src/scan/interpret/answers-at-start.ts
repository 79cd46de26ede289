import { type InTests, variableInTests } from '../boot/set-in-tests.ts'
import { textInTests } from '../models/assumed-text.ts'
import type { ts } from '../syntax/syntax.ts'
import type { Expression } from '../types.ts'
import { isEmpty } from './logical.ts'
import type { Machine } from './machine.ts'
import { isNone } from './truthiness.ts'

/** How a condition on a variable falls at import, where tests decide that; null: they do not. */
export function answerAtStart(machine: Machine, condition: Expression, node: ts.Node): boolean | null {
  return askMissing(machine, condition, node) ?? askText(machine, condition, node)
}

/** Whether a variable is there, at import: as the harness starts the app. */
function askMissing(machine: Machine, condition: Expression, node: ts.Node): boolean | null {
  const name = variableOf(condition)
  if (name !== null) return isSet(variableInTests(machine, name, node))
  if (condition.kind !== 'operation') return null
  const [left, right] = condition.operands
  const asked = left ? variableOf(left) : null
  const asksMissing = condition.name === 'is nullish' || (condition.name === '===' && right && isNone(right))
  if (asked === null || !(asksMissing || (condition.name === '===' && right && isEmpty(right)))) return null
  const found = variableInTests(machine, asked, node)
  return asksMissing ? found.how === 'missing' : found.how === 'default' && found.text === ''
}

/** What stands in for it may be as good as nothing. */
function isSet(found: InTests): boolean {
  return found.how === 'set' || (found.how === 'default' && !/^(?:false|0|)$/.test(found.text))
}

/** What a variable is compared with decides where tests give it a value; one that they leave alone equals no text. */
function askText(machine: Machine, condition: Expression, node: ts.Node): boolean | null {
  if (condition.kind !== 'operation' || condition.name !== '===') return null
  const [left, right] = condition.operands
  if (!left || right?.kind !== 'literal' || typeof right.value !== 'string') return null
  const text = textInTests(machine, left, node)
  return text === null ? (variableOf(left) === null ? null : false) : text === right.value
}

/** The name of a variable as it is, or in other letters. */
function variableOf(expression: Expression): string | null {
  if (expression.kind !== 'operation') return expression.kind === 'env' ? expression.name : null
  const [first] = expression.operands
  return /^(?:String|trim|toLowerCase|toUpperCase)$/.test(expression.name) && first ? variableOf(first) : null
}
