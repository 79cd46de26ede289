import { ts } from '../../scan/syntax/syntax.ts'
import { findFunction, isWithinTry } from './around.ts'
import { nameCall, type Operator, quote, replace } from './place.ts'

/** The code goes on before what it asked for is done, and loses its errors. */
export const droppedAwait: Operator = {
  name: 'dropped-await',
  find: (node) => {
    if (!ts.isAwaitExpression(node)) return []
    const { expression } = node
    const what = ts.isCallExpression(expression) ? nameCall(expression) : quote(expression)
    const isPassedOn = isReturned(node) && !isWithinTry(node) && findFunction(node) !== null
    return replace(node, expression.getText(), {
      change: `did not wait for ${what}`,
      ...(isPassedOn ? { equivalent: 'whoever called it waits for what it returns' } : {}),
    })
  },
}

function isReturned({ parent }: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent)) return isReturned(parent)
  return ts.isReturnStatement(parent)
}
