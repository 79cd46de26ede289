import { decide } from '../../interpret/decisions.ts'
import { makeError } from '../../interpret/error-values.ts'
import { decideFailure } from '../../interpret/faults.ts'
import type { Machine } from '../../interpret/machine.ts'
import { applyOperator } from '../../interpret/operators.ts'
import { rejectionOf } from '../../interpret/pending.ts'
import { nextEvent, recordExternal } from '../../interpret/trace-events.ts'
import { literal, object, operation, type PackageValue, UNDEFINED, type Value } from '../../interpret/values.ts'
import { type Attempt, answered, optionOf, readInput, runVerify, verifyOf } from './ask-verify.ts'

/** Strategies that are made of passport-oauth2. */
const OAUTH =
  /^passport-(?:oauth2|google-oauth20?|google-oauth2|github2?|gitlab2|facebook|linkedin-oauth2|discord|microsoft|spotify|auth0|kakao|naver|slack-oauth2|bitbucket-oauth2|azure-ad-oauth2|twitch-new|42)$/

export function isOAuth(module: string): boolean {
  return OAUTH.test(module)
}

/**
 * passport-oauth2/lib/strategy.js: the provider sends the browser back with an error or a code; without either the
 * browser is sent to the provider.
 */
export function enterOAuth(machine: Machine, strategy: PackageValue, attempt: Attempt): Value {
  const { request, node, actions } = attempt
  const query = (name: string): Value => readInput(machine, { request, path: ['query', name], node })
  if (decide(machine, query('error'), node, false)) {
    const isDenied = decide(machine, applyOperator('===', query('error'), literal('access_denied')), node)
    if (isDenied) return actions.fail(object([['message', query('error_description')]]), null)
    return actions.error(makeError('AuthorizationError', query('error_description'), [['code', query('error')]]))
  }
  if (!decide(machine, query('code'), node)) return actions.redirect(operation(`sign-in page of ${attempt.name}`))
  if (keepsState(strategy) && !decide(machine, operation('state is that of the session', query('state')), node))
    return actions.fail(UNDEFINED, 403)
  const tokens = askProvider(machine, { strategy, attempt, name: 'getOAuthAccessToken', given: query('code') })
  if (tokens.error) return actions.error(tokens.error)
  const token = answered(tokens.id, 'access_token')
  const profile = askProvider(machine, { strategy, attempt, name: 'userProfile', given: token })
  if (profile.error) return actions.error(profile.error)
  const given = [token, answered(tokens.id, 'refresh_token')]
  return verifyProfile(machine, { strategy, attempt, given, rest: [answered(tokens.id), answered(profile.id)] })
}

function keepsState(strategy: PackageValue): boolean {
  return ['state', 'store', 'pkce'].some((name) => {
    const option = optionOf(strategy, name)
    return option !== undefined && !(option.kind === 'literal' && !option.value)
  })
}

/** One request to the provider, whose failure is an `InternalOAuthError`. */
function askProvider(
  machine: Machine,
  call: { strategy: PackageValue; attempt: Attempt; name: string; given: Value },
): { id: number; error: Value | null } {
  const { module } = call.strategy
  const { node } = call.attempt
  const id = nextEvent(machine)
  const fails = decideFailure(machine, rejectionOf(id), node)
  const given = call.given.kind === 'symbol' ? [call.given.expression] : []
  recordExternal(machine, {
    id,
    effect: 'known',
    target: { protocol: 'package', module, name: `${module}.${call.name}`, arguments: given },
    outcome: fails ? 'fails' : 'ok',
    node,
  })
  return { id, error: fails ? makeError('InternalOAuthError', operation(`message of ${module}`)) : null }
}

/** How many parameters `verify` has says whether it takes the provider's own answer as well. */
function verifyProfile(
  machine: Machine,
  call: { strategy: PackageValue; attempt: Attempt; given: readonly Value[]; rest: readonly [Value, Value] },
): Value {
  const { strategy, attempt, given } = call
  const verify = verifyOf(strategy)
  const [params, profile] = call.rest
  if (!verify) return attempt.actions.success(profile, UNDEFINED)
  const option = optionOf(strategy, 'passReqToCallback')
  const first = option?.kind === 'literal' && option.value ? [attempt.request] : []
  const count = verify.kind === 'function' ? verify.node.parameters.length : 4
  const takesParams = count === first.length + 5
  const args = [...first, ...given, ...(takesParams ? [params] : []), profile]
  return runVerify(machine, { verify, args, attempt })
}
