import { AFTER_CRASH } from './harness/crash-mark.ts'
import type { ErrorFacts, Frame, HarnessFacts, RequestFacts, RunFacts, TestFacts } from './run/types.ts'

export type RedClass = 'assertion' | 'missing-route' | 'hang' | 'app-crash'

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
  | 'no-assertion'
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
  | {
      readonly status: 'broken'
      readonly class: BrokenClass
      readonly reason: string
      /** What fell through the router, of class `missing-route`. */
      readonly missing?: RequestFacts
    }

/** What the syntax of the code says of the place that a stack names. */
export interface Site {
  /** Whose code was at work; `unknown`: the syntax does not tell. */
  readonly actor: 'test' | 'hook' | 'app' | 'unknown'
  /** e.g. `beforeEach` or `fixture`. */
  readonly hook: string | null
  /** `constant`: an assertion that no app can change; `fail`: one that only fails. */
  readonly kind: 'assertion' | 'constant' | 'fail' | 'throw' | 'other'
  /** It stands within an assertion, which may want it to fail. */
  readonly isNested: boolean
  /** In the code of the project. */
  readonly frame: Frame | null
}

/** In the order of what the facts of the test list. */
export interface TestSites {
  readonly errors: readonly Site[]
  readonly assertions: readonly Site[]
  readonly uncaught: readonly Site[]
}

export interface ClassifyOptions {
  /** The route answered 501, so its faults could not be hit. */
  readonly ablated: boolean
  /** Null: a file that itest wrote itself, which has no hooks that assert and no assertions about nothing. */
  readonly sites: TestSites | null
}

/** Judges one test of a run by what the reporter saw, by the title of the test. */
export function classifyTest(facts: RunFacts, title: string, { ablated }: { ablated: boolean }): Verdict {
  const test = facts.tests.find((candidate) => candidate.name === title)
  return test ? classify(facts, test, { ablated, sites: null }) : classifyAbsent(facts, null)
}

/** Judges one test of a run by what the reporter saw and what the syntax says of it. */
export function classify(facts: RunFacts, test: TestFacts, options: ClassifyOptions): Verdict {
  if (test.state === 'skipped' || test.state === 'pending') return classifyAbsent(facts, test)
  return test.state === 'passed' ? classifyPassed(facts, test, options) : classifyFailed(facts, test, options)
}

/** A file that gave no tests. */
export function classifyFile(facts: RunFacts, file: string): Verdict & { status: 'broken' } {
  return classifyAbsent(
    {
      ...facts,
      fileErrors: facts.fileErrors.filter((one) => one.file === file),
      stalled: facts.stalled.filter((one) => one.file === file),
    },
    null,
  )
}

function broken(kind: BrokenClass, reason: string): Verdict & { status: 'broken' } {
  return { status: 'broken', class: kind, reason }
}

/** A test that was not even collected failed with its file; one that was, with a hook or with the whole run. */
function classifyAbsent(facts: RunFacts, test: TestFacts | null): Verdict & { status: 'broken' } {
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
function isAbove({ file, suite }: RunFacts['fileErrors'][number], test: TestFacts): boolean {
  return file === test.file && (suite === null || test.fullName.startsWith(`${suite} > `))
}

function classifyFileError(error: ErrorFacts, test: TestFacts | null): BrokenClass {
  if (isOurs(error) && error.code !== 'ITEST_APP_EXIT') return 'harness'
  if (test) return 'hook'
  if (/^No test (?:suite )?found/.test(error.message)) return 'nothing-ran'
  return isSyntax(error) ? 'syntax' : 'import'
}

function isSyntax({ name, message }: ErrorFacts): boolean {
  const isOfTransform = /^(?:Transform failed|Failed to parse source|Parse failure|Unexpected token|\[?PARSE_ERROR)/
  return isOfTransform.test(message) || /\[PARSE_ERROR\]/.test(message) || /^(?:RolldownError|SyntaxError)$/.test(name)
}

function classifyPassed(facts: RunFacts, test: TestFacts, { sites }: ClassifyOptions): Verdict {
  const { harness } = test
  const crash = findCrash(facts, test, sites)
  if (crash?.status === 'red') return crash
  if (!harness) return broken('harness', 'nothing is known of what the test did')
  const swallowed = describeSwallowed(harness, sites)
  if (swallowed !== null) return broken('no-assertion', swallowed)
  if (crash) return crash
  const found = describeCrash(harness)
  if (found !== null) return { status: 'red', class: 'app-crash', error: null, reason: found }
  if (harness.tampered.length > 0) return broken('harness', describeTampered(harness))
  if (test.isMeantToFail) return broken('no-assertion', 'it.fails turns every failure into a pass')
  const later = sites && facts.fileErrors.find((one) => isAbove(one, test))?.error
  if (later) return broken(classifyFileError(later, test), `after the test: ${firstLine(later)}`)
  return classifyAsserted(test, harness, sites) ?? { status: 'green' }
}

/** Whether what passed has asked the app something, and asserted the answer. */
function classifyAsserted(test: TestFacts, harness: HarnessFacts, sites: TestSites | null): Verdict | null {
  const all = harness.assertions.map((one, index) => ({ ...one, site: sites?.assertions[index] }))
  const own = all.filter(({ site }) => site?.actor !== 'hook' && site?.actor !== 'app')
  if (own.length === 0) return broken('no-assertion', 'the test passed, and no assertion of its own ran')
  if (asksNothing(harness)) return broken('trivial', 'the test sent no request to the app')
  if (own.every(({ site }) => site?.kind === 'constant')) {
    return broken('trivial', 'all that the test asserts is true of any app')
  }
  if (test.retries > 0 || test.errors.length > 0) return broken('harness', 'it passed only when it was run again')
  return null
}

/** An assertion that failed in a test that passed, and never held later, as one that is tried again and again does. */
function describeSwallowed({ assertions }: HarnessFacts, sites: TestSites | null): string | null {
  const found = assertions.find(({ passed }, index) => {
    const site = sites?.assertions[index]
    return passed === 0 && site && !site.isNested && site.actor !== 'hook' && site.actor !== 'app'
  })
  if (!found) return null
  const where = found.frame ? ` at ${found.frame.file}:${found.frame.line}` : ''
  return `an assertion${where} failed and nobody noticed: ${found.messages[0] ?? ''}`
}

function asksNothing({ requests, requestsBefore }: HarnessFacts): boolean {
  return requests === 0 && requestsBefore === 0
}

function describeTampered({ tampered }: HarnessFacts): string {
  return `the code under test replaced what judges it: ${tampered.join(', ')}`
}

function classifyFailed(facts: RunFacts, test: TestFacts, options: ClassifyOptions): Verdict {
  const { harness } = test
  const { sites } = options
  const [error] = test.errors
  const [site] = sites?.errors ?? []
  if (!error) return broken('harness', 'the test failed without an error')
  const cannot = test.errors.find(({ code }) => code === 'ITEST_ENGINE_CANNOT')
  if (cannot) return { status: 'skipped', reason: firstLine(cannot) }
  if (isOfHook(error, site)) return broken('hook', `${site?.hook ?? 'a hook'} failed: ${firstLine(error)}`)
  if (!harness) return broken(isTimeout(error) ? 'timeout' : 'harness', firstLine(error))
  if (harness.tampered.length > 0) return broken('harness', describeTampered(harness))
  if (test.isMeantToFail) return broken('harness', 'it is marked it.fails, and nothing failed')
  if (harness.isAfterCrash) return broken('harness', AFTER_CRASH)
  const missing = describeMissing(harness)
  if (missing) return broken('unstubbed-call', missing)
  if (isCount(error)) return broken('no-assertion', firstLine(error))
  const ended = classifyEnd(facts, test, { error, sites, harness })
  if (ended) return ended
  return classifyFailure({ error, site, harness }, options)
}

/** Not the assertions of the test, but what prepares it or cleans up after it. */
function isOfHook(error: ErrorFacts, site: Site | undefined): boolean {
  if (isOurs(error)) return false
  return (
    site?.actor === 'hook' || /^HookTimeoutError$/.test(error.name) || /^Hook timed out in \d+ms/.test(error.message)
  )
}

interface Failure {
  readonly error: ErrorFacts
  readonly site: Site | undefined
  readonly harness: HarnessFacts
}

/** A test that the app kept from its end: it crashed, or did not answer. */
function classifyEnd(
  facts: RunFacts,
  test: TestFacts,
  { error, sites, harness }: { error: ErrorFacts; sites: TestSites | null; harness: HarnessFacts },
): Verdict | null {
  const [exit] = harness.exits
  if (exit) return { status: 'red', class: 'app-crash', error: exit, reason: firstLine(exit) }
  const isOpen = harness.unansweredRequests.length > 0
  const isFirm = isAssertion(error, harness, sites?.errors[0]) && !isAbout(error, 'undefined')
  const crash = findCrash(facts, test, sites)
  const isException = harness.uncaught.some(({ kind, of }) => kind === 'exception' && of === null)
  if (crash && (crash.status === 'broken' || (isOpen ? isException : !isAssertion(error, harness, sites?.errors[0]))))
    return crash
  const isLate = isTimeout(error) || isClientTimeout(error)
  if (harness.hasFrozenTimers && (isOpen || isLate) && !isFirm) {
    return broken('timeout', `the test's fake timers kept the app's own from running: ${firstLine(error)}`)
  }
  const wasGivenUp = test.errors.some(({ code }) => code === 'ITEST_REQUEST_UNANSWERED')
  if (wasGivenUp || (isOpen && !isFirm)) return classifyHang(facts, test, error)
  return isLate ? broken('timeout', firstLine(error)) : null
}

/** A test that ran to an error of its own. */
function classifyFailure({ error, site, harness }: Failure, { ablated, sites }: ClassifyOptions): Verdict {
  if (isMissingModule(error)) return broken('import', firstLine(error))
  if (isUnwritten(error)) return broken('no-assertion', `there is no such snapshot yet: ${firstLine(error)}`)
  const pointless = site && POINTLESS[site.kind]
  if (pointless) return broken('trivial', `${pointless}: ${firstLine(error)}`)
  if (asksNothing(harness)) {
    const reason = `the test sent no request to the app: ${firstLine(error)}`
    return broken(isAssertion(error, harness, site) ? 'trivial' : 'harness', reason)
  }
  const missing = ablated ? null : findMissing(error, harness, sites)
  if (missing) return missing
  if (harness.unreachedFaults.length > 0 && !ablated) {
    return broken('fault-not-reached', `the fault was not reached: ${harness.unreachedFaults.join(', ')}`)
  }
  if (isOurs(error)) return broken('harness', firstLine(error))
  if (!isAssertion(error, harness, site)) return broken('harness', `${error.name || 'thrown'}: ${firstLine(error)}`)
  const crash = describeCrash(harness)
  return { status: 'red', class: 'assertion', error, reason: firstLine(error), ...(crash === null ? {} : { crash }) }
}

const POINTLESS: Readonly<Partial<Record<Site['kind'], string>>> = {
  constant: 'the assertion fails whatever the app does',
  fail: 'the test only fails',
  throw: 'the test throws by itself',
}

/** A request that no route took, when it is what the test failed for. */
function findMissing(error: ErrorFacts, { log, routeHits }: HarnessFacts, sites: TestSites | null): Verdict | null {
  const reason = 'the request never reached the route; the app answered 404'
  // A file of ours tests one route, and knows how often that was reached.
  if (!sites) return routeHits === 0 && error.actual === '404' ? broken('missing-route', reason) : null
  const asked = log.filter(({ isApp }) => isApp)
  const fell = asked.filter(({ route, status }) => route === null && status === 404)
  const last = asked.at(-1)
  const missing = last && fell.includes(last) ? last : error.actual === '404' ? fell.at(-1) : undefined
  if (!missing) return null
  return {
    ...broken('missing-route', `no route takes ${missing.method} ${missing.path}; the app answered 404`),
    missing,
  }
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
  const cause = test.harness?.uncaught.find(({ of }) => of === null)?.error ?? findUnhandled(facts, test)
  const because = cause ? `; the app dropped this error: ${firstLine(cause)}` : ''
  return { status: 'red', class: 'hang', error: cause ?? error, reason: `${request} was never answered${because}` }
}

/** An error that nobody caught: of the app it is a finding; of the test's own code it is the test's mistake. */
function findCrash(facts: RunFacts, test: TestFacts, sites: TestSites | null): Verdict | null {
  const seen = test.harness?.uncaught ?? []
  const own = seen.findIndex(({ of }) => of === null)
  const late = findLate(facts, test)
  const isElsewhere = own < 0 && seen.length > 0
  const error = seen[own]?.error ?? late ?? (isElsewhere ? null : findUnhandled(facts, test))
  if (!error || isOurs(error)) return null
  const isOfApp = !sites || seen[own]?.isOfRequest || error === late
  const actor = isOfApp ? 'app' : (sites.uncaught[own]?.actor ?? 'unknown')
  if (error.code === 'EADDRINUSE') return broken('harness', `another process has the port: ${firstLine(error)}`)
  if (actor !== 'app') return broken('harness', `an error that nobody catches, and not of the app: ${firstLine(error)}`)
  const reason = `an error that nobody catches ends the process: ${firstLine(error)}`
  return { status: 'red', class: 'app-crash', error, reason }
}

/** What a request of this test left behind for a later one. */
function findLate(facts: RunFacts, { file, name }: TestFacts): ErrorFacts | null {
  const after = facts.tests.filter((other) => other.file === file).flatMap(({ harness }) => harness?.uncaught ?? [])
  return after.find(({ of }) => of === name)?.error ?? null
}

function findUnhandled(facts: RunFacts, test: TestFacts): ErrorFacts | null {
  const names = new Set(facts.tests.filter(({ file }) => file === test.file).flatMap((one) => [one.name, one.fullName]))
  const found = facts.unhandled.find((unhandled) => {
    if (unhandled.test === test.fullName || unhandled.test === test.name) {
      return unhandled.file === null || unhandled.file === test.file
    }
    // Of this file, and of no test of it: any of them may be behind it.
    return unhandled.file === test.file && (unhandled.test === null || !names.has(unhandled.test))
  })
  return found?.error ?? null
}

function isOurs(error: ErrorFacts): boolean {
  return error.code?.startsWith('ITEST_') === true
}

function isTimeout(error: ErrorFacts): boolean {
  return /^(?:Test|Hook)TimeoutError$/.test(error.name) || /^(?:Test|Hook) timed out in \d+ms/.test(error.message)
}

/** Superagent, `AbortSignal.timeout`, undici and axios, when they have waited long enough. */
function isClientTimeout({ name, code }: ErrorFacts): boolean {
  if (/^(?:TimeoutError|AbortError|HeadersTimeoutError|BodyTimeoutError)$/.test(name)) return true
  return /^(?:ECONNABORTED|ETIMEDOUT|ETIME|UND_ERR_(?:HEADERS|BODY)_TIMEOUT)$/.test(code ?? '')
}

function isMissingModule({ code, message }: ErrorFacts): boolean {
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return true
  return /^(?:Cannot find (?:module|package) |Failed to (?:load|resolve) )/.test(message)
}

/** `expect.assertions(2)`, `expect.hasAssertions()`, and what nobody waits for. */
function isCount({ message }: ErrorFacts): boolean {
  return /^expected (?:number of assertions to be|any number of assertion)|^(?:expect\.poll\(|Promise returned by ).*was not awaited/.test(
    message,
  )
}

/** What is asserted of nothing may be what an unanswered request left. */
function isAbout({ actual, hasComparison }: ErrorFacts, what: string): boolean {
  return !hasComparison || actual === null || actual === what
}

// Vitest's matchers throw these when the value is not even of the right type, and for matchers made with expect.extend.
const MATCHER_ERRORS = [
  /^\.to\w+\(\) expects to receive/,
  /^actual value must be /,
  /^.{0,12}expect\(.{0,12}received.{0,12}\)\.\w+\(/,
]

/** What matchers say of a test that uses them wrongly. */
const MISUSE = /is not a spy or a call to a spy|You must provide a Promise to expect|expect\.\w+\(\) can only be used/

function isAssertion(error: ErrorFacts, { assertions }: HarnessFacts, site?: Site): boolean {
  if (MISUSE.test(error.message) || isUnwritten(error) || isTimeout(error)) return false
  if (site?.actor === 'app') return false
  if (assertions.some(({ messages }) => messages.includes(error.message))) return true
  // Not seen by the harness: what is thrown by hand only looks like one.
  if (site && site.frame === null) return false
  if (error.code !== null) return error.code === 'ERR_ASSERTION'
  return error.name === 'AssertionError' || MATCHER_ERRORS.some((pattern) => pattern.test(error.message))
}

/** A snapshot that nobody has written yet is no expectation. */
function isUnwritten({ message, expected }: ErrorFacts): boolean {
  return /^Snapshot `.*` mismatched/.test(message) && (expected === null || expected === '')
}

/** What it is about comes below a headline such as `Transform failed with 1 error:`. */
function firstLine(error: ErrorFacts): string {
  const [first = '', second = ''] = (error.message || error.name || 'an error without a message').split('\n')
  return first.endsWith(':') && second.trim() !== '' ? `${first} ${second.trim()}` : first
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
