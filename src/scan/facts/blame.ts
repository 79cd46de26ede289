import type { Scenario } from '../types.ts'
import { isAlike } from './outcomes.ts'
import { isFailed, outcomeOf, statusOf } from './scenarios.ts'
import { numberWays, turned, type Way } from './ways.ts'

/** Tells of a way, and of how many decisions led to what goes wrong in it, whether its end is put down to that. */
export type Blame = (scenario: Scenario, decided: number) => boolean

/** A way, and the decision after which no way ends well any more. */
interface Sealed {
  readonly way: Way
  /** Past the last decision where the way, or one that goes on from it, ends well. */
  readonly seal: number
}

/**
 * A way that goes on well after something went wrong can still end badly for a reason of its own, e.g. a row that is not
 * found, or another failure. Where the same decision dooms the request the same way without the problem, the end is not
 * the problem's.
 */
export function createBlame(scenarios: readonly Scenario[]): Blame {
  const ways = numberWays(scenarios)
  const good = new Set(ways.flatMap((way) => (endsWell(way.scenario) ? way.prefixes : [])))
  const sealed = new Map(ways.map((way) => [way.scenario, sealOf(way, good)]))
  const after = waysAfter([...sealed.values()])
  return (scenario, decided) => {
    const one = sealed.get(scenario)
    if (!one || decided === 0 || endsWell(scenario)) return true
    const isSwallowed = one.seal >= decided
    if (!isSwallowed) return true
    const others = after.get(turned(one.way, decided - 1)) ?? []
    return !others.some((other) => !failsBefore(other) && endsSame(one, other))
  }
}

function sealOf(way: Way, good: ReadonlySet<string>): Sealed {
  const closed = way.prefixes.findIndex((prefix) => !good.has(prefix))
  return { way, seal: closed < 0 ? way.numbers.length : closed - 1 }
}

function waysAfter(all: readonly Sealed[]): Map<string, Sealed[]> {
  const after = new Map<string, Sealed[]>()
  for (const one of all) {
    for (const prefix of one.way.prefixes) {
      const known = after.get(prefix)
      if (known) known.push(one)
      else after.set(prefix, [one])
    }
  }
  return after
}

function endsWell(scenario: Scenario): boolean {
  return outcomeOf(scenario).end === 'responded' && (statusOf(scenario) ?? 200) < 400
}

/** Whether something else failed on the way to the decision that dooms it. */
function failsBefore({ way, seal }: Sealed): boolean {
  return way.scenario.events.some((event) => isFailed(event) && event.decided <= seal)
}

function endsSame(one: Sealed, other: Sealed): boolean {
  const dooms = one.way.numbers[one.seal]
  const isSame = dooms !== undefined && dooms === other.way.numbers[other.seal]
  return isSame && isAlike(outcomeOf(one.way.scenario), outcomeOf(other.way.scenario))
}
