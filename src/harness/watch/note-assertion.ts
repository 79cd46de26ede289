import { describeError, findOwnFrame } from '../../run/error-facts.ts'
import { findActor } from '../http/boundary.ts'
import { findState, type HarnessState } from '../state.ts'

/** More places than this are counted as one. */
const SITES = 200
/** The first, and the last one. */
const MESSAGES = 8
const DEPTH = 25

/** The stack of whoever calls now, for an assertion that is checked later. */
export function noteSite(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = DEPTH
  const { stack = '' } = new Error('here')
  Error.stackTraceLimit = limit
  return stack
}

/** Notes that an assertion of the test held, or failed with `error`. What the app asserts by itself is its own affair. */
export function noteAssertion(state: HarnessState, error: unknown, stack?: string): void {
  const { watch } = state
  watch.noted += 1
  const isLast = watch.assertions.size >= SITES
  const frame = isLast ? null : findOwnFrame(stack ?? noteSite(), state.root)
  if (findActor(state.boundary).isOfRequest && frame?.file !== state.testFile) return
  const key = frame ? `${frame.file}:${frame.line}:${frame.column}` : ''
  const entry = watch.assertions.get(key) ?? { frame, passed: 0, failed: 0, messages: [] }
  watch.assertions.set(key, entry)
  if (error === null) {
    entry.passed += 1
    return
  }
  entry.failed += 1
  const { message } = describeError(error, state.root)
  if (!entry.messages.includes(message)) entry.messages = [...entry.messages.slice(0, MESSAGES - 1), message]
}

/** For stand-ins of modules, which a test file loads before it is known whether itest is there at all. */
export function noteOf(error: unknown): void {
  const state = findState()
  if (state) noteAssertion(state, error)
}
