import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import timers from 'node:timers'
import promises from 'node:timers/promises'
import { isOfFetch } from './fetches.ts'
import { watchSignals } from './signal-limits.ts'

/** The timers of the app, its packages and the tests; the harness, Vitest and Node took theirs before. */
export interface AppTimers {
  /** When the next of them fires, as `performance.now()` counts; infinite for none. */
  nextDue(): number
  /** None of those that were set until now fires any more. */
  clear(): void
}

/** Must begin before the app is loaded. */
export function watchTimers(): AppTimers {
  const open = new Map<NodeJS.Timeout, number>()
  const limits = new Set<Limit>()
  for (const name of ['setTimeout', 'setInterval']) watchGlobal(name, open)
  // These can't be ended, only waited for.
  const note = (milliseconds: unknown, matters = (): boolean => true): void => {
    const now = performance.now()
    for (const limit of limits) if (limit.due < now) limits.delete(limit)
    if (Number(milliseconds) > 0) limits.add({ due: now + Number(milliseconds), matters })
  }
  watchSignals(note)
  watchCalls(net.Socket.prototype, 'setTimeout', note)
  watchCalls(promises, 'setTimeout', note)
  syncBuiltinESMExports()
  return {
    nextDue: () => {
      // Node marks those that have been ended, whoever did it.
      for (const timer of open.keys()) if (Reflect.get(timer, '_destroyed') === true) open.delete(timer)
      const now = performance.now()
      const later = [...limits].filter(({ due, matters }) => due > now && matters())
      return Math.min(Number.POSITIVE_INFINITY, ...open.values(), ...later.map(({ due }) => due))
    },
    clear: () => {
      for (const timer of open.keys()) clearTimeout(timer)
      open.clear()
      limits.clear()
    },
  }
}

interface Limit {
  /** As `performance.now()` counts. */
  readonly due: number
  /** Whether anything would happen then, as far as is known. */
  readonly matters: () => boolean
}

function watchGlobal(name: string, open: Map<NodeJS.Timeout, number>): void {
  const original: unknown = Reflect.get(globalThis, name)
  if (typeof original !== 'function') return
  const watched = (callback: unknown, milliseconds: unknown, ...rest: unknown[]): unknown => {
    const due = (): number => performance.now() + (Number(milliseconds) || 0)
    const run = (...args: unknown[]): unknown => {
      if (name === 'setTimeout') open.delete(timer)
      else if (open.has(timer)) open.set(timer, due())
      return typeof callback === 'function' ? Reflect.apply(callback, timer, args) : undefined
    }
    const timer: NodeJS.Timeout = Reflect.apply(original, globalThis, [run, milliseconds, ...rest])
    if (!isOfFetch()) open.set(timer, due())
    return timer
  }
  // `util.promisify(setTimeout)` asks the function itself.
  for (const key of Object.getOwnPropertySymbols(original)) Reflect.set(watched, key, Reflect.get(original, key))
  Reflect.set(globalThis, name, watched)
  Reflect.set(timers, name, watched)
}

type Note = (milliseconds: unknown, matters?: () => boolean) => void

function watchCalls(owner: object, name: string, note: Note): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return
  Reflect.set(owner, name, function watched(this: unknown, ...args: unknown[]) {
    // A server ends its idle connections in time; nobody waits for that.
    if (!(this instanceof net.Socket && Reflect.has(this, 'server') && Reflect.get(this, 'server'))) note(args[0])
    return Reflect.apply(original, this, args)
  })
}
