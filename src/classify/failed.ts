import { AFTER_CRASH } from '../harness/crash-mark.ts'
import type { ErrorFacts, HarnessFacts, RunFacts, TestFacts } from '../run/types.ts'
import { describeCrash, findCrash, findUnhandled } from './crash.ts'
import {
  firstLine,
  isAbout,
  isAssertion,
  isClientTimeout,
  isCount,
  isMissingModule,
  isOurs,
  isTimeout,
  isUnwritten,
} from './error-kinds.ts'
import { asksNothing, describeMissing, describeTampered } from './harness-facts.ts'
import { broken, type ClassifyOptions, type Site, type TestSites, type Verdict } from './types.ts'

export function classifyFailed(facts: RunFacts, test: TestFacts, options: ClassifyOptions): Verdict {
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

/** A request without an answer, joined with the error that the app dropped, when there is one. */
function classifyHang(facts: RunFacts, test: TestFacts, error: ErrorFacts): Verdict {
  const givenUp = test.errors.find(({ code }) => code === 'ITEST_REQUEST_UNANSWERED')
  if (givenUp) return { status: 'red', class: 'hang', error: givenUp, reason: firstLine(givenUp) }
  const request = test.harness?.unansweredRequests[0] ?? 'the request'
  const cause = test.harness?.uncaught.find(({ of }) => of === null)?.error ?? findUnhandled(facts, test)
  const because = cause ? `; the app dropped this error: ${firstLine(cause)}` : ''
  return { status: 'red', class: 'hang', error: cause ?? error, reason: `${request} was never answered${because}` }
}
