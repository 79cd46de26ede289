import { findCrash } from '../classify/crash.ts'
import { firstLine } from '../classify/error-kinds.ts'
import { fingerprint } from '../judge/fingerprint.ts'
import { judgeRun, type Trial } from '../judge/runs.ts'
import { createSourceReader } from '../judge/source.ts'
import type { RoundFacts } from '../run/rounds.ts'
import type { ErrorFacts } from '../run/types.ts'
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
      const { test } = trial
      if (test.state === 'skipped' || (test.state === 'pending' && !hasEnded(facts, test.file))) return []
      const own = order.filter((one) => one.trial.test.file === test.file)
      const before = own
        .slice(
          0,
          Math.max(
            0,
            own.findIndex((one) => one.trial === trial),
          ),
        )
        .map((one) => one.key)
      return [{ file: test.file, key, failure: readFailure(facts, trial), before }]
    })
    return [...ofTests, ...readFiles(facts)]
  }
}

/** Whether what a file left undone was taken along by the end of its worker. */
function hasEnded({ stalled, unhandled }: RoundFacts, file: string): boolean {
  return stalled.some((one) => one.file === file) || unhandled.some((one) => one.file === file)
}

function readFailure(facts: RoundFacts, trial: Trial): Failure | null {
  const { test, verdict, sites } = trial
  const late = test.state === 'passed' ? findLateError(facts, trial) : null
  const own = test.harness?.uncaught.find(({ of }) => of === null)?.error
  // What Vitest gives to no test of the file, or to a wrong one, is the file's.
  const crash = test.state === 'passed' && (late || own) ? findCrash(facts, test, sites) : null
  const isRed = verdict.status === 'red' && verdict.class !== 'app-crash'
  const hasCrashed = crash !== null || (test.harness?.appCrashes.length ?? 0) > 0
  if (test.state === 'passed' && !hasCrashed && !isRed) return null
  const [first] = test.errors
  const error = late ?? first ?? own
  const place = sites.errors[0]?.frame ?? error?.frames.find(({ file }) => file === test.file) ?? error?.frames[0]
  const judged = crash ?? verdict
  const reason = 'reason' in judged ? judged.reason : ''
  // The test itself had passed when it came.
  const isLate = late !== null || (test.state === 'passed' && own !== undefined)
  const uncaught = test.harness?.uncaught.find(({ of }) => of !== null)
  return {
    ...describe(error ?? null, place ? { file: place.file, line: place.line } : null),
    class: 'class' in judged ? judged.class : null,
    message: error ? firstLine(error) : reason || 'it did not end',
    late: isLate ? test.name : (uncaught?.of ?? null),
  }
}

/** What this test left running, and what came to light when a later one ran. */
function findLateError({ tests }: RoundFacts, { test }: Trial): ErrorFacts | null {
  const uncaught = tests.filter(({ file }) => file === test.file).flatMap(({ harness }) => harness?.uncaught ?? [])
  return uncaught.find(({ of }) => of === test.name)?.error ?? null
}

function describe(error: ErrorFacts | null, at: Failure['at']): Omit<Failure, 'class' | 'late'> {
  const { name = '', message = '', expected = null, actual = null, code = null } = error ?? {}
  const parts = [name, message, expected, actual, at && `${at.file}:${at.line}`]
  const message1 = error ? firstLine(error) : ''
  return { fingerprint: fingerprint(parts), message: message1, expected, actual, at, code }
}

/** Errors of hooks of suites, and of what was at work before the first test and after the last one. */
function readFiles(facts: RoundFacts): Outcome[] {
  const files = new Set([...facts.tests, ...facts.fileErrors].map(({ file }) => file))
  return [...files].map((file) => {
    const stray = findStray(facts, file)
    const error = facts.fileErrors.find((one) => one.file === file)?.error ?? stray
    if (!error) return { file, key: null, failure: null, before: [] }
    const frame = error.frames.find((one) => one.file === file) ?? error.frames[0]
    const described = describe(error, frame ? { file: frame.file, line: frame.line } : null)
    const late = error === stray || error.code === 'ITEST_LATE_CALL' ? file : null
    return { file, key: null, failure: { ...described, class: null, late }, before: [] }
  })
}

/** An error that came when no test was at work. */
function findStray({ tests, unhandled }: RoundFacts, file: string): ErrorFacts | null {
  const names = new Set(tests.filter((test) => test.file === file).flatMap(({ name, fullName }) => [name, fullName]))
  const known = tests.flatMap(({ harness }) => harness?.uncaught ?? []).map(({ error }) => error.message)
  const found = unhandled.find((one) => one.file === file && (one.test === null || !names.has(one.test)))
  return found && !known.includes(found.error.message) ? found.error : null
}
