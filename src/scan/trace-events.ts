import { express } from './express-value.ts'
import { className, type Machine, RECORD_STEPS } from './machine.ts'
import { locate, type ts } from './syntax.ts'
import type { DbOperation, EffectClass, Expression, HttpTarget, Outcome, PackageTarget, TraceEvent } from './types.ts'
import type { Value } from './values.ts'
import { withWritten } from './written-fields.ts'

/** The number of the next event; 0 when nothing is traced. */
export function nextEvent(machine: Machine): number {
  const { run } = machine
  if (!run) return 0
  run.nextEvent += 1
  return run.nextEvent
}

export function record(machine: Machine, event: TraceEvent): void {
  const { run } = machine
  machine.steps += RECORD_STEPS
  run?.events.push(run.written.size > 0 ? withWritten(run, event) : event)
}

export function recordThrow(machine: Machine, value: Value, node: ts.Node): void {
  record(machine, { kind: 'throw', id: nextEvent(machine), error: className(value), at: locate(machine.root, node) })
}

export function recordExternal(
  machine: Machine,
  call: { id: number; effect: EffectClass; target: HttpTarget | PackageTarget; outcome: Outcome; node: ts.Node },
): void {
  record(machine, {
    kind: 'external',
    id: call.id,
    effect: call.effect,
    target: call.target,
    caller: callerName(machine),
    outcome: call.outcome,
    at: locate(machine.root, call.node),
  })
}

/** The innermost named function of the project that is running. */
function callerName(machine: Machine): string {
  return machine.callStack.findLast((callee) => callee.name !== '')?.name ?? '(handler)'
}

export function recordDatabase(
  machine: Machine,
  query: {
    id: number
    operation: DbOperation
    table: string | null
    values: Value | null
    where: Value | null
    projection: Value | null
    returns: boolean
    joined: boolean
    transaction: number | null
    outcome: Outcome
    node: ts.Node
  },
): void {
  record(machine, {
    kind: 'db',
    id: query.id,
    operation: query.operation,
    table: query.table,
    values: expressOrNull(query.values),
    where: expressOrNull(query.where),
    projection: expressOrNull(query.projection),
    returns: query.returns,
    joined: query.joined,
    transaction: query.transaction,
    outcome: query.outcome,
    at: locate(machine.root, query.node),
  })
}

function expressOrNull(value: Value | null): Expression | null {
  return value ? express(value) : null
}

/** Whether a response has been sent in this run. */
export function hasResponded(machine: Machine): boolean {
  return machine.run?.events.some((event) => event.kind === 'respond') ?? false
}
