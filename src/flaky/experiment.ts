import { add, countAttempts, probabilityOfAccident, SIGNIFICANCE } from './chance.ts'
import { findOrderCulprits } from './experiment-order.ts'
import { findLoad, findSharers } from './experiment-others.ts'
import { aloneSetting, type Finding, NOTHING_FOUND, tell, tellFailed } from './finding.ts'
import type { Lab } from './lab.ts'
import { countTrials, type History } from './suspects.ts'
import type { CauseKind, Counts } from './types.ts'

/** Enough to tell what always happens alone from what always happens in another order. */
const FEW = 5
/** What fails less often than once in ten runs may not show in so many. */
const MANY = 25

/**
 * Runs a test alone, then with what was around it when it failed, one thing after another, and in the end alone for long.
 * Where its failures say what they come of, what is left to ask is who else takes part.
 */
export async function experiment(suspect: History, lab: Lab, clue: CauseKind | null): Promise<Finding> {
  const first = await runAlone(suspect, lab, FEW)
  const name = suspect.key === null ? 'its file alone' : 'alone'
  if (first.runs === 0) return { ...NOTHING_FOUND, evidence: [`${name}: it did not run`] }
  if (clue === 'leak') return { ...NOTHING_FOUND, evidence: [`${name}: ${tell(first)}`] }
  if (isMixed(first)) return byItself(suspect, first, [`${name}: ${tell(first)}`])
  const evidence: string[] = []
  for (const stage of listStages(suspect, first)) {
    const finding = await stage(suspect, lab, first)
    evidence.push(...finding.evidence)
    if (finding.kind !== 'unknown') return { ...finding, evidence: [`${name}: ${tell(first)}`, ...evidence] }
  }
  if (clue !== null) return { ...NOTHING_FOUND, evidence: [`${name}: ${tell(first)}`, ...evidence] }
  const times = Math.max(FEW, countAttempts(countTrials(suspect.trials), MANY) - first.runs)
  const alone = add(first, await runAlone(suspect, lab, times, first))
  const told = [`${name}: ${tell(alone)}`, ...evidence]
  return isMixed(alone) ? byItself(suspect, alone, told) : { ...NOTHING_FOUND, evidence: told }
}

type Stage = (suspect: History, lab: Lab, alone: Counts) => Promise<Finding>

/** What was different when it failed. */
function listStages({ trials }: History, alone: Counts): Stage[] {
  if (alone.failed > 0) return [findOrderCulprits]
  const failed = (['written', 'shuffled', 'loaded', 'shared'] as const).filter(
    (condition) => countTrials(trials, condition).failed > 0,
  )
  const isPlain = failed.includes('written') || failed.includes('shuffled')
  return [
    ...(isPlain ? [findOrderCulprits] : []),
    ...(failed.includes('loaded') ? [findLoad] : []),
    ...(failed.includes('shared') && !isPlain ? [sharing(true)] : []),
    ...(isPlain ? [sharing(false)] : []),
  ]
}

function sharing(isShared: boolean): Stage {
  return (suspect, lab) => findSharers(suspect, lab, { isShared })
}

/** Until it has both failed and passed. */
function runAlone(suspect: History, lab: Lab, times: number, before?: Counts): Promise<Counts> {
  const until = (counts: Counts): boolean => isMixed(before ? add(before, counts) : counts)
  return lab.attempt(suspect, aloneSetting(suspect), { times, until })
}

/** Both ways, without anything that changes: chance, or what only a busy machine makes likely. */
function byItself({ trials }: History, alone: Counts, evidence: readonly string[]): Finding {
  const loaded = countTrials(trials, 'loaded')
  const quiet = add(alone, add(countTrials(trials, 'written'), countTrials(trials, 'shuffled')))
  if (probabilityOfAccident(loaded, quiet) >= SIGNIFICANCE) return { ...NOTHING_FOUND, kind: 'random', evidence }
  const rates = `with the CPU loaded it failed ${tellFailed(loaded)}, without ${tellFailed(quiet)}`
  return { ...NOTHING_FOUND, kind: 'load', evidence: [...evidence, rates] }
}

function isMixed({ runs, failed }: Counts): boolean {
  return failed > 0 && failed < runs
}
