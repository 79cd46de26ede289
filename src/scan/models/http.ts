import type { Call } from '../interpret/call.ts'
import { makeError } from '../interpret/error-values.ts'
import { express } from '../interpret/express-value.ts'
import { decideFailure } from '../interpret/faults.ts'
import type { Machine } from '../interpret/machine.ts'
import { nextEvent, recordExternal } from '../interpret/trace-events.ts'
import {
  fulfilled,
  literal,
  object,
  type PackageValue,
  rejected,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import type { ts } from '../syntax/syntax.ts'
import type { Expression, HttpTarget } from '../types.ts'
import { memberNames } from './packages.ts'
import { isRequest, textOfUrl } from './web.ts'

const FETCH_PACKAGES = new Set(['node-fetch', 'cross-fetch', 'undici', 'isomorphic-fetch'])

export function callFetch(machine: Machine, args: readonly Value[], node: ts.Node): Value {
  const [given, options] = args
  const request = isRequest(given) ? given : null
  const option = (name: string): Value =>
    (options?.kind === 'object' ? options.fields.get(name) : null) ?? request?.fields.get(name) ?? UNDEFINED
  const method = option('method')
  const target: HttpTarget = {
    protocol: 'http',
    method: express(method.kind === 'literal' && method.value === undefined ? literal('GET') : method),
    url: express(request?.fields.get('url') ?? textOfUrl(given ?? UNDEFINED)),
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
export interface ClientErrors {
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

interface Sending {
  readonly node: ts.Node
  readonly errors: ClientErrors
}

/** Records an outbound call and decides whether the network fails it. */
export function sendCall(
  machine: Machine,
  target: HttpTarget,
  sending: Sending,
): { id: number; failure: Value | null } {
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

/** The fetch packages; null for any other package. */
export function callFetchPackage(machine: Machine, callee: PackageValue, call: Call): Value | null {
  const names = memberNames(callee)
  const isFetch = FETCH_PACKAGES.has(callee.module) && (names.length === 0 || names.at(-1) === 'fetch')
  return isFetch ? callFetch(machine, call.args, call.node) : null
}
