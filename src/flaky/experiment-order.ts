import { probabilityOfAccident, SIGNIFICANCE } from './chance.ts'
import { findSmallest } from './find-smallest.ts'
import { type Finding, NOTHING_FOUND, tell } from './finding.ts'
import type { Lab } from './lab.ts'
import type { History, Trial } from './suspects.ts'
import type { Counts } from './types.ts'

const PROBES = 40
const REPEATS = 3

/**
 * Whether what runs before a test in its file decides, and which tests that are: the fewest before it that make it fail
 * where it passes alone, or pass where it fails alone.
 */
export async function findOrderCulprits(suspect: History, lab: Lab, alone: Counts): Promise<Finding> {
  const isNeed = alone.failed > 0
  const trial = chooseTrial(suspect, isNeed)
  if (suspect.key === null || !trial) return NOTHING_FOUND
  const after = (keys: readonly string[], times: number): Promise<Counts> => runAfter(suspect, lab, { keys, times })
  const differs = (counts: Counts): boolean =>
    isNeed
      ? counts.failed === 0 && probabilityOfAccident(alone, counts) < SIGNIFICANCE
      : counts.failed === counts.runs && probabilityOfAccident(counts, alone) < SIGNIFICANCE
  const all = await after(trial.before, REPEATS)
  const evidence = [`after the ${trial.before.length} that ran before it${nameOrder(trial)}: ${tell(all)}`]
  if (!differs(all)) return { ...NOTHING_FOUND, evidence }
  const holds = async (part: readonly string[]): Promise<boolean> => {
    const { runs, failed } = await after(part, 1)
    return runs > 0 && failed > 0 !== isNeed
  }
  const found = await findSmallest(trial.before, holds, PROBES)
  if (found?.length === trial.before.length) return { ...NOTHING_FOUND, kind: 'order', isNeed, tests: found, evidence }
  const check = found && (await after(found, REPEATS))
  if (!check || !differs(check)) return { ...NOTHING_FOUND, evidence }
  const few = found.length === 1 ? 'the one' : `the ${found.length}`
  const bisected = `after only ${few} named above, found by halving that order: ${tell(check)}`
  return { ...NOTHING_FOUND, kind: 'order', isNeed, tests: found, evidence: [...evidence, bisected] }
}

/** The run with the fewest tests before it. */
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
