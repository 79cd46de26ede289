import { CRASH_MARK } from '../crash-mark.ts'
import type { HarnessState } from '../state.ts'

/**
 * An error that nobody catches ends a Node process. After a fault broke a connection it is a finding about the app,
 * not about the test: it is noted as such and marked, so that the run does not fail for it.
 */
export function watchCrashes(state: HarnessState): void {
  const note = (error: unknown): void => {
    const { cut } = state.board
    if (cut === null || !(error instanceof Error) || isOfTest(error)) return
    state.appCrashes.push(`${error.message} (after ${cut})`)
    if (isOfPostgresJs(error)) state.isDriverBroken = true
    Reflect.set(error, CRASH_MARK, true)
  }
  // Before Vitest's own listeners, which send the error to the parent process with what is written on it.
  process.prependListener('uncaughtException', note)
  process.prependListener('unhandledRejection', note)
}

/** It crashes where it flushes what it has to write, and then never flushes anything on that connection again. */
function isOfPostgresJs({ stack }: Error): boolean {
  return stack?.includes('nextWrite') === true
}

function isOfTest(error: Error): boolean {
  const code: unknown = Reflect.get(error, 'code')
  return error.name === 'AssertionError' || (typeof code === 'string' && code.startsWith('ITEST_'))
}
