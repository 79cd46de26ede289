import { countAttempts } from './chance.ts'
import { findSmallest } from './find-smallest.ts'
import { type Finding, NOTHING_FOUND, tell } from './finding.ts'
import type { Lab } from './lab.ts'
import type { History, Trial } from './suspects.ts'
import type { Counts } from './types.ts'

const PROBES = 40
const CHANCE_ATTEMPTS = 6
const CHECKS = 2

/**
 * Whether what runs before a test in its file decides, and which tests that are: the fewest before it that make it fail
 * where it passes alone, or pass where it fails alone.
 */
export async function findOrderCulprits(suspect: History, lab: Lab, alone: Counts): Promise<Finding> {
  const isNeed = alone.failed > 0
  const trial = chooseTrial(suspect, isNeed)
  if (suspect.key === null || !trial) return NOTHING_FOUND
  const after = (keys: readonly string[], times: number): Promise<Counts> => runAfter(suspect, lab, { keys, times })
  const again = await after(trial.before, 3)
  const shown = isNeed ? again.runs - again.failed : again.failed
  const evidence = [`after the ${trial.before.length} that ran before it${nameOrder(trial)}: ${tell(again)}`]
  if (shown === 0) return { ...NOTHING_FOUND, evidence }
  const isSure = shown === again.runs
  const times = isSure ? 1 : countAttempts(again, CHANCE_ATTEMPTS)
  const holds = async (part: readonly string[]): Promise<boolean> => {
    const { runs, failed } = await after(part, times)
    return isNeed ? runs > failed : failed > 0
  }
  const found = await findSmallest(trial.before, holds, PROBES)
  if (!found) return { ...NOTHING_FOUND, kind: 'order', isNeed, evidence }
  const check = await after(found, isSure ? CHECKS : CHANCE_ATTEMPTS)
  const isShown = isNeed ? check.runs > check.failed : check.failed > 0
  const bisected = `after only ${found.length === 1 ? 'the one' : `the ${found.length}`} named above: ${tell(check)}`
  if (!isShown) return { ...NOTHING_FOUND, evidence: [...evidence, bisected] }
  return { ...NOTHING_FOUND, kind: 'order', isNeed, tests: found, evidence: [...evidence, bisected] }
}

/** The run with the fewest tests before it; one in the usual order rather than another. */
function chooseTrial({ trials }: History, isNeed: boolean): Trial | null {
  const fitting = trials.filter(
    ({ failure, before, condition }) =>
      (failure === null) === isNeed && before.length > 0 && (condition === 'written' || condition === 'shuffled'),
  )
  return fitting.toSorted((one, other) => one.before.length - other.before.length)[0] ?? null
}

function nameOrder({ seed }: Trial): string {
  return seed === null ? '' : ` with seed ${seed}`
}

function runAfter(
  { file, key }: History,
  lab: Lab,
  { keys, times }: { keys: readonly string[]; times: number },
): Promise<Counts> {
  const order = { file, keys: [...keys, ...(key === null ? [] : [key])] }
  return lab.attempt({ file, key }, { condition: 'written', files: [file], order }, { times })
}
