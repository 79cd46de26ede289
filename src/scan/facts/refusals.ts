import type { Decision, Scenario } from '../types.ts'

export interface Refusals {
  /** Equal decisions, of whichever scenario, have the same number. */
  readonly numbers: ReadonlyMap<Decision, number>
  /** For each decision after which every way ends in a client error, the status of that way. */
  readonly statuses: ReadonlyMap<Decision, number>
}

/** Of ways that are not all known, only a decision that ends its way at once is certain to. */
export function findRefusals(scenarios: readonly Scenario[], isComplete: boolean): Refusals {
  const numbers = numberDecisions(scenarios)
  const ways = scenarios.map((scenario) => ({ scenario, prefixes: prefixesOf(scenario, numbers) }))
  const open = new Set(ways.flatMap(({ scenario, prefixes }) => (clientError(scenario) === null ? prefixes : [])))
  const refusals = new Map<Decision, number>()
  for (const { scenario, prefixes } of ways) {
    const index = prefixes.findIndex((prefix) => !open.has(prefix))
    const status = clientError(scenario)
    const decision = scenario.decisions[index - 1]
    const isCertain = isComplete || index === scenario.decisions.length
    if (status !== null && decision && isCertain) refusals.set(decision, status)
  }
  return { numbers, statuses: refusals }
}

function numberDecisions(scenarios: readonly Scenario[]): Map<Decision, number> {
  const known = new Map<string, number>()
  const numbers = new Map<Decision, number>()
  for (const decision of scenarios.flatMap(({ decisions }) => decisions)) {
    const key = JSON.stringify(decision)
    const number = known.get(key) ?? known.size
    known.set(key, number)
    numbers.set(decision, number)
  }
  return numbers
}

/** A name for the start of the way, and for where it is after each of its decisions. */
function prefixesOf({ decisions }: Scenario, numbers: ReadonlyMap<Decision, number>): string[] {
  const prefixes = ['']
  for (const decision of decisions) prefixes.push(`${prefixes.at(-1)},${numbers.get(decision)}`)
  return prefixes
}

function clientError({ events }: Scenario): number | null {
  const response = events.find((event) => event.kind === 'respond')
  const status = response?.kind === 'respond' && response.status.kind === 'literal' ? response.status.value : null
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null
}
