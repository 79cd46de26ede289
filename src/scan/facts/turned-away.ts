import { hasPart } from '../expressions.ts'
import type { Decision, Expression, Scenario, SourceLocation, StackFrame } from '../types.ts'
import { describe } from './expressions.ts'
import { refusesCredential } from './principals.ts'
import { type RespondEvent, responseOf, statusOf } from './scenarios.ts'

interface Cause {
  readonly at: SourceLocation
  /** As of an event; null where no function of the project is known. */
  readonly stack?: readonly StackFrame[]
  readonly decided: number
}

/** A scenario that turns the request away, and the decision that did it. */
export interface TurnedAway {
  readonly scenario: Scenario
  readonly response: RespondEvent
  /** Decisions up to the one that did it. */
  readonly path: readonly Decision[]
  readonly last: Decision
  readonly cause: Cause
  readonly isPrincipal: (expression: Expression) => boolean
}

interface Asked {
  readonly isPrincipal: TurnedAway['isPrincipal']
  /** The decision after which no way is let through any more; null where that is not known. */
  readonly sealed: number | null
}

export function turnedAway(scenario: Scenario, { isPrincipal, sealed }: Asked): TurnedAway | null {
  const response = responseOf(scenario)
  if (!response) return null
  const cause = causeOf(scenario, response)
  const before = scenario.decisions.slice(0, Math.min(cause.decided, (sealed ?? cause.decided) + 1))
  const status = statusOf(scenario)
  const path = status === 401 ? untilCredential(before, isPrincipal) : before
  const last = path.at(-1)
  if (!last) return null
  const turned = { scenario, response, path, last, cause, isPrincipal }
  const isRefused = status === 401 || status === 403 || response.via === 'redirect' || isUnauthorized(last, status)
  // A row of somebody else is often said not to be there.
  return isRefused || (status === 404 && comparesPrincipal(turned)) ? turned : null
}

/** The error of a check of credentials, which the project may answer with any status. */
function isUnauthorized(last: Decision, status: number | null): boolean {
  return refusesCredential(last) && status !== null && status >= 400
}

/** Up to the last decision about who is asking: others after it only choose the words. */
function untilCredential(path: readonly Decision[], isPrincipal: TurnedAway['isPrincipal']): readonly Decision[] {
  const last = path.at(-1)
  if (!last || asksBody(last)) return path
  const index = path.findLastIndex((one) => !saysFailure(one) && (refusesCredential(one) || isPrincipal(one.condition)))
  return index < 0 ? path : path.slice(0, index + 1)
}

/** Whether something of the body is asked, such as a password at login. */
export function asksBody({ condition }: Decision): boolean {
  return hasPart(condition, (part) => part.kind === 'input' && part.from === 'body')
}

/** Whether the decision is that a query or call fails. */
export function saysFailure({ condition }: Decision): boolean {
  return condition.kind === 'operation' && /^(?:rejects|connection reset|times out)$/.test(condition.name)
}

/** Where the answer was settled, for which an error is thrown or given to `next`. */
function causeOf(scenario: Scenario, response: RespondEvent): Cause {
  const thrown = scenario.events.filter((event) => event.kind === 'throw' && event.id < response.id)
  const passed = scenario.handlers.filter(({ by, after }) => by === 'next' && after < response.id)
  const causes: Cause[] = [...thrown, ...passed, response]
  return causes.toSorted((a, b) => a.decided - b.decided)[0] ?? response
}

/** The two sides of an equality. */
export function sidesOf({ condition }: Decision): readonly [Expression, Expression] | null {
  const bare =
    condition.kind === 'operation' && condition.name === '!' ? (condition.operands[0] ?? condition) : condition
  if (bare.kind !== 'operation' || bare.name !== '===') return null
  const [left, right] = bare.operands
  return left && right ? [left, right] : null
}

/** Whether a row's or the request's own value is compared with who is asking. */
export function comparesPrincipal({ last, isPrincipal }: Pick<TurnedAway, 'last' | 'isPrincipal'>): boolean {
  const sides = sidesOf(last)
  if (!sides) return false
  const owned = sides.find((side) => !isPrincipal(side) && !isConstant(side))
  // A token against forged requests is part of the session, and no row.
  return owned !== undefined && sides.some(isPrincipal) && !/csrf|xsrf/i.test(describe(last.condition))
}

function isConstant({ kind }: Expression): boolean {
  return kind === 'literal' || kind === 'undefined' || kind === 'env'
}
