import { add, countAttempts, probabilityOfAccident, SIGNIFICANCE } from './chance.ts'
import { findSmallest } from './find-smallest.ts'
import { aloneSetting, type Finding, NOTHING_FOUND, tell, tellFailed } from './finding.ts'
import type { Lab } from './lab.ts'
import { countTrials, type History } from './suspects.ts'
import type { Counts } from './types.ts'

const PROBES = 30
const ATTEMPTS = 12
const PARTNERS = 10

/** Whether a busy CPU decides: alone, and else with its file, with and without load, so often that it can't be an accident. */
export async function findLoad(suspect: History, lab: Lab, alone: Counts): Promise<Finding> {
  const seen = countTrials(suspect.trials, 'loaded')
  const calm = countTrials(suspect.trials, 'written')
  const times = countAttempts(seen, ATTEMPTS)
  const evidence: string[] = []
  const settings = [aloneSetting(suspect), { condition: 'written' as const, files: [suspect.file] }]
  for (const [index, setting] of settings.entries()) {
    const loaded = await lab.attempt(suspect, { ...setting, condition: 'loaded' }, { times })
    evidence.push(`${index === 0 ? 'alone' : 'with its file'}, the CPU loaded: ${tell(loaded)}`)
    if (loaded.failed === 0) continue
    const quiet = index === 0 && alone.runs >= times ? alone : await lab.attempt(suspect, setting, { times })
    const [busy, idle] = [add(seen, loaded), add(calm, quiet)]
    const isShown = probabilityOfAccident(busy, idle) < SIGNIFICANCE
    const rates = `in all ${tellFailed(busy)} failed with the CPU loaded, ${tellFailed(idle)} without`
    return { ...NOTHING_FOUND, kind: isShown ? 'load' : 'unknown', evidence: [...evidence, rates] }
  }
  return { ...NOTHING_FOUND, evidence }
}

/** Whether other files decide that run at the same time, and which. */
export async function findSharers(suspect: History, lab: Lab, { isShared }: { isShared: boolean }): Promise<Finding> {
  const others = lab.files.filter((file) => file !== suspect.file)
  if (others.length === 0) return NOTHING_FOUND
  const condition = isShared ? 'shared' : 'written'
  const times = countAttempts(countTrials(suspect.trials, isShared ? 'shared' : undefined), ATTEMPTS)
  // Who begins last finds what the others hold.
  const beside = (part: readonly string[], until?: (counts: Counts) => boolean): Promise<Counts> =>
    lab.attempt(suspect, { condition, files: [...part, suspect.file] }, { times, ...(until ? { until } : {}) })
  const own = await beside([], hasFailed)
  const how = isShared ? ', with one database and the ports shared' : ''
  const evidence = [`its file alone${how}: ${tell(own)}`]
  if (own.failed > 0) return { ...NOTHING_FOUND, evidence }
  const all = await beside(others)
  evidence.push(`beside ${nameFiles(others)}${how}: ${tell(all)}`)
  const holds = async (part: readonly string[]): Promise<boolean> => hasFailed(await beside(part, hasFailed))
  const found = all.failed > 0 ? await findSmallest(others, holds, PROBES) : await findPartner(others, holds)
  if (all.failed === 0 && !found) return { ...NOTHING_FOUND, evidence }
  if (found && found.length < others.length) evidence.push(`beside ${nameFiles(found)} alone${how}: failed`)
  return { ...NOTHING_FOUND, kind: 'shared-state', others: found ?? others, isShared, evidence }
}

function hasFailed({ failed }: Counts): boolean {
  return failed > 0
}

/** Among many files those that disturb each other may seldom run at the same time; two always do. */
async function findPartner(
  others: readonly string[],
  holds: (part: readonly string[]) => Promise<boolean>,
): Promise<readonly string[] | null> {
  for (const other of others.slice(0, others.length > 1 ? PARTNERS : 0)) if (await holds([other])) return [other]
  return null
}

function nameFiles(files: readonly string[]): string {
  return files.length === 1 ? `${files[0]}` : `${files.length} other files`
}
