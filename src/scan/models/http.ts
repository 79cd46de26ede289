import type { Call } from '../call.ts'
import { decideFailure } from '../decisions.ts'
import { express } from '../express-value.ts'
import { type Machine, makeError, noteUnresolved } from '../machine.ts'
import type { ts } from '../syntax.ts'
import { nextEvent, recordExternal } from '../trace-events.ts'
import type { Expression, HttpTarget } from '../types.ts'
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
} from '../values.ts'
import { appendCall, memberNames } from './packages.ts'

const FETCH_PACKAGES = new Set(['node-fetch', 'cross-fetch', 'undici', 'isomorphic-fetch'])
const AXIOS_VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'request'])

export function callFetch(machine: Machine, args: readonly Value[], node: ts.Node): Value {
  const [url, options] = args
  const option = (name: string): Value =>
    options?.kind === 'object' ? (options.fields.get(name) ?? UNDEFINED) : UNDEFINED
  const method = option('method')
  const target: HttpTarget = {
    protocol: 'http',
    method: express(method.kind === 'literal' && method.value === undefined ? literal('GET') : method),
    url: express(url ?? UNDEFINED),
    headers: express(option('headers')),
    body: express(option('body')),
    timeoutMs: readTimeout(machine, option('signal')),
  }
  const isAborted = isTimerSignal(option('signal'))
  const { id, failure } = sendCall(machine, target, { node, errors: fetchErrors(isAborted) })
  if (failure) return rejected(failure)
  return fulfilled(symbol({ kind: 'result', event: id, path: [] }))
}

function readTimeout(machine: Machine, signal: Value): number | null {
  if (signal.kind !== 'object') return null
  const direct = signal.fields.get('#timeoutMs')
  if (direct?.kind === 'literal' && typeof direct.value === 'number') return direct.value
  return signal.fields.has('#timer') ? (machine.run?.lastTimerMs ?? null) : null
}

function isTimerSignal(signal: Value): boolean {
  return signal.kind === 'object' && signal.fields.has('#timer')
}

/** What a client throws when the connection breaks and when its own limit is reached. */
interface ClientErrors {
  readonly reset: Value
  readonly timeout: Value
}

function fetchErrors(isAborted: boolean): ClientErrors {
  const cause = object([['code', literal('ECONNRESET')]])
  return {
    reset: makeError('TypeError', literal('fetch failed'), [['cause', cause]]),
    timeout: isAborted
      ? makeError('AbortError', literal('This operation was aborted'))
      : makeError('TimeoutError', literal('The operation was aborted due to timeout')),
  }
}

function axiosErrors(timeoutMs: number | null): ClientErrors {
  const fail = (code: string, message: Value): Value =>
    makeError('AxiosError', message, [
      ['code', literal(code)],
      ['isAxiosError', literal(true)],
    ])
  return {
    reset: fail('ECONNRESET', operation('message of axios')),
    timeout: fail('ECONNABORTED', literal(`timeout of ${timeoutMs}ms exceeded`)),
  }
}

interface Sending {
  readonly node: ts.Node
  readonly errors: ClientErrors
}

/** Records an outbound call and decides whether the network fails it. */
function sendCall(machine: Machine, target: HttpTarget, sending: Sending): { id: number; failure: Value | null } {
  const id = nextEvent(machine)
  const failure = chooseFailure(machine, { id, timeoutMs: target.timeoutMs, ...sending })
  recordExternal(machine, { id, effect: 'known', target, outcome: failure ? 'fails' : 'ok', node: sending.node })
  return { id, failure }
}

function chooseFailure(machine: Machine, call: Sending & { id: number; timeoutMs: number | null }): Value | null {
  const condition = (name: string): Expression => ({
    kind: 'operation',
    name,
    operands: [{ kind: 'result', event: call.id, path: [] }],
  })
  if (decideFailure(machine, condition('connection reset'), call.node)) return call.errors.reset
  const mayTimeOut = call.timeoutMs !== null
  return mayTimeOut && decideFailure(machine, condition('times out'), call.node) ? call.errors.timeout : null
}

/** axios and the fetch packages; null for any other package. */
export function callHttpPackage(machine: Machine, callee: PackageValue, call: Call): Value | null {
  const names = memberNames(callee)
  if (FETCH_PACKAGES.has(callee.module) && (names.length === 0 || names.at(-1) === 'fetch'))
    return callFetch(machine, call.args, call.node)
  if (callee.module !== 'axios') return null
  if (names.at(-1) === 'isAxiosError') return isAxiosError(call.args[0])
  if (names.includes('interceptors'))
    noteUnresolved(machine, 'what an axios interceptor does is not analysed', call.node)
  const isInstance = names.at(-1) === 'create' && callee.steps.at(-1)?.kind !== 'member'
  const verb = isInstance ? 'request' : (names.at(-1) ?? 'request')
  if (!machine.run || !AXIOS_VERBS.has(verb)) return appendCall(machine, callee, call)
  return callAxios(machine, { callee, verb, call })
}

function isAxiosError(error: Value | undefined): Value {
  if (error?.kind === 'symbol') return operation('isAxiosError', error)
  return literal(error?.kind === 'object' && error.fields.has('isAxiosError'))
}

function callAxios(machine: Machine, request: { callee: PackageValue; verb: string; call: Call }): Value {
  const { callee, verb, call } = request
  const defaults = instanceDefaults(callee)
  const hasBody = verb === 'post' || verb === 'put' || verb === 'patch'
  const [first, second, third] = call.args
  // `axios(url, config)` is `axios({ url, ...config })`.
  const isUrlFirst = verb === 'request' && first?.kind !== 'object'
  const config = verb === 'request' ? (isUrlFirst ? second : first) : hasBody ? third : second
  const field = (name: string): Value => readField(config, name) ?? readField(defaults, name) ?? UNDEFINED
  const url = verb === 'request' && !isUrlFirst ? field('url') : (first ?? UNDEFINED)
  const base = readField(defaults, 'baseURL')
  const timeout = field('timeout')
  const target: HttpTarget = {
    protocol: 'http',
    method: express(
      verb === 'request'
        ? isMissing(field('method'))
          ? literal('GET')
          : field('method')
        : literal(verb.toUpperCase()),
    ),
    url: express(base && knownString(url)?.startsWith('http') !== true ? operation('concat', base, url) : url),
    headers: express(field('headers')),
    body: express(operation('JSON.stringify', hasBody ? (second ?? UNDEFINED) : field('data'))),
    timeoutMs:
      timeout.kind === 'literal' && typeof timeout.value === 'number' && timeout.value > 0 ? timeout.value : null,
  }
  const { id, failure } = sendCall(machine, target, { node: call.node, errors: axiosErrors(target.timeoutMs) })
  if (failure) return rejected(failure)
  const answer = (...path: string[]): Value => symbol({ kind: 'result', event: id, path })
  const condition: Expression = { kind: 'result', event: id, path: ['ok'] }
  if (decideFailure(machine, { kind: 'operation', name: '!', operands: [condition] }, call.node)) {
    const response = object(
      [
        ['status', answer('status')],
        ['data', answer('json')],
      ],
      { open: true },
    )
    return rejected(
      makeError('AxiosError', literal('Request failed'), [
        ['response', response],
        ['isAxiosError', literal(true)],
      ]),
    )
  }
  return fulfilled(
    object(
      [
        ['data', answer('json')],
        ['status', answer('status')],
        ['headers', answer('headers')],
      ],
      { open: true },
    ),
  )
}

function isMissing(value: Value): boolean {
  return value.kind === 'literal' && value.value === undefined
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
