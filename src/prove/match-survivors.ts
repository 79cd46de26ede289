import { createHash } from 'node:crypto'
import type { PlannedBug } from '../plan/types.ts'
import type { RouteName } from '../route-name.ts'
import { nameOf, type Survivors } from '../survivors.ts'
import { isOfDomain } from './general-operators.ts'
import type { JudgedMutant } from './judge.ts'
import type { Mutant } from './types.ts'

/**
 * What no test notices now, and of before what the code still has: but for what a test notices that is not its own. One
 * that only its own test notices stays, since `itest gen` would write the file without that test.
 */
export function addSurvivors(
  known: Survivors | null,
  { route, all, judged }: { route: RouteName; all: ReadonlyMap<string, Mutant>; judged: readonly JudgedMutant[] },
): Survivors {
  const byMutant = new Map(judged.map((one) => [one.id, one]))
  const kept = [...all].filter(([id, mutant]) => {
    const one = byMutant.get(mutant.id)
    if (one?.status === 'survived') return true
    return (
      known?.survivors[id] !== undefined && (one?.killedBy ?? []).every(({ name }) => name.includes(`[survivor.${id}]`))
    )
  })
  const survivors = Object.fromEntries(
    kept.map(([id, { operator, file, line, change }]) => [id, { operator, file, line, change }]),
  )
  return { schema: 'itest.survivors/1', route: nameOf(route), survivors }
}

/** Those that the code still has, where they are now, and which it has no more, in words. */
export function matchSurvivors(
  { survivors }: Survivors,
  all: ReadonlyMap<string, Mutant>,
): { bugs: readonly PlannedBug[]; gone: readonly string[] } {
  const found = Object.keys(survivors).flatMap((id) => {
    const mutant = all.get(id)
    if (!mutant || mutant.invalid !== null || mutant.equivalent !== null) return []
    const { operator, file, line, change } = mutant
    return [{ id, operator, file, line, change }]
  })
  const gone = Object.entries(survivors).flatMap(([id, { file, line, change }]) =>
    found.some((bug) => bug.id === id)
      ? []
      : [
          `Nothing noticed when ${file}:${line} ${change}, but that code is not there any more, and so its path is gone.`,
        ],
  )
  return { bugs: [...found.filter(isOfDomain), ...found.filter((bug) => !isOfDomain(bug))], gone }
}

/** By operator and a hash of what is put where; not by line, which any change above moves. Of equal ones, by their order. */
export function identify(mutants: readonly Mutant[], texts: ReadonlyMap<string, string>): ReadonlyMap<string, Mutant> {
  const found = new Map<string, Mutant>()
  for (const mutant of mutants) {
    const { operator, file, change, edits } = mutant
    const text = texts.get(file) ?? ''
    const places = edits.map((edit) => [text.slice(edit.start, edit.end), edit.text, edit.as])
    const name = (count: number): string => `${operator}-${hash(JSON.stringify([file, change, places, count]))}`
    let count = 0
    while (found.has(name(count))) count += 1
    found.set(name(count), mutant)
  }
  return found
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
