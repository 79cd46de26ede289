import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import timers from 'node:timers'
import promises from 'node:timers/promises'

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
  const limits = new Set<number>()
  for (const name of ['setTimeout', 'setInterval']) watchGlobal(name, open)
  // These can't be ended, only waited for.
  const note = (milliseconds: unknown): void => {
    const now = performance.now()
    for (const due of limits) if (due < now) limits.delete(due)
    if (Number(milliseconds) > 0) limits.add(now + Number(milliseconds))
  }
  watchCalls(AbortSignal, 'timeout', note)
  watchCalls(net.Socket.prototype, 'setTimeout', note)
  watchCalls(promises, 'setTimeout', note)
  syncBuiltinESMExports()
  return {
    nextDue: () => {
      // Node marks those that have been ended, whoever did it.
      for (const timer of open.keys()) if (Reflect.get(timer, '_destroyed') === true) open.delete(timer)
      const later = [...limits].filter((due) => due > performance.now())
      return Math.min(Number.POSITIVE_INFINITY, ...open.values(), ...later)
    },
    clear: () => {
      for (const timer of open.keys()) clearTimeout(timer)
      open.clear()
      limits.clear()
    },
  }
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

/** Node's own fetch keeps connections for a while, and gives an answer up only after five minutes. */
function isOfFetch(): boolean {
  const [, , , caller = ''] = (new Error('where am I').stack ?? '').split('\n')
  return caller.includes('node:internal/deps/undici')
}

function watchCalls(owner: object, name: string, note: (milliseconds: unknown) => void): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return
  Reflect.set(owner, name, function watched(this: unknown, ...args: unknown[]) {
    // A server ends its idle connections in time; nobody waits for that.
    if (!(this instanceof net.Socket && Reflect.has(this, 'server') && Reflect.get(this, 'server'))) note(args[0])
    return Reflect.apply(original, this, args)
  })
}
