import type { Verdict } from '../classify.ts'
import type { Frame, TestFacts } from '../run/types.ts'
import { fingerprint } from './fingerprint.ts'

/** One test in one run. */
export interface Outcome {
  /** Null: the run does not have it. */
  readonly test: TestFacts | null
  readonly verdict: Verdict
  /** Where in the project it failed, as far as that is known. */
  readonly frame: Frame | null
}

/** What two runs of a test say differently; broken is broken, for whatever reason. */
export function findDifference(outcomes: readonly Outcome[]): string | null {
  const [first] = outcomes
  if (!first) return null
  const retried = outcomes.find(({ test }) => test?.state === 'passed' && test.retries > 0)
  if (retried) return `it failed, and passed when Vitest ran it again: ${retried.test?.errors[0]?.message ?? ''}`
  const other = outcomes.find((outcome) => labelOf(outcome) !== labelOf(first))
  if (!other) return null
  return `${describe(first.verdict)} in run 1; ${describe(other.verdict)} in run ${outcomes.indexOf(other) + 1}, in another order`
}

function labelOf(outcome: Outcome): string {
  const { verdict } = outcome
  return verdict.status === 'red' ? `red ${fingerprintOf(outcome)}` : verdict.status
}

function describe(verdict: Verdict): string {
  return verdict.status === 'green'
    ? 'green'
    : `${verdict.status} (${'class' in verdict ? `${verdict.class}: ` : ''}${verdict.reason})`
}

/** The same for two reds of one reason; null for what is not red. */
export function fingerprintOf({ verdict, frame: found }: Outcome): string | null {
  if (verdict.status !== 'red') return null
  const { error } = verdict
  const frame = found ?? error?.frames[0] ?? null
  // Where a hang is noticed is a matter of time.
  const place = verdict.class === 'hang' || !frame ? null : `${frame.file}:${frame.line}`
  const contrast = verdict.class === 'assertion' ? [error?.expected ?? null, error?.actual ?? null] : []
  return fingerprint([verdict.class, verdict.reason, ...contrast, place])
}
