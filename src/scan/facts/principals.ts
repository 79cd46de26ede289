import type { Expression, Scenario } from '../types.ts'
import { expressionsOf, hasPart } from './expressions.ts'

const CREDENTIAL_HEADERS =
  /^(?:authorization|x-api-key|api-key|x-auth-token|x-access-token|x-session-token|x-user-id|x-token|cookie)$/
const CREDENTIAL_COOKIES = /token|session|sid|jwt|auth/i
/** Parts of the request that authentication middleware fills, and what packages say of who is asking. */
const IDENTITY =
  /^(?:request\.(?:user|userId|auth|session|account|currentUser|principal|isAuthenticated|oidc)|passport\.|express-jwt|express-oauth2-jwt-bearer|express-basic-auth|@clerk\/|@auth\/|better-auth|jsonwebtoken\.(?:verify|decode)|jose\.(?:jwtVerify|decodeJwt|jwtDecrypt))/

/** Where the request says who is asking: `authorization header`, `cookie sid`, `session`; null for anything else. */
export function credentialOf(part: Expression): string | null {
  if (part.kind === 'input') {
    const [name] = part.path
    if (part.from === 'headers' && name && CREDENTIAL_HEADERS.test(name)) return `${name} header`
    if (part.from === 'cookies' && name && CREDENTIAL_COOKIES.test(name)) return `cookie ${name}`
    return null
  }
  if (part.kind !== 'operation' || !IDENTITY.test(part.name)) return null
  return part.name.startsWith('request.session') ? 'session' : part.name
}

/** A token or session that the request carries itself, as opposed to whom it belongs to. */
export function isBareCredential(expression: Expression): boolean {
  return expression.kind === 'input' && credentialOf(expression) !== null && expression.path[0] !== 'x-user-id'
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
      hasPart(one, (part) => part.kind === 'input' && isAskedFor(part.from))
    if (asks && asked.some(isPrincipal) && !asked.some(isShared)) answers.add(event.id)
  }
  return isPrincipal
}

function isAskedFor(from: Extract<Expression, { kind: 'input' }>['from']): boolean {
  return from === 'params' || from === 'body' || from === 'query'
}
