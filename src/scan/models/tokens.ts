import { type Call, callFunctionLike } from '../interpret/call.ts'
import { decide } from '../interpret/decisions.ts'
import { makeError } from '../interpret/error-values.ts'
import { describePackage } from '../interpret/express-value.ts'
import type { Machine } from '../interpret/machine.ts'
import { Thrown } from '../interpret/stops.ts'
import {
  fulfilled,
  literal,
  object,
  operation,
  type PackageValue,
  rejected,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { memberNames, noteHarmless } from './packages.ts'

/** Signing and checking tokens with jsonwebtoken and jose: computing, but a check may refuse. */
export function callTokens(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!machine.run || (callee.module !== 'jsonwebtoken' && callee.module !== 'jose')) return null
  const name = memberNames(callee).at(-1) ?? ''
  const args = call.args.filter((arg) => arg.kind !== 'function')
  const result = operation(describePackage(callee), ...args)
  if (name === 'sign') noteHarmless(machine, callee, call.node)
  if (name === 'sign') return answer(machine, call, { error: null, result, isAsync: callee.module === 'jose' })
  if (name !== 'verify' && name !== 'jwtVerify') return null
  noteHarmless(machine, callee, call.node)
  const isValid = decide(machine, operation('token is valid', ...args.slice(0, 2)), call.node)
  const error = isValid ? null : tokenError(callee.module)
  const payload = callee.module === 'jose' ? object([['payload', result]], { open: true }) : result
  return answer(machine, call, { error, result: payload, isAsync: callee.module === 'jose' })
}

function answer(
  machine: Machine,
  call: Call,
  outcome: { error: Value | null; result: Value; isAsync: boolean },
): Value {
  const { error, result } = outcome
  const callback = call.args.at(-1)
  if (callback?.kind === 'function') {
    const args = error ? [error, UNDEFINED] : [literal(null), result]
    callFunctionLike(machine, { callee: callback, self: null, args, node: call.node })
    return UNDEFINED
  }
  if (outcome.isAsync) return error ? rejected(error) : fulfilled(result)
  if (error) throw new Thrown(error)
  return result
}

/** Which of the package's errors it is (expired, malformed, wrong signature) depends on the token. */
function tokenError(module: string): Value {
  const [field, value] =
    module === 'jose' ? ['code', 'token error code'] : ['expiredAt', 'time at which a token expired']
  return makeError(operationName(module), operation('token message'), [
    ['name', operation('token error name')],
    [field, operation(value)],
    ['#module', literal(module)],
  ])
}

function operationName(module: string): string {
  return module === 'jose' ? 'JOSEError' : 'JsonWebTokenError'
}
