import { type Machine, noteRecord } from '../interpret/machine.ts'
import { isNullish, knownString, type Value } from '../interpret/values.ts'
import type { Casing } from '../types.ts'

/** The `casing` that the calls of `drizzle(...)` agree on; null when there is none, or more than one. */
export function readCasing(machine: Machine): Casing | null {
  const found = new Set<Casing | null>()
  for (const { call } of machine.databases) {
    const made = call.steps.at(-1)
    if (!made || made.kind === 'member') continue
    const given = made.args.flatMap((arg) => (arg.kind === 'object' ? (arg.fields.get('casing') ?? []) : []))
    for (const value of given) {
      const casing = toCasing(value)
      if (casing === undefined)
        noteRecord(machine, {
          what: 'the casing of drizzle(...) is only known at run time',
          text: '',
          at: made.at,
        })
      else found.add(casing)
    }
    if (given.length === 0) found.add(null)
    if (found.size > 1) {
      const what = 'calls of drizzle(...) differ in casing: names of columns that are not given are unsure'
      noteRecord(machine, { what, text: '', at: made.at })
    }
  }
  const [first] = found
  return found.size === 1 && first ? first : null
}

function toCasing(value: Value): Casing | null | undefined {
  if (isNullish(value)) return null
  const text = knownString(value)
  return text === 'snake_case' || text === 'camelCase' ? text : undefined
}

/** The name that Drizzle gives to a column that has none, letter for letter as drizzle-orm/casing does. */
export function applyCasing(key: string, casing: Casing | null): string {
  if (!casing) return key
  const words = key.replace(/['\u2019]/g, '').match(/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g) ?? []
  if (casing === 'snake_case') return words.map((word) => word.toLowerCase()).join('_')
  return words
    .map((word, index) => (index === 0 ? word.toLowerCase() : `${word[0]?.toUpperCase()}${word.slice(1)}`))
    .join('')
}
