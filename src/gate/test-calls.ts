import { escapePattern } from '../escape-pattern.ts'
import { ts } from '../scan/syntax/syntax.ts'

/** `it.skip('answers 201', ...)` or `describe('POST /orders', ...)`. */
export interface TestCall {
  readonly kind: 'test' | 'suite'
  readonly node: ts.CallExpression
  readonly title: { readonly exact: string | null; readonly pattern: string }
  readonly modifiers: readonly string[]
}

type Kind = TestCall['kind']

const GLOBALS = [
  ['it', 'test'],
  ['test', 'test'],
  ['describe', 'suite'],
  ['suite', 'suite'],
] as const

/** What the file calls Vitest's functions: `import { it as spec }`, `const authed = test.extend({ ... })`. */
export function testNames(tree: ts.SourceFile): ReadonlyMap<string, Kind> {
  const names = new Map<string, Kind>(GLOBALS)
  const visit = (node: ts.Node): void => {
    if (ts.isImportSpecifier(node)) {
      const kind = names.get((node.propertyName ?? node.name).text)
      if (kind) names.set(node.name.text, kind)
    }
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const chain = readChain(node.initializer)
      const kind = chain && names.get(chain.root)
      if (kind && chain.members.at(-1) === 'extend') names.set(node.name.text, kind)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}

/** Null for anything else than a call that declares a test or a suite. */
export function readTestCall(node: ts.Node, names: ReadonlyMap<string, Kind>): TestCall | null {
  if (!ts.isCallExpression(node)) return null
  const chain = readChain(node.expression)
  const kind = chain && names.get(chain.root)
  const [title] = node.arguments
  if (!chain || !kind || !title || chain.members.some((member) => !MEMBERS.has(member))) return null
  // The inner call of `it.each(table)('title', ...)`, which has no title, and `it.skipIf(condition)`.
  if (TABLES.has(chain.members.at(-1) ?? '') && !chain.isCalled) return null
  const options = node.arguments.slice(1).flatMap((argument) => readOptions(argument))
  const modifiers = [...chain.members.filter((member) => member !== 'each' && member !== 'for'), ...options]
  return { kind, node, title: readTitle(title, chain.members), modifiers }
}

const TABLES = new Set(['each', 'for', 'skipIf', 'runIf'])
const MEMBERS = new Set([...TABLES, 'skip', 'only', 'todo', 'fails', 'concurrent', 'sequential', 'shuffle'])

interface Chain {
  readonly root: string
  readonly members: readonly string[]
  /** The outermost is a call itself, as in `it.each(table)`. */
  readonly isCalled: boolean
}

/** `it.skip.each(table)` is root `it` with members `skip` and `each`; null for what begins with no name. */
function readChain(node: ts.Expression): Chain | null {
  const members: string[] = []
  const isCalled = ts.isCallExpression(node) || ts.isTaggedTemplateExpression(node)
  for (let at: ts.Expression = node; ; ) {
    if (ts.isIdentifier(at)) return { root: at.text, members: members.reverse(), isCalled }
    if (ts.isPropertyAccessExpression(at)) {
      members.push(at.name.text)
      at = at.expression
    } else if (ts.isCallExpression(at)) at = at.expression
    else if (ts.isTaggedTemplateExpression(at)) at = at.tag
    else return null
  }
}

/** `it('title', { skip: true, retry: 2 }, () => ...)`. */
function readOptions(node: ts.Expression): string[] {
  if (!ts.isObjectLiteralExpression(node)) return []
  return node.properties.flatMap((property) => {
    const name = property.name && ts.isIdentifier(property.name) ? property.name.text : null
    const isOff = ts.isPropertyAssignment(property) && property.initializer.kind === ts.SyntaxKind.FalseKeyword
    return name && MEMBERS.has(name) && !isOff ? [name] : []
  })
}

/** Of a table, `%s` and `$name` are filled in at run time; so is what a template holds. */
function readTitle(node: ts.Expression, members: readonly string[]): TestCall['title'] {
  const isTable = members.includes('each') || members.includes('for')
  if (ts.isStringLiteralLike(node)) {
    const holes = isTable ? node.text.split(/%[sdifjoO#$%]|\$[\w.]+/) : [node.text]
    return { exact: holes.length === 1 ? node.text : null, pattern: holes.map(escapePattern).join('.*') }
  }
  if (ts.isTemplateExpression(node)) {
    const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
    return { exact: null, pattern: parts.map(escapePattern).join('.*') }
  }
  return { exact: null, pattern: '.*' }
}
