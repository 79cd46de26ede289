import type { Gate } from '../../facts/types.ts'
import { callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { LimitReached, type Machine, Thrown } from '../../interpret/machine.ts'
import { native, type PackageValue, type RequestValue, type ResponseValue, type Value } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { Decision } from '../../types.ts'
import { findParserGates } from './body-parsers.ts'
import { findCorsGates } from './cors-gate.ts'

/** A gate and what it does to a request that it does not let through; an error, or null where it lets it through. */
export interface GateModel extends Gate {
  readonly refuse: (machine: Machine, exchange: GatedExchange) => Value | null
}

export interface GatedExchange {
  readonly request: RequestValue
  readonly response: ResponseValue
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

/** The error that this middleware gives to `next`, if it is its turn; null: the request passes. */
export function refuseAtGate(machine: Machine, middleware: PackageValue, exchange: GatedExchange): Value | null {
  const { gates, run } = machine
  if (!run) return null
  for (const gate of [...findParserGates(middleware, exchange), ...findCorsGates(middleware)]) {
    const { refuse, ...facts } = gate
    const key = JSON.stringify(facts)
    if (!gates.failing) gates.seen.set(key, facts)
    if (gates.failing?.key !== key) continue
    gates.failing.reached.set(run.decisions, { after: run.nextEvent, decided: run.decisions.length })
    const error = refuse(machine, exchange)
    // Where it lets this request through, the rest of the way is known already.
    if (!error) throw new LimitReached('the gate is open')
    return error
  }
  return null
}

/** The error with which a callback of the project is called, or which it throws; null where there is none. */
export function errorOf(
  machine: Machine,
  { callee, args, node }: { callee: Value; args: readonly Value[]; node: ts.Node },
): Value | null {
  const given: Value[] = []
  const done = native('done', ([error], at) => {
    if (error && decide(machine, error, at)) given.push(error)
    return { kind: 'literal', value: undefined }
  })
  try {
    callFunctionLike(machine, { callee, self: null, args: [...args, done], node })
  } catch (error) {
    if (error instanceof Thrown) return error.value
    throw error
  }
  return given[0] ?? null
}
