import { ts } from '../scan/syntax/syntax.ts'
import { readCallee, readTestCall } from '../test-files/test-calls.ts'
import type { Source } from './source.ts'

/** Whose code a place belongs to: the body of a test, a hook, or a handler of an app that stands in the test file. */
export type Role =
  | { readonly actor: 'test' }
  | { readonly actor: 'app' }
  | { readonly actor: 'hook'; readonly hook: string }

const HOOKS = new Set([
  ...['beforeEach', 'afterEach', 'beforeAll', 'afterAll', 'aroundEach', 'aroundAll'],
  ...['onTestFinished', 'onTestFailed'],
])
const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all', 'use'])

/** The role of the innermost function around `node` that has one; null: it depends on who calls, or nobody does. */
export function findRole(source: Source, node: ts.Node, seen: ReadonlySet<string> = new Set()): Role | null {
  for (let current: ts.Node = node; current.parent; current = current.parent) {
    if (!isFunction(current)) continue
    const direct = roleOfFunction(source, current)
    if (direct !== null) return direct
    const name = nameOf(current)
    if (name !== null) return seen.has(name) ? null : findRoleOfUses(source, name, new Set([...seen, name]))
  }
  return null
}

/** All uses of a function must agree on it. */
function findRoleOfUses(source: Source, name: string, seen: ReadonlySet<string>): Role | null {
  const roles = (source.uses.get(name) ?? []).flatMap((use) => {
    const role = roleOfArgument(source, use) ?? findRole(source, use, seen)
    return role === null ? [] : [role]
  })
  const [first = null] = roles
  return roles.every(({ actor }) => actor === first?.actor) ? first : null
}

function roleOfFunction(source: Source, node: ts.Node): Role | null {
  return roleOfArgument(source, node) ?? roleOfFixture(node)
}

/** As an argument of `it(...)`, `beforeEach(...)` or `app.post(...)`. */
function roleOfArgument(source: Source, node: ts.Node): Role | null {
  const { parent } = node
  if (!ts.isCallExpression(parent) || !parent.arguments.some((argument) => argument === node)) return null
  const words = readCallee(parent.expression)
  if (words === null) return null
  const [base = '', ...rest] = words
  const last = rest.at(-1) ?? source.aliases.get(base) ?? base
  if (HOOKS.has(last)) return { actor: 'hook', hook: last }
  if (readTestCall(parent, source.names)?.kind === 'test') return { actor: 'test' }
  const takesRequest = isFunction(node) && 'parameters' in node && countParameters(node) >= 2
  return takesRequest && rest.length > 0 && VERBS.has(last) ? { actor: 'app' } : null
}

/** `test.extend({ account: async ({}, use) => { ... } })` */
function roleOfFixture(node: ts.Node): Role | null {
  let current = node.parent
  while (
    ts.isPropertyAssignment(current) ||
    ts.isArrayLiteralExpression(current) ||
    ts.isObjectLiteralExpression(current)
  ) {
    current = current.parent
  }
  const words = ts.isCallExpression(current) ? readCallee(current.expression) : null
  return words && words[0] !== 'expect' && words.at(-1) === 'extend' ? { actor: 'hook', hook: 'fixture' } : null
}

export function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node)
  )
}

function countParameters(node: ts.FunctionLikeDeclaration): number {
  return node.parameters.length
}

function nameOf(node: ts.FunctionLikeDeclaration): string | null {
  if (node.name && ts.isIdentifier(node.name)) return node.name.text
  const { parent } = node
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : null
}
