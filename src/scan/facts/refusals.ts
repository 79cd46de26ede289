import type { Decision, Scenario } from '../types.ts'

export interface Refusals {
  /** Equal decisions, of whichever scenario, have the same number. */
  readonly numbers: ReadonlyMap<Decision, number>
  /** For each decision after which every way ends in a client error, the status of that way. */
  readonly statuses: ReadonlyMap<Decision, number>
}

/** Where some ways were not looked at, a decision of which only one side was has an end that nobody knows. */
export function findRefusals(scenarios: readonly Scenario[], isComplete: boolean): Refusals {
  const numbers = numberDecisions(scenarios)
  const sealed = sealedDecisions(scenarios, {
    isComplete,
    isOpen: (scenario) => clientError(scenario) === null,
    numbers,
  })
  const statuses = new Map<Decision, number>()
  for (const [scenario, index] of sealed) {
    const status = clientError(scenario)
    const decision = scenario.decisions[index]
    if (status !== null && decision) statuses.set(decision, status)
  }
  return { numbers, statuses }
}

interface SealOptions {
  readonly isComplete: boolean
  /** Whether the way ends as it should. */
  readonly isOpen: (scenario: Scenario) => boolean
  readonly numbers?: ReadonlyMap<Decision, number>
}

/** For each way the index of the decision after which no way is open any more; without those that never were, or are. */
export function sealedDecisions(scenarios: readonly Scenario[], options: SealOptions): Map<Scenario, number> {
  const numbers = options.numbers ?? numberDecisions(scenarios)
  const ways = scenarios.map((scenario) => ({ scenario, prefixes: prefixesOf(scenario, numbers) }))
  const open = new Set(ways.flatMap(({ scenario, prefixes }) => (options.isOpen(scenario) ? prefixes : [])))
  if (!options.isComplete) for (const prefix of unknownEnds(ways)) open.add(prefix)
  const sealed = ways.map(({ scenario, prefixes }): [Scenario, number] => [
    scenario,
    prefixes.findIndex((prefix) => !open.has(prefix)) - 1,
  ])
  return new Map(sealed.filter(([, index]) => index >= 0))
}

interface Way {
  readonly scenario: Scenario
  readonly prefixes: readonly string[]
}

/** The starts of ways that go on with a decision whose other side was not looked at. */
function unknownEnds(ways: readonly Way[]): string[] {
  const sides = new Map<string, Set<boolean>>()
  for (const { scenario, prefixes } of ways) {
    for (const [index, { taken }] of scenario.decisions.entries()) {
      const prefix = prefixes[index] ?? ''
      sides.set(prefix, (sides.get(prefix) ?? new Set()).add(taken))
    }
  }
  return ways.flatMap(({ prefixes }) => {
    const last = prefixes.findLastIndex((prefix) => sides.get(prefix)?.size === 1)
    return prefixes.slice(0, last + 1)
  })
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
