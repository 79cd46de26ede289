import { escapePattern } from '../escape-pattern.ts'
import { ts } from '../scan/syntax/syntax.ts'

/** `it.skip('answers 201', ...)` or `describe('POST /orders', ...)`. */
export interface TestCall {
  readonly kind: Kind
  readonly node: ts.CallExpression
  readonly title: Title
  readonly modifiers: readonly string[]
}

interface Title {
  /** Null: only a run knows it. */
  readonly exact: string | null
  readonly pattern: string
  /** As it is written. */
  readonly shown: string
}

type Kind = 'test' | 'suite'

/** What a file calls the functions that declare tests and suites. */
export interface TestNames {
  readonly kinds: ReadonlyMap<string, Kind>
  /** Of other files of the project; one may be a `test` of the project's own. */
  readonly imported: ReadonlySet<string>
}

const GLOBALS = [
  ['it', 'test'],
  ['test', 'test'],
  ['describe', 'suite'],
  ['suite', 'suite'],
] as const

/** `it`, `import { it as spec }`, `const authed = test.extend({ ... })`, `import { apiTest } from './fixtures'`. */
export function readTestNames(tree: ts.SourceFile): TestNames {
  const kinds = new Map<string, Kind>(GLOBALS)
  const imported = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isImportSpecifier(node)) {
      const kind = kinds.get((node.propertyName ?? node.name).text)
      if (kind) kinds.set(node.name.text, kind)
    }
    if (ts.isImportDeclaration(node)) for (const name of importedNames(node)) imported.add(name)
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isExtended(node.initializer))
      kinds.set(node.name.text, 'test')
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return { kinds, imported }
}

function importedNames({ moduleSpecifier, importClause }: ts.ImportDeclaration): string[] {
  if (!ts.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.startsWith('.')) return []
  const { name, namedBindings } = importClause ?? {}
  const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements.map((one) => one.name) : []
  return [name ?? [], named].flat().map(({ text }) => text)
}

/** `test.extend({ ... })` */
function isExtended(node: ts.Expression | undefined): boolean {
  const words = node && ts.isCallExpression(node) ? readCallee(node.expression) : null
  return words !== null && words !== undefined && words.at(-1) === 'extend' && words[0] !== 'expect'
}

/** Null for anything else than a call that declares a test or a suite. */
export function readTestCall(node: ts.Node, names: TestNames): TestCall | null {
  if (!ts.isCallExpression(node)) return null
  const words = readCallee(node.expression)
  const [base = '', ...members] = words ?? []
  const kind = names.kinds.get(base) ?? (isImportedTest(node, base, names) ? 'test' : undefined)
  const [title] = node.arguments
  if (!kind || !title || members.some((member) => !MODIFIERS.has(member))) return null
  // The inner call of `it.each(table)('title', ...)`, which has no title, and `it.skipIf(condition)`.
  if (TABLES.has(members.at(-1) ?? '') && ts.isPropertyAccessExpression(node.expression)) return null
  const options = node.arguments.slice(1).flatMap((argument) => readOptions(argument))
  const modifiers = [...members.filter((member) => member !== 'each' && member !== 'for'), ...options]
  return { kind, node, title: readTitle(title, members), modifiers }
}

const TABLES = new Set(['each', 'for', 'skipIf', 'runIf'])
const MODIFIERS = new Set([...TABLES, 'skip', 'only', 'todo', 'fails', 'concurrent', 'sequential', 'shuffle'])

/** A `test` of the project's own, with a title and a function that declares no other. */
function isImportedTest(call: ts.CallExpression, base: string, names: TestNames): boolean {
  const [title, ...others] = call.arguments
  if (!names.imported.has(base) || !title || !ts.isStringLiteralLike(title)) return false
  const body = others.find((argument) => ts.isArrowFunction(argument) || ts.isFunctionExpression(argument))
  const declares = (node: ts.Node): boolean =>
    readTestCall(node, { ...names, imported: new Set() }) !== null || ts.forEachChild(node, declares) === true
  return body !== undefined && !declares(body)
}

/** `it.each([...])` as `it`, `each`; null where it does not begin with a name. */
export function readCallee(expression: ts.Expression): string[] | null {
  if (ts.isIdentifier(expression)) return [expression.text]
  if (ts.isCallExpression(expression)) return readCallee(expression.expression)
  if (ts.isTaggedTemplateExpression(expression)) return readCallee(expression.tag)
  if (!ts.isPropertyAccessExpression(expression)) return null
  const owner = readCallee(expression.expression)
  return owner && [...owner, expression.name.text]
}

/** `it('title', { skip: true, retry: 2 }, () => ...)`. */
function readOptions(node: ts.Expression): string[] {
  if (!ts.isObjectLiteralExpression(node)) return []
  return node.properties.flatMap((property) => {
    const name = property.name && ts.isIdentifier(property.name) ? property.name.text : null
    const isOff = ts.isPropertyAssignment(property) && property.initializer.kind === ts.SyntaxKind.FalseKeyword
    return name && MODIFIERS.has(name) && !isOff ? [name] : []
  })
}

/** Of a table, `%s` and `$name` are filled in at run time; so is what a template holds. */
function readTitle(node: ts.Expression, members: readonly string[]): Title {
  const isTable = members.includes('each') || members.includes('for')
  if (ts.isStringLiteralLike(node)) {
    const holes = isTable ? node.text.split(/%[sdifjoO#$%]|\$[\w.]+/) : [node.text]
    return {
      exact: holes.length === 1 ? node.text : null,
      pattern: holes.map(escapePattern).join('.*'),
      shown: node.text,
    }
  }
  if (ts.isTemplateExpression(node)) {
    const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
    return { exact: null, pattern: parts.map(escapePattern).join('.*'), shown: node.getText().slice(1, -1) }
  }
  return { exact: null, pattern: '.*', shown: node.getText() }
}
