import { partsOf } from '../scan/expressions.ts'
import type { Dossier, Expression, Scenario } from '../scan/types.ts'
import { expressionsOfScenario } from './expressions.ts'
import { fingerprint } from './fingerprint.ts'
import type { PlannedSecret } from './types.ts'

/** Something that a token says, e.g. `sub`, and what the code reads it by. */
export interface Claim {
  readonly path: readonly string[]
  readonly reads: Expression
}

const VERIFIERS = new Set(['jsonwebtoken.verify', 'jose.jwtVerify'])

/** In the place of the signature, which only the test can make. */
const UNSIGNED = 'signed-by-the-test'

/** A text in the form of a token, of which the test makes a real one. */
export function makeToken(claims: Readonly<Record<string, unknown>>): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return [...parts, UNSIGNED].join('.')
}

/** What a token of `makeToken` says; null for any other text. */
export function readClaims(text: unknown): Record<string, unknown> | null {
  const [, payload, signature] = typeof text === 'string' ? text.split('.') : []
  if (!payload || signature !== UNSIGNED) return null
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return typeof claims === 'object' && claims !== null ? Object.fromEntries(Object.entries(claims)) : null
}

/** The token and the secret that a check of a token is given; null for any other condition. */
export function checkedToken(condition: Expression): { token: Expression; secret: Expression | undefined } | null {
  if (condition.kind !== 'operation' || condition.name !== 'token is valid') return null
  const [token, secret] = condition.operands
  return token ? { token, secret } : null
}

/** Reading a token's claims, which throws where the token is not valid. */
export function isVerified(expression: Expression): boolean {
  return expression.kind === 'operation' && VERIFIERS.has(expression.name)
}

/** Where a token travels that the plan can make: `Authorization: Bearer ...`, or a cookie. */
export interface Carrier {
  readonly from: 'headers' | 'cookies'
  readonly name: string
}

/** Where the code reads the token from; null where the plan can't put one there. */
export function carrierOf(token: Expression): Carrier | null {
  for (const part of partsOf(token)) {
    if (part.kind !== 'input' || part.path.length !== 1) continue
    const [name = ''] = part.path
    if (part.from === 'cookies' || (part.from === 'headers' && name === 'authorization'))
      return { from: part.from, name }
  }
  return null
}

/** What the header or cookie holds with the token in it. */
export function carry({ from }: Carrier, token: string): string {
  return from === 'headers' ? `${SCHEME}${token}` : token
}

const SCHEME = 'Bearer '

/** What the token in a header or cookie says; null where it holds none. */
export function readCarried({ from }: Carrier, text: string): Record<string, unknown> | null {
  if (from === 'cookies') return readClaims(text)
  return text.startsWith(SCHEME) ? readClaims(text.slice(SCHEME.length)) : null
}

/** Each claim that the scenario reads; of `data` and `data.id` only the latter. */
export function claimsOf(scenario: Scenario): Claim[] {
  const all = new Map<string, Claim>()
  for (const reads of expressionsOfScenario(scenario)) {
    const path = claimPath(reads)
    if (path && path.length > 0) all.set(fingerprint(path), { path, reads })
  }
  return [...all.values()].filter(
    ({ path }) =>
      !BY_THE_SIGNER.has(path[0] ?? '') &&
      ![...all.values()].some(
        (other) => other.path.length > path.length && path.every((name, at) => other.path[at] === name),
      ),
  )
}

/** When it was made and until when it is valid is for whoever signs it to say. */
const BY_THE_SIGNER = new Set(['iat', 'exp'])

/** `['data', 'id']` for `verify(...).data.id`; null for anything else. */
function claimPath(expression: Expression): string[] | null {
  if (isVerified(expression)) return []
  if (expression.kind !== 'operation' || expression.name !== 'member') return null
  const [owner, key] = expression.operands
  const before = owner ? claimPath(owner) : null
  return before && key?.kind === 'literal' ? [...before, String(key.value)] : null
}

/** What tokens in this place are signed with; null where only the run knows. */
export function secretOf(dossier: Dossier, { from, name }: Carrier): PlannedSecret | null {
  for (const { decisions } of dossier.scenarios)
    for (const { condition } of decisions) {
      const checked = checkedToken(condition)
      const carrier = checked && carrierOf(checked.token)
      const secret = carrier?.from === from && carrier.name === name ? secretIn(condition) : null
      if (secret) return secret
    }
  return null
}

/** What a check of a token checks it with. */
export function secretIn(condition: Expression): PlannedSecret | null {
  const secret = checkedToken(condition)?.secret
  if (secret?.kind === 'env') return { variable: secret.name, text: null }
  if (secret?.kind === 'literal')
    return typeof secret.value === 'string' ? { variable: null, text: secret.value } : null
  if (secret?.kind !== 'operation' || !/^(?:\?\?|\|\||default)$/.test(secret.name)) return null
  const [variable, fallback] = secret.operands
  if (variable?.kind !== 'env' || fallback?.kind !== 'literal' || typeof fallback.value !== 'string') return null
  return { variable: variable.name, text: fallback.value }
}
