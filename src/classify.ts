import type { ErrorFacts, RunFacts, TestFacts } from './run/types.ts'

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
  | { readonly status: 'red'; readonly class: RedClass; readonly error: ErrorFacts | null; readonly reason: string }
  | { readonly status: 'broken'; readonly class: BrokenClass; readonly reason: string }

/** Judges one test of a run by what the reporter saw; `ablated`: the route answered 501, so its faults could not be hit. */
export function classifyTest(facts: RunFacts, title: string, options: { ablated: boolean }): Verdict {
  const test = facts.tests.find((candidate) => candidate.name === title)
  const fileError = facts.fileErrors[0]?.error
  if (!test || test.state === 'skipped' || test.state === 'pending') return classifyAbsent(facts, fileError)
  if (test.state === 'passed') return classifyPassed(facts, test)
  return classifyFailed(facts, test, options)
}

function classifyAbsent(facts: RunFacts, fileError: ErrorFacts | undefined): Verdict {
  if (fileError) return { status: 'broken', class: classifyFileError(fileError), reason: firstLine(fileError) }
  const ended = facts.unhandled.find(({ error }) => error.code?.startsWith('ITEST_') === true)
  if (ended?.error.code === 'ITEST_RUN_TIMEOUT')
    return { status: 'broken', class: 'timeout', reason: firstLine(ended.error) }
  const reason = ended ? firstLine(ended.error) : lastLine(facts.stderrTail)
  return { status: 'broken', class: 'nothing-ran', reason: reason || 'the test did not run' }
}

function classifyFileError(error: ErrorFacts): BrokenClass {
  if (
    /^(?:Transform failed|Failed to parse source|Parse failure|Unexpected token)/.test(error.message) ||
    error.name === 'SyntaxError'
  )
    return 'syntax'
  if (/hook/i.test(error.name) || /^Hook timed out/.test(error.message)) return 'hook'
  return error.code?.startsWith('ITEST_') === true ? 'harness' : 'import'
}

function classifyPassed(facts: RunFacts, test: TestFacts): Verdict {
  const crash = facts.unhandled.find(
    (unhandled) => unhandled.test !== null && (unhandled.test === test.fullName || unhandled.test === test.name),
  )
  if (crash)
    return {
      status: 'red',
      class: 'app-crash',
      error: crash.error,
      reason: `an error that nobody catches ends the process: ${firstLine(crash.error)}`,
    }
  if (test.harness && test.harness.requests === 0)
    return { status: 'broken', class: 'trivial', reason: 'the test sent no request to the app' }
  return { status: 'green' }
}

function classifyFailed(facts: RunFacts, test: TestFacts, { ablated }: { ablated: boolean }): Verdict {
  const { harness } = test
  const [error] = test.errors
  if (!error) return { status: 'broken', class: 'harness', reason: 'the test failed without an error' }
  if (harness && harness.unstubbedCalls.length > 0) {
    return { status: 'broken', class: 'unstubbed-call', reason: `no stub answers ${harness.unstubbedCalls.join(', ')}` }
  }
  if (harness && harness.unansweredRequests.length > 0) return classifyHang(facts, test, error)
  if (isTimeout(error)) return { status: 'broken', class: 'timeout', reason: firstLine(error) }
  if (harness && harness.requests === 0)
    return {
      status: 'broken',
      class: isAssertion(error) ? 'trivial' : 'harness',
      reason: `the test sent no request to the app: ${firstLine(error)}`,
    }
  if (harness && harness.unreachedFaults.length > 0 && !ablated) {
    return {
      status: 'broken',
      class: 'fault-not-reached',
      reason: `the fault was not reached: ${harness.unreachedFaults.join(', ')}`,
    }
  }
  if (error.code?.startsWith('ITEST_') === true) return { status: 'broken', class: 'harness', reason: firstLine(error) }
  if (!isAssertion(error)) return { status: 'broken', class: 'harness', reason: `${error.name}: ${firstLine(error)}` }
  if (harness && harness.routeHits === 0 && error.actual === '404' && !ablated) {
    return {
      status: 'broken',
      class: 'missing-route',
      reason: 'the request never reached the route; the app answered 404',
    }
  }
  return { status: 'red', class: 'assertion', error, reason: firstLine(error) }
}

/** A request without an answer, joined with the error that the app dropped, when there is one. */
function classifyHang(facts: RunFacts, test: TestFacts, error: ErrorFacts): Verdict {
  const request = test.harness?.unansweredRequests[0] ?? 'the request'
  const cause = facts.unhandled.find((unhandled) => unhandled.test === test.fullName || unhandled.test === test.name)
  const because = cause ? `; the app dropped this error: ${firstLine(cause.error)}` : ''
  return {
    status: 'red',
    class: 'hang',
    error: cause?.error ?? error,
    reason: `${request} was never answered${because}`,
  }
}

function isTimeout(error: ErrorFacts): boolean {
  return /^(?:Test|Hook)TimeoutError$/.test(error.name) || /^(?:Test|Hook) timed out in \d+ms/.test(error.message)
}

function isAssertion(error: ErrorFacts): boolean {
  return error.name === 'AssertionError' && error.code === null ? true : error.code === 'ERR_ASSERTION'
}

function firstLine(error: ErrorFacts): string {
  return (error.message || error.name || 'an error without a message').split('\n')[0] ?? ''
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
