import { locate, type ts } from '../syntax/syntax.ts'
import type { Expression } from '../types.ts'
import { type Fault, type Machine, RECORD_STEPS } from './machine.ts'

/**
 * Whether an event fails in this run. Faults come one at a time, but one may last: who calls again after a failure can
 * meet it again, until a call goes well.
 */
export function decideFailure(machine: Machine, condition: Expression, node: ts.Node): boolean {
  const { run } = machine
  if (!run || run.isOver || (run.fault && !lasts(machine, run.fault, { condition, node }))) return false
  const remembered = run.known.get(run.keyOf(condition))
  if (remembered !== undefined) return remembered
  machine.steps += RECORD_STEPS
  const failed = run.choose(false)
  run.known.set(run.keyOf(condition), failed)
  run.decisions.push({ condition, taken: failed, at: locate(machine.root, node) })
  if (failed) run.fault = { how: nameOf(condition), node, calls: callsOf(machine), handled: run.handlers.length }
  else if (run.fault) run.fault = { ...run.fault, how: null }
  return failed
}

/** Whether this is the failed call once more, made because its failure was taken over. */
function lasts(machine: Machine, fault: Fault, { condition, node }: { condition: Expression; node: ts.Node }): boolean {
  const calls = callsOf(machine)
  return (
    fault.how === nameOf(condition) &&
    fault.node === node &&
    fault.calls.length === calls.length &&
    fault.calls.every((call, index) => call === calls[index]) &&
    (machine.run?.handlers.length ?? 0) > fault.handled
  )
}

function callsOf(machine: Machine): ts.Node[] {
  return machine.callStack.map(({ site }) => site)
}

function nameOf(condition: Expression): string {
  return condition.kind === 'operation' ? condition.name : condition.kind
}
