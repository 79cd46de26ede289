import { ts } from '../../scan/syntax/syntax.ts'

export function findFunction(node: ts.Node): ts.FunctionLikeDeclaration | null {
  for (let above = node.parent; !ts.isSourceFile(above); above = above.parent) {
    if (isFunctionWithBody(above)) return above
  }
  return null
}

export function isFunctionWithBody(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isAccessor(node)
  )
}

/** Whether an error at the node is caught, or seen by a `finally`, in its own function. */
export function isWithinTry(node: ts.Node): boolean {
  for (let inner = node; !isFunctionWithBody(inner) && !ts.isSourceFile(inner); inner = inner.parent) {
    if (ts.isTryStatement(inner.parent)) return true
  }
  return false
}

export function isWithinCatch(node: ts.Node): boolean {
  for (let inner = node; !isFunctionWithBody(inner) && !ts.isSourceFile(inner); inner = inner.parent) {
    if (ts.isCatchClause(inner)) return true
  }
  return false
}

const ANSWERS = new Set(['json', 'send', 'end', 'sendStatus', 'sendFile', 'redirect', 'render', 'jsonp', 'download'])

/** `res.status(400).json(…)`: what ends with the name of an answer. */
export function isAnswer(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    ANSWERS.has(node.expression.name.text)
  )
}

/** `next(…)`, or whatever the last parameter of a handler is called. */
export function isNext(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return false
  const { text } = node.expression
  const parameters = findFunction(node)?.parameters ?? []
  return parameters.length >= 3 && parameters.at(-1)?.name.getText() === text
}

/** Whether a statement always leaves its function or its loop. */
export function leaves(statement: ts.Statement): boolean {
  if (ts.isBlock(statement)) {
    const last = statement.statements.at(-1)
    return last !== undefined && leaves(last)
  }
  return (
    ts.isReturnStatement(statement) ||
    ts.isThrowStatement(statement) ||
    ts.isContinueStatement(statement) ||
    ts.isBreakStatement(statement)
  )
}

/** The first status that a piece of code answers with, e.g. in `res.status(403)`; null: none that can be read. */
export function findStatus(node: ts.Node): number | null {
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text)
    return Number.isInteger(value) && value >= 200 && value < 600 ? value : null
  }
  return ts.forEachChild(node, findStatus) ?? null
}

export function unwrap(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node)
    ? unwrap(node.expression)
    : node
}

/** The calls of a chain, its last one first: `.limit(1)`, `.where(…)`, `.from(…)`, `db.select()`. */
export function listChain(node: ts.Expression): readonly ts.CallExpression[] {
  const calls: ts.CallExpression[] = []
  for (let one: ts.Expression = node; ; ) {
    if (ts.isCallExpression(one)) {
      calls.push(one)
      one = one.expression
    } else if (ts.isPropertyAccessExpression(one)) one = one.expression
    else return calls
  }
}

export function methodName(call: ts.CallExpression): string | null {
  return ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : null
}
