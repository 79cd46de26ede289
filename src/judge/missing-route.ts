import type { Verdict } from '../classify.ts'
import type { RouteName } from '../route-name.ts'
import type { RequestFacts } from '../run/types.ts'
import { findNearMiss, isRequestFor } from '../scan/routes/near-miss.ts'
import type { Trial, Trials } from './runs.ts'

export interface MissingOptions {
  /** Those that the project has. */
  readonly existing: readonly RouteName[]
  /** Those that the user says are yet to be written. */
  readonly planned: readonly RouteName[]
  /** The run in which what fell through the router got a 501; null: nothing did. */
  readonly stubbed: Trials | null
}

const TITLE = /\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+(\/[^\s'"`,;)\]]*)/g

/**
 * The route that a request asks for: what looks like the id of a row is another one in the next run.
 */
export function patternOf({ method, path }: RequestFacts): RouteName {
  const segments = path.split('/').map((segment) => (looksLikeId(segment) ? ':id' : segment))
  return { method, path: segments.join('/') }
}

/** Anything with a digit in it, but `v1`. */
function looksLikeId(segment: string): boolean {
  return /\d/.test(segment) && !/^v\d+$/i.test(segment)
}

/** Decides on the tests whose request no route took: is the route yet to be written, or the URL wrong? */
export function settleMissing(trials: Trials, options: MissingOptions): Trials {
  return new Map(
    [...trials].map(([key, trial]) => [key, { ...trial, verdict: settle(trial, options.stubbed?.get(key), options) }]),
  )
}

function settle({ test, verdict }: Trial, stubbed: Trial | undefined, options: MissingOptions): Verdict {
  if (verdict.status !== 'broken' || !verdict.missing) return verdict
  const { missing } = verdict
  const { method, path } = patternOf(missing)
  const asked = `${method} ${path}`
  const near = isPlanned(test.fullName, missing, options.planned) ? null : findNearMiss(options.existing, missing)
  if (near) {
    const meant = `${near.method} ${near.path}`
    const reason =
      meant === asked
        ? `the project has ${asked}, and the app under test does not`
        : `no route takes ${asked}; did you mean ${meant}?`
    return { status: 'broken', class: 'harness', reason }
  }
  return judgeStubbed(asked, verdict, stubbed)
}

/** Planned by the user, or by the title of the test or of its suites: `POST /orders/:id/refund`. */
function isPlanned(title: string, missing: RequestFacts, planned: readonly RouteName[]): boolean {
  const named = [...title.matchAll(TITLE)].map(([, method = '', path = '']) => ({ method, path }))
  return [...planned, ...named].some((route) => isRequestFor(route, missing))
}

function judgeStubbed(asked: string, { reason }: Verdict & { reason: string }, stubbed: Trial | undefined): Verdict {
  const then = stubbed?.verdict
  if (then?.status === 'red' && then.class === 'assertion') {
    const { expected, actual } = then.error ?? {}
    const contrast = expected && actual ? `: expected ${expected}, actual ${actual}` : `: ${then.reason}`
    const text = `no route takes ${asked} yet; with one that answers 501 the test fails at its assertion${contrast}`
    return { status: 'red', class: 'missing-route', error: then.error, reason: text }
  }
  if (then?.status === 'green') {
    return { status: 'broken', class: 'trivial', reason: `${reason}; a route that answers 501 would do for this test` }
  }
  if (then?.status === 'broken' && !then.missing) return then
  return { status: 'broken', class: 'harness', reason: `${reason}; a route that answers 501 changes nothing` }
}
