import { VI_STEPS } from '../allowed.ts'
import { findChains } from '../chain.ts'
import { type CaseSyntax, descend, type Problem, quote, ts } from '../syntax.ts'

/** The app runs as it is; only hosts that are not its own are stubbed, by the harness. */
export function noMock(test: CaseSyntax): Problem[] {
  const hasVi = test.names.has('vi')
  const calls = findChains(test, 'vi').filter(({ links }) => !hasVi || !VI_STEPS.has(links[0]?.name ?? ''))
  const steps = descend(test.body).filter(
    (node) => !hasVi && ts.isPropertyAccessExpression(node) && /^mock[A-Z]/.test(node.name.text),
  )
  return [...calls.map(({ top }) => top), ...steps].map((node) => ({
    message: `expected the app to run as it is, found ${quote(node)}; answer outgoing calls with .on().reply(), fail writes with faults`,
    node,
  }))
}
