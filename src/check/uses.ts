import { findUse, STUB, type Use } from '../harness-api.ts'
import { type Link, readChain, readLiteralKey } from './chain.ts'
import { findDeclaration } from './scope.ts'
import { climb, isFunction, ts, unwrap } from './syntax.ts'

/** Where a chain that begins with a use leads; `wrong` says what was expected, null: what the example of the use says. */
export type Followed = { readonly ok: true; readonly use: Use } | { readonly ok: false; readonly wrong: string | null }

/** What a name stands for: something of the harness, a request, a stub; or a constant or parameter that holds one. */
export function useOf(name: ts.Identifier, trail: readonly ts.Node[] = []): Use | null {
  const declaration = findDeclaration(name)
  if (declaration) return trail.includes(declaration) ? null : useOfBinding(declaration.parent, [...trail, declaration])
  return findUse(name.text) ?? (isStub(name) ? STUB : null)
}

/** What an expression is; null when it begins with no such name, and when it is used in a way that is refused. */
export function readUse(expression: ts.Expression, trail: readonly ts.Node[] = []): Use | null {
  const read = readLinks(expression)
  const use = read && useOf(read.root, trail)
  const followed = use && follow(use, read.links)
  return followed?.ok ? followed.use : null
}

/** Goes along a chain as far as it is ours to say. */
export function follow(start: Use, links: readonly Link[]): Followed {
  let use = start
  for (const { name, arguments: given } of links) {
    if (use.ends === 'data') return { ok: true, use }
    if (name !== null) {
      const member: Use | undefined = use.members && Object.hasOwn(use.members, name) ? use.members[name] : undefined
      if (!member) return { ok: false, wrong: use.ends === 'promise' ? (use.example ?? null) : null }
      use = member
    }
    if (!given) {
      if (name === null) return { ok: false, wrong: null }
      continue
    }
    if (!use.call) return { ok: false, wrong: null }
    const wrong = findWrongArgument(use.call, given)
    if (wrong !== undefined) return { ok: false, wrong }
    use = use.call.gives
  }
  return { ok: true, use }
}

/** Null: what the example says. */
function findWrongArgument(call: NonNullable<Use['call']>, given: readonly ts.Expression[]): string | null | undefined {
  const text = call.textAt === undefined ? undefined : given[call.textAt]
  if (call.textAt !== undefined && !(text && ts.isStringLiteral(text))) return null
  if (call.takesApp && given[0]?.getText() !== 'app') return null
  if (call.takesApp === 'only' && given.length > 1) return 'request(app)'
  if (call.passes && !isPlainFunction(given[1])) return 'a function that is written there, with the agent by its name'
  if (!call.takesPath) return undefined
  // Anything before the first slash would become part of the host.
  return /^['"`]\//.test(given[0]?.getText() ?? '') ? undefined : 'a path that begins with `/` in the test'
}

function isPlainFunction(node: ts.Expression | undefined): boolean {
  return node !== undefined && isFunction(node) && node.parameters.every(({ name }) => ts.isIdentifier(name))
}

/** Whether the function is given to a call that awaits it, e.g. to `until`. */
export function isAwaitedCallback(callback: ts.Node): boolean {
  const { parent: call, child } = climb(callback)
  if (!isFunction(callback) || !ts.isCallExpression(call) || child === call.expression) return false
  return readUse(call.expression)?.call?.awaits === true
}

/** Whether the function is the condition of an `until`, which runs it at least once and passes its errors on. */
export function isCondition(callback: ts.Node): boolean {
  const { parent: call, child } = climb(callback)
  if (!isFunction(callback) || !ts.isCallExpression(call) || call.arguments[0] !== child) return false
  return (
    ts.isIdentifier(call.expression) && call.expression.text === 'until' && findDeclaration(call.expression) === null
  )
}

function useOfBinding(binding: ts.Node, trail: readonly ts.Node[]): Use | null {
  if (ts.isParameter(binding)) {
    const { parent: call } = climb(binding.parent)
    const isFirst = isFunction(binding.parent) && binding.parent.parameters[0] === binding
    return isFirst && ts.isCallExpression(call) ? (readUse(call.expression, trail)?.call?.passes ?? null) : null
  }
  if (!ts.isVariableDeclaration(binding) || !ts.isIdentifier(binding.name) || !binding.initializer) return null
  const made = unwrap(binding.initializer)
  if (ts.isAwaitExpression(made)) return readUse(made.expression, trail)?.awaited ?? null
  const use = readUse(made, trail)
  return use?.ends === 'kept' ? use : null
}

/** The file's stubs are known by what is done with them. */
function isStub(name: ts.Identifier): boolean {
  const [first] = readChain(name).links
  return (first?.name === 'on' && first.arguments !== null) || first?.name === 'calls'
}

/** The chain that ends with this expression. */
function readLinks(expression: ts.Expression): { root: ts.Identifier; links: readonly Link[] } | null {
  const node = unwrap(expression)
  if (ts.isIdentifier(node)) return { root: node, links: [] }
  if (ts.isPropertyAccessExpression(node)) return addLink(node.expression, { name: node.name.text, arguments: null })
  if (ts.isElementAccessExpression(node)) {
    return addLink(node.expression, { name: readLiteralKey(node.argumentExpression), arguments: null })
  }
  if (!ts.isCallExpression(node)) return null
  const callee = readLinks(node.expression)
  const member = callee?.links.at(-1)
  if (!callee || !member || member.arguments) return callee && addTo(callee, { name: null, arguments: node.arguments })
  return { root: callee.root, links: [...callee.links.slice(0, -1), { ...member, arguments: node.arguments }] }
}

function addLink(owner: ts.Expression, link: Link): ReturnType<typeof readLinks> {
  const read = readLinks(owner)
  return read && addTo(read, link)
}

function addTo({ root, links }: NonNullable<ReturnType<typeof readLinks>>, link: Link) {
  return { root, links: [...links, link] }
}
