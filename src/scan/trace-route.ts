import { getMember } from './access.ts'
import { callFunctionLike } from './call.ts'
import { type Exploration, exploreScenarios } from './explore.ts'
import { answersSame, callableOf, isMountedAbove, type Layer } from './layers.ts'
import { type Machine, noteUnresolved, Thrown } from './machine.ts'
import { createExchange, respond } from './models/exchange.ts'
import { applyOperator } from './operators.ts'
import type { ts } from './syntax.ts'
import { hasResponded } from './trace-events.ts'
import type { Route, Scenario } from './types.ts'
import { isNullish, literal, native, type RequestValue, type ResponseValue, UNDEFINED, type Value } from './values.ts'

interface Exchange {
  readonly request: RequestValue
  readonly response: ResponseValue
}

/** How one layer ended. */
type Passage =
  | { readonly kind: 'answered' }
  | { readonly kind: 'next' }
  | { readonly kind: 'next-route' }
  | { readonly kind: 'error'; readonly error: Value }
  | { readonly kind: 'hangs' }

/** Every way through the middleware and the handler of a route. */
export function traceRoute(
  machine: Machine,
  options: { layers: readonly Layer[]; route: Route; expressMajor: 4 | 5; anchor: ts.Node },
): Exploration {
  const { layers, route } = options
  const chain = layers.filter((layer) =>
    layer.kind === 'route' ? answersSame(layer, route) : isMountedAbove(layer.path, route.path),
  )
  return exploreScenarios(machine, () =>
    runChain(machine, { ...options, chain, exchange: createExchange(route.method) }),
  )
}

interface ChainRun {
  readonly chain: readonly Layer[]
  readonly exchange: Exchange
  readonly expressMajor: 4 | 5
  readonly anchor: ts.Node
}

function runChain(machine: Machine, run: ChainRun): Scenario['end'] {
  let error: Value | null = null
  for (const layer of run.chain) {
    if ((layer.kind === 'error') !== (error !== null)) continue
    const passage = runLayer(machine, layer, { ...run, error })
    if (passage.kind === 'answered') return 'responded'
    if (passage.kind === 'hangs') return hasResponded(machine) ? 'responded' : 'hangs'
    error = passage.kind === 'error' ? passage.error : null
  }
  answerByDefault(machine, error, run.anchor)
  return 'responded'
}

function runLayer(machine: Machine, layer: Layer, run: ChainRun & { error: Value | null }): Passage {
  for (const handler of layer.handlers) {
    const passage = runHandler(machine, handler, run)
    if (passage.kind === 'next-route') return { kind: 'next' }
    if (passage.kind !== 'next') return passage
  }
  return { kind: 'next' }
}

function runHandler(machine: Machine, handler: Value, run: ChainRun & { error: Value | null }): Passage {
  const callee = callableOf(machine, handler, run.anchor)
  if (!callee) {
    if (handler.kind === 'package') noteOpaqueMiddleware(machine, handler, run.anchor)
    return { kind: 'next' }
  }
  let called: Passage | null = null
  const next = native('next', ([error]) => {
    called ??= readNext(error)
    return UNDEFINED
  })
  const { request, response } = run.exchange
  const args = run.error ? [run.error, request, response, next] : [request, response, next]
  const isWrapped = handler.kind === 'package'
  const failure = catchThrown(() => callFunctionLike(machine, { callee, self: null, args, node: run.anchor }))
  if (failure.error && !hasResponded(machine)) {
    if (failure.isAsync && run.expressMajor === 4 && !isWrapped && !called) return { kind: 'hangs' }
    return called ?? { kind: 'error', error: failure.error }
  }
  if (hasResponded(machine)) return { kind: 'answered' }
  return called ?? { kind: 'hangs' }
}

function readNext(error: Value | undefined): Passage {
  if (!error || isNullish(error)) return { kind: 'next' }
  if (error.kind === 'literal' && (error.value === 'route' || error.value === 'router')) return { kind: 'next-route' }
  return { kind: 'error', error }
}

function catchThrown(call: () => Value): { error: Value | null; isAsync: boolean } {
  try {
    const value = call()
    if (value.kind === 'promise' && value.state === 'rejected') return { error: value.value, isAsync: true }
    return { error: null, isAsync: false }
  } catch (error) {
    if (error instanceof Thrown) return { error: error.value, isAsync: false }
    throw error
  }
}

/** Middleware of these packages passes every request of a test on; others are recorded as unknown. */
const PASSING =
  /^(?:express|cors|helmet|compression|morgan|cookie-parser|body-parser|pino-http|hpp|response-time|express-request-id|swagger-ui-express)$/

function noteOpaqueMiddleware(machine: Machine, handler: Extract<Value, { kind: 'package' }>, anchor: ts.Node): void {
  if (!PASSING.test(handler.module))
    noteUnresolved(
      machine,
      `middleware of the package ${handler.module}: whether it lets a request pass is not known`,
      anchor,
    )
}

/** Express's own last word: 404, or the error's status with an HTML page. */
function answerByDefault(machine: Machine, error: Value | null, node: ts.Node): void {
  const status = error ? errorStatus(machine, error, node) : literal(404)
  respond(machine, { status, body: null, via: 'default-error-handler', node })
}

function errorStatus(machine: Machine, error: Value, node: ts.Node): Value {
  if (error.kind !== 'object') return literal(500)
  for (const name of ['status', 'statusCode']) {
    const status = getMember(machine, error, name, node)
    if (status.kind === 'literal' && typeof status.value === 'number' && status.value >= 400 && status.value < 600)
      return status
    if (status.kind === 'symbol') return applyOperator(machine, '||', status, literal(500))
  }
  return literal(500)
}
