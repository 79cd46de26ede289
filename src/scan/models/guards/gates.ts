import type { Gate } from '../../facts/types.ts'
import { callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import type { Machine } from '../../interpret/machine.ts'
import { LimitReached, Thrown } from '../../interpret/stops.ts'
import { hasResponded } from '../../interpret/trace-events.ts'
import {
  native,
  type PackageValue,
  type RequestValue,
  type ResponseValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { Decision } from '../../types.ts'
import { noteParsed } from './body-parsers.ts'
import { findGates } from './find-gates.ts'
import { startSession } from './sessions.ts'

/** A gate and what it does to a request that it does not let through: it answers, or gives an error; null: neither. */
export interface GateModel extends Gate {
  readonly refuse: (machine: Machine, exchange: GatedExchange) => Value | null
}

export interface GatedExchange {
  readonly request: RequestValue
  readonly response: ResponseValue
  readonly next: Value
  readonly node: ts.Node
}

export interface GateLog {
  /** The gates that requests came through, by what, how and where. */
  readonly seen: Map<string, Gate>
  /** The gate that turns requests away at the moment, and where it did so in each run. */
  failing: { readonly key: string; readonly reached: Map<readonly Decision[], Refused> } | null
}

/** How much had happened when the gate said no. */
export interface Refused {
  readonly after: number
  readonly decided: number
}

export function createGateLog(): GateLog {
  return { seen: new Map(), failing: null }
}

/** Takes a request through middleware of packages that is known; null for any other middleware. */
export function passGates(machine: Machine, middleware: PackageValue, exchange: GatedExchange): Value | null {
  const models = findGates(machine, middleware, exchange)
  if (!models) return null
  const { next, node } = exchange
  startSession(machine, middleware, exchange)
  noteParsed(machine, models, exchange)
  return refuseAt(machine, models, exchange) ?? callFunctionLike(machine, { callee: next, self: null, args: [], node })
}

/** What comes of the gate whose turn it is to say no; null: it is the turn of none of these. */
export function refuseAt(machine: Machine, models: readonly GateModel[], exchange: GatedExchange): Value | null {
  const { next, node } = exchange
  for (const model of models) {
    if (!isFailing(machine, model)) continue
    const error = model.refuse(machine, exchange)
    if (error) return callFunctionLike(machine, { callee: next, self: null, args: [error], node })
    if (hasResponded(machine)) return UNDEFINED
    // It lets this request through: the rest of the way is known already.
    throw new LimitReached('the gate is open')
  }
  return null
}

/** Whether it is the turn of this gate to say no; if so, it is noted how far the request had come. */
function isFailing({ gates, run }: Machine, { refuse: _, ...gate }: GateModel): boolean {
  const key = JSON.stringify(gate)
  if (!gates.failing) gates.seen.set(key, gate)
  if (!run || gates.failing?.key !== key) return false
  gates.failing.reached.set(run.decisions, { after: run.nextEvent, decided: run.decisions.length })
  return true
}

/** The error with which a callback of the project is called, or which it throws; null where there is none. */
export function errorOf(
  machine: Machine,
  { callee, args, node }: { callee: Value; args: readonly Value[]; node: ts.Node },
): Value | null {
  const given: Value[] = []
  const done = native('done', ([error], at) => {
    if (error && decide(machine, error, at)) given.push(error)
    return UNDEFINED
  })
  try {
    callFunctionLike(machine, { callee, self: null, args: [...args, done], node })
  } catch (error) {
    if (error instanceof Thrown) return error.value
    throw error
  }
  return given[0] ?? null
}
