import { ts } from '../../scan/syntax/syntax.ts'
import { isStatus } from './another-status.ts'
import { type Named, type Operator, quote, replace } from './place.ts'

/** A flag the other way round, another number, another text; `!` and what stands behind `??` left out. */
export const literals: Operator = {
  name: 'literal',
  find: (node) => (ts.isExpression(node) ? changeValue(node) : []),
}

function changeValue(node: ts.Expression): readonly Named[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return flip(node, ['true', 'false'])
  if (node.kind === ts.SyntaxKind.FalseKeyword) return flip(node, ['false', 'true'])
  if (ts.isNumericLiteral(node)) {
    if (isStatus(node)) return []
    const value = Number(node.text.replaceAll('_', ''))
    // A long time or a large sum is not wrong by one, but by a unit.
    const other = String(value < 100 ? value + 1 : value * 10)
    return replace(node, other, { change: `had ${other} instead of ${node.getText()}` })
  }
  if (ts.isStringLiteral(node) && isValue(node)) {
    const other = node.text === '' ? "'itest'" : "''"
    return replace(node, other, { change: `had ${other} instead of ${quote(node)}` })
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return replace(node, `!!(${node.operand.getText()})`, { change: `took ${quote(node)} for its opposite` })
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
    return replace(node, node.left.getText(), { change: `did without \`?? ${node.right.getText()}\`` })
  }
  return []
}

function flip(node: ts.Expression, [was, now]: readonly [string, string]): readonly Named[] {
  const name = ts.isPropertyAssignment(node.parent) ? `${node.parent.name.getText()}: ` : ''
  return replace(node, now, { change: `had \`${name}${now}\` instead of \`${name}${was}\`` })
}

/** A text that the program hands on or compares; not a name, a path or a part of a longer text. */
function isValue({ parent }: ts.StringLiteral): boolean {
  if (ts.isPropertyAssignment(parent) || ts.isArrayLiteralExpression(parent) || ts.isCaseClause(parent)) return true
  if (ts.isConditionalExpression(parent) || ts.isReturnStatement(parent)) return true
  if (!ts.isBinaryExpression(parent)) return false
  return parent.operatorToken.kind !== ts.SyntaxKind.PlusToken
}
