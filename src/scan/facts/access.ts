import type {
  Decision,
  Expression,
  FunctionReference,
  HarmlessCall,
  Scenario,
  SourceLocation,
  VisitedSource,
} from '../types.ts'
import { describe, expressionsOf, isSame, partsOf } from './expressions.ts'
import { credentialOf, isBareCredential, principalsOf } from './principals.ts'
import { distinct, outcomeOf, type RespondEvent, responseOf, siteOf, statusOf } from './scenarios.ts'
import type { AccessFacts, AuthenticationFact, OwnershipFact, Refusal, RoleFact } from './types.ts'

/** A scenario that turns the request away, and the decision that did it. */
interface TurnedAway {
  readonly scenario: Scenario
  readonly response: RespondEvent
  /** Decisions up to the one that did it. */
  readonly path: readonly Decision[]
  readonly last: Decision
  readonly isPrincipal: (expression: Expression) => boolean
}

interface Given {
  readonly scenarios: readonly Scenario[]
  readonly harmless: readonly HarmlessCall[]
  readonly sources: readonly VisitedSource[]
}

/** Who may do this: what is checked of the credentials, of the row's owner, and of roles. */
export function readAccess(given: Given): AccessFacts {
  const askers = new Map(given.scenarios.map((scenario) => [scenario, principalsOf(scenario)]))
  const turned = [...askers].flatMap(([scenario, isPrincipal]) => turnedAway(scenario, isPrincipal) ?? [])
  const owned = turned.filter(isOwnership)
  const roles = turned.filter((one) => !isOwnership(one) && isRole(one))
  const rest = turned.filter((one) => !owned.includes(one) && !roles.includes(one) && isAuthentication(one))
  const lookups = new Set(rest.flatMap(lookupsOf))
  const byWhere = [...askers].flatMap(([scenario, isPrincipal]) => ownershipByWhere(scenario, { isPrincipal, lookups }))
  return {
    authentication: readAuthentication(rest, given),
    ownership: distinct([...byWhere, ...owned.flatMap(ownershipByComparison)]),
    roles: distinct(roles.map(readRole)),
  }
}

function turnedAway(scenario: Scenario, isPrincipal: TurnedAway['isPrincipal']): TurnedAway | null {
  const response = responseOf(scenario)
  if (!response) return null
  const path = scenario.decisions.slice(0, causeOf(scenario, response))
  const last = path.at(-1)
  if (!last) return null
  const turned = { scenario, response, path, last, isPrincipal }
  const status = statusOf(scenario)
  const isRefused = status === 401 || status === 403 || response.via === 'redirect'
  // A row of somebody else is often said not to be there.
  return isRefused || (status === 404 && isOwnership(turned)) ? turned : null
}

/** How many decisions were taken when it was settled: an error is settled where it is thrown. */
function causeOf(scenario: Scenario, response: RespondEvent): number {
  const thrown = scenario.events.filter((event) => event.kind === 'throw' && event.id < response.id)
  const passed = scenario.handlers.filter(({ by, after }) => by === 'next' && after < response.id)
  return Math.min(response.decided, ...[...thrown, ...passed].map(({ decided }) => decided))
}

/** The two sides of an equality. */
function sidesOf({ condition }: Decision): readonly [Expression, Expression] | null {
  const bare =
    condition.kind === 'operation' && condition.name === '!' ? (condition.operands[0] ?? condition) : condition
  if (bare.kind !== 'operation' || bare.name !== '===') return null
  const [left, right] = bare.operands
  return left && right ? [left, right] : null
}

/** Whether a row's or the request's own value is compared with who is asking. */
function comparesPrincipal(decision: Decision, isPrincipal: TurnedAway['isPrincipal']): boolean {
  const sides = sidesOf(decision)
  if (!sides) return false
  const owned = sides.find((side) => !isPrincipal(side) && !isConstant(side))
  return owned !== undefined && sides.some(isPrincipal)
}

function isConstant({ kind }: Expression): boolean {
  return kind === 'literal' || kind === 'undefined' || kind === 'env'
}

function isOwnership({ last, isPrincipal }: TurnedAway): boolean {
  return comparesPrincipal(last, isPrincipal)
}

const ROLE_NAME = /role|admin|permission|scope|tier|staff|superuser|grant|privilege/i

/** Whether the decision asks what the asker may do. */
function isRole({ last, scenario }: TurnedAway): boolean {
  return statusOf(scenario) === 403 && ROLE_NAME.test(describe(last.condition))
}

function readRole({ scenario, last }: TurnedAway): RoleFact {
  return { condition: last.condition, at: last.at, refusal: outcomeOf(scenario) }
}

/** A check of the body, such as a password at login, is none of who is asking. */
function isAuthentication({ last, isPrincipal }: TurnedAway): boolean {
  return (
    isPrincipal(last.condition) || (last.condition.kind === 'operation' && last.condition.name === 'token is valid')
  )
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

/** The function that decides: the innermost with a name around the place; middleware of a package has none. */
function checkerOf({ last }: TurnedAway, sources: readonly VisitedSource[]): FunctionReference {
  const around = sources.filter(({ at, text }) => {
    const end = at.line + text.split('\n').length - 1
    return at.file === last.at.file && at.line <= last.at.line && last.at.line <= end
  })
  const named = around.filter(({ name }) => name !== '(anonymous)')
  const inner = (named.length > 0 ? named : around).toSorted((a, b) => a.text.length - b.text.length)[0]
  return inner ? { name: inner.name, ...inner.at } : { name: guardName(last), ...last.at }
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

function ownershipByComparison(turned: TurnedAway): OwnershipFact[] {
  const { scenario, last, isPrincipal } = turned
  const sides = sidesOf(last)
  if (!sides || !isOwnership(turned)) return []
  const principal = sides.find(isPrincipal)
  const owned = sides.find((side) => !isPrincipal(side))
  if (!principal || !owned) return []
  const row = owned.kind === 'result' ? scenario.events.find(({ id }) => id === owned.event) : undefined
  const table = row?.kind === 'db' ? row.table : null
  const column = owned.kind === 'result' || owned.kind === 'input' ? (owned.path.at(-1) ?? null) : null
  return [{ how: 'comparison', table, column, principal, operation: null, at: last.at, refusal: outcomeOf(scenario) }]
}

/** Queries whose missing row means that nobody is signed in: they are part of the authentication. */
function lookupsOf(turned: TurnedAway): string[] {
  const asked = new Set(partsOf(turned.last.condition).flatMap((part) => (part.kind === 'result' ? [part.event] : [])))
  return turned.scenario.events.flatMap((event) => (event.kind === 'db' && asked.has(event.id) ? [siteOf(event)] : []))
}

/** Queries that take only rows whose column equals something of who is asking. */
function ownershipByWhere(
  scenario: Scenario,
  { isPrincipal, lookups }: Pick<TurnedAway, 'isPrincipal'> & { lookups: ReadonlySet<string> },
): OwnershipFact[] {
  return scenario.events.flatMap((event) => {
    if (event.kind !== 'db' || !event.where || !isPrincipal(event.where) || lookups.has(siteOf(event))) return []
    return partsOf(event.where).flatMap((part): OwnershipFact[] => {
      const tie = tieOf(part, isPrincipal)
      if (!tie) return []
      return [{ how: 'where', ...tie, operation: event.operation, at: event.at, refusal: null }]
    })
  })
}

function tieOf(
  part: Expression,
  isPrincipal: TurnedAway['isPrincipal'],
): { table: string; column: string; principal: Expression } | null {
  if (part.kind !== 'operation' || part.name !== 'eq') return null
  const column = part.operands.find((operand) => operand.kind === 'column')
  const principal = part.operands.find((operand) => column && !isSame(operand, column) && isPrincipal(operand))
  // A row found by the token itself says whose it is; it is not checked to be theirs.
  if (!principal || isBareCredential(principal)) return null
  return column?.kind === 'column' ? { table: column.table, column: column.column, principal } : null
}
