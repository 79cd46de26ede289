import type { Decision, Scenario } from '../types.ts'

/** For each decision after which every way ends in a client error, the status of that way. */
export function findRefusals(scenarios: readonly Scenario[]): ReadonlyMap<Decision, number> {
  const numbers = new Map<string, number>()
  const ways = scenarios.map((scenario) => ({ scenario, prefixes: prefixesOf(scenario, numbers) }))
  const open = new Set(ways.flatMap(({ scenario, prefixes }) => (clientError(scenario) === null ? prefixes : [])))
  const refusals = new Map<Decision, number>()
  for (const { scenario, prefixes } of ways) {
    const index = prefixes.findIndex((prefix) => !open.has(prefix))
    const status = clientError(scenario)
    const decision = scenario.decisions[index - 1]
    if (status !== null && decision) refusals.set(decision, status)
  }
  return refusals
}

/** A name for the start of the way, and for where it is after each of its decisions. */
function prefixesOf({ decisions }: Scenario, numbers: Map<string, number>): string[] {
  const prefixes = ['']
  for (const { condition, taken } of decisions) {
    const key = JSON.stringify([condition, taken])
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    prefixes.push(`${prefixes.at(-1)},${number}`)
  }
  return prefixes
}

function clientError({ events }: Scenario): number | null {
  const response = events.find((event) => event.kind === 'respond')
  const status = response?.kind === 'respond' && response.status.kind === 'literal' ? response.status.value : null
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null
}
