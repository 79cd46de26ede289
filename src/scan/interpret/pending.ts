import type { Expression, TraceEvent } from '../types.ts'
import type { Machine, Run } from './machine.ts'
import type { Value } from './values.ts'

/**
 * The analysis runs asynchronous work at once, where it is started. What a real run would do meanwhile is told by who
 * waits for its promise, and when: at once, after other work, or never. Times are counts of what happened.
 */
export interface PendingLog {
  /** Of each event, in their order. */
  readonly times: number[]
  /** When the request was answered or passed on: whatever leads there is waited for. */
  readonly answers: number[]
  readonly promises: Pending[]
  readonly byValue: WeakMap<object, Pending>
  /** Stretches in which several things were under way. */
  readonly overlaps: { readonly start: number; readonly end: number }[]
  now: number
  /** Work left for later is running. */
  isDeferred: boolean
}

interface Pending {
  readonly start: number
  readonly end: number
  /** A package's answer, of which only its use tells whether it is a promise; null for what certainly is one. */
  readonly answer: number | null
  readonly isRejected: boolean
  isAwaited: boolean
}

export function createPendingLog(): PendingLog {
  return {
    times: [],
    answers: [],
    promises: [],
    byValue: new WeakMap(),
    overlaps: [],
    now: 0,
    isDeferred: false,
  }
}

export function clockOf(machine: Machine): number {
  return machine.run?.pending.now ?? 0
}

/** Starts to watch a promise whose work began at `start`; a value that is none, or that is watched, stays as it is. */
export function trackPromise(machine: Machine, value: Value, start: number): Value {
  const log = machine.run?.pending
  if (!log || value.kind !== 'promise' || log.now === start || log.byValue.has(value)) return value
  watch(log, value, { start, end: log.now, answer: null, isRejected: value.state === 'rejected', isAwaited: false })
  return value
}

/** The same for what a package answers, `answer` being the event. */
export function trackAnswer(machine: Machine, value: Value, call: { start: number; answer: number }): Value {
  const log = machine.run?.pending
  if (!log || value.kind !== 'symbol') return value
  watch(log, value.expression, { ...call, end: log.now, isRejected: false, isAwaited: false })
  return value
}

function watch(log: PendingLog, key: object, pending: Pending): void {
  log.byValue.set(key, pending)
  log.promises.push(pending)
}

function pendingOf(log: PendingLog, value: Value): Pending | undefined {
  return log.byValue.get(value.kind === 'symbol' ? value.expression : value)
}

/** Somebody waits for the value; if other things happened since it was there, they ran beside it. */
export function waitFor(machine: Machine, value: Value): void {
  const log = machine.run?.pending
  const pending = log && pendingOf(log, value)
  if (!log || !pending || pending.isAwaited) return
  pending.isAwaited = true
  if (log.now > pending.end) log.overlaps.push({ start: pending.start, end: log.now })
}

/** `result` goes on where `owner` ends, as in `owner.catch(...)`: whoever waits for it waits for both. */
export function continuePromise(machine: Machine, owner: Value, result: Value): Value {
  const log = machine.run?.pending
  const before = log && pendingOf(log, owner)
  if (!log || !before || result === owner) return result
  before.isAwaited = true
  return trackPromise(machine, result, before.start)
}

/** What was started since `start` belongs to the promise at hand. */
export function absorbSince(machine: Machine, start: number): void {
  for (const pending of machine.run?.pending.promises ?? []) if (pending.start >= start) pending.isAwaited = true
}

/** Runs work that was left for later. */
export function runDeferred(machine: Machine, work: () => void): void {
  const log = machine.run?.pending
  if (!log) return
  log.isDeferred = true
  try {
    work()
  } finally {
    log.isDeferred = false
  }
}

/** Waits for several at once: `start` is a time before the first of them began. */
export function waitForAll(machine: Machine, items: readonly Value[], settle: () => void): void {
  const log = machine.run?.pending
  const starts = log ? items.flatMap((item) => pendingOf(log, item)?.start ?? []) : []
  const start = Math.min(clockOf(machine), ...starts)
  settle()
  if (log && log.now > start) log.overlaps.push({ start, end: log.now })
}

export function noteAnswer(run: Run): void {
  run.pending.answers.push(run.pending.now)
  run.pending.now += 1
}

/** The events with what is known of their timing now that the run is over. */
export function timeEvents(run: Run): TraceEvent[] {
  const { times, answers, promises, overlaps } = run.pending
  const left = promises.filter(
    (pending) =>
      !pending.isAwaited &&
      !answers.some((time) => isWithin(time, pending)) &&
      (pending.answer === null || !isUsed(run, pending.answer)),
  )
  if (left.length === 0 && overlaps.length === 0) return run.events
  return run.events.map((event, index) => {
    if (!isTimed(event)) return event
    const time = times[index] ?? 0
    const around = left.filter((pending) => isWithin(time, pending))
    const isUnhandled = event.outcome === 'fails' && around.some(({ isRejected }) => isRejected)
    const own = overlaps.filter((overlap) => isWithin(time, overlap))
    const timing = around.length > 0 ? 'detached' : own.length > 0 ? 'concurrent' : 'in-order'
    return {
      ...event,
      concurrentWith: run.events.flatMap((other, at) =>
        other !== event && isTimed(other) && own.some((overlap) => isWithin(times[at] ?? 0, overlap)) ? [other.id] : [],
      ),
      timing: event.timing === 'deferred' ? 'deferred' : timing,
      failure: isUnhandled ? 'unhandled rejection' : null,
    }
  })
}

function isTimed(event: TraceEvent): event is Extract<TraceEvent, { kind: 'external' | 'db' }> {
  return event.kind === 'external' || event.kind === 'db'
}

function isWithin(time: number, stretch: { readonly start: number; readonly end: number }): boolean {
  return time >= stretch.start && time < stretch.end
}

/** Whether anything is made of an event's answer, which code that drops a promise does not. */
function isUsed(run: Run, event: number): boolean {
  const failure = JSON.stringify(rejectionOf(event))
  return JSON.stringify([run.events, run.decisions])
    .replaceAll(failure, '')
    .includes(`"kind":"result","event":${event},`)
}

/** The condition under which a call into a package fails. */
export function rejectionOf(event: number): Expression {
  return { kind: 'operation', name: 'rejects', operands: [{ kind: 'result', event, path: [] }] }
}
