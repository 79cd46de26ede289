import { countAttempts, probabilityOfAccident, SIGNIFICANCE } from './chance.ts'
import { findOrderCulprits } from './experiment-order.ts'
import { findLoad, findSharers } from './experiment-others.ts'
import { ATTEMPTS, aloneSetting, type Finding, NOTHING_FOUND, tell, tellFailed } from './finding.ts'
import type { Lab } from './lab.ts'
import { countTrials, type History } from './suspects.ts'
import type { Counts } from './types.ts'

/** Runs a test alone, and then with more and more of what was around it, until it both passes and fails. */
export async function experiment(suspect: History, lab: Lab): Promise<Finding> {
  const { trials } = suspect
  const times = countAttempts(countTrials(trials), ATTEMPTS)
  const alone = await lab.attempt(suspect, aloneSetting(suspect), { times, isMixedEnough: true })
  const evidence = [`${suspect.key === null ? 'its file alone' : 'alone'}: ${tell(alone)}`]
  if (alone.runs === 0) return { ...NOTHING_FOUND, evidence: ['alone it did not run at all'] }
  if (alone.failed > 0 && alone.failed < alone.runs) return byItself(suspect, { alone, evidence })
  const stages = [...(alone.failed > 0 ? [findOrderCulprits] : listStages(suspect))]
  for (const stage of stages) {
    const finding = await stage(suspect, lab, alone)
    evidence.push(...finding.evidence)
    if (finding.kind !== 'unknown') return { ...finding, evidence }
  }
  return { ...NOTHING_FOUND, evidence }
}

export type Stage = (suspect: History, lab: Lab, alone: Counts) => Promise<Finding>

/** First what was different when it failed. */
function listStages({ trials }: History): Stage[] {
  const failed = (['written', 'shuffled', 'loaded', 'shared'] as const).filter(
    (condition) => countTrials(trials, condition).failed > 0,
  )
  const isPlain = failed.includes('written') || failed.includes('shuffled')
  const beside: Stage = (suspect, lab) => findSharers(suspect, lab, { isShared: false })
  const sharing: Stage = (suspect, lab) => findSharers(suspect, lab, { isShared: true })
  return [
    ...(isPlain ? [findOrderCulprits, beside] : []),
    ...(failed.includes('loaded') ? [findLoad] : []),
    ...(failed.includes('shared') ? [sharing] : []),
  ]
}

/** Both ways, without anything that changes: chance, or what only a busy machine makes likely. */
function byItself({ trials }: History, { alone, evidence }: { alone: Counts; evidence: readonly string[] }): Finding {
  const loaded = countTrials(trials, 'loaded')
  const quiet = sum([alone, countTrials(trials, 'written'), countTrials(trials, 'shuffled')])
  const isOfLoad = probabilityOfAccident(loaded, quiet) < SIGNIFICANCE
  const rates = `with the CPU loaded it failed ${tellFailed(loaded)}, without ${tellFailed(quiet)}`
  return { ...NOTHING_FOUND, kind: isOfLoad ? 'load' : 'random', evidence: [...evidence, ...(isOfLoad ? [rates] : [])] }
}

function sum(counts: readonly Counts[]): Counts {
  let [runs, failed] = [0, 0]
  for (const one of counts) {
    runs += one.runs
    failed += one.failed
  }
  return { runs, failed }
}
