import { STATUS_CODES } from 'node:http'
import { callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { makeError } from '../../interpret/error-values.ts'
import { type Machine, noteUnresolved, setField } from '../../interpret/machine.ts'
import {
  array,
  knownString,
  literal,
  type ObjectValue,
  type RequestValue,
  type ResponseValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { respond } from '../exchange.ts'
import { changeHeaders } from '../headers.ts'
import { enterUnknown } from './ask-verify.ts'
import { nameKey } from './passport-log.ts'
import { addLoginMethods, logIn } from './passport-login.ts'
import { restoreUser } from './passport-session.ts'
import { enterStrategy } from './strategies.ts'

/** `passport.authenticate(...)` that was given a request. */
export interface Authentication {
  /** What it was made with: strategies, options, a callback. */
  readonly made: readonly Value[]
  readonly request: RequestValue
  readonly response: ResponseValue
  readonly next: Value
  readonly node: ts.Node
}

interface Failure {
  readonly challenge: Value
  readonly status: number | null
}

/** Asks one strategy after the other until one is content: passport/lib/middleware/authenticate.js. */
export function authenticate(machine: Machine, asked: Authentication): Value {
  const [first] = asked.made
  const names = first?.kind === 'array' ? first.items : [first ?? UNDEFINED]
  if (knownString(first) === 'session') return restoreUser(machine, asked)
  addLoginMethods(machine, asked.request)
  const attempt = (index: number, failures: readonly Failure[]): Value => {
    const name = names[index]
    if (!name) return failAll(machine, asked, { failures, isList: first?.kind === 'array' })
    const fail = (challenge: Value, status: number | null): Value =>
      attempt(index + 1, [...failures, { challenge, status }])
    return askStrategy(machine, asked, { name, fail })
  }
  return attempt(0, [])
}

function askStrategy(
  machine: Machine,
  asked: Authentication,
  { name, fail }: { name: Value; fail: (challenge: Value, status: number | null) => Value },
): Value {
  const { request, node } = asked
  const called = knownString(name) ?? 'of a name that is not known'
  const actions = {
    success: (user: Value, info: Value) => succeed(machine, asked, { user, info }),
    fail,
    error: (error: Value) => passError(machine, asked, error),
    redirect: (url: Value) => redirectTo(machine, asked, url),
    pass: () => proceed(machine, asked),
  }
  const attempt = { name: called, request, node, actions, options: optionsOf(asked) ?? UNDEFINED }
  if (name.kind === 'package' || name.kind === 'object') return enterStrategy(machine, name, attempt)
  const key = nameKey(name)
  const strategy = key === null ? undefined : machine.passport.strategies.get(key)
  if (strategy) return enterStrategy(machine, strategy, attempt)
  if (knownString(name) === null || machine.passport.hasUnnamed) return enterUnknown(machine, null, attempt)
  const what = `no code that analysis reached registers the passport strategy "${called}", without which passport answers every request with an error`
  noteUnresolved(machine, what, node)
  return passOn(machine, asked, makeError('Error', literal(`Unknown authentication strategy "${called}"`)))
}

function optionsOf({ made }: Authentication): ObjectValue | undefined {
  return made.slice(1).find((arg): arg is ObjectValue => arg.kind === 'object')
}

function callbackOf({ made }: Authentication): Value | undefined {
  return made.slice(1).findLast((arg) => arg.kind === 'function' || arg.kind === 'native')
}

function answerBack(machine: Machine, { node }: Authentication, callback: Value, args: readonly Value[]): Value {
  return callFunctionLike(machine, { callee: callback, self: null, args, node })
}

function succeed(machine: Machine, asked: Authentication, { user, info }: { user: Value; info: Value }): Value {
  const callback = callbackOf(asked)
  if (callback) return answerBack(machine, asked, callback, [literal(null), user, info])
  const options = optionsOf(asked)
  const property = knownString(options?.fields.get('assignProperty'))
  if (property !== null) {
    setField(machine, asked.request.fields, property, user)
    return proceed(machine, asked)
  }
  return logIn(machine, { request: asked.request, user, options, node: asked.node }, (error) => {
    if (error) return passOn(machine, asked, error)
    const target = options?.fields.get('successReturnToOrRedirect') ?? options?.fields.get('successRedirect')
    if (target && !(target.kind === 'literal' && !target.value)) return redirectTo(machine, asked, target)
    setField(machine, asked.request.fields, 'authInfo', info)
    return proceed(machine, asked)
  })
}

/** No strategy is content: the callback, a redirect, an error, or the words of the status. */
function failAll(
  machine: Machine,
  asked: Authentication,
  { failures, isList }: { failures: readonly Failure[]; isList: boolean },
): Value {
  const [first] = failures
  const callback = callbackOf(asked)
  if (callback) {
    const statuses = failures.map(({ status }) => (status === null ? UNDEFINED : literal(status)))
    const challenge = isList ? array(failures.map((one) => one.challenge)) : (first?.challenge ?? UNDEFINED)
    const status = isList ? array(statuses) : (statuses[0] ?? UNDEFINED)
    return answerBack(machine, asked, callback, [literal(null), literal(false), challenge, status])
  }
  const options = optionsOf(asked)
  const target = options?.fields.get('failureRedirect')
  if (target) return redirectTo(machine, asked, target)
  const status = failures.find((one) => one.status !== null)?.status ?? 401
  const words = literal(STATUS_CODES[status] ?? String(status))
  const withError = options?.fields.get('failWithError')
  if (withError && decide(machine, withError, asked.node)) {
    const codes: [string, Value][] = [
      ['name', literal('AuthenticationError')],
      ['status', literal(status)],
    ]
    return passOn(machine, asked, makeError('AuthenticationError', words, codes))
  }
  const { response, node } = asked
  setField(machine, response.fields, 'statusCode', literal(status))
  const challenges = failures.flatMap(({ challenge }) => (knownString(challenge) === null ? [] : [challenge]))
  if (status === 401 && challenges.length > 0) {
    changeHeaders(machine, response, 'setHeader', [literal('WWW-Authenticate'), array(challenges)])
  }
  respond(machine, { owner: response, status: literal(status), body: words, via: 'end', node })
  return UNDEFINED
}

function passError(machine: Machine, asked: Authentication, error: Value): Value {
  const callback = callbackOf(asked)
  return callback ? answerBack(machine, asked, callback, [error]) : passOn(machine, asked, error)
}

function passOn(machine: Machine, { next, node }: Authentication, error: Value): Value {
  return callFunctionLike(machine, { callee: next, self: null, args: [error], node })
}

function proceed(machine: Machine, { next, node }: Authentication): Value {
  return callFunctionLike(machine, { callee: next, self: null, args: [], node })
}

function redirectTo(machine: Machine, { response, node }: Authentication, target: Value): Value {
  changeHeaders(machine, response, 'location', [target])
  respond(machine, { owner: response, status: literal(302), body: null, via: 'redirect', node })
  return UNDEFINED
}
