import { locate, ts } from '../syntax/syntax.ts'
import type {
  ConflictClause,
  DbOperation,
  EffectClass,
  Expression,
  HandlerVisit,
  HttpTarget,
  Outcome,
  PackageTarget,
  SourceLocation,
  StackFrame,
  TraceEvent,
} from '../types.ts'
import { className } from './error-values.ts'
import { express } from './express-value.ts'
import { type CallFrame, type Machine, RECORD_STEPS } from './machine.ts'
import { noteAnswer } from './pending.ts'
import type { FunctionValue, Value } from './values.ts'
import { withWritten } from './written-fields.ts'

/** An event as the code that notices it knows it; where and when in the run is added in one place. */
type NewEvent<E = TraceEvent> = E extends TraceEvent
  ? Omit<E, 'stack' | 'decided' | 'timing' | 'concurrentWith' | 'failure'>
  : never

/** The number of the next event; 0 when nothing is traced. */
export function nextEvent(machine: Machine): number {
  const { run } = machine
  if (!run) return 0
  run.nextEvent += 1
  return run.nextEvent
}

export function record(machine: Machine, event: NewEvent): void {
  const { run } = machine
  machine.steps += RECORD_STEPS
  if (!run) return
  const isLate = run.isOver || run.pending.isDeferred || hasResponded(machine)
  const place = {
    stack: machine.callStack.map((frame) => describeFrame(machine, frame)),
    decided: run.decisions.length,
  }
  const timing = { timing: isLate ? 'deferred' : 'in-order', concurrentWith: [], failure: null } as const
  const placed: TraceEvent =
    event.kind === 'external' || event.kind === 'db' ? { ...event, ...place, ...timing } : { ...event, ...place }
  run.pending.times.push(run.pending.now)
  if (event.kind === 'respond') noteAnswer(run)
  else run.pending.now += 1
  run.events.push(run.written.size > 0 ? withWritten(run, placed) : placed)
}

const frames = new WeakMap<ts.Node, Map<string, StackFrame>>()

function describeFrame(machine: Machine, { callee, site }: CallFrame): StackFrame {
  const name = nameOf(callee)
  const known = frames.get(site) ?? new Map<string, StackFrame>()
  const frame = known.get(name) ?? { name, ...locate(machine.root, site) }
  frames.set(site, known.set(name, frame))
  return frame
}

/** Its own name, or that under which it is kept: `create` of `create: async () => ...` and `create = wrap(async () => ...)`. */
function nameOf({ name, node }: FunctionValue): string {
  if (name) return name
  const holder = holderOf(node)
  const isKept = ts.isVariableDeclaration(holder) || ts.isPropertyAssignment(holder)
  return isKept && ts.isIdentifier(holder.name) ? holder.name.text : '(anonymous)'
}

/** What holds an expression, past the calls that it is an argument of. */
function holderOf(node: ts.Node): ts.Node {
  return ts.isCallExpression(node.parent) ? holderOf(node.parent) : node.parent
}

export function recordThrow(machine: Machine, value: Value, node: ts.Node): void {
  const rethrow = machine.run?.caught.has(value) ?? false
  const at = locate(machine.root, node)
  record(machine, { kind: 'throw', id: nextEvent(machine), error: className(value), rethrow, at })
}

/** Notes who takes over an error that is on its way. */
export function recordHandler(
  machine: Machine,
  visit: { by: HandlerVisit['by']; name: string; error: Value; at: ts.Node | SourceLocation },
): void {
  const { run } = machine
  if (!run) return
  const at = 'line' in visit.at ? visit.at : locate(machine.root, visit.at)
  run.caught.add(visit.error)
  run.handlers.push({ by: visit.by, name: visit.name, at, after: run.nextEvent, decided: run.decisions.length })
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
  return machine.callStack.findLast(({ callee }) => callee.name !== '')?.callee.name ?? '(handler)'
}

export interface QueryRecord {
  readonly id: number
  readonly operation: DbOperation
  readonly table: string | null
  readonly values: Value | null
  readonly where: Value | null
  readonly projection: Value | null
  readonly returns: boolean
  readonly joined: boolean
  readonly joins: readonly string[]
  readonly limit: Value | null
  readonly offset: Value | null
  readonly orderBy: readonly Value[]
  readonly conflict: ConflictClause | null
  readonly locks: string | null
  readonly transaction: number | null
  readonly outcome: Outcome
  readonly node: ts.Node
}

export function recordDatabase(machine: Machine, query: QueryRecord): void {
  const { node, ...facts } = query
  record(machine, {
    ...facts,
    kind: 'db',
    values: expressOrNull(query.values),
    where: expressOrNull(query.where),
    projection: expressOrNull(query.projection),
    limit: expressOrNull(query.limit),
    offset: expressOrNull(query.offset),
    orderBy: query.orderBy.map((value) => express(value)),
    at: locate(machine.root, node),
  })
}

function expressOrNull(value: Value | null): Expression | null {
  return value ? express(value) : null
}

/** Whether a response has been sent in this run. */
export function hasResponded(machine: Machine): boolean {
  return machine.run?.events.some((event) => event.kind === 'respond') ?? false
}
