import { findAssertions } from '../assertions.ts'
import { findChains } from '../chain.ts'
import { type CaseSyntax, climb, isFunction, type Problem, quote, ts } from '../syntax.ts'

/** Names of the scaffold whose chains are promises. */
const ASYNC_ROOTS = ['request', 'db', 'faults']

/** A promise nobody awaits: a request that is never sent, a fault that comes too late, an assertion never checked. */
export function noFloatingPromise(test: CaseSyntax): Problem[] {
  const chains = ASYNC_ROOTS.flatMap((root) => findChains(test, root).filter(({ links }) => links.length > 0))
  const assertions = findAssertions(test).filter(({ modifiers }) =>
    modifiers.some((name) => /^re(solves|jects)$/.test(name)),
  )
  return [...chains.map(({ top }) => top), ...assertions.map(({ node }) => node)]
    .filter((node) => !isAwaited(node))
    .map((node) => ({
      message: `expected \`await\`, found ${quote(node)} without it; write \`await\` before it`,
      node,
    }))
}

function isAwaited(node: ts.Node): boolean {
  const { parent, child } = climb(node)
  if (ts.isAwaitExpression(parent)) return true
  if (ts.isArrayLiteralExpression(parent)) return isAwaited(parent)
  // `Promise.all([1, 2].map(() => request(app).post('/orders')))`
  if (isFunction(parent))
    return parent.body === child && isMapCall(climb(parent).parent) && isAwaited(climb(parent).parent)
  return ts.isCallExpression(parent) && isPromiseAll(parent) && isAwaited(parent)
}

function isMapCall(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /(\.map|^Array\.from)$/.test(node.expression.getText())
}

function isPromiseAll(call: ts.CallExpression): boolean {
  return /^Promise\.all(Settled)?$/.test(call.expression.getText())
}
