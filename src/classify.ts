import { AFTER_CRASH } from './harness/crash-mark.ts'
import type { ErrorFacts, HarnessFacts, RunFacts, TestFacts } from './run/types.ts'

export type RedClass = 'assertion' | 'hang' | 'app-crash'

export type BrokenClass =
  | 'import'
  | 'syntax'
  | 'type'
  | 'hook'
  | 'harness'
  | 'fault-not-reached'
  | 'unstubbed-call'
  | 'missing-route'
  | 'timeout'
  | 'nothing-ran'
  | 'trivial'

/** What a run says of a test. Only `red` speaks about the app; `broken` is ours to repair. */
export type Verdict =
  | { readonly status: 'green' }
  /** The database engine of this run can't do what the test asks of it. */
  | { readonly status: 'skipped'; readonly reason: string }
  | {
      readonly status: 'red'
      readonly class: RedClass
      readonly error: ErrorFacts | null
      readonly reason: string
      /** What else the test found: that the app's process would have crashed. */
      readonly crash?: string
    }
  | { readonly status: 'broken'; readonly class: BrokenClass; readonly reason: string }

/** Judges one test of a run by what the reporter saw; `ablated`: the route answered 501, so its faults could not be hit. */
export function classifyTest(facts: RunFacts, title: string, options: { ablated: boolean }): Verdict {
  const test = facts.tests.find((candidate) => candidate.name === title)
  if (!test || test.state === 'skipped' || test.state === 'pending') return classifyAbsent(facts, test)
  return test.state === 'passed' ? classifyPassed(facts, test) : classifyFailed(facts, test, options)
}

function broken(kind: BrokenClass, reason: string): Verdict {
  return { status: 'broken', class: kind, reason }
}

/** A test that was not even collected failed with its file; one that was, with a hook or with the whole run. */
function classifyAbsent(facts: RunFacts, test: TestFacts | undefined): Verdict {
  const fileError = facts.fileErrors.find(({ file }) => !test || file === test.file)?.error
  if (fileError) return broken(classifyFileError(fileError, test), firstLine(fileError))
  const ended = facts.unhandled.find(({ error }) => isOurs(error)) ?? facts.unhandled[0]
  if (ended?.error.code === 'ITEST_RUN_TIMEOUT') return broken('timeout', firstLine(ended.error))
  const reason = ended ? firstLine(ended.error) : lastLine(facts.stderrTail)
  return broken('nothing-ran', reason || 'the test did not run')
}

function classifyFileError(error: ErrorFacts, test: TestFacts | undefined): BrokenClass {
  if (isOurs(error)) return 'harness'
  if (test) return 'hook'
  const isSyntax = /^(?:Transform failed|Failed to parse source|Parse failure|Unexpected token)/.test(error.message)
  return isSyntax || error.name === 'SyntaxError' ? 'syntax' : 'import'
}

function classifyPassed(facts: RunFacts, test: TestFacts): Verdict {
  const crash = findUnhandled(facts, test)
  if (crash) {
    const reason = `an error that nobody catches ends the process: ${firstLine(crash)}`
    return { status: 'red', class: 'app-crash', error: crash, reason }
  }
  if (!test.harness) return broken('harness', 'nothing is known of what the test did')
  const found = describeCrash(test.harness)
  if (found !== null) return { status: 'red', class: 'app-crash', error: null, reason: found }
  if (test.harness.requests === 0) return broken('trivial', 'the test sent no request to the app')
  if (test.retries > 0) return broken('harness', 'it passed only when it was run again')
  return { status: 'green' }
}

function classifyFailed(facts: RunFacts, test: TestFacts, { ablated }: { ablated: boolean }): Verdict {
  const { harness } = test
  const [error] = test.errors
  if (!error) return broken('harness', 'the test failed without an error')
  const cannot = test.errors.find(({ code }) => code === 'ITEST_ENGINE_CANNOT')
  if (cannot) return { status: 'skipped', reason: firstLine(cannot) }
  if (!harness) return broken(isTimeout(error) ? 'timeout' : 'harness', firstLine(error))
  if (harness.isAfterCrash) return broken('harness', AFTER_CRASH)
  const missing = describeMissing(harness)
  if (missing) return broken('unstubbed-call', missing)
  if (harness.unansweredRequests.length > 0) return classifyHang(facts, test, error)
  if (isTimeout(error)) return broken('timeout', firstLine(error))
  if (harness.requests === 0) {
    const reason = `the test sent no request to the app: ${firstLine(error)}`
    return broken(isAssertion(error) ? 'trivial' : 'harness', reason)
  }
  if (harness.routeHits === 0 && error.actual === '404' && !ablated) {
    return broken('missing-route', 'the request never reached the route; the app answered 404')
  }
  if (harness.unreachedFaults.length > 0 && !ablated) {
    return broken('fault-not-reached', `the fault was not reached: ${harness.unreachedFaults.join(', ')}`)
  }
  if (isOurs(error)) return broken('harness', firstLine(error))
  if (!isAssertion(error)) return broken('harness', `${error.name || 'thrown'}: ${firstLine(error)}`)
  const crash = describeCrash(harness)
  return { status: 'red', class: 'assertion', error, reason: firstLine(error), ...(crash === null ? {} : { crash }) }
}

function describeCrash({ appCrashes: [first] }: HarnessFacts): string | null {
  return first === undefined ? null : `the app's process would have crashed: ${first}`
}

/** What the app wanted to reach and nothing stands in for; its answer then says nothing about the app. */
function describeMissing({ unstubbedCalls, blockedConnections }: HarnessFacts): string | null {
  if (unstubbedCalls.length > 0) return `no stub answers ${[...new Set(unstubbedCalls)].join(', ')}`
  if (blockedConnections.length === 0) return null
  return `the app tried to reach ${[...new Set(blockedConnections)].join(', ')}, and nothing stands in for it`
}

/** A request without an answer, joined with the error that the app dropped, when there is one. */
function classifyHang(facts: RunFacts, test: TestFacts, error: ErrorFacts): Verdict {
  const givenUp = test.errors.find(({ code }) => code === 'ITEST_REQUEST_UNANSWERED')
  if (givenUp) return { status: 'red', class: 'hang', error: givenUp, reason: firstLine(givenUp) }
  const request = test.harness?.unansweredRequests[0] ?? 'the request'
  const cause = findUnhandled(facts, test)
  const because = cause ? `; the app dropped this error: ${firstLine(cause)}` : ''
  return { status: 'red', class: 'hang', error: cause ?? error, reason: `${request} was never answered${because}` }
}

function findUnhandled(facts: RunFacts, test: TestFacts): ErrorFacts | null {
  const found = facts.unhandled.find((unhandled) => unhandled.test === test.fullName || unhandled.test === test.name)
  return found?.error ?? null
}

function isOurs(error: ErrorFacts): boolean {
  return error.code?.startsWith('ITEST_') === true
}

function isTimeout(error: ErrorFacts): boolean {
  return /^(?:Test|Hook)TimeoutError$/.test(error.name) || /^(?:Test|Hook) timed out in \d+ms/.test(error.message)
}

// Vitest's matchers throw these when the value is not even of the right type, and for matchers made with expect.extend.
const MATCHER_ERRORS = [
  /^\.to\w+\(\) expects to receive/,
  /^actual value must be /,
  /^.{0,12}expect\(.{0,12}received.{0,12}\)\.\w+\(/,
]

function isAssertion(error: ErrorFacts): boolean {
  if (error.code !== null) return error.code === 'ERR_ASSERTION'
  return error.name === 'AssertionError' || MATCHER_ERRORS.some((pattern) => pattern.test(error.message))
}

/** What it is about comes below a headline such as `Transform failed with 1 error:`. */
function firstLine(error: ErrorFacts): string {
  const [first = '', second = ''] = (error.message || error.name || 'an error without a message').split('\n')
  return first.endsWith(':') && second.trim() !== '' ? `${first} ${second.trim()}` : first
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
