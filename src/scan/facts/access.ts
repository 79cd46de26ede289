import type {
  Decision,
  Expression,
  FunctionReference,
  HarmlessCall,
  Scenario,
  SourceLocation,
  VisitedSource,
} from '../types.ts'
import { describe, expressionsOf, partsOf } from './expressions.ts'
import { readOwnership } from './ownership.ts'
import { credentialOf, principalsOf } from './principals.ts'
import { distinct, outcomeOf, siteOf, statusOf } from './scenarios.ts'
import { comparesPrincipal, type TurnedAway, turnedAway } from './turned-away.ts'
import type { AccessFacts, AuthenticationFact, Refusal, RoleFact } from './types.ts'

interface Given {
  readonly scenarios: readonly Scenario[]
  readonly harmless: readonly HarmlessCall[]
  readonly sources: readonly VisitedSource[]
}

/** Who may do this: what is checked of the credentials, of the row's owner, and of roles. */
export function readAccess(given: Given): AccessFacts {
  const askers = new Map(given.scenarios.map((scenario) => [scenario, principalsOf(scenario)]))
  const turned = [...askers].flatMap(([scenario, isPrincipal]) => turnedAway(scenario, isPrincipal) ?? [])
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

const ROLE_NAME = /role|admin|permission|scope|tier|staff|superuser|grant|privilege/i

/** Whether the decision asks what the asker may do, and not who it is. */
function isRole({ last, scenario, isPrincipal }: TurnedAway): boolean {
  if (statusOf(scenario) !== 403 || /csrf|xsrf/i.test(describe(last.condition))) return false
  return ROLE_NAME.test(describe(last.condition)) || (isPrincipal(last.condition) && !asksPresence(last.condition))
}

/** Whether the decision is about something being there at all. */
function asksPresence(condition: Expression): boolean {
  if (condition.kind !== 'operation') return true
  return !/^(?:===|[<>]=?|includes|rejects|connection reset|times out)$/.test(condition.name)
}

function readRole({ scenario, last }: TurnedAway): RoleFact {
  return { condition: last.condition, at: last.at, refusal: outcomeOf(scenario) }
}

/** A check of the body, such as a password at login, is none of who is asking; nor is a failure of the database. */
function isAuthentication({ last: { condition }, isPrincipal }: TurnedAway): boolean {
  const name = condition.kind === 'operation' ? condition.name : ''
  if (/^(?:rejects|connection reset|times out)$/.test(name)) return false
  return isPrincipal(condition) || name === 'token is valid'
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

/** The function that turns the request away; middleware of a package has none in the project. */
function checkerOf({ last, cause }: TurnedAway, sources: readonly VisitedSource[]): FunctionReference {
  const around = sources.filter(({ at, text }) => {
    const end = at.line + text.split('\n').length - 1
    return at.file === cause.at.file && at.line <= cause.at.line && cause.at.line <= end
  })
  const inner = around.toSorted((a, b) => a.text.length - b.text.length)[0]
  if (!inner) return { name: guardName(last), ...cause.at }
  const frame = cause.stack?.at(-1)
  const outer = around.find(({ name }) => name !== '(anonymous)')
  return { name: inner.name !== '(anonymous)' ? inner.name : (frame?.name ?? outer?.name ?? inner.name), ...inner.at }
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
  return [...new Set(parts.flatMap((part) => credentialOf(part) ?? []))]
}

/** What the queries and calls were given whose answers decided. */
function askedOf({ scenario, path }: TurnedAway): Expression[] {
  const parts = path.flatMap(({ condition }) => partsOf(condition))
  const asked = new Set(parts.flatMap((part) => (part.kind === 'result' ? [part.event] : [])))
  return scenario.events.flatMap((event) => (asked.has(event.id) ? expressionsOf(event) : []))
}

const VERIFIERS =
  /verify|decode|authenticate|getAuth|getSession|expressjwt|express-jwt|requireAuth|requiredScopes|compare|timingSafeEqual/i

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
