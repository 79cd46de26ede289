import { hasPart } from '../expressions.ts'
import type { Decision, Expression, Scenario, SourceLocation, StackFrame } from '../types.ts'
import { describe } from './expressions.ts'
import { credentialOf, isIdentity, refusesCredential } from './principals.ts'
import { isOfSameSubject, joinDecisions, type Seal, saysFailure } from './refusals.ts'
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
  /** The last decision, with the others that would have let the request through in its place. */
  readonly when: Decision
  readonly cause: Cause
  readonly isPrincipal: (expression: Expression) => boolean
}

interface Asked {
  readonly isPrincipal: TurnedAway['isPrincipal']
  /** Where the way is closed; null where that is not known. */
  readonly seal: Seal | null
  /** Whether the decision is one of the middleware, as opposed to the handler. */
  readonly isBefore: (turned: Pick<TurnedAway, 'last' | 'cause'>) => boolean
}

export function turnedAway(scenario: Scenario, { isPrincipal, seal, isBefore }: Asked): TurnedAway | null {
  const response = responseOf(scenario)
  if (!response) return null
  const cause = causeOf(scenario, response, seal)
  const before = scenario.decisions.slice(0, Math.min(cause.decided, (seal?.index ?? cause.decided) + 1))
  const status = statusOf(scenario)
  const path = status === 401 && !seal ? untilCredential(before, isPrincipal) : before
  const last = path.at(-1)
  if (!last) return null
  const when = seal && path.length === seal.index + 1 ? seal.when : joinDecisions(alternatives(path, last), last)
  const turned = { scenario, response, path, last, when, cause, isPrincipal }
  const isRefused = status === 401 || status === 403 || response.via === 'redirect' || isUnauthorized(last, status)
  if (isRefused || refusesPolitely(scenario, isPrincipal)) return turned
  // A row of somebody else is often said not to be there.
  if (status === 404 && comparesPrincipal(turned)) return turned
  return isClientError(status) && asksWhoItIs(turned, isBefore) ? turned : null
}

/** Where it is not known what would have been let through, the other values that the same is compared with may be. */
function alternatives(path: readonly Decision[], last: Decision): Decision[] {
  return last.taken ? [] : path.slice(0, -1).filter((one) => !one.taken && isOfSameSubject(one, last))
}

/** The error of a check of credentials, which the project may answer with any status. */
function isUnauthorized(last: Decision, status: number | null): boolean {
  return refusesCredential(last) && status !== null && status >= 400
}

function isClientError(status: number | null): boolean {
  return status !== null && status >= 400 && status < 500
}

/** A credential that is not as it should be, or middleware that asks who it is, is about access whatever the answer. */
function asksWhoItIs(turned: TurnedAway, isBefore: Asked['isBefore']): boolean {
  const { last, isPrincipal } = turned
  if (!isPrincipal(last.condition) || asksBody(last) || comparesPrincipal(turned)) return false
  return asksCredentialOnly(last.condition) || isBefore(turned)
}

function asksCredentialOnly(condition: Expression): boolean {
  const isForeign = (part: Expression): boolean =>
    part.kind === 'result' || isIdentity(part) || (part.kind === 'input' && credentialOf(part) === null && !isJar(part))
  return hasPart(condition, (part) => credentialOf(part) !== null) && !hasPart(condition, isForeign)
}

/** All cookies, of which one is taken by a name of the environment. */
function isJar(part: Expression): boolean {
  return part.kind === 'input' && part.from === 'cookies' && part.path.length === 0
}

const REFUSING =
  /log(?:ged)?[ _-]?in|sign(?:ed)?[ _-]?in|\bauth|unauthori[sz]ed|forbidden|denied|not allowed|credential/i

/** `if (!req.user) return res.send('Not logged in')`: 200, and yet the end for whoever is not. */
export function refusesPolitely(scenario: Scenario, isPrincipal: TurnedAway['isPrincipal']): boolean {
  const response = responseOf(scenario)
  const last = response && scenario.decisions[response.decided - 1]
  if (!last || !response?.body || (statusOf(scenario) ?? 500) >= 300) return false
  if (hasPart(response.body, isOfRequest) || !REFUSING.test(JSON.stringify(response.body))) return false
  return refusesCredential(last) || (isPrincipal(last.condition) && !asksBody(last) && saysMissing(last))
}

function isOfRequest({ kind }: Expression): boolean {
  return kind === 'input' || kind === 'result' || kind === 'unknown'
}

/** Whether the decision is that something is not there. */
function saysMissing({ condition, taken }: Decision): boolean {
  if (condition.kind !== 'operation') return !taken
  const [, other] = condition.operands
  const isEmpty = other?.kind === 'undefined' || (other?.kind === 'literal' && !other.value)
  const asksAbsence = condition.name === 'is nullish' || (condition.name === '===' && isEmpty)
  return taken === asksAbsence && !saysFailure({ condition })
}

/** Up to the last decision about who is asking: others after it only choose the words, unless something fails there. */
function untilCredential(path: readonly Decision[], isPrincipal: TurnedAway['isPrincipal']): readonly Decision[] {
  const last = path.at(-1)
  if (!last || asksBody(last)) return path
  const index = path.findLastIndex((one) => !saysFailure(one) && (refusesCredential(one) || isPrincipal(one.condition)))
  const failed = path.findLastIndex((one) => saysFailure(one) && one.taken)
  const end = Math.max(index, failed)
  return end < 0 ? path : path.slice(0, end + 1)
}

/** Whether something of the body is asked, such as a password at login. */
export function asksBody({ condition }: Decision): boolean {
  return hasPart(condition, (part) => part.kind === 'input' && part.from === 'body')
}

/** Where the answer was settled, for which an error is thrown or given to `next`. */
function causeOf(scenario: Scenario, response: RespondEvent, seal: Seal | null): Cause {
  const thrown = scenario.events.filter((event) => event.kind === 'throw' && event.id < response.id)
  const passed = scenario.handlers.filter(({ by, after }) => by === 'next' && after < response.id)
  const causes: Cause[] = [...thrown, ...passed, response]
  // An error that came up while requests could still be let through was caught.
  const settled = causes.filter(({ decided }) => decided > (seal?.index ?? -1))
  return settled.toSorted((a, b) => a.decided - b.decided)[0] ?? response
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
