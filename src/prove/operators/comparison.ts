import { ts } from '../../scan/syntax/syntax.ts'
import { type Operator, quote, replace } from './place.ts'

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
}

/** Another operator between the same two values: a boundary, its opposite, the other sign. */
export const comparison: Operator = {
  name: 'operator',
  find: (node) => {
    if (!ts.isBinaryExpression(node)) return []
    const { left, right, operatorToken } = node
    if (isText(left) || isText(right)) return []
    return (OTHERS[operatorToken.getText()] ?? []).flatMap((other) =>
      replace(node, `(${left.getText()}) ${other} (${right.getText()})`, {
        change: `took \`${other}\` for \`${operatorToken.getText()}\` in ${quote(node)}`,
      }),
    )
  },
}

/** Texts are put together by `+`, and nothing else makes sense of them. */
function isText(node: ts.Expression): boolean {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
    return ts.isBinaryExpression(node.parent) && node.parent.operatorToken.kind === ts.SyntaxKind.PlusToken
  }
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (isText(node.left) || isText(node.right))
  )
}
