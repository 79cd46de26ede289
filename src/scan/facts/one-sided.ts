import type { Decision, Scenario, Unresolved } from '../types.ts'
import { describe } from './expressions.ts'

/** More than these tell a reader nothing that the count does not. */
const LIMIT = 20

/** The decisions that go the same way in all ways that were looked at, where some were not. */
export function findOneSided(scenarios: readonly Scenario[]): Unresolved[] {
  const sides = new Map<string, { readonly decision: Decision; readonly taken: Set<boolean> }>()
  for (const decision of scenarios.flatMap(({ decisions }) => decisions)) {
    const key = nameDecision(decision)
    const known = sides.get(key) ?? { decision, taken: new Set() }
    known.taken.add(decision.taken)
    sides.set(key, known)
  }
  return [...sides.values()]
    .filter(({ taken }) => taken.size === 1)
    .slice(0, LIMIT)
    .map(({ decision: { condition, taken, at } }) => ({
      what: `of this decision no way was looked at in which it is ${!taken}`,
      text: describe(condition).slice(0, 200),
      at,
    }))
}

/** The same question in the same place, whichever event it is about. */
export function nameDecision({ condition, at }: Decision): string {
  return `${at.file}:${at.line} ${JSON.stringify(condition).replace(/"event":\d+/g, '')}`
}
