import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import type { HarnessState } from '../state.ts'

const SCHEDULERS =
  /[\\/]node_modules[\\/](?:node-cron|cron|node-schedule|croner|cron-async|toad-scheduler|agenda|bree|later|@breejs[\\/]later)[\\/]/

/** A shorter interval is how an app waits for something that its start needs. */
const SHORTEST_MS = 1000

// A timer that waits this long never fires in a test.
const NEVER_MS = 2 ** 31 - 1

/**
 * What an app does again and again beside its requests must not happen in the middle of a test: intervals and scheduled
 * jobs that begin while it is loaded never fire, and keep no process alive. What it starts later runs.
 */
export function holdSchedulers(state: HarnessState): void {
  const { setTimeout: setTimer, setInterval: setRepeated } = globalThis
  const never = (): NodeJS.Timeout => setTimer(() => {}, NEVER_MS).unref()
  const held = {
    setInterval: (...args: unknown[]): unknown =>
      state.isLoading && Number(args[1]) >= SHORTEST_MS ? never() : Reflect.apply(setRepeated, globalThis, args),
    setTimeout: (...args: unknown[]): unknown =>
      state.isLoading && isScheduler() ? never() : Reflect.apply(setTimer, globalThis, args),
  }
  for (const [name, hold] of Object.entries(held)) {
    const original: unknown = Reflect.get(globalThis, name)
    if (typeof original !== 'function') continue
    // `util.promisify(setTimeout)` asks the function itself.
    for (const key of Object.getOwnPropertySymbols(original)) Reflect.set(hold, key, Reflect.get(original, key))
    Reflect.set(globalThis, name, hold)
    Reflect.set(timers, name, hold)
  }
  syncBuiltinESMExports()
}

function isScheduler(): boolean {
  return SCHEDULERS.test(new Error('where am I').stack ?? '')
}
