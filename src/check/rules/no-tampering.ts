import { observe } from '../observations.ts'
import { type CaseSyntax, descend, type Problem, quote, ts } from '../syntax.ts'

const CHANGES = /^(copyWithin|fill|pop|push|reverse|shift|sort|splice|unshift)$/

/** What was observed stays as it was: nothing is assigned, and no list of the run is changed. */
export function noTampering(test: CaseSyntax): Problem[] {
  return descend(test.body).flatMap((node) => {
    const found = findChange(node)
    const message = `expected values to stay as they are, found ${quote(node)}; make a new constant instead`
    return found ? [{ message, node }] : []
  })
}

function findChange(node: ts.Node): boolean {
  if (ts.isDeleteExpression(node)) return true
  if (ts.isBinaryExpression(node)) return isAssignment(node.operatorToken.kind)
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    return node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
  const { name, expression: list } = node.expression
  return CHANGES.test(name.text) && !isFreshList(list) && observe(list).size > 0
}

/** `responses.map((res) => res.status).sort()` changes nobody's list. */
function isFreshList(list: ts.Expression): boolean {
  return ts.isCallExpression(list) && /\.(map|filter|flatMap|slice|concat)$/.test(list.expression.getText())
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}
