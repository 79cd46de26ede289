import type { Outcome } from './read-outcomes.ts'
import type { Condition, Counts, Failure, FailureGroup } from './types.ts'

/** One of the runs that were asked for. */
export interface Observation {
  readonly condition: Condition
  readonly seed: number | null
  readonly outcomes: readonly Outcome[]
}

/** What one test did in all of them. */
export interface History {
  readonly file: string
  readonly key: string | null
  readonly trials: readonly Trial[]
}

export interface Trial {
  readonly run: number
  readonly condition: Condition
  readonly seed: number | null
  readonly failure: Failure | null
  readonly before: readonly string[]
}

/** Every test and every file, in the order of their first outcomes. */
export function listHistories(observations: readonly Observation[]): History[] {
  const found = new Map<string, { file: string; key: string | null; trials: Trial[] }>()
  for (const [run, { condition, seed, outcomes }] of observations.entries()) {
    for (const { file, key, failure, before } of outcomes) {
      const name = JSON.stringify([file, key])
      const history = found.get(name) ?? { file, key, trials: [] }
      history.trials.push({ run, condition, seed, failure, before })
      found.set(name, history)
    }
  }
  return [...found.values()]
}

export function countTrials(trials: readonly Trial[], condition?: Condition): Counts {
  const counted = trials.filter((trial) => condition === undefined || trial.condition === condition)
  return { runs: counted.length, failed: counted.filter(({ failure }) => failure).length }
}

/** By fingerprint, the most frequent first. */
export function groupFailures(trials: readonly Trial[]): FailureGroup[] {
  const failures = trials.flatMap(({ failure }) => failure ?? [])
  const firsts = new Map(failures.toReversed().map((failure) => [failure.fingerprint, failure]))
  return [...firsts.values()]
    .map((first) => ({ ...first, times: failures.filter((one) => one.fingerprint === first.fingerprint).length }))
    .toSorted((one, other) => other.times - one.times)
}
