import { callFunctionLike } from '../../interpret/call.ts'
import { findMethod } from '../../interpret/classes.ts'
import { decide } from '../../interpret/decisions.ts'
import { type Machine, setField } from '../../interpret/machine.ts'
import { applyOperator } from '../../interpret/operators.ts'
import {
  knownString,
  literal,
  native,
  type ObjectValue,
  object,
  operation,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { type Attempt, askVerify, enterUnknown, optionOf, readInput, schemeToken } from './ask-verify.ts'
import { enterJwt } from './jwt-strategy.ts'
import { enterOAuth, isOAuth } from './oauth-strategy.ts'
import { className } from './strategy-names.ts'

type EnterStrategy = (machine: Machine, strategy: PackageValue, attempt: Attempt) => Value

/** By package: how the strategy finds what it gives to the `verify` of the project. */
const STRATEGIES: Readonly<Record<string, EnterStrategy>> = {
  'passport-jwt': enterJwt,
  'passport-local': enterLocal,
  'passport-http-bearer': enterBearer,
  'passport-http': enterBasic,
  'passport-custom': (machine, strategy, attempt) =>
    askVerify(machine, { strategy, attempt, given: [attempt.request] }),
  'passport-headerapikey': enterApiKey,
  'passport-anonymous': (_machine, _strategy, { actions }) => actions.pass(),
}

export function enterStrategy(machine: Machine, strategy: Value, attempt: Attempt): Value {
  if (strategy.kind === 'object') {
    const own = findMethod(machine, strategy, { name: 'authenticate', node: attempt.node })
    return own ? enterOwn(machine, { strategy, own, attempt }) : enterUnknown(machine, null, attempt)
  }
  if (strategy.kind !== 'package') return enterUnknown(machine, null, attempt)
  const made = strategy.steps.findLast((step) => step.kind !== 'member')
  const node = made?.kind === 'new' ? (made.node ?? attempt.node) : attempt.node
  const enter = STRATEGIES[strategy.module] ?? (isOAuth(strategy.module) ? enterOAuth : enterUnknown)
  return enter(machine, strategy, { ...attempt, node })
}

/** A strategy of the project: a class with an `authenticate` that is given the actions as methods of its own. */
function enterOwn(
  machine: Machine,
  { strategy, own, attempt }: { strategy: ObjectValue; own: Value; attempt: Attempt },
): Value {
  const { actions, request, node } = attempt
  const methods: [string, (args: readonly Value[]) => Value][] = [
    ['success', ([user, info]) => actions.success(user ?? UNDEFINED, info ?? UNDEFINED)],
    ['fail', ([challenge, status]) => actions.fail(challenge ?? UNDEFINED, statusOf(status) ?? statusOf(challenge))],
    ['error', ([error]) => actions.error(error ?? UNDEFINED)],
    ['redirect', ([url]) => actions.redirect(url ?? UNDEFINED)],
    ['pass', () => actions.pass()],
  ]
  for (const [name, call] of methods) setField(machine, strategy.fields, name, native(name, call))
  callFunctionLike(machine, { callee: own, self: strategy, args: [request, attempt.options], node })
  return UNDEFINED
}

function statusOf(value: Value | undefined): number | null {
  return value?.kind === 'literal' && typeof value.value === 'number' ? value.value : null
}

/** passport-local/lib/strategy.js */
function enterLocal(machine: Machine, strategy: PackageValue, attempt: Attempt): Value {
  const field = (option: string, usual: string): Value => {
    const name = knownString(optionOf(strategy, option)) ?? usual
    const { request, node } = attempt
    const [inBody, inQuery] = ['body', 'query'].map((part) => readInput(machine, { request, path: [part, name], node }))
    return applyOperator('||', inBody ?? UNDEFINED, inQuery ?? UNDEFINED)
  }
  const given = [field('usernameField', 'username'), field('passwordField', 'password')]
  if (!given.every((one) => decide(machine, one, attempt.node)))
    return attempt.actions.fail(object([['message', literal('Missing credentials')]]), 400)
  return askVerify(machine, { strategy, attempt, given })
}

/** passport-http-bearer/lib/strategy.js; more than one token, a 400, is not looked at. */
function enterBearer(machine: Machine, strategy: PackageValue, attempt: Attempt): Value {
  const { request, node } = attempt
  const header = schemeToken(machine, attempt, 'bearer')
  const [inBody, inQuery] = ['body', 'query'].map((part) =>
    readInput(machine, { request, path: [part, 'access_token'], node }),
  )
  const token = applyOperator('||', applyOperator('||', header, inBody ?? UNDEFINED), inQuery ?? UNDEFINED)
  if (!decide(machine, token, node)) return attempt.actions.fail(literal('Bearer realm="Users"'), null)
  return askVerify(machine, { strategy, attempt, given: [token] })
}

/** passport-http/lib/passport-http/strategies/basic.js; what digests are made of is not looked at. */
function enterBasic(machine: Machine, strategy: PackageValue, attempt: Attempt): Value {
  if (className(strategy) !== 'BasicStrategy') return enterUnknown(machine, strategy, attempt)
  const credentials = schemeToken(machine, attempt, 'basic')
  if (!decide(machine, credentials, attempt.node)) return attempt.actions.fail(literal('Basic realm="Users"'), null)
  const given = ['user name', 'password'].map((part) => operation(`${part} of`, credentials))
  return askVerify(machine, { strategy, attempt, given })
}

/** passport-headerapikey/lib/Strategy.js: `new HeaderAPIKeyStrategy({ header, prefix }, passReqToCallback, verify)`. */
function enterApiKey(machine: Machine, strategy: PackageValue, attempt: Attempt): Value {
  const { node, request, actions } = attempt
  const name = (knownString(optionOf(strategy, 'header')) ?? 'X-Api-Key').toLowerCase()
  const header = readInput(machine, { request, path: ['headers', name], node })
  if (!decide(machine, header, node)) return actions.fail(literal('Missing API Key'), null)
  const prefix = knownString(optionOf(strategy, 'prefix')) ?? ''
  const key = prefix === '' ? header : operation('replace', header, literal(prefix), literal(''))
  return askVerify(machine, { strategy, attempt, given: [key], last: [request] })
}
