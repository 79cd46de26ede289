import type { HarmlessUse } from '../interpret/machine.ts'
import type { HarmlessCall } from '../types.ts'

/** Calls without an effect by package and member, with the places of each. */
export function groupHarmless(uses: readonly HarmlessUse[]): HarmlessCall[] {
  const groups = new Map<string, HarmlessUse[]>()
  for (const use of uses) {
    const key = `${use.package} ${use.member}`
    groups.set(key, [...(groups.get(key) ?? []), use])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first ? [{ package: first.package, member: first.member, at: group.map(({ at }) => at) }] : []
  })
}
