import type { Site, TestSites } from '../classify.ts'
import type { Frame, TestFacts } from '../run/types.ts'
import { ts } from '../scan/syntax/syntax.ts'
import { readCallee } from '../test-files/test-calls.ts'
import { isConstant } from './constants.ts'
import { findRole, isFunction } from './roles.ts'
import { findNode, type ReadSource, type Source } from './source.ts'

export interface SiteOptions {
  readonly read: ReadSource
  readonly testFiles: ReadonlySet<string>
  /** Of the project's Vitest config. */
  readonly setupFiles: ReadonlySet<string>
}

const TEST_LIKE =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|e2e|testing|test-utils)\/|[.-](?:test|spec|setup)\.|(?:^|\/)(?:vitest|setup|global-setup)[\w.-]*\.[cm]?[jt]s$/i

/** What the syntax says of the places that the facts of one test name. */
export function locateTest(test: TestFacts, options: SiteOptions): TestSites {
  const site = (frames: readonly Frame[]): Site => locate(frames, { ...options, file: test.file })
  return {
    errors: test.errors.map(({ frames }) => site(frames)),
    assertions: (test.harness?.assertions ?? []).map(({ frame }) => site(frame ? [frame] : [])),
    uncaught: (test.harness?.uncaught ?? []).map(({ error }) => site(error.frames)),
  }
}

/** Who was at work, by the stack of an error; `file`: whose tests ran. */
export function locate(frames: readonly Frame[], options: SiteOptions & { readonly file: string }): Site {
  const own = frames.filter(({ file }) => isOwn(file))
  const [first] = own
  if (!first) return { actor: 'unknown', hook: null, kind: 'other', isNested: false, frame: null }
  const source = options.read(first.file)
  const node = source && findNode(source, first)
  const kind = source && node ? kindOf(source, node) : 'other'
  const about = { kind, isNested: node !== null && isNested(node), frame: first }
  if (!isTestCode(first.file, options)) return { actor: 'app', hook: null, ...about }
  for (const frame of own) {
    const at = isTestCode(frame.file, options) ? options.read(frame.file) : null
    const here = at && findNode(at, frame)
    const role = at && here ? findRole(at, here) : null
    if (role) return { ...about, actor: role.actor, hook: role.actor === 'hook' ? role.hook : null }
  }
  const hook = mayBeOfHook(options.read(options.file), first)
  return { ...about, actor: hook === null ? 'unknown' : 'hook', hook }
}

function isOwn(file: string): boolean {
  return !/(?:^|\/)node_modules\/|^node:|^internal\//.test(file)
}

function isTestCode(file: string, { testFiles, setupFiles, read }: SiteOptions): boolean {
  if (testFiles.has(file) || setupFiles.has(file) || TEST_LIKE.test(file)) return true
  return read(file)?.tree.statements.some(importsTools) ?? false
}

/** No app imports these. */
function importsTools(statement: ts.Statement): boolean {
  if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return false
  return /^(?:vitest|supertest|chai|itest-gen)$/.test(statement.moduleSpecifier.text)
}

/** A hook of the test file that asserts, or that calls something that is not of this file: it could be behind an error. */
function mayBeOfHook(source: Source | null, { file }: Frame): string | null {
  if (!source || file === source.file) return null
  let found: string | null = null
  const visit = (node: ts.Node): void => {
    const role = isFunction(node) ? findRole(source, node) : null
    const [hook] = role?.actor === 'hook' ? [role.hook] : []
    const names = new Set([...source.imported.keys(), 'expect', 'assert'])
    if (hook && [...names].some((name) => (source.uses.get(name) ?? []).some((use) => isWithin(use, node))))
      found = hook
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return found
}

function isWithin(inner: ts.Node, outer: ts.Node): boolean {
  return inner.pos >= outer.pos && inner.end <= outer.end
}

/** Within what another assertion is given, which may want it to fail. */
function isNested(node: ts.Node): boolean {
  for (let current = node; current.parent; current = current.parent) {
    const { parent } = current
    if (!ts.isCallExpression(parent) || !parent.arguments.some((one) => one === current)) continue
    if (/^(?:expect|assert)$/.test(readCallee(parent.expression)?.[0] ?? '')) return true
  }
  return false
}

/** What stands there: an assertion, one that can't turn out otherwise, one that only fails, or a `throw`. */
function kindOf(source: Source, node: ts.Node): Site['kind'] {
  for (let current = node; current.parent && !isFunction(current); current = current.parent) {
    if (ts.isThrowStatement(current)) return 'throw'
    if (ts.isCallExpression(current) || ts.isPropertyAccessExpression(current)) {
      const kind = kindOfChain(source, outermost(current))
      if (kind !== null) return kind
    }
    if (ts.isStatement(current)) return 'other'
  }
  return 'other'
}

/** `expect(x).not.toBe(y)` as a whole, from any part of it. */
function outermost(node: ts.Expression): ts.Expression {
  let current = node
  for (;;) {
    const { parent } = current
    const isLink =
      ts.isPropertyAccessExpression(parent) || (ts.isCallExpression(parent) && parent.expression === current)
    if (!isLink) return current
    current = parent
  }
}

function kindOfChain(source: Source, chain: ts.Expression): Site['kind'] | null {
  const words = readCallee(chain)
  if (words === null) return null
  const [base = '', ...rest] = words
  if (base === 'Promise' && rest[0] === 'reject') return 'throw'
  const name = source.aliases.get(base) ?? base
  if (name !== 'expect' && !isAssert(source, name)) return null
  if (rest.some((word) => word === 'fail' || word === 'unreachable')) return 'fail'
  return listArguments(chain).every((argument) => isConstant(source, argument)) ? 'constant' : 'assertion'
}

/** node:assert and chai's, by whatever name. */
function isAssert({ tree }: Source, name: string): boolean {
  if (name === 'assert') return true
  return tree.statements.some((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return false
    if (!/^(?:(?:node:)?assert(?:\/strict)?|chai)$/.test(statement.moduleSpecifier.text)) return false
    const { name: single, namedBindings } = statement.importClause ?? {}
    const named =
      namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements.map((one) => one.name.text) : []
    const all = namedBindings && ts.isNamespaceImport(namedBindings) ? [namedBindings.name.text] : []
    return [single?.text, ...named, ...all].includes(name)
  })
}

function listArguments(chain: ts.Expression): ts.Expression[] {
  if (ts.isCallExpression(chain)) return [...listArguments(chain.expression), ...chain.arguments]
  return ts.isPropertyAccessExpression(chain) ? listArguments(chain.expression) : []
}
