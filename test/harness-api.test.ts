import { expect, it } from 'vitest'
import { HARNESS_API, HARNESS_NAMES, type Use } from '../src/harness-api.ts'
import { loadPromptTemplates } from '../src/prompt.ts'

it('says of every export of the harness what a test may do with it, or why not', async () => {
  const harness = await import('../src/harness/index.ts')

  expect(Object.keys(HARNESS_API).toSorted()).toEqual(Object.keys(harness).toSorted())
  for (const name of ['auth', 'clock', 'faults', 'queries'] as const) {
    expect(Object.keys(HARNESS_API[name].use.members ?? {}).toSorted()).toEqual(Object.keys(harness[name]).toSorted())
  }
})

it('is told of by the prompt, member by member', async () => {
  const { system } = await loadPromptTemplates()
  const entries: Readonly<Record<string, { use?: Use; refused?: string }>> = HARNESS_API
  const named = (word: string): boolean => new RegExp(`\\b${word}\\b`).test(system)

  expect(HARNESS_NAMES.filter((name) => !named(name))).toEqual([])
  // The steps of a query are Drizzle's own.
  const members = HARNESS_NAMES.filter((name) => name !== 'db').flatMap((name) => listMembers(entries[name]?.use))
  expect([...new Set(members)].filter((member) => !named(member))).toEqual([])
})

/** Of everything that a chain can reach. */
function listMembers(use: Use | undefined, seen = new Set<Use>()): string[] {
  if (!use || seen.has(use)) return []
  seen.add(use)
  const members = Object.entries(use.members ?? {})
  const below = [...members.map(([, member]) => member), use.call?.gives]
  return [...members.map(([name]) => name), ...below.flatMap((next) => listMembers(next, seen))]
}
