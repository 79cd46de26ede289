import { partsOf } from '../expressions.ts'
import type {
  Decision,
  Expression,
  FunctionReference,
  HarmlessCall,
  Route,
  Scenario,
  SourceLocation,
  TraceEvent,
  VisitedSource,
} from '../types.ts'
import { checkerOf, isInHandler } from './checker.ts'
import { describe, expressionsOf } from './expressions.ts'
import { isAlike } from './outcomes.ts'
import { readOwnership } from './ownership.ts'
import { credentialOf, credentialsIn, principalsOf, refusesCredential } from './principals.ts'
import { findSeals, saysFailure } from './refusals.ts'
import { isRole, readRoles } from './roles.ts'
import { outcomeOf, responseOf, siteOf, statusOf, targetOf } from './scenarios.ts'
import { siteKey } from './site-keys.ts'
import { asksBody, comparesPrincipal, refusesPolitely, type TurnedAway, turnedAway } from './turned-away.ts'
import type { AccessFacts, AuthenticationFact, Refusal } from './types.ts'

interface Given {
  readonly route: Route
  readonly scenarios: readonly Scenario[]
  readonly harmless: readonly HarmlessCall[]
  readonly sources: readonly VisitedSource[]
  /** Whether every way was looked at. */
  readonly isComplete: boolean
}

/** Who may do this: what is checked of the credentials, of the row's owner, and of roles. */
export function readAccess(given: Given): AccessFacts {
  const askers = new Map(given.scenarios.map((scenario) => [scenario, principalsOf(scenario)]))
  const isOpen = (scenario: Scenario): boolean => {
    const isPrincipal = askers.get(scenario)
    return isLetThrough(scenario) && !(isPrincipal && refusesPolitely(scenario, isPrincipal))
  }
  const seals = findSeals(given.scenarios, { isComplete: given.isComplete, isOpen })
  const isBefore = (turned: Pick<TurnedAway, 'last' | 'cause'>): boolean => !isInHandler(turned, given)
  const turned = [...askers].flatMap(([scenario, isPrincipal]) => {
    const one = turnedAway(scenario, { isPrincipal, seal: seals.get(scenario) ?? null, isBefore })
    return one && !isOfForms(one.last) ? [one] : []
  })
  const owned = turned.filter(comparesPrincipal)
  const roles = turned.filter((one) => !owned.includes(one) && isRole(one))
  const rest = turned.filter((one) => !owned.includes(one) && !roles.includes(one) && isAuthentication(one))
  const lookups = new Set(rest.flatMap(lookupsOf))
  return {
    authentication: readAuthentication(rest, given),
    ownership: readOwnership({ askers, turned: owned, lookups, seals }),
    roles: readRoles(roles),
  }
}

function isLetThrough(scenario: Scenario): boolean {
  const response = responseOf(scenario)
  return response !== null && response.via !== 'redirect' && (statusOf(scenario) ?? 200) < 400
}

/** A token against forged requests says nothing of who is asking. */
function isOfForms({ condition }: Decision): boolean {
  return /csrf|xsrf/i.test(describe(condition))
}

/** A check of the body, such as a password at login, is none of who is asking; nor is a failure of the database. */
function isAuthentication({ last, isPrincipal }: TurnedAway): boolean {
  if (saysFailure(last)) return false
  return refusesCredential(last) || (isPrincipal(last.condition) && !asksBody(last))
}

function readAuthentication(turned: readonly TurnedAway[], given: Given): AuthenticationFact[] {
  const byFunction = new Map<string, { readonly by: FunctionReference; readonly found: TurnedAway[] }>()
  for (const one of turned) {
    const by = checkerOf(one, given)
    const known = byFunction.get(JSON.stringify(by))
    if (known) known.found.push(one)
    else byFunction.set(JSON.stringify(by), { by, found: [one] })
  }
  return [...byFunction.values()].map(({ by, found }) => ({
    by,
    credentials: credentialsOf(found),
    verifiedBy: verifiers(found, given.harmless),
    refusals: readRefusals(found),
  }))
}

/** Each refusal once, whatever else was decided on the way there. */
function readRefusals(found: readonly TurnedAway[]): Refusal[] {
  const kept = new Map<string, TurnedAway[]>()
  for (const one of found) {
    const key = siteKey(one.scenario, one.when)
    const known = kept.get(key) ?? []
    if (!known.some((other) => isAlike(outcomeOf(other.scenario), outcomeOf(one.scenario))))
      kept.set(key, [...known, one])
  }
  return [...kept.values()].flat().map(({ response, when }) => {
    return { status: response.status, body: response.body, when, at: response.at }
  })
}

function credentialsOf(found: readonly TurnedAway[]): string[] {
  const parts = found.flatMap((one) =>
    [...one.path.map(({ condition }) => condition), ...askedOf(one)].flatMap(partsOf),
  )
  return credentialsIn(parts)
}

/** What the queries and calls were given whose answers decided. */
function askedOf(turned: TurnedAway): Expression[] {
  return eventsAsked(turned).flatMap(expressionsOf)
}

/** The queries and calls whose answers decided. */
function eventsAsked({ scenario, path }: TurnedAway): TraceEvent[] {
  const parts = path.flatMap(({ condition }) => partsOf(condition))
  const asked = new Set(parts.flatMap((part) => (part.kind === 'result' ? [part.event] : [])))
  return scenario.events.filter(({ id }) => asked.has(id))
}

const VERIFIERS =
  /verify|decode|authenticate|getAuth|getSession|validateSession|expressjwt|express-jwt|requireAuth|requiredScopes|compare|timingSafeEqual/i
/** What services are asked that say whose a token is. */
const SERVICES = /verify|auth\.(?:getUser|getClaims|api\.getSession)|validateSession|introspect/i

/** Calls into packages at the places where these requests were decided. */
function verifiers(found: readonly TurnedAway[], harmless: readonly HarmlessCall[]): string[] {
  const decisions = found.flatMap(({ path }) => path)
  const places = new Set(decisions.map(({ at }) => placeOf(at)))
  const called = harmless.flatMap((call) => {
    const name = call.member ? `${call.package}.${call.member}` : call.package
    return VERIFIERS.test(name) && call.at.some((at) => places.has(placeOf(at))) ? [name] : []
  })
  const named = decisions.flatMap(({ condition }) => partsOf(condition)).flatMap((part) => packageOf(part) ?? [])
  const services = found.flatMap(eventsAsked).flatMap((event) => {
    const name = event.kind === 'external' && event.target.protocol === 'package' ? targetOf(event) : ''
    return SERVICES.test(name) ? [name] : []
  })
  return [...new Set([...called, ...named, ...services])]
}

function packageOf(part: Expression): string | null {
  const isPackage = part.kind === 'operation' && /^(?:@?[\w-]+\/)?[\w-]+(?:\.\w+)*$/.test(part.name)
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
