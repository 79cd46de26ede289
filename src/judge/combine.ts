import type { RouteName } from '../route-name.ts'
import type { ErrorFacts } from '../run/types.ts'
import { isRequestFor } from '../scan/routes/near-miss.ts'
import { findDifference, fingerprintOf, type Outcome } from './find-difference.ts'
import type { Trial, Trials } from './runs.ts'
import type { Contrast, JudgedTest } from './types.ts'

/** One verdict per test of all its runs, of which the first is in the order of the files. */
export function combine(
  runs: readonly Trials[],
  { types, existing }: { types: ReadonlyMap<string, string>; existing: readonly RouteName[] },
): JudgedTest[] {
  const [first = new Map<string, Trial>(), ...repeats] = runs
  return [...first].map(([key, trial]) => {
    const again = repeats.flatMap((run) => run.get(key) ?? [])
    const judged = judgeTest([trial, ...again], types.get(trial.test.file) ?? null)
    return { ...judged, route: findRoute(trial, existing) }
  })
}

function judgeTest(trials: readonly Trial[], typeError: string | null): JudgedTest {
  const [first] = trials
  if (!first) throw new Error('Expected a test to have run at least once.')
  const { file, fullName } = first.test
  const base = { file, name: fullName, route: null, contrast: null, fingerprint: null }
  if (typeError !== null) return { ...base, verdict: 'broken', class: 'type', reason: typeError }
  const difference = findDifference(trials.map(toOutcome))
  if (difference !== null) return { ...base, verdict: 'flaky', class: null, reason: difference }
  const { verdict } = first
  switch (verdict.status) {
    case 'green':
      return { ...base, verdict: 'green', class: null, reason: describeGreen(trials.length) }
    case 'skipped':
      return { ...base, verdict: 'skipped', class: null, reason: verdict.reason }
    case 'broken':
      return { ...base, verdict: 'broken', class: verdict.class, reason: verdict.reason }
    case 'red':
      return {
        ...base,
        verdict: 'red',
        class: verdict.class,
        reason: verdict.reason,
        contrast: describeContrast(first, verdict.error),
        fingerprint: fingerprintOf(toOutcome(first)),
      }
  }
}

function toOutcome({ test, verdict, sites }: Trial): Outcome {
  return { test, verdict, frame: sites.errors[0]?.frame ?? null }
}

function describeGreen(count: number): string {
  return count === 1 ? 'it passed' : `it passed ${count} times, in a different order each time`
}

function describeContrast({ sites, test }: Trial, error: ErrorFacts | null): Contrast {
  const frame = sites.errors[0]?.frame ?? error?.frames.find(({ file }) => file === test.file) ?? null
  return {
    expected: error?.expected ?? null,
    actual: error?.actual ?? null,
    at: frame && { file: frame.file, line: frame.line },
  }
}

/** What the last request to the app was dispatched to; for one that fell through, what was asked for. */
function findRoute({ test }: Trial, existing: readonly RouteName[]): string | null {
  const last = test.harness?.log.filter(({ isApp }) => isApp).at(-1)
  if (!last) return null
  // Where a router is mounted on a parameter, Express only knows what the client sent.
  const known = last.route === null ? undefined : existing.find((route) => isRequestFor(route, last))
  return known ? `${known.method} ${known.path}` : (last.route ?? `${last.method} ${last.path}`)
}
