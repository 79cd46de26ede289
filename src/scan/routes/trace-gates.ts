import { readGate } from '../facts/gates.ts'
import type { GateFact } from '../facts/types.ts'
import type { Exploration } from '../interpret/explore.ts'
import type { Machine } from '../interpret/machine.ts'
import type { GateLog } from '../models/guards/gates.ts'

/** The ways of an error through the app's own handlers are few; more than this many are not looked at. */
const WAYS = 8

/** Traces the route once more for each gate that its requests came through, now as one that says no. */
export function traceGates(machine: Machine, trace: (options: { isEnough: () => boolean }) => Exploration): GateFact[] {
  const gates = [...machine.gates.seen]
  machine.gates.seen.clear()
  return gates.flatMap(([key, gate]) => {
    const reached: NonNullable<GateLog['failing']>['reached'] = new Map()
    let ways = -1
    machine.gates.failing = { key, reached }
    const { scenarios, cut } = trace({
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
