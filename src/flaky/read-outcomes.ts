import { findCrash } from '../classify/crash.ts'
import { firstLine } from '../classify/error-kinds.ts'
import { fingerprint } from '../judge/fingerprint.ts'
import { judgeRun, type Trial } from '../judge/runs.ts'
import { createSourceReader } from '../judge/source.ts'
import type { RoundFacts } from '../run/rounds.ts'
import type { ErrorFacts, Frame, TestFacts } from '../run/types.ts'
import type { Failure } from './types.ts'

/** A test, or a file as a whole, in one run. */
export interface Outcome {
  readonly file: string
  /** Its full name, and the how-many-eth of that name it is; null: the file as a whole. */
  readonly key: string | null
  /** Null: it passed. */
  readonly failure: Failure | null
  /** Tests of its file that had begun before it did. */
  readonly before: readonly string[]
}

export type ReadOutcomes = (facts: RoundFacts) => Outcome[]

/** What became of each test of a run, and of each file. Tests that did not run have no outcome. */
export function createOutcomeReader(root: string, files: readonly string[]): ReadOutcomes {
  const read = createSourceReader(root)
  return (facts) => {
    const sites = { read, ablated: false, testFiles: new Set(files), setupFiles: new Set(facts.setupFiles) }
    const trials = [...judgeRun(facts, sites)].map(([name, trial]) => ({
      key: name.slice(name.indexOf('\n') + 1),
      trial,
    }))
    const order = facts.ran.flatMap((place) => trials[place] ?? [])
    const ofTests = trials.flatMap(({ key, trial }): Outcome[] => {
      const { file } = trial.test
      if (!hasRun(facts, trial)) return []
      const own = order.filter((one) => one.trial.test.file === file).map((one) => one.key)
      const before = own.slice(0, Math.max(0, own.indexOf(key)))
      return [{ file, key, failure: readFailure(facts, trial), before }]
    })
    return [...ofTests, ...readFiles(facts)]
  }
}

function hasRun({ stalled, unhandled }: RoundFacts, { test, verdict }: Trial): boolean {
  // What the engine of this machine can't do says nothing, either.
  if (test.state === 'skipped' || verdict.status === 'skipped') return false
  // What a file left undone may have been taken along by the end of its worker.
  return test.state !== 'pending' || [...stalled, ...unhandled].some(({ file }) => file === test.file)
}

function readFailure(facts: RoundFacts, trial: Trial): Failure | null {
  const { test, verdict, sites } = trial
  if (test.state === 'passed') return readHidden(facts, trial)
  const [error] = test.errors
  const reason = 'reason' in verdict ? verdict.reason : 'it did not end'
  const kind = 'class' in verdict ? verdict.class : null
  return describe(error ?? null, { reason, kind, place: sites.errors[0]?.frame ?? null, file: test.file })
}

/** What Vitest does not hold against the test itself, and for which the run fails or the app would have crashed all the same. */
function readHidden(facts: RoundFacts, { test, sites }: Trial): Failure | null {
  const { uncaught = [], appCrashes = [] } = test.harness ?? {}
  const late = findLateError(facts, test) ?? uncaught.find(({ of }) => of === null)?.error
  // What is given to no test of the file, or to a wrong one, is the file's.
  const crash = late ? findCrash(facts, test, sites) : null
  const about = { reason: '', kind: null, place: null, file: test.file }
  if (late && crash) {
    return { ...describe(late, { ...about, kind: 'class' in crash ? crash.class : null }), isLate: true }
  }
  const [first] = test.errors
  if (test.retries > 0 && first) return describe(first, { ...about, place: sites.errors[0]?.frame ?? null })
  const [fatal] = appCrashes
  return fatal === undefined ? null : describe(null, { ...about, reason: fatal, kind: 'app-crash' })
}

/** What this test left running, and what came to light when a later one ran. */
function findLateError({ tests }: RoundFacts, { file, name }: TestFacts): ErrorFacts | null {
  const uncaught = tests.filter((test) => test.file === file).flatMap(({ harness }) => harness?.uncaught ?? [])
  return uncaught.find(({ of }) => of === name)?.error ?? null
}

interface About {
  /** For what threw nothing. */
  readonly reason: string
  readonly kind: string | null
  /** Null: the first of the test file, or else of all. */
  readonly place: Frame | null
  readonly file: string
}

function describe(error: ErrorFacts | null, { reason, kind, place, file }: About): Failure {
  const { name = '', expected = null, actual = null, code = null, frames = [] } = error ?? {}
  const frame = place ?? frames.find((one) => one.file === file) ?? frames[0]
  const at = frame ? { file: frame.file, line: frame.line } : null
  const message = error ? firstLine(error) : reason
  const parts = [name, error?.message ?? reason, expected, actual, at && `${at.file}:${at.line}`]
  return { fingerprint: fingerprint(parts), class: kind, message, expected, actual, at, code, isLate: false }
}

/** Errors of hooks of suites, and of what was at work before the first test and after the last one. */
function readFiles(facts: RoundFacts): Outcome[] {
  const files = new Set([...facts.tests, ...facts.fileErrors].map(({ file }) => file))
  return [...files].map((file) => {
    const stray = findStray(facts, file)
    const error = facts.fileErrors.find((one) => one.file === file)?.error ?? stray
    if (!error) return { file, key: null, failure: null, before: [] }
    const isLate = error === stray || error.code === 'ITEST_LATE_CALL'
    const failure = { ...describe(error, { reason: '', kind: null, place: null, file }), isLate }
    return { file, key: null, failure, before: [] }
  })
}

/** An error that came when no test was at work. */
function findStray({ tests, unhandled }: RoundFacts, file: string): ErrorFacts | null {
  const names = new Set(tests.filter((test) => test.file === file).flatMap(({ name, fullName }) => [name, fullName]))
  const known = tests.flatMap(({ harness }) => harness?.uncaught ?? []).map(({ error }) => error.message)
  const found = unhandled.find((one) => one.file === file && (one.test === null || !names.has(one.test)))
  return found && !known.includes(found.error.message) ? found.error : null
}
