import { hasPart } from '../expressions.ts'
import type { Decision, Expression, Scenario } from '../types.ts'
import { describe, expressionsOf } from './expressions.ts'

const CREDENTIAL_HEADERS =
  /^(?:authorization|x-api-key|api-key|x-auth-token|x-access-token|x-session-token|x-user-id|x-token|cookie)$/
const CREDENTIAL_COOKIES = /token|session|sid|jwt|auth/i
/** Parts of the request that authentication middleware fills, and what packages say of who is asking. */
const IDENTITY =
  /^(?:request\.(?:user|userId|auth|session|account|currentUser|principal|isAuthenticated|oidc)|passport\.|express-jwt|express-oauth2-jwt-bearer|express-basic-auth|@clerk\/|@auth\/|better-auth|jsonwebtoken\.(?:verify|decode)|jose\.(?:jwtVerify|decodeJwt|jwtDecrypt))/

/** As RFC 6750 and API keys have it; a token of any other name may be that of an invitation or a new password. */
const CREDENTIAL_QUERY = /^(?:access_?token|auth_?token|api_?key)$/i
/** What is taken out of a token by checking it: it belongs to who is asking, and is no credential of its own. */
const CHECKED = /^(?:jsonwebtoken|jose)\./

/** Where the request says who is asking: `authorization header`, `cookie sid`, `session`; null for anything else. */
export function credentialOf(part: Expression): string | null {
  if (part.kind === 'input') {
    const [name] = part.path
    if (part.from === 'headers' && name && CREDENTIAL_HEADERS.test(name)) return `${name} header`
    if (part.from === 'cookies' && name && CREDENTIAL_COOKIES.test(name)) return `cookie ${name}`
    if (part.from === 'query' && name && CREDENTIAL_QUERY.test(name)) return `query ${name}`
    return null
  }
  if (part.kind !== 'operation') return null
  const cookie = namedElsewhere(part)
  if (cookie) return CREDENTIAL_COOKIES.test(cookie) ? `cookie ${cookie}` : null
  if (!isIdentity(part)) return null
  return part.name.startsWith('request.session') ? 'session' : part.name
}

/** Whether it is what authentication, by the project or a package, says of who is asking. */
export function isIdentity(part: Expression): boolean {
  return part.kind === 'operation' && IDENTITY.test(part.name)
}

/** The name of a cookie that the environment names: `req.cookies[process.env.SESSION_COOKIE]`. */
function namedElsewhere({ name, operands: [owner, key] }: Extract<Expression, { kind: 'operation' }>): string | null {
  const isCookie = name === 'member' && owner?.kind === 'input' && owner.from === 'cookies' && owner.path.length === 0
  return isCookie && key ? describe(key) : null
}

/** The credentials that a request carries, without the check that reads them when they are seen themselves. */
export function credentialsIn(parts: readonly Expression[]): string[] {
  const found = parts.flatMap((part) => {
    const credential = credentialOf(part)
    return credential === null ? [] : [{ credential, isCheck: part.kind === 'operation' && isMade(part) }]
  })
  const carried = found.filter(({ isCheck }) => !isCheck)
  return [...new Set((carried.length > 0 ? carried : found).map(({ credential }) => credential))]
}

function isMade({ name, operands }: Extract<Expression, { kind: 'operation' }>): boolean {
  return (
    CHECKED.test(name) ||
    ((isGuard(name) || name === 'request.session') && operands.some((operand) => credentialOf(operand) !== null))
  )
}

const GUARD =
  /^(?:passport\.authenticate|express-jwt|express-oauth2-jwt-bearer\.auth|express-basic-auth|@clerk\/express\.requireAuth|@clerk\/clerk-sdk-node\.ClerkExpressRequireAuth)/

function isGuard(name: string): boolean {
  return GUARD.test(name)
}

/** Whether a check of the credential itself says no: that of a token, or middleware of a package. */
export function refusesCredential({ condition, taken }: Decision): boolean {
  if (taken || condition.kind !== 'operation') return false
  return condition.name === 'token is valid' || isGuard(condition.name)
}

/** A token or session that the request carries itself, whole or a piece of its text, as opposed to whom it belongs to. */
export function isBareCredential(expression: Expression): boolean {
  if (expression.kind === 'input') return credentialOf(expression) !== null && expression.path[0] !== 'x-user-id'
  if (expression.kind !== 'operation' || isIdentity(expression)) return false
  if (namedElsewhere(expression) !== null) return credentialOf(expression) !== null
  if (/verify|decode|decrypt/i.test(expression.name)) return false
  return (
    expression.operands.some(isBareCredential) &&
    expression.operands.every((operand) => isBareCredential(operand) || isFixed(operand))
  )
}

function isFixed({ kind }: Expression): boolean {
  return kind === 'literal' || kind === 'undefined' || kind === 'env'
}

/** Tells who-is-asking from other values, in one scenario: what a credential leads to by way of queries and calls too. */
export function principalsOf(scenario: Scenario): (expression: Expression) => boolean {
  const answers = new Set<number>()
  const isPrincipal = (expression: Expression): boolean =>
    hasPart(expression, (part) => credentialOf(part) !== null || (part.kind === 'result' && answers.has(part.event)))
  for (const event of scenario.events) {
    const asks = event.kind === 'external' || (event.kind === 'db' && event.operation === 'select')
    const asked = event.kind === 'db' ? (event.where ? [event.where] : []) : expressionsOf(event)
    // A row found by somebody else's key as well, such as the path's, is what is asked for and not who asks.
    const isShared = (one: Expression): boolean =>
      hasPart(one, (part) => part.kind === 'input' && isAskedFor(part.from) && credentialOf(part) === null)
    if (asks && asked.some(isPrincipal) && !asked.some(isShared)) answers.add(event.id)
  }
  return isPrincipal
}

function isAskedFor(from: Extract<Expression, { kind: 'input' }>['from']): boolean {
  return from === 'params' || from === 'body' || from === 'query'
}
