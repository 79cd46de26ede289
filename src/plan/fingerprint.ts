import type { Scenario } from '../scan/types.ts'

const known = new WeakMap<object, string>()

/** The JSON of a value that never changes, computed once: conditions are compared with each other thousands of times. */
export function fingerprint(value: object): string {
  const seen = known.get(value)
  if (seen !== undefined) return seen
  const text = JSON.stringify(value)
  known.set(value, text)
  return text
}

const outcomes = new WeakMap<object, string>()

/** The JSON of what happened, without the checks that let it happen. */
export function outcomeOf(events: Scenario['events']): string {
  const seen = outcomes.get(events)
  if (seen !== undefined) return seen
  const text = JSON.stringify(events.filter((event) => event.kind !== 'validate'))
  outcomes.set(events, text)
  return text
}
