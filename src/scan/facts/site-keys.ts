import type { Scenario } from '../types.ts'
import { siteOf } from './scenarios.ts'

/** The JSON of a value in which results are named after the places of their events: the same in every scenario. */
export function siteKey(scenario: Scenario, value: unknown): string {
  return JSON.stringify(value).replaceAll(/"event":(\d+)/g, (_, id) => `"event":${placeOf(scenario, Number(id))}`)
}

const places = new WeakMap<Scenario, ReadonlyMap<number, string>>()

function placeOf(scenario: Scenario, id: number): string {
  const known = places.get(scenario) ?? namePlaces(scenario)
  places.set(scenario, known)
  return known.get(id) ?? String(id)
}

/** What happens twice at one place, as in a loop, is told apart by its turn. */
function namePlaces({ events }: Scenario): Map<number, string> {
  const turns = new Map<string, number>()
  const names = new Map<number, string>()
  for (const event of events) {
    if (event.kind !== 'db' && event.kind !== 'external') continue
    const site = siteOf(event)
    const turn = (turns.get(site) ?? 0) + 1
    turns.set(site, turn)
    names.set(event.id, JSON.stringify(`${site} ${turn}`))
  }
  return names
}
