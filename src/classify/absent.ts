import type { ErrorFacts, RunFacts, TestFacts } from '../run/types.ts'
import { firstLine, isOurs, isSyntax } from './error-kinds.ts'
import { type BrokenClass, broken, type Verdict } from './types.ts'

/** A test that was not even collected failed with its file; one that was, with a hook or with the whole run. */
export function classifyAbsent(facts: RunFacts, test: TestFacts | null): Verdict & { status: 'broken' } {
  const fileError = facts.fileErrors.find((one) => !test || isAbove(one, test))?.error
  if (fileError) return broken(classifyFileError(fileError, test), firstLine(fileError))
  if (test?.state === 'skipped') return broken('nothing-ran', 'the test did not run')
  const stalled = facts.stalled.find(({ file }) => file === (test?.file ?? file))
  if (stalled) return classifyStalled(stalled.test, test)
  const ended = facts.unhandled.find(({ error }) => isOurs(error)) ?? facts.unhandled[0]
  if (ended?.error.code === 'ITEST_RUN_TIMEOUT') return broken('timeout', firstLine(ended.error))
  const reason = ended ? firstLine(ended.error) : lastLine(facts.stderrTail)
  return broken('nothing-ran', reason || 'the test did not run')
}

/** A worker that had to be ended takes all of its file's tests along. */
function classifyStalled(culprit: string | null, test: TestFacts | null): Verdict & { status: 'broken' } {
  if (culprit === null || culprit === test?.fullName) {
    return broken('timeout', 'it did not end, and had to be ended from outside: an endless loop?')
  }
  return broken('nothing-ran', `"${culprit}" did not end, and the process with it had to be ended`)
}

/** Whether an error of a file or of a suite concerns the test. */
export function isAbove({ file, suite }: RunFacts['fileErrors'][number], test: TestFacts): boolean {
  return file === test.file && (suite === null || test.fullName.startsWith(`${suite} > `))
}

export function classifyFileError(error: ErrorFacts, test: TestFacts | null): BrokenClass {
  if (isOurs(error) && error.code !== 'ITEST_APP_EXIT') return 'harness'
  if (test) return 'hook'
  if (/^No test (?:suite )?found/.test(error.message)) return 'nothing-ran'
  return isSyntax(error) ? 'syntax' : 'import'
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
