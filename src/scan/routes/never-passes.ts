import type { Value } from '../interpret/values.ts'
import { ts } from '../syntax/syntax.ts'

/**
 * Whether the text of a handler shows that it never passes a request on: it is not given `next`, or calls it with errors
 * only, or where the answer is out already. Then the ways through it, which may be many, need not be followed to know that.
 */
export function neverPasses(handler: Value): boolean {
  if (handler.kind !== 'function') return false
  const { parameters, body } = handler.node
  const takesMore = parameters.some((parameter) => parameter.dotDotDotToken) || parameters.length > 3
  if (!body || takesMore || /\barguments\b/.test(body.getText())) return false
  const next = parameters[2]?.name
  if (!next) return true
  return ts.isIdentifier(next) && usesOf(body, next.text).every((use) => isErrorCall(use) || isAfterAnswer(use))
}

function usesOf(node: ts.Node, name: string): ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (inner: ts.Node): void => {
    if (ts.isIdentifier(inner) && inner.text === name) found.push(inner)
    ts.forEachChild(inner, visit)
  }
  visit(node)
  return found
}

/** `next(new ApiError())`, and `next(error)` of the `catch (error)` around it or of `const error = new ApiError()`. */
function isErrorCall(use: ts.Identifier): boolean {
  const { parent } = use
  if (!ts.isCallExpression(parent) || parent.expression !== use) return false
  const [first] = parent.arguments
  if (!first) return false
  if (ts.isNewExpression(first)) return true
  return ts.isIdentifier(first) && (isCaught(first) || isMade(first))
}

function isMade(name: ts.Identifier): boolean {
  for (let block: ts.Node = name; block.parent && !ts.isFunctionLike(block); block = block.parent) {
    if (!ts.isBlock(block)) continue
    const declared = block.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) =>
        declarationList.flags & ts.NodeFlags.Const ? [...declarationList.declarations] : [],
      )
    const own = declared.find((one) => ts.isIdentifier(one.name) && one.name.text === name.text)
    if (own) return own.initializer !== undefined && ts.isNewExpression(own.initializer)
  }
  return false
}

/** `if (res.headersSent) return next()` */
function isAfterAnswer(use: ts.Identifier): boolean {
  for (let current: ts.Node = use; current.parent; current = current.parent) {
    const { parent } = current
    if (!ts.isIfStatement(parent) || parent.thenStatement !== current) continue
    if (/^\w+\.(?:headersSent|writableEnded)$/.test(parent.expression.getText())) return true
  }
  return false
}

function isCaught(name: ts.Identifier): boolean {
  for (let current: ts.Node = name; current.parent; current = current.parent) {
    if (!ts.isCatchClause(current)) continue
    const caught = current.variableDeclaration?.name
    if (caught && ts.isIdentifier(caught) && caught.text === name.text) return true
  }
  return false
}
