import { getMember } from '../../interpret/access.ts'
import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { makeError } from '../../interpret/error-values.ts'
import type { Machine } from '../../interpret/machine.ts'
import {
  knownString,
  literal,
  native,
  object,
  operation,
  type PackageValue,
  type RequestValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { respond } from '../exchange.ts'
import { memberNames } from '../packages.ts'
import { callsOf } from './chains.ts'
import { JOI_DEFAULTS, validate } from './joi.ts'
import { applySettings } from './joi-shapes.ts'

/** In the order in which celebrate looks at them. */
const SEGMENTS = ['headers', 'params', 'query', 'cookies', 'signedCookies', 'body']

/** `Segments.BODY` is `body`. */
export function celebrateMember(owner: PackageValue, name: string): Value | null {
  if (owner.module !== 'celebrate' || memberNames(owner).at(-1) !== 'Segments') return null
  const segment = SEGMENTS.find((each) => each.toUpperCase() === name.replace('_', '').toUpperCase())
  return segment ? literal(segment) : null
}

export function callCelebrate(_machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (callee.module !== 'celebrate' || memberNames(callee).at(-1) !== 'isCelebrateError') return null
  return literal(isCelebrateError(call.args[0]))
}

/** `celebrate({ body: schema })`: refuses with an error that `errors()` answers with 400. */
export function celebrateMiddleware(machine: Machine, handler: PackageValue): Value | null {
  if (handler.module !== 'celebrate') return null
  const made = callsOf(handler).at(-1)
  if (made?.name === 'errors') return native('errors', (args, node) => answerError(machine, args, node))
  const [schemas, options] = made?.name === 'celebrate' ? made.args : []
  if (schemas?.kind !== 'object') return null
  const settings = applySettings(JOI_DEFAULTS, options ? [options] : [])
  return native('celebrate', ([request, , next], node) => {
    const isRight = (name: string): boolean => {
      const schema = schemas.fields.get(name)
      if (!schema || request?.kind !== 'request' || (name === 'body' && !hasBody(request))) return true
      const checked = validate(machine, { schema, value: getMember(machine, request, name, node), settings }, node)
      if (checked.fits) request.fields.set(name, checked.value)
      return checked.fits
    }
    const error = SEGMENTS.every(isRight) ? [] : [celebrateError()]
    return next ? callFunctionLike(machine, { callee: next, self: null, args: error, node }) : UNDEFINED
  })
}

export function isCelebrateErrors(handler: Value): boolean {
  return handler.kind === 'package' && handler.module === 'celebrate' && callsOf(handler).at(-1)?.name === 'errors'
}

function hasBody(request: RequestValue): boolean {
  return !/^(?:GET|HEAD)$/.test(knownString(request.fields.get('method')) ?? '')
}

function celebrateError(): Value {
  return makeError('CelebrateError', literal('Validation failed'), [['details', operation('celebrate details')]])
}

function isCelebrateError(value: Value | undefined): boolean {
  return value?.kind === 'object' && value.type?.kind === 'builtin' && value.type.name === 'CelebrateError'
}

function answerError(machine: Machine, [error, , response, next]: readonly Value[], node: ts.Node): Value {
  if (!isCelebrateError(error))
    return next ? callFunctionLike(machine, { callee: next, self: null, args: error ? [error] : [], node }) : UNDEFINED
  const body = object([
    ['statusCode', literal(400)],
    ['error', literal('Bad Request')],
    ['message', literal('Validation failed')],
    ['validation', operation('celebrate details')],
  ])
  const owner = response?.kind === 'response' ? response : null
  respond(machine, { owner, status: literal(400), body, via: 'send', node })
  return UNDEFINED
}
