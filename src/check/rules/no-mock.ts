import { findChains } from '../chain.ts'
import { type CaseSyntax, descend, type Problem, quote, ts } from '../syntax.ts'

/**
 * The app runs as it is; only hosts that are not its own are stubbed, by the harness. That the file may know `vi`
 * changes nothing: a spy on a stub would make up its record of calls.
 */
export function noMock(test: CaseSyntax): Problem[] {
  const calls = findChains(test, 'vi').map(({ top }) => top)
  const steps = descend(test.body).filter(
    (node) => ts.isPropertyAccessExpression(node) && /^mock[A-Z]/.test(node.name.text),
  )
  return [...calls, ...(calls.length > 0 ? [] : steps)].map((node) => ({
    message: `expected the app to run as it is, found ${quote(node)}; answer outgoing calls with .on().reply(), fail writes with faults`,
    node,
  }))
}
