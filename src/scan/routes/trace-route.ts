import { extend, getMember } from '../interpret/access.ts'
import { callFunctionLike } from '../interpret/call.ts'
import { type Exploration, exploreScenarios } from '../interpret/explore.ts'
import type { Machine } from '../interpret/machine.ts'
import { applyOperator } from '../interpret/operators.ts'
import { noteAnswer, waitFor } from '../interpret/pending.ts'
import { Thrown } from '../interpret/stops.ts'
import { hasResponded, recordHandler } from '../interpret/trace-events.ts'
import {
  isNullish,
  literal,
  native,
  type RequestValue,
  type ResponseValue,
  type RouterValue,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { createExchange, respond } from '../models/exchange.ts'
import { guardOf } from '../models/guards/guards.ts'
import { noteTaker, watchRequest } from '../models/request-members.ts'
import type { ts } from '../syntax/syntax.ts'
import type { Route, Scenario } from '../types.ts'
import { certainOf } from './certain.ts'
import { answersSame, callableOf, isBeside, type Layer } from './layers.ts'
import { neverPasses } from './never-passes.ts'
import { isLast, passOpaque } from './pass-opaque.ts'
import { placeRequest } from './request-place.ts'
import { isMountedAbove } from './route-pattern.ts'

interface Exchange {
  readonly request: RequestValue
  readonly response: ResponseValue
}

/** How one layer ended. */
type Passage =
  | { readonly kind: 'answered' }
  | { readonly kind: 'next' }
  | { readonly kind: 'next-route' | 'next-router' }
  | { readonly kind: 'error'; readonly error: Value }
  | { readonly kind: 'hangs' }
  | { readonly kind: 'unknown' }

export interface TraceOptions {
  readonly layers: readonly Layer[]
  readonly layer: Layer
  readonly route: Route
  readonly expressMajor: 4 | 5
  readonly anchor: ts.Node
  /** As of an exploration. */
  readonly isEnough?: () => boolean
}

/** Every way through the middleware and the handler of a route. */
export function traceRoute(machine: Machine, options: TraceOptions): Exploration {
  const { layers, layer, route } = options
  const chain = layers.filter(
    (one) =>
      isBeside(one, layer) &&
      (one.kind === 'route' ? answersSame(one, layer) : isMountedAbove(one.pattern, layer.pattern)),
  )
  return exploreScenarios(machine, { ...options, certain: (condition) => certainOf(route, condition) }, () =>
    runRequest(machine, {
      ...options,
      chain,
      exchange: watchedExchange(machine, options),
      asked: new Set(),
      again: [],
    }),
  )
}

function watchedExchange(machine: Machine, { route, layer }: TraceOptions): Exchange {
  const exchange = createExchange(route.method, layer.owners[0])
  watchRequest(machine, exchange.request)
  return exchange
}

/** Whether a layer can pass a request on; null when its code does not tell. */
export function passesOn(
  machine: Machine,
  layer: Layer,
  options: { expressMajor: 4 | 5; anchor: ts.Node },
): boolean | null {
  if (layer.handlers.some(neverPasses)) return false
  const passages = new Set<Passage['kind']>()
  const { cut } = exploreScenarios(
    machine,
    { certain: () => null, anchor: options.anchor, isEnough: () => leaves(passages) },
    () => {
      const run = {
        ...options,
        route: layer,
        chain: [layer],
        exchange: createExchange(layer.method, layer.owners[0]),
        asked: new Set<Value>(),
        again: [],
        error: null,
      }
      passages.add(runLayer(machine, layer, run).kind)
      return 'responded'
    },
  )
  if (leaves(passages)) return true
  return cut > 0 || passages.size === 0 || passages.has('unknown') ? null : false
}

function leaves(passages: ReadonlySet<Passage['kind']>): boolean {
  return passages.has('next') || passages.has('next-router')
}

interface ChainRun {
  readonly route: Pick<Route, 'path'>
  readonly chain: readonly Layer[]
  readonly exchange: Exchange
  readonly expressMajor: 4 | 5
  readonly anchor: ts.Node
  /** What has run for this request: the callback of a parameter runs once. */
  readonly asked: Set<Value>
  /** Calls of a `next` that was called before: Express goes on where the first one led and nobody answered. */
  readonly again: Passage[]
}

/** An error on its way to a handler, and the routers around the place where it came up. */
interface Failure {
  readonly error: Value
  readonly owners: Layer['owners']
}

function runRequest(machine: Machine, run: ChainRun): Scenario['end'] {
  const end = runChain(machine, run)
  if (machine.run) machine.run.isOver = true
  runTasks(machine.run?.later)
  runTasks(machine.run?.finish)
  return end
}

function runChain(machine: Machine, run: ChainRun): Scenario['end'] {
  let failure: Failure | null = null
  let left: RouterValue | null = null
  for (const layer of run.chain) {
    if (left && layer.owners.includes(left)) continue
    left = null
    if (!isAsked(layer, failure)) continue
    if (failure) noteErrorMiddleware(machine, layer, failure.error)
    const first = runLayer(machine, layer, { ...run, error: failure?.error ?? null })
    const passage = first.kind === 'hangs' && !hasResponded(machine) ? (run.again.shift() ?? first) : first
    if (passage.kind === 'answered') return 'responded'
    if (passage.kind === 'unknown') return 'cut'
    if (passage.kind === 'hangs') return hasResponded(machine) ? 'responded' : 'hangs'
    if (passage.kind === 'next-router') left = layer.owners.at(-1) ?? null
    failure = passage.kind === 'error' ? { error: passage.error, owners: ownersOf(failure, layer) } : null
  }
  answerByDefault(machine, failure?.error ?? null, run)
  return 'responded'
}

function noteErrorMiddleware(machine: Machine, layer: Layer, error: Value): void {
  const [handler] = layer.handlers
  const isOwn = handler?.kind === 'function'
  const name = isOwn ? handler.name || '(anonymous)' : handler?.kind === 'package' ? handler.module : '(unknown)'
  recordHandler(machine, { by: 'error-middleware', name, error, at: isOwn ? handler.node : layer.at })
}

function ownersOf(failure: Failure | null, layer: Layer): Layer['owners'] {
  return failure ? failure.owners : layer.owners
}

/** Express asks error handlers only of the routers that the error comes through, and nothing else while there is one. */
function isAsked(layer: Layer, failure: Failure | null): boolean {
  if (!failure) return layer.kind !== 'error'
  return layer.kind === 'error' && layer.owners.every((owner, depth) => failure.owners[depth] === owner)
}

function runLayer(machine: Machine, layer: Layer, run: ChainRun & { error: Value | null }): Passage {
  for (const handler of layer.handlers) {
    if (layer.parameter !== null && run.asked.has(handler)) continue
    run.asked.add(handler)
    const passage = runHandler(machine, { handler, layer }, run)
    if (passage.kind === 'next-route') return { kind: 'next' }
    if (passage.kind !== 'next') return passage
  }
  return { kind: 'next' }
}

function runHandler(
  machine: Machine,
  { handler, layer }: { handler: Value; layer: Layer },
  run: ChainRun & { error: Value | null },
): Passage {
  const isLastOne = isLast(layer, handler)
  const callee =
    callableOf(machine, handler, layer) ??
    guardOf(machine, handler, { ...run.exchange, node: run.anchor, isLast: isLastOne })
  if (!callee) {
    noteTaker(machine, run.exchange.request, handler)
    return { kind: passOpaque(machine, handler, layer) }
  }
  let called: Passage | null = null
  const next = native('next', ([error], node) => {
    const passage = readNext(error)
    if (called) run.again.push(passage)
    else called = passage
    if (machine.run) noteAnswer(machine.run)
    if (passage.kind === 'error') recordHandler(machine, { by: 'next', name: 'next', error: passage.error, at: node })
    return UNDEFINED
  })
  const { request, response } = run.exchange
  placeRequest(machine, request, { route: run.route, layer })
  const args = run.error ? [run.error, request, response, next] : [request, response, next, ...parameterOf(layer)]
  const failure = catchThrown(() => {
    const value = callFunctionLike(machine, { callee, self: null, args, node: run.anchor })
    waitFor(machine, value)
    return value
  })
  if (!called && !failure.error && !hasResponded(machine)) runTasks(machine.run?.later)
  if (failure.error && !hasResponded(machine)) {
    const isWaitedFor = run.expressMajor === 5 || machine.waitsForAsync || handler.kind === 'package'
    if (failure.isAsync && !isWaitedFor && !called) return { kind: 'hangs' }
    return called ?? { kind: 'error', error: failure.error }
  }
  if (hasResponded(machine)) return { kind: 'answered' }
  return called ?? { kind: 'hangs' }
}

/** The value and the name that a callback of `app.param()` gets beside the request. */
function parameterOf({ parameter }: Layer): Value[] {
  if (parameter === null) return []
  return [symbol({ kind: 'input', from: 'params', path: [parameter] }), literal(parameter)]
}

/** What the code left for later, in order; what fails there reaches nobody. */
function runTasks(tasks: (() => void)[] | undefined): void {
  for (let task = tasks?.shift(); task; task = tasks?.shift()) {
    const run = task
    catchThrown(() => {
      run()
      return UNDEFINED
    })
  }
}

function readNext(error: Value | undefined): Passage {
  if (!error || isNullish(error)) return { kind: 'next' }
  if (error.kind === 'literal' && error.value === 'route') return { kind: 'next-route' }
  if (error.kind === 'literal' && error.value === 'router') return { kind: 'next-router' }
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

/** Express's own last word: 404, or the error's status with an HTML page. */
function answerByDefault(machine: Machine, error: Value | null, run: ChainRun): void {
  const node = run.anchor
  const owner = run.exchange.response
  if (error) recordHandler(machine, { by: 'default-handler', name: 'Express', error, at: node })
  const status = error ? errorStatus(machine, error, node) : literal(404)
  respond(machine, { owner, status, body: null, via: 'default-error-handler', node })
}

function errorStatus(machine: Machine, error: Value, node: ts.Node): Value {
  if (error.kind === 'symbol') return applyOperator('||', symbol(extend(error.expression, 'status')), literal(500))
  if (error.kind !== 'object') return literal(500)
  for (const name of ['status', 'statusCode']) {
    const status = getMember(machine, error, name, node)
    if (status.kind === 'literal' && typeof status.value === 'number' && status.value >= 400 && status.value < 600)
      return status
    if (status.kind === 'symbol') return applyOperator('||', status, literal(500))
  }
  return literal(500)
}
