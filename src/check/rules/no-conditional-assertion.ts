import { findAssertions } from '../assertions.ts'
import { findCondition } from '../conditions.ts'
import { type CaseSyntax, isFunction, type Problem, quote, ts } from '../syntax.ts'
import { isCondition } from '../uses.ts'

/** An assertion that may not run proves nothing: it stands at the top of the test, or in an `until`, which demands it. */
export function noConditionalAssertion(test: CaseSyntax): Problem[] {
  return findAssertions(test).flatMap(({ node }) => {
    const found = findCondition(node, test.body) ?? findCallback(node, test.body) ?? findOptional(node)
    if (!found) return []
    const message = `expected every assertion to run, found ${quote(node)} inside ${found}; assert at the top level`
    return [{ message, node }]
  })
}

function findCallback(node: ts.Node, body: ts.Block): string | null {
  const isInside = (parent: ts.Node): boolean =>
    parent !== body && ((isFunction(parent) && !isCondition(parent)) || isInside(parent.parent))
  return isInside(node.parent) ? 'a function' : null
}

function findOptional(node: ts.Node): string | null {
  return ts.isOptionalChain(node) ? 'a chain with `?.`' : null
}
