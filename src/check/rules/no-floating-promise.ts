import { findAssertions } from '../assertions.ts'
import { readChain } from '../chain.ts'
import { findReferences } from '../scope.ts'
import { type CaseSyntax, climb, isFunction, type Problem, quote, ts } from '../syntax.ts'
import { follow, isAwaitedCallback, useOf } from '../uses.ts'

/** A promise nobody awaits: a request that is never sent, a fault that comes too late, an assertion never checked. */
export function noFloatingPromise(test: CaseSyntax): Problem[] {
  const chains = findReferences(test.body).flatMap((name) => {
    const use = useOf(name)
    const { links, top } = readChain(name)
    const followed = use && follow(use, links)
    return followed?.ok && followed.use.ends === 'promise' ? [top] : []
  })
  const assertions = findAssertions(test).filter(({ modifiers }) =>
    modifiers.some((name) => /^re(solves|jects)$/.test(name)),
  )
  return [...chains, ...assertions.map(({ node }) => node)]
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
  if (ts.isReturnStatement(parent)) return isAwaitedCallback(parent.parent.parent)
  // `Promise.all([1, 2].map(() => request(app).post('/orders')))`
  if (isFunction(parent)) return parent.body === child && (isAwaitedCallback(parent) || isMapped(parent))
  return ts.isCallExpression(parent) && isPromiseAll(parent) && isAwaited(parent)
}

function isMapped(callback: ts.Node): boolean {
  const { parent: call } = climb(callback)
  return ts.isCallExpression(call) && /(\.map|^Array\.from)$/.test(call.expression.getText()) && isAwaited(call)
}

function isPromiseAll(call: ts.CallExpression): boolean {
  return /^Promise\.all(Settled)?$/.test(call.expression.getText())
}
