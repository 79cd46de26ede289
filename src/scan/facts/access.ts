import { partsOf } from '../expressions.ts'
import type {
  Decision,
  Expression,
  FunctionReference,
  HarmlessCall,
  Scenario,
  SourceLocation,
  VisitedSource,
} from '../types.ts'
import { describe, expressionsOf, isSame } from './expressions.ts'
import { readOwnership } from './ownership.ts'
import { credentialOf, credentialsIn, principalsOf, refusesCredential } from './principals.ts'
import { sealedDecisions } from './refusals.ts'
import { distinct, outcomeOf, responseOf, siteOf, statusOf } from './scenarios.ts'
import { asksBody, comparesPrincipal, saysFailure, type TurnedAway, turnedAway } from './turned-away.ts'
import type { AccessFacts, AuthenticationFact, Refusal, RoleFact } from './types.ts'

interface Given {
  readonly scenarios: readonly Scenario[]
  readonly harmless: readonly HarmlessCall[]
  readonly sources: readonly VisitedSource[]
  /** Whether every way was looked at. */
  readonly isComplete: boolean
}

/** Who may do this: what is checked of the credentials, of the row's owner, and of roles. */
export function readAccess(given: Given): AccessFacts {
  const askers = new Map(given.scenarios.map((scenario) => [scenario, principalsOf(scenario)]))
  const sealed = sealedDecisions(given.scenarios, { isComplete: given.isComplete, isOpen: isLetThrough })
  const turned = [...askers].flatMap(
    ([scenario, isPrincipal]) => turnedAway(scenario, { isPrincipal, sealed: sealed.get(scenario) ?? null }) ?? [],
  )
  const owned = turned.filter(comparesPrincipal)
  const roles = turned.filter((one) => !owned.includes(one) && isRole(one))
  const rest = turned.filter((one) => !owned.includes(one) && !roles.includes(one) && isAuthentication(one))
  const lookups = new Set(rest.flatMap(lookupsOf))
  return {
    authentication: readAuthentication(rest, given),
    ownership: readOwnership({ askers, turned: owned, lookups }),
    roles: distinct(roles.map(readRole)),
  }
}

function isLetThrough(scenario: Scenario): boolean {
  const response = responseOf(scenario)
  return response !== null && response.via !== 'redirect' && (statusOf(scenario) ?? 200) < 400
}

const ROLE_NAME = /role|admin|permission|scope|tier|staff|superuser|grant|privilege/i

/** Whether the decision asks what the asker may do, and not who it is. */
function isRole({ last, scenario, isPrincipal }: TurnedAway): boolean {
  if (statusOf(scenario) !== 403 || saysFailure(last) || isOfForms(last)) return false
  return ROLE_NAME.test(describe(last.condition)) || (isPrincipal(last.condition) && !asksPresence(last.condition))
}

/** A token against forged requests says nothing of who is asking. */
function isOfForms({ condition }: Decision): boolean {
  return /csrf|xsrf/i.test(describe(condition))
}

/** Whether the decision is about something being there at all. */
function asksPresence(condition: Expression): boolean {
  if (condition.kind !== 'operation') return true
  return !/^(?:===|[<>]=?|includes)$/.test(condition.name)
}

/** With the other values that would have been let through: `role === 'owner' || role === 'admin'`. */
function readRole({ scenario, path, last }: TurnedAway): RoleFact {
  const subject = subjectOf(last)
  const isAlternative = (one: Decision): boolean => {
    const other = subjectOf(one)
    return !one.taken && subject !== null && other !== null && isSame(subject, other)
  }
  const asked = last.taken ? [] : path.slice(0, -1).filter(isAlternative)
  const conditions = distinct([...asked, last].map(({ condition }) => condition))
  const [first = last.condition, ...others] = conditions
  const condition = others.reduce<Expression>(
    (left, right) => ({ kind: 'operation', name: '||', operands: [left, right] }),
    first,
  )
  return { condition, at: last.at, refusal: outcomeOf(scenario) }
}

/** What `x === 'a'` asks about. */
function subjectOf({ condition }: Decision): Expression | null {
  const isEquality = condition.kind === 'operation' && condition.name === '==='
  return isEquality && condition.operands[1]?.kind === 'literal' ? (condition.operands[0] ?? null) : null
}

/** A check of the body, such as a password at login, is none of who is asking; nor is a failure of the database. */
function isAuthentication({ last, isPrincipal }: TurnedAway): boolean {
  if (saysFailure(last) || isOfForms(last)) return false
  return refusesCredential(last) || (isPrincipal(last.condition) && !asksBody(last))
}

function readAuthentication(turned: readonly TurnedAway[], given: Given): AuthenticationFact[] {
  const byFunction = new Map<string, TurnedAway[]>()
  for (const one of turned) {
    const key = JSON.stringify(checkerOf(one, given.sources))
    byFunction.set(key, [...(byFunction.get(key) ?? []), one])
  }
  return [...byFunction.values()].flatMap((found) => {
    const [first] = found
    if (!first) return []
    return [
      {
        by: checkerOf(first, given.sources),
        credentials: credentialsOf(found),
        verifiedBy: verifiers(found, given.harmless),
        refusals: distinct(found.map(readRefusal)),
      },
    ]
  })
}

/**
 * The function that turns the request away: of those that are running, the innermost that decides, or else the one that
 * answers. Middleware of a package has none in the project.
 */
function checkerOf({ last, cause }: TurnedAway, sources: readonly VisitedSource[]): FunctionReference {
  const running = new Set((cause.stack ?? []).map(({ name }) => name).filter((name) => name !== '(anonymous)'))
  const decides = sourcesAround(last.at, sources).find(({ name }) => running.has(name))
  if (decides) return { name: decides.name, ...decides.at }
  const around = sourcesAround(cause.at, sources)
  const [inner] = around
  if (!inner) return { name: guardName(last), ...cause.at }
  const frame = cause.stack?.at(-1)
  const outer = around.find(({ name }) => name !== '(anonymous)')
  return { name: inner.name !== '(anonymous)' ? inner.name : (frame?.name ?? outer?.name ?? inner.name), ...inner.at }
}

/** The functions that a place is in, innermost first. */
function sourcesAround(at: SourceLocation, sources: readonly VisitedSource[]): VisitedSource[] {
  const around = sources.filter((source) => {
    const end = source.at.line + source.text.split('\n').length - 1
    return source.at.file === at.file && source.at.line <= at.line && at.line <= end
  })
  return around.toSorted((a, b) => a.text.length - b.text.length)
}

function guardName({ condition }: Decision): string {
  const part = partsOf(condition).find((candidate) => credentialOf(candidate) !== null)
  return part?.kind === 'operation' ? part.name : '(middleware)'
}

function readRefusal({ response, last }: TurnedAway): Refusal {
  return { status: response.status, body: response.body, when: last, at: response.at }
}

function credentialsOf(found: readonly TurnedAway[]): string[] {
  const parts = found.flatMap((one) =>
    [...one.path.map(({ condition }) => condition), ...askedOf(one)].flatMap(partsOf),
  )
  return credentialsIn(parts)
}

/** What the queries and calls were given whose answers decided. */
function askedOf({ scenario, path }: TurnedAway): Expression[] {
  const parts = path.flatMap(({ condition }) => partsOf(condition))
  const asked = new Set(parts.flatMap((part) => (part.kind === 'result' ? [part.event] : [])))
  return scenario.events.flatMap((event) => (asked.has(event.id) ? expressionsOf(event) : []))
}

const VERIFIERS =
  /verify|decode|authenticate|getAuth|getSession|validateSession|expressjwt|express-jwt|requireAuth|requiredScopes|compare|timingSafeEqual/i

/** Calls into packages at the places where these requests were decided. */
function verifiers(found: readonly TurnedAway[], harmless: readonly HarmlessCall[]): string[] {
  const decisions = found.flatMap(({ path }) => path)
  const places = new Set(decisions.map(({ at }) => placeOf(at)))
  const called = harmless.flatMap((call) => {
    const name = call.member ? `${call.package}.${call.member}` : call.package
    return VERIFIERS.test(name) && call.at.some((at) => places.has(placeOf(at))) ? [name] : []
  })
  const named = decisions.flatMap(({ condition }) => partsOf(condition)).flatMap((part) => packageOf(part) ?? [])
  return [...new Set([...called, ...named])]
}

function packageOf(part: Expression): string | null {
  const isPackage = part.kind === 'operation' && /^(?:@?[\w-]+\/)?[\w-]+\.?\w*$/.test(part.name)
  return isPackage && part.kind === 'operation' && VERIFIERS.test(part.name) && credentialOf(part) ? part.name : null
}

function placeOf(at: SourceLocation): string {
  return `${at.file}:${at.line}`
}

/** Queries whose missing row means that nobody is signed in: they are part of the authentication. */
function lookupsOf(turned: TurnedAway): string[] {
  const asked = new Set(partsOf(turned.last.condition).flatMap((part) => (part.kind === 'result' ? [part.event] : [])))
  return turned.scenario.events.flatMap((event) => (event.kind === 'db' && asked.has(event.id) ? [siteOf(event)] : []))
}
