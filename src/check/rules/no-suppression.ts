import { type CaseSyntax, type Problem, ts } from '../syntax.ts'

const SUPPRESSION = /@ts-(ignore|expect-error|nocheck)|(eslint|biome|oxlint)-(disable|ignore)|(v8|c8|istanbul) ignore/

/** Nothing turns the checks off: neither a comment nor `any`. */
export function noSuppression(test: CaseSyntax): Problem[] {
  const comment = SUPPRESSION.exec(withoutStrings(test))
  const found: Problem[] = findAny(test.body).map((node) => ({
    message: 'expected real types, found `any`; leave the type to the compiler',
    node,
  }))
  if (!comment) return found
  return [...found, { message: `expected every check to run, found \`${comment[0]}\`; remove the comment`, node: null }]
}

function findAny(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = node.kind === ts.SyntaxKind.AnyKeyword ? [node] : []
  ts.forEachChild(node, (child) => {
    found.push(...findAny(child))
  })
  return found
}

/** Comments are not in the tree; what is left of the text without its literals holds them. */
function withoutStrings({ body }: CaseSyntax): string {
  const source = body.getSourceFile()
  const spans: { start: number; end: number }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralExpression(node) || ts.isTemplateLiteralToken(node)) {
      spans.push({ start: node.getStart(source), end: node.end })
    }
    ts.forEachChild(node, visit)
  }
  visit(body)
  return spans.toReversed().reduce((text, { start, end }) => text.slice(0, start) + text.slice(end), source.text)
}
