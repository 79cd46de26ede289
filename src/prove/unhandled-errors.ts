import { CRASH_MARK } from '../harness/crash-mark.ts'
import { describeError } from '../run/error-facts.ts'
import type { RunFacts } from '../run/types.ts'

/** Errors that nobody caught in this process. */
export interface UnhandledErrors {
  /** Forgets those of before. */
  begin(): void
  /** Those from now on are this test's. */
  attribute(test: string): void
  list(): RunFacts['unhandled']
}

/** Not as a listener: Vitest takes a rejection for handled when anybody else listens. */
export function watchUnhandled(root: string): UnhandledErrors {
  let test: string | null = null
  let errors: RunFacts['unhandled'][number][] = []
  const emit: unknown = Reflect.get(process, 'emit')
  Reflect.set(process, 'emit', (...args: unknown[]) => {
    const emitted: unknown = typeof emit === 'function' ? Reflect.apply(emit, process, args) : false
    const [event, error] = args
    const isUnhandled = event === 'unhandledRejection' || event === 'uncaughtException'
    // The harness has found what it is, and says so in the facts of the test.
    if (isUnhandled && !isMarked(error)) errors.push({ test, file: null, error: describeError(error, root) })
    return emitted
  })
  return {
    begin: () => {
      test = null
      errors = []
    },
    attribute: (name) => {
      test = name
    },
    list: () => errors,
  }
}

function isMarked(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, CRASH_MARK) === true
}
