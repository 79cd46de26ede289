import type { Call } from '../interpret/call.ts'
import { makeError } from '../interpret/error-values.ts'
import { express } from '../interpret/express-value.ts'
import { decideFailure } from '../interpret/faults.ts'
import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import {
  fulfilled,
  knownString,
  literal,
  type ObjectValue,
  object,
  operation,
  type PackageValue,
  rejected,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import type { Expression, HttpTarget } from '../types.ts'
import { type ClientErrors, sendCall } from './http.ts'
import { appendCall, memberNames } from './packages.ts'

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'request'])

/** axios and its instances; null for any other package. */
export function callAxios(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (callee.module !== 'axios') return null
  const names = memberNames(callee)
  if (names.at(-1) === 'isAxiosError') return isAxiosError(call.args[0])
  if (names.includes('interceptors'))
    noteUnresolved(machine, 'what an axios interceptor does is not analysed', call.node)
  const isInstance = names.at(-1) === 'create' && callee.steps.at(-1)?.kind !== 'member'
  const verb = isInstance ? 'request' : (names.at(-1) ?? 'request')
  if (!machine.run || !VERBS.has(verb)) return appendCall(machine, callee, call)
  const target = readTarget({ verb, args: call.args, defaults: instanceDefaults(callee) })
  const { id, failure } = sendCall(machine, target, { node: call.node, errors: clientErrors(target.timeoutMs) })
  return failure ? rejected(failure) : answerOf(machine, id, call)
}

function isAxiosError(error: Value | undefined): Value {
  if (error?.kind === 'symbol') return operation('isAxiosError', error)
  return literal(error?.kind === 'object' && error.fields.has('isAxiosError'))
}

interface Request {
  readonly verb: string
  readonly args: readonly Value[]
  readonly defaults: ObjectValue | null
}

function readTarget({ verb, args, defaults }: Request): HttpTarget {
  const hasBody = verb === 'post' || verb === 'put' || verb === 'patch'
  const { url, config, body } = readArguments({ verb, args, hasBody })
  const field = (name: string): Value => readField(config, name) ?? readField(defaults, name) ?? UNDEFINED
  const base = readField(defaults, 'baseURL')
  const address = url ?? field('url')
  const method = verb === 'request' ? (readField(config, 'method') ?? literal('GET')) : literal(verb.toUpperCase())
  return {
    protocol: 'http',
    method: express(method),
    url: express(
      base && knownString(address)?.startsWith('http') !== true ? operation('concat', base, address) : address,
    ),
    headers: express(mergeHeaders(readField(defaults, 'headers'), readField(config, 'headers'))),
    body: express(operation('JSON.stringify', hasBody ? (body ?? UNDEFINED) : field('data'))),
    timeoutMs: readTimeout(field('timeout')),
  }
}

/** `axios(config)`, `axios(url, config)`, `axios.get(url, config)` and `axios.post(url, body, config)`. */
function readArguments({ verb, args, hasBody }: { verb: string; args: readonly Value[]; hasBody: boolean }): {
  url: Value | undefined
  config: Value | undefined
  body: Value | undefined
} {
  const [first, second, third] = args
  if (verb === 'request' && first?.kind === 'object') return { url: undefined, config: first, body: undefined }
  return { url: first, config: hasBody ? third : second, body: hasBody ? second : undefined }
}

function mergeHeaders(defaults: Value | null, own: Value | null): Value {
  if (defaults?.kind !== 'object') return own ?? UNDEFINED
  if (own?.kind !== 'object') return own ?? defaults
  return object([...defaults.fields, ...own.fields], { open: defaults.open || own.open })
}

function readTimeout(timeout: Value): number | null {
  return timeout.kind === 'literal' && typeof timeout.value === 'number' && timeout.value > 0 ? timeout.value : null
}

function answerOf(machine: Machine, id: number, call: Call): Value {
  const answer = (...path: string[]): Value => symbol({ kind: 'result', event: id, path })
  const fields: [string, Value][] = [
    ['data', answer('json')],
    ['status', answer('status')],
    ['headers', answer('headers')],
  ]
  const response = object(fields, { open: true })
  const isOk: Expression = { kind: 'result', event: id, path: ['ok'] }
  const isRefused = decideFailure(machine, { kind: 'operation', name: '!', operands: [isOk] }, call.node)
  if (!isRefused) return fulfilled(response)
  const message = operation('concat', literal('Request failed with status code '), answer('status'))
  return rejected(axiosError(message, [['response', response]]))
}

function clientErrors(timeoutMs: number | null): ClientErrors {
  return {
    reset: axiosError(operation('message of axios'), [['code', literal('ECONNRESET')]]),
    timeout: axiosError(literal(`timeout of ${timeoutMs}ms exceeded`), [['code', literal('ECONNABORTED')]]),
  }
}

function axiosError(message: Value, fields: [string, Value][]): Value {
  return makeError('AxiosError', message, [...fields, ['isAxiosError', literal(true)]])
}

function instanceDefaults(callee: PackageValue): ObjectValue | null {
  const index = callee.steps.findIndex((step) => step.kind === 'member' && step.name === 'create')
  const made = callee.steps[index + 1]
  const options = index >= 0 && made && made.kind !== 'member' ? made.args[0] : null
  return options?.kind === 'object' ? options : null
}

function readField(value: Value | null | undefined, name: string): Value | null {
  return value?.kind === 'object' ? (value.fields.get(name) ?? null) : null
}
