import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { makeError } from '../../interpret/error-values.ts'
import { type Machine, setField } from '../../interpret/machine.ts'
import {
  knownString,
  literal,
  native,
  type ObjectValue,
  operation,
  type PackageValue,
  type RequestValue,
  type ResponseValue,
  symbol,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { respond } from '../exchange.ts'
import { changeHeaders } from '../headers.ts'
import { noteTaker } from '../request-members.ts'
import { findGates } from './find-gates.ts'
import { type GatedExchange, passGates } from './gates.ts'
import { authenticate } from './passport.ts'
import { restoreUser } from './passport-session.ts'

/**
 * Middleware of authentication packages, whose code the project does not show; passport has files of its own. What each
 * answers to a request without credentials is its documented default:
 * - express-jwt: `UnauthorizedError` with status 401 to `next` (its README, "Error handling")
 * - express-oauth2-jwt-bearer: `UnauthorizedError` 401; `requiredScopes` `InsufficientScopeError` 403 (its README)
 * - @clerk/express `requireAuth`: a redirect to the sign-in page (clerk.com/docs, "requireAuth()")
 * - @clerk/clerk-sdk-node `ClerkExpressRequireAuth`: an error "Unauthenticated" to `next` (its README)
 * - express-basic-auth: 401 (its README)
 */
interface Guard {
  readonly module: RegExp
  readonly maker: RegExp
  /** Where the package puts who is asking; null: nowhere that is known. */
  readonly principal: string | null
  /** Where it did so before a major version, and which option says otherwise. */
  readonly earlier?: { readonly before: number; readonly principal: string; readonly option: RegExp }
  readonly refuse: (machine: Machine, guarded: Guarded) => void
  /** It looks at the `authorization` header, unless its options have a `getToken` of the project. */
  readonly readsHeader?: true
}

interface Guarded {
  readonly made: readonly Value[]
  readonly request: RequestValue
  readonly response: ResponseValue
  readonly next: (error: Value) => void
  readonly call: Call
}

const GUARDS: readonly Guard[] = [
  {
    module: /^express-jwt$/,
    maker: /^(?:express-jwt|expressjwt|jwt|expressJwt)$/,
    principal: 'auth',
    earlier: { before: 7, principal: 'user', option: /^(?:request|user)Property$/ },
    refuse: refuseBy('UnauthorizedError', 401),
    readsHeader: true,
  },
  {
    module: /^express-oauth2-jwt-bearer$/,
    maker: /^auth$/,
    principal: 'auth',
    refuse: refuseBy('UnauthorizedError', 401),
    readsHeader: true,
  },
  {
    module: /^express-oauth2-jwt-bearer$/,
    maker: /^requiredScopes$/,
    principal: null,
    refuse: refuseBy('InsufficientScopeError', 403),
  },
  { module: /^@clerk\/express$/, maker: /^requireAuth$/, principal: 'auth', refuse: redirect },
  {
    module: /^@clerk\/clerk-sdk-node$/,
    maker: /^ClerkExpressRequireAuth$/,
    principal: 'auth',
    refuse: refuseBy('Error', null),
  },
  {
    module: /^express-basic-auth$/,
    maker: /^express-basic-auth$/,
    principal: 'auth',
    refuse: answerUnauthorized,
    readsHeader: true,
  },
]

/** Middleware that only prepares what guards look at, and passes every request on. */
const PREPARING =
  /^(?:passport\.initialize|@clerk\/express\.clerkMiddleware|@clerk\/clerk-sdk-node\.ClerkExpressWithAuth|connect-flash)$/

/**
 * A guard as a function of the exchange; null for any other value. As the last handler of a route it answers by itself,
 * which only a custom callback shows.
 */
export function guardOf(
  machine: Machine,
  value: Value,
  { isLast, ...exchange }: Pick<GatedExchange, 'request' | 'response' | 'node'> & { isLast: boolean },
): Value | null {
  if (value.kind !== 'package') return null
  const name = makerName(value)
  const isMade = value.steps.at(-1)?.kind === 'call'
  if (isMade && PREPARING.test(name)) return native(name, ([, , next], node) => proceed(machine, next, node))
  const isKnown = isMade && (isLast ? answersItself(value) : makesMiddleware(value))
  const isGate = !isLast && findGates(machine, value, { ...exchange, next: UNDEFINED }) !== null
  if (!isKnown && !isGate) return null
  return native(
    name,
    (args, node) => guardRequest(machine, value, { callee: value, self: null, args, node }) ?? UNDEFINED,
  )
}

/** Passport sends the browser to a provider, or back; of the others only a callback of the project answers. */
function answersItself(value: PackageValue): boolean {
  const last = value.steps.at(-1)
  const hasCallback = last?.kind === 'call' && last.args.some((arg) => arg.kind === 'function')
  return isPassport(value) || (hasCallback && makesMiddleware(value))
}

function makesMiddleware(value: PackageValue): boolean {
  return isPassport(value) || makerName(value) === 'passport.session' || findGuard(value) !== undefined
}

function isPassport(value: PackageValue): boolean {
  return makerName(value) === 'passport.authenticate'
}

/** `passport.authenticate('jwt')(req, res, next)`; null when the package is no guard. */
export function guardRequest(machine: Machine, callee: PackageValue, call: Call): Value | null {
  const guard = findGuard(callee)
  const last = callee.steps.at(-1)
  const [request, response, next] = call.args
  if (request?.kind !== 'request' || response?.kind !== 'response') return null
  noteTaker(machine, request, callee)
  const exchange = { request, response, next: next ?? UNDEFINED, node: call.node }
  const gated = passGates(machine, callee, exchange)
  if (gated || last?.kind !== 'call') return gated
  if (makerName(callee) === 'passport.session') return restoreUser(machine, exchange)
  if (isPassport(callee)) return authenticate(machine, { made: last.args, ...exchange })
  if (!guard) return null
  const name = makerName(callee)
  const token = guard.readsHeader ? tokenOf(machine, last.args, { request, node: call.node }) : null
  const shown = last.args.filter((arg) => arg.kind === 'literal')
  const principal = operation(name, ...shown, ...(token ? [token] : []))
  const isMissing = token?.kind === 'literal' && !token.value
  if (isMissing && isOptional(last.args)) return proceed(machine, next, call.node)
  const passes = !isMissing && decide(machine, principal, call.node)
  const custom = last.args.findLast((arg) => arg.kind === 'function')
  if (custom) {
    const args = [literal(null), passes ? principal : literal(false), operation(`info of ${name}`)]
    return callFunctionLike(machine, { callee: custom, self: null, args, node: call.node })
  }
  if (passes) {
    const place = principalPlace(machine, guard, last.args)
    if (place) setField(machine, request.fields, place, principal)
    return proceed(machine, next, call.node)
  }
  const refuseWith = (error: Value): void => {
    if (next) callFunctionLike(machine, { callee: next, self: null, args: [error], node: call.node })
  }
  guard.refuse(machine, { made: last.args, request, response, next: refuseWith, call })
  return UNDEFINED
}

/** `req.auth`, or whatever the options say. */
function principalPlace({ files }: Machine, guard: Guard, made: readonly Value[]): string | null {
  const { principal, earlier } = guard
  if (!earlier) return principal
  const options = made.find((arg): arg is ObjectValue => arg.kind === 'object')
  const own = [...(options?.fields ?? [])].find(([name]) => earlier.option.test(name))?.[1]
  const major = files.versionOf('express-jwt', files.root)?.match(/\d+/)?.[0]
  return knownString(own) ?? (major && Number(major) < earlier.before ? earlier.principal : principal)
}

/** What the guard takes for the token: the header, or what the project's own `getToken` finds. */
function tokenOf(
  machine: Machine,
  made: readonly Value[],
  { request, node }: { request: RequestValue; node: Call['node'] },
): Value {
  const own = optionOf(made, 'getToken')
  if (own?.kind !== 'function') return symbol({ kind: 'input', from: 'headers', path: ['authorization'] })
  const token = callFunctionLike(machine, { callee: own, self: null, args: [request], node })
  return token.kind === 'promise' ? token.value : token
}

/** `credentialsRequired: false` of express-jwt: without a token the request goes on. */
function isOptional(made: readonly Value[]): boolean {
  const option = optionOf(made, 'credentialsRequired')
  return option?.kind === 'literal' && option.value === false
}

function optionOf(made: readonly Value[], name: string): Value | undefined {
  const options = made.find((arg): arg is ObjectValue => arg.kind === 'object')
  return options?.fields.get(name)
}

/** `passport.authenticate` itself, about to be called with its options. */
export function makesGuard(callee: PackageValue): boolean {
  return makesMiddleware(callee) && callee.steps.at(-1)?.kind !== 'call'
}

function proceed(machine: Machine, next: Value | undefined, node: Call['node']): Value {
  return next ? callFunctionLike(machine, { callee: next, self: null, args: [], node }) : UNDEFINED
}

function findGuard(value: PackageValue): Guard | undefined {
  const maker = value.steps.findLast((step) => step.kind === 'member' && step.name !== 'default')
  const name = maker?.kind === 'member' ? maker.name : value.module
  return GUARDS.find((guard) => guard.module.test(value.module) && guard.maker.test(name))
}

function makerName(value: PackageValue): string {
  const maker = value.steps.findLast((step) => step.kind === 'member' && step.name !== 'default')
  return maker?.kind === 'member' ? `${value.module}.${maker.name}` : value.module
}

function refuseBy(name: string, status: number | null): Guard['refuse'] {
  return (_machine, { next }) => {
    const codes: [string, Value][] =
      status === null
        ? []
        : [
            ['status', literal(status)],
            ['statusCode', literal(status)],
          ]
    next(makeError(name, operation(`message of ${name}`), codes))
  }
}

function answerUnauthorized(machine: Machine, { response, call }: Guarded): void {
  const body = literal('Unauthorized')
  respond(machine, { owner: response, status: literal(401), body, via: 'end', node: call.node })
}

function redirect(machine: Machine, guarded: Guarded): void {
  redirectTo(machine, guarded, operation('sign-in page'))
}

function redirectTo(machine: Machine, { response, call }: Guarded, target: Value): void {
  changeHeaders(machine, response, 'location', [target])
  respond(machine, { owner: response, status: literal(302), body: null, via: 'redirect', node: call.node })
}
