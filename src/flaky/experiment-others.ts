import { countAttempts, probabilityOfAccident, SIGNIFICANCE } from './chance.ts'
import { findSmallest } from './find-smallest.ts'
import { ATTEMPTS, aloneSetting, type Finding, NOTHING_FOUND, tell, tellFailed } from './finding.ts'
import type { Lab } from './lab.ts'
import { countTrials, type History } from './suspects.ts'
import type { Counts } from './types.ts'

const PROBES = 30
const CHANCE_ATTEMPTS = 6

/** Whether a busy CPU decides: alone with and without, so often that it can't be an accident. */
export async function findLoad(suspect: History, lab: Lab, alone: Counts): Promise<Finding> {
  const before = countTrials(suspect.trials, 'loaded')
  const times = countAttempts(before, ATTEMPTS)
  const settings = [aloneSetting(suspect), { condition: 'written' as const, files: [suspect.file] }]
  const evidence: string[] = []
  for (const [index, setting] of settings.entries()) {
    const loaded = await lab.attempt(suspect, { ...setting, condition: 'loaded' }, { times })
    evidence.push(`${index === 0 ? 'alone' : 'with its file'}, the CPU loaded: ${tell(loaded)}`)
    if (loaded.failed === 0) continue
    const quiet = index === 0 && alone.runs >= times ? alone : await lab.attempt(suspect, setting, { times })
    const calm = countTrials(suspect.trials, 'written')
    const accident = probabilityOfAccident(add(before, loaded), add(calm, quiet))
    evidence.push(
      `in all ${tellFailed(add(before, loaded))} failed with the CPU loaded, ${tellFailed(add(calm, quiet))} without`,
    )
    return { ...NOTHING_FOUND, kind: accident < SIGNIFICANCE ? 'load' : 'unknown', evidence }
  }
  return { ...NOTHING_FOUND, evidence }
}

/** Whether other files decide that run at the same time, and which. */
export async function findSharers(suspect: History, lab: Lab, { isShared }: { isShared: boolean }): Promise<Finding> {
  const condition = isShared ? 'shared' : 'written'
  const others = lab.files.filter((file) => file !== suspect.file)
  if (others.length === 0) return NOTHING_FOUND
  const beside = (files: readonly string[], times: number, isMixedEnough = false): Promise<Counts> =>
    lab.attempt(suspect, { condition, files: [suspect.file, ...files] }, { times, isMixedEnough })
  const counts = isShared ? countTrials(suspect.trials, 'shared') : countTrials(suspect.trials)
  const times = countAttempts(counts, ATTEMPTS)
  const own = await beside([], times)
  const all = await beside(others, times)
  const how = isShared ? ', with one database and the ports shared' : ''
  const evidence = [`its file alone${how}: ${tell(own)}`, `beside ${nameFiles(others)}${how}: ${tell(all)}`]
  if (all.failed === 0 || own.failed > 0) return { ...NOTHING_FOUND, evidence }
  const attempts = all.failed === all.runs ? 1 : countAttempts(all, CHANCE_ATTEMPTS)
  const found = await findSmallest(others, async (part) => (await beside(part, attempts)).failed > 0, PROBES)
  return { ...NOTHING_FOUND, kind: 'shared-state', others: found ?? others, isShared, evidence }
}

function nameFiles(files: readonly string[]): string {
  return files.length === 1 ? `${files[0]}` : `the ${files.length} other files`
}

function add(one: Counts, other: Counts): Counts {
  return { runs: one.runs + other.runs, failed: one.failed + other.failed }
}
