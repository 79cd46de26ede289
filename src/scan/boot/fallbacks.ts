import { ts } from '../syntax/syntax.ts'

interface Fallback {
  /** Null: something stands in for the variable that is no literal. */
  readonly literal: string | null
}

/** `process.env.PORT ?? 3000`, also inside `Number(...)`, and `const { PORT = '3000' } = process.env`. */
export function findFallback(read: ts.Node): Fallback | null {
  if (ts.isBindingElement(read)) return read.initializer ? { literal: literalText(read.initializer) } : null
  let current = read
  for (let { parent } = read; parent; parent = parent.parent) {
    if (ts.isBinaryExpression(parent) && parent.left === current && isFallback(parent.operatorToken.kind))
      return { literal: literalText(parent.right) }
    if (!keepsValue(parent)) return null
    current = parent
  }
  return null
}

function isFallback(operator: ts.SyntaxKind): boolean {
  return operator === ts.SyntaxKind.BarBarToken || operator === ts.SyntaxKind.QuestionQuestionToken
}

function keepsValue(node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node)) return true
  return (
    ts.isCallExpression(node) &&
    /^(?:Number|String|parseInt|Number\.parseInt|parseFloat)$/.test(node.expression.getText())
  )
}

function literalText(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return node.text
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return node.getText()
  return null
}
