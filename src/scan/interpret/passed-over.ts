import { mayLeadTo, readPattern } from '../routes/route-pattern.ts'
import { ts } from '../syntax/syntax.ts'
import { evaluate } from './evaluate.ts'
import type { Machine } from './machine.ts'
import type { Scope } from './scope.ts'
import { knownString } from './values.ts'

/** `app.use('/users', usersRouter)` where only a route elsewhere is asked for: nothing behind it needs to be read. */
export function isPassedOver(machine: Machine, node: ts.CallExpression, scope: Scope): boolean {
  if (!machine.wanted || machine.run) return false
  const [first, second] = node.arguments
  const isMount = ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'use'
  if (!isMount || !first || !second || !isPlainText(first)) return false
  const prefix = knownString(evaluate(machine, first, scope))
  if (prefix === null || mayLeadTo(readPattern(prefix), machine.wanted)) return false
  machine.passedOver += 1
  return true
}

/** Text that can be read twice without anything happening twice. */
function isPlainText(node: ts.Expression): boolean {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isIdentifier(node) ||
    ts.isPropertyAccessExpression(node) ||
    (ts.isTemplateExpression(node) && node.templateSpans.every(({ expression }) => isPlainText(expression)))
  )
}
