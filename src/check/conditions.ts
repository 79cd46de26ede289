import { climb, isFunction, quote, ts } from './syntax.ts'
import { isCondition } from './uses.ts'

/**
 * Why a node of a case may not run, or run for nothing: the branch, loop or callback around it, in words. Null when it
 * runs once the statements before it have.
 */
export function findCondition(node: ts.Node, body: ts.Block): string | null {
  let child: ts.Node = node
  while (child !== body) {
    const found = readCondition(child.parent, child)
    if (found) return found
    child = child.parent
  }
  return null
}

function readCondition(parent: ts.Node, child: ts.Node): string | null {
  if (ts.isIfStatement(parent)) return 'an `if`'
  if (ts.isSwitchStatement(parent)) return 'a `switch`'
  if (ts.isConditionalExpression(parent)) return 'a `? :`'
  if (ts.isBinaryExpression(parent) && isLogical(parent) && parent.right === child) {
    return `the right side of \`${parent.operatorToken.getText()}\``
  }
  if (ts.isCatchClause(parent)) return 'a `catch`'
  if (ts.isForOfStatement(parent))
    return isFilledList(parent.expression) ? null : `a loop over ${quote(parent.expression)}`
  if (ts.isIterationStatement(parent, false)) return 'a loop'
  if (parent.kind === ts.SyntaxKind.CallExpression && isOptional(parent)) return 'a call with `?.`'
  if (isFunction(parent)) return isCalledForSure(parent) ? null : 'a function that may not be called'
  return ts.isFunctionLike(parent) ? 'a function that may not be called' : null
}

function isLogical(expression: ts.BinaryExpression): boolean {
  const { kind } = expression.operatorToken
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  )
}

function isOptional(node: ts.Node): boolean {
  return ts.isCallExpression(node) && ts.isCallChain(node)
}

function isFilledList(list: ts.Expression): boolean {
  return ts.isArrayLiteralExpression(list) && list.elements.length > 0 && !list.elements.some(ts.isSpreadElement)
}

/** `Promise.all([1, 2].map(() => ...))` and `until(() => ...)`: the callbacks that are certain to run. */
function isCalledForSure(callback: ts.Node): boolean {
  if (isCondition(callback)) return true
  const { parent: call } = climb(callback)
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false
  return call.expression.name.text === 'map' && isFilledList(call.expression.expression)
}
