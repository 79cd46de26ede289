import type { Scenario } from '../types.ts'
import { isAlike } from './outcomes.ts'
import { hasFailure, outcomeOf, statusOf } from './scenarios.ts'
import { numberWays, turned, type Way } from './ways.ts'

/** Tells of a way, and of how many decisions led to what goes wrong in it, whether its end is put down to that. */
export type Blame = (scenario: Scenario, decided: number) => boolean

/**
 * A way that goes on well after something went wrong can still be refused for a reason of its own, e.g. a row that is not
 * found. Where the same decision ends the request the same way without the problem, the end is not the problem's.
 */
export function createBlame(scenarios: readonly Scenario[]): Blame {
  const ways = new Map(numberWays(scenarios).map((way) => [way.scenario, way]))
  const after = waysAfter([...ways.values()])
  return (scenario, decided) => {
    const way = ways.get(scenario)
    const isOver = scenario.decisions.length <= decided
    if (!way || decided === 0 || isOver || endsWell(scenario)) return true
    const isSwallowed = (after.get(way.prefixes[decided] ?? '') ?? []).some((one) => endsWell(one.scenario))
    if (!isSwallowed) return true
    const others = after.get(turned(way, decided - 1)) ?? []
    return !others.some((other) => !hasFailure(other.scenario) && endsSame(way, other))
  }
}

function waysAfter(ways: readonly Way[]): Map<string, Way[]> {
  const after = new Map<string, Way[]>()
  for (const way of ways) {
    for (const prefix of way.prefixes) {
      const known = after.get(prefix)
      if (known) known.push(way)
      else after.set(prefix, [way])
    }
  }
  return after
}

function endsWell(scenario: Scenario): boolean {
  return outcomeOf(scenario).end === 'responded' && (statusOf(scenario) ?? 200) < 400
}

function endsSame(one: Way, other: Way): boolean {
  return one.numbers.at(-1) === other.numbers.at(-1) && isAlike(outcomeOf(one.scenario), outcomeOf(other.scenario))
}
