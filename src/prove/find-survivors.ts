import type { PlannedBug } from '../plan/types.ts'
import type { Dossier } from '../scan/types.ts'
import { readSurvivors } from '../survivors.ts'
import { identify, matchSurvivors } from './match-survivors.ts'
import type { Mutant } from './types.ts'

/**
 * The bugs of a route that no test noticed when `prove --strengthen` looked, as the code has them now, and what it has no
 * more, in words. @throws UserError for a record that can't be read
 */
export async function findSurvivors(
  root: string,
  dossier: Dossier,
): Promise<{ bugs: readonly PlannedBug[]; gone: readonly string[] }> {
  const known = readSurvivors(root, dossier.route)
  if (known === null) return { bugs: [], gone: [] }
  return matchSurvivors(known, (await listMutants(root, dossier)).byId)
}

/** Every mutant of a route by what it is. Loads the compiler, which most commands do without. */
export async function listMutants(
  root: string,
  dossier: Dossier,
): Promise<{ byId: ReadonlyMap<string, Mutant>; texts: ReadonlyMap<string, string> }> {
  const [{ findMutants }, { readTexts }] = await Promise.all([import('./find-mutants.ts'), import('./read-texts.ts')])
  const texts = readTexts(root, dossier)
  const mutants = findMutants(dossier, (file) => texts.get(file) ?? null)
  return { byId: identify(mutants, texts), texts }
}
