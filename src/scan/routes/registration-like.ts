import { ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all'])
const MAKERS =
  /^(?:express|Router|express\.Router|require\(['"]express['"]\)(?:\.Router)?|new Router|new express\.Router)\s*\(/
const TYPES = /\b(?:Express|Router|IRouter|Application|IRoute)\b/
const NAMES = /^(?:app|router|server|api|r|routes?)$|(?:Router|App|Api|Routes|Server)$/

/**
 * Calls that read like `router.get('/path', handler)` or `app.use(middleware)`, by their look alone, in code that nothing
 * ran: the cross-check of what analysis followed.
 */
export function findRegistrationLike(tree: ts.SourceFile): ts.CallExpression[] {
  if (!/\.\s*(?:get|post|put|patch|delete|head|options|all|use|route)\s*\(/.test(tree.text)) return []
  const makesRouters = /['"]express['"]/.test(tree.text)
  const declared = readDeclarations(tree)
  return [...walkSyntax(tree)]
    .filter(ts.isCallExpression)
    .filter((node) => isRegistration(node, { declared, makesRouters }))
}

interface FileFacts {
  /** What the file says of a name: it holds a router, it holds something else. */
  readonly declared: ReadonlyMap<string, boolean>
  readonly makesRouters: boolean
}

function isRegistration(node: ts.CallExpression, facts: FileFacts): boolean {
  const callee = node.expression
  if (!ts.isPropertyAccessExpression(callee)) return false
  const name = callee.name.text
  const [first, second] = node.arguments
  if (name === 'use') return first !== undefined && isRouterLike(callee.expression, facts)
  if (!VERBS.has(name)) return false
  if (isRouteChain(callee.expression)) return first !== undefined && isRouterLike(chainRoot(callee.expression), facts)
  return first !== undefined && second !== undefined && isPathLike(first) && isRouterLike(callee.expression, facts)
}

/** `router.route('/x').get(a).post(b)`: each verb counts. */
function isRouteChain(owner: ts.Expression): boolean {
  if (!ts.isCallExpression(owner) || !ts.isPropertyAccessExpression(owner.expression)) return false
  return owner.expression.name.text === 'route' || isRouteChain(owner.expression.expression)
}

function chainRoot(owner: ts.Expression): ts.Expression {
  return ts.isCallExpression(owner) && ts.isPropertyAccessExpression(owner.expression)
    ? chainRoot(owner.expression.expression)
    : owner
}

function isPathLike(node: ts.Expression): boolean {
  if (ts.isStringLiteralLike(node)) return node.text === '*' || node.text === '' || node.text.startsWith('/')
  if (ts.isArrayLiteralExpression(node)) return node.elements.length > 0 && node.elements.every(isPathLike)
  return (
    ts.isTemplateExpression(node) ||
    ts.isRegularExpressionLiteral(node) ||
    ts.isIdentifier(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isBinaryExpression(node)
  )
}

function isRouterLike(owner: ts.Expression, { declared, makesRouters }: FileFacts): boolean {
  const inner = ts.isNonNullExpression(owner) || ts.isParenthesizedExpression(owner) ? owner.expression : owner
  const name = ts.isIdentifier(inner) ? inner.text : ts.isPropertyAccessExpression(inner) ? inner.name.text : null
  if (name === null) return MAKERS.test(inner.getText())
  const known = declared.get(name)
  return known ?? (makesRouters && NAMES.test(name))
}

/** Names that the file declares, and whether by their initializer or type they are routers; unknown ones are left out. */
function readDeclarations(tree: ts.SourceFile): Map<string, boolean> {
  const declared = new Map<string, boolean>()
  for (const node of walkSyntax(tree)) {
    if (!ts.isVariableDeclaration(node) && !ts.isParameter(node) && !ts.isPropertyDeclaration(node)) continue
    const verdict = readDeclaration(node)
    if (verdict !== null && ts.isIdentifier(node.name))
      declared.set(node.name.text, verdict || declared.get(node.name.text) === true)
  }
  return declared
}

function readDeclaration(
  node: ts.VariableDeclaration | ts.ParameterDeclaration | ts.PropertyDeclaration,
): boolean | null {
  if (node.type && TYPES.test(node.type.getText())) return true
  if (!node.initializer) return null
  const text = node.initializer.getText()
  if (MAKERS.test(text)) return true
  return /^(?:new\s|await\s|axios|request|supertest|ky|got|fetch)/.test(text) ? false : null
}
