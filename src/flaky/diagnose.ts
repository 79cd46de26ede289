import type { World } from '../pipeline.ts'
import { describeCause } from './describe-cause.ts'
import { experiment } from './experiment.ts'
import { type Clue, findClue } from './find-clue.ts'
import { type Finding, NOTHING_FOUND } from './finding.ts'
import type { Lab } from './lab.ts'
import { createLocator, nameOf } from './locate-test.ts'
import { countTrials, groupFailures, type History, listHistories, type Observation } from './suspects.ts'
import type { Cause, Culprit } from './types.ts'

export interface Diagnosis {
  readonly history: History
  readonly cause: Cause
}

/** Finds causes one after another, for as long as nobody interrupts it. */
export async function diagnoseAll(
  observations: readonly Observation[],
  { lab, root, into }: { lab: Lab; root: string; into: Diagnosis[] },
  { progress, signal }: World,
): Promise<void> {
  const suspects = listHistories(observations).filter(isFlaky)
  const findings = new Map<History, Finding>()
  const locate = createLocator(root)
  for (const [index, suspect] of suspects.entries()) {
    progress(`looking for causes: ${index + 1} of ${suspects.length}`)
    const twin = [...findings.keys()].find((other) => isTwin(other, suspect))
    const failures = groupFailures(suspect.trials)
    const clue = findClue(failures)
    const finding = twin ? likeTwin(twin, findings.get(twin)) : await look(suspect, { lab, clue, signal })
    findings.set(suspect, finding)
    const culprits = [
      ...finding.tests.map((key): Culprit => locate(suspect.file, key)),
      ...finding.others.map((file) => ({ file, name: null, line: null })),
    ]
    const name = suspect.key === null ? null : nameOf(suspect.key)
    into.push({ history: suspect, cause: describeCause(finding, clue, { name, failures, culprits }) })
  }
}

export function isFlaky({ trials }: History): boolean {
  const { runs, failed } = countTrials(trials)
  return failed > 0 && failed < runs
}

async function look(
  suspect: History,
  { lab, clue, signal }: { lab: Lab; clue: Clue | null; signal: AbortSignal },
): Promise<Finding> {
  const interrupted = { ...NOTHING_FOUND, evidence: ['interrupted before it was looked into'] }
  if (signal.aborted) return interrupted
  try {
    return await experiment(suspect, lab, clue?.kind ?? null)
  } catch (error) {
    if (signal.aborted) return interrupted
    throw error
  }
}

/** Tests of one file that failed in the very same runs have the same cause, most likely; it is looked for once. */
function isTwin(other: History, suspect: History): boolean {
  const runsOf = ({ trials }: History): string => trials.flatMap(({ run, failure }) => (failure ? [run] : [])).join()
  return (
    other.file === suspect.file &&
    countTrials(suspect.trials).failed > 1 &&
    other.key !== null &&
    suspect.key !== null &&
    runsOf(other) === runsOf(suspect)
  )
}

function likeTwin({ key }: History, finding: Finding = NOTHING_FOUND): Finding {
  const evidence = `it failed in exactly the runs in which "${key === null ? '' : nameOf(key)}" failed, which was looked into`
  return { ...finding, evidence: [evidence] }
}
