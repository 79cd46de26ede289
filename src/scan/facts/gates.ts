import type { Decision, Scenario } from '../types.ts'
import { followProblem } from './failures.ts'
import { distinct } from './scenarios.ts'
import type { Gate, GateFact } from './types.ts'

/** How the app answers a request that middleware of a package does not let through, on the ways where it did not. */
export function readGate(
  gate: Gate,
  scenarios: readonly Scenario[],
  reached: ReadonlyMap<readonly Decision[], { readonly after: number; readonly decided: number }>,
): GateFact {
  const outcomes = scenarios.flatMap((scenario) => {
    const place = scenario.end === 'cut' ? undefined : reached.get(scenario.decisions)
    if (!place) return []
    const problem = { kind: 'throw', error: gate.how, at: gate.at } as const
    const { problem: _, ...outcome } = followProblem(scenario, { problem, ...place, isUnhandled: false })
    return [outcome]
  })
  const found = distinct(outcomes)
  const isOne = new Set(found.map((one) => JSON.stringify({ ...one, when: [] }))).size === 1
  return { ...gate, outcomes: isOne ? found.slice(0, 1).map((one) => ({ ...one, when: [] })) : found }
}
