import { createHash } from 'node:crypto'
import { ts } from '../scan/syntax/syntax.ts'

/**
 * What code says without how it is laid out: comments, spaces, quotes, semicolons, trailing commas and needless
 * parentheses make no difference.
 */
export function canonical(node: ts.Node): string {
  if (isLayout(node)) return ''
  if (ts.isOmittedExpression(node)) return '_'
  if (ts.isParenthesizedExpression(node)) return canonical(node.expression)
  if (ts.isStringLiteralLike(node)) return JSON.stringify(node.text)
  if (isTemplatePart(node)) return JSON.stringify(node.text)
  if (ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) return node.text
  const children = node.getChildren()
  if (children.length === 0) return node.getText()
  if (isLoneParameter(node)) return `( ${children.map((child) => canonical(child)).join(' ')} )`
  const inner = children.map((child) => canonicalKey(child) ?? canonical(child)).filter((text) => text !== '')
  // A list with one thing in it, or nothing, is told from that thing by the node around it.
  if (node.kind === ts.SyntaxKind.SyntaxList) return inner.join(' ')
  return inner.length === 0 ? '' : `(${inner.join(' ')})`
}

export function canonicalFile(tree: ts.SourceFile): string {
  return tree.statements.map((statement) => canonical(statement)).join('\n')
}

/** The first 12 hexadecimal digits of a SHA-256: enough to tell the statements of a project apart. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

const LAYOUT: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.SemicolonToken,
  ts.SyntaxKind.CommaToken,
  ts.SyntaxKind.EmptyStatement,
  ts.SyntaxKind.EndOfFileToken,
])

/** Of the semicolons, those in the head of a `for` say something. */
function isLayout(node: ts.Node): boolean {
  return LAYOUT.has(node.kind) && !(node.parent && ts.isForStatement(node.parent))
}

function isTemplatePart(node: ts.Node): node is ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail {
  return ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
}

/** `x => 1` is `(x) => 1`. */
function isLoneParameter(node: ts.Node): boolean {
  return (
    node.kind === ts.SyntaxKind.SyntaxList &&
    ts.isArrowFunction(node.parent) &&
    !node.parent.getChildren().some((child) => child.kind === ts.SyntaxKind.OpenParenToken) &&
    node.parent.parameters.length === 1 &&
    node.pos === node.parent.parameters.pos
  )
}

/** `{ 'a': 1 }` is `{ a: 1 }`. */
function canonicalKey(node: ts.Node): string | null {
  const { parent } = node
  const isKey = parent && ts.isPropertyAssignment(parent) && parent.name === node
  return isKey && ts.isStringLiteralLike(node) && /^[A-Za-z_$][\w$]*$/.test(node.text) ? node.text : null
}
