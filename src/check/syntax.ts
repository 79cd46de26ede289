import { Project, ts } from 'ts-morph'
import type { Path, Plan } from '../plan/types.ts'
import type { DraftCase } from '../write/types.ts'

// The one place of this room that imports ts-morph: the others take the compiler from here.
export { ts }

/** TypeScript's own library files; ts-morph carries them within itself, there are none on disk beside its compiler. */
export function openLibrary(): { readonly folder: string; readFile(path: string): string | undefined } {
  const host = new Project({ useInMemoryFileSystem: true }).getModuleResolutionHost()
  return { folder: '/node_modules/typescript/lib', readFile: (path) => host.readFile(path) }
}

/** One case as the rules see it. */
export interface CaseSyntax {
  readonly title: string
  readonly code: string
  /** The statements of the case; its line 1 is line 1 of the code. */
  readonly body: ts.Block
  readonly path: Path
  readonly route: Plan['route']
  /** What the scaffold gives to a case. `expect` is always there. */
  readonly names: ReadonlySet<string>
  /** Variables that are set for the tests, to values that are no secrets. */
  readonly environment: ReadonlySet<string>
}

/** What a rule says of one case: what was expected, what was found, what to do. */
export interface Problem {
  readonly message: string
  /** Where in the case; null when it is about the case as a whole. */
  readonly node: ts.Node | null
}

export type Rule = (test: CaseSyntax) => readonly Problem[]

const OPENING = 'async () => {\n'
const CLOSING = '\n}'

/** Parses a case as the body of an async function; a text that would end that function early does not parse. */
export function parseCase(
  testCase: DraftCase,
): { ok: true; body: ts.Block } | { ok: false; message: string; line: number | null } {
  const text = `${OPENING}${testCase.code}${CLOSING}`
  const error = findSyntaxError(text)
  if (error) return { ok: false, ...error }
  const source = ts.createSourceFile('case.ts', text, ts.ScriptTarget.Latest, true)
  const [statement, ...others] = source.statements
  const body = statement && ts.isExpressionStatement(statement) ? readBody(statement.expression) : null
  if (!body || others.length > 0 || body.end !== text.length) {
    return { ok: false, message: 'a closing bracket that ends the body of the test too early', line: null }
  }
  return { ok: true, body }
}

function findSyntaxError(text: string): { message: string; line: number | null } | null {
  const { diagnostics = [] } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  })
  const first = diagnostics[0]
  if (!first) return null
  const line = first.file ? first.file.getLineAndCharacterOfPosition(first.start ?? 0).line : null
  return { message: ts.flattenDiagnosticMessageText(first.messageText, ' '), line }
}

function readBody(expression: ts.Expression): ts.Block | null {
  return ts.isArrowFunction(expression) && ts.isBlock(expression.body) ? expression.body : null
}

/** 1-based line within the code of the case. */
export function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line
}

/** The node's text on one line, shortened for a message. */
export function quote(node: ts.Node): string {
  const text = node.getText().replaceAll(/\s+/g, ' ')
  return text.length > 60 ? `\`${text.slice(0, 57)}...\`` : `\`${text}\``
}

/** Every node below, outermost first; types are left out, they do nothing at run time. */
export function descend(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (child: ts.Node): void => {
    if (ts.isTypeNode(child)) return
    found.push(child)
    ts.forEachChild(child, visit)
  }
  ts.forEachChild(node, visit)
  return found
}

/** Without brackets, `as`, `satisfies` and `!`. */
export function unwrap(node: ts.Expression): ts.Expression {
  const wrapped =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isNonNullExpression(node)
  return wrapped ? unwrap(node.expression) : node
}

/** The nearest parent that is not mere brackets, `as`, `satisfies` or `!`, and the child through which it was met. */
export function climb(node: ts.Node): { parent: ts.Node; child: ts.Node } {
  let child = node
  while (ts.isExpression(child.parent) && unwrap(child.parent) !== child.parent) child = child.parent
  return { parent: child.parent, child }
}

export function isFunction(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node)
}
