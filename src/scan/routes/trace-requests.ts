import { readGate } from '../facts/gates.ts'
import type { FailureFact, GateFact, SessionFact } from '../facts/types.ts'
import type { Exploration } from '../interpret/explore.ts'
import type { Machine } from '../interpret/machine.ts'
import type { GateLog } from '../models/guards/gates.ts'
import { traceNoBody } from './trace-no-body.ts'
import { type TraceOptions, traceRoute } from './trace-route.ts'

/** The ways of an error through the app's own handlers are few; more than this many are not looked at. */
const WAYS = 8

interface Traced {
  readonly exploration: Exploration
  readonly gates: readonly GateFact[]
  readonly sessions: readonly SessionFact[]
  readonly noBody: readonly FailureFact[]
}

/** Every way through a route, and what becomes of requests that middleware of packages does not let through. */
export function traceRequests(machine: Machine, trace: TraceOptions): Traced {
  const { passport, gates, sessions } = machine
  gates.seen.clear()
  sessions.clear()
  passport.whoIsAsked = false
  const first = traceRoute(machine, { ...trace, isEnough: () => passport.whoIsAsked })
  // Only a route that wants to know whom a session belongs to has ways for it.
  const exploration = passport.whoIsAsked ? traceRoute(machine, trace) : first
  const found = [...sessions.values()]
  const noBody = traceNoBody(machine, trace, exploration)
  return { exploration, gates: traceGates(machine, trace), sessions: found, noBody }
}

/** Traces the route once more for each gate that its requests came through, now as one that says no. */
function traceGates(machine: Machine, trace: TraceOptions): GateFact[] {
  const gates = [...machine.gates.seen]
  machine.gates.seen.clear()
  return gates.flatMap(([key, gate]) => {
    const reached: NonNullable<GateLog['failing']>['reached'] = new Map()
    let ways = -1
    machine.gates.failing = { key, reached }
    const { scenarios, cut } = traceRoute(machine, {
      ...trace,
      isEnough: () => {
        ways += 1
        return ways >= WAYS
      },
    })
    machine.gates.failing = null
    const fact = readGate(gate, scenarios, reached)
    // A gate that lets every request through is none.
    return fact.outcomes.length === 0 && cut === 0 ? [] : [fact]
  })
}
