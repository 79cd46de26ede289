import type { Scenario } from '../types.ts'
import { siteKey } from './site-keys.ts'

/** A scenario as a way through a tree of decisions. */
export interface Way {
  readonly scenario: Scenario
  /** Equal decisions, of whichever scenario, have the same number; the other side of an even one is the next odd one. */
  readonly numbers: readonly number[]
  /** A name for the start of the way, and for where it is after each of its decisions. */
  readonly prefixes: readonly string[]
}

export function numberWays(scenarios: readonly Scenario[]): readonly Way[] {
  const known = numbered.get(scenarios) ?? describeWays(scenarios)
  numbered.set(scenarios, known)
  return known
}

const numbered = new WeakMap<readonly Scenario[], readonly Way[]>()

function describeWays(scenarios: readonly Scenario[]): Way[] {
  const known = new Map<string, number>()
  return scenarios.map((scenario) => {
    const numbers = scenario.decisions.map(({ condition, taken, at }) => {
      const key = siteKey(scenario, [condition, at])
      const number = known.get(key) ?? known.size * 2
      known.set(key, number)
      return taken ? number + 1 : number
    })
    const prefixes = ['']
    for (const number of numbers) prefixes.push(`${prefixes.at(-1)},${number}`)
    return { scenario, numbers, prefixes }
  })
}

/** Where the way would be, had it gone to the other side there. */
export function turned({ numbers, prefixes }: Way, index: number): string {
  const number = numbers[index] ?? 0
  return `${prefixes[index]},${number % 2 === 0 ? number + 1 : number - 1}`
}
