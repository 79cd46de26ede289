import { knownString, type PackageValue, type Value } from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'

/** The names that strategies give themselves, by package. */
const NAMES = new Map([
  ['passport-jwt', 'jwt'],
  ['passport-local', 'local'],
  ['passport-http-bearer', 'bearer'],
  ['passport-custom', 'custom'],
  ['passport-anonymous', 'anonymous'],
  ['passport-headerapikey', 'headerapikey'],
  ['passport-cookie', 'cookie'],
  ['passport-unique-token', 'token'],
  ['passport-magic-link', 'magiclink'],
  ['passport-magic-login', 'magiclogin'],
  ['passport-ldapauth', 'ldapauth'],
  ['passport-firebase-jwt', 'firebaseAuth'],
  ['passport-saml', 'saml'],
  ['@node-saml/passport-saml', 'saml'],
  ['passport-openidconnect', 'openidconnect'],
  ['passport-oauth2-client-password', 'oauth2-client-password'],
  ['passport-google-oauth20', 'google'],
  ['passport-google-oauth2', 'google'],
  ['passport-github', 'github'],
  ['passport-github2', 'github'],
  ['passport-gitlab2', 'gitlab'],
  ['passport-facebook', 'facebook'],
  ['passport-twitter', 'twitter'],
  ['passport-linkedin-oauth2', 'linkedin'],
  ['passport-discord', 'discord'],
  ['passport-microsoft', 'microsoft'],
  ['passport-spotify', 'spotify'],
  ['passport-apple', 'apple'],
  ['passport-auth0', 'auth0'],
  ['passport-kakao', 'kakao'],
  ['passport-naver', 'naver'],
  ['passport-oauth2', 'oauth2'],
])

/** The classes of passport-http, and the names that they go by. */
const HTTP_NAMES = new Map([
  ['BasicStrategy', 'basic'],
  ['DigestStrategy', 'digest'],
])

/** The name that a strategy has by itself; null where that is not known. */
export function strategyName(strategy: Value | undefined): string | null {
  if (strategy?.kind === 'object') return knownString(strategy.fields.get('name'))
  if (strategy?.kind !== 'package') return null
  if (strategy.module === 'passport-http') return HTTP_NAMES.get(className(strategy)) ?? null
  const [options] = madeWith(strategy)
  const own = options?.kind === 'object' ? knownString(options.fields.get('name')) : null
  // openid-client lets its options say it; the others have names of their own.
  return NAMES.get(strategy.module) ?? (strategy.module.startsWith('openid-client') ? own : null)
}

export function className(strategy: PackageValue): string {
  return memberNames(strategy).at(-1) ?? ''
}

/** What the strategy was made with; nothing where it was not made by the code. */
export function madeWith(strategy: PackageValue): readonly Value[] {
  const made = strategy.steps.findLast((step) => step.kind === 'new' || step.kind === 'call')
  return made && made.kind !== 'member' ? made.args : []
}
