import { isOfFetch, watchFetches } from './fetches.ts'

/** Who would notice that the time of a signal is over. */
interface Listeners {
  hasFetch: boolean
  hasOthers: boolean
}

/**
 * Notes each `AbortSignal.timeout`. A fetch never takes its listener away, so that a signal of fetch alone matters as long
 * as any fetch is under way; one that nobody listens to does not matter.
 */
export function watchSignals(note: (milliseconds: unknown, matters: () => boolean) => void): void {
  const countFetches = watchFetches()
  const known = new WeakMap<object, Listeners>()
  const { timeout, any } = AbortSignal
  AbortSignal.timeout = (milliseconds) => {
    const signal = Reflect.apply(timeout, AbortSignal, [milliseconds])
    const listeners = watchListeners(signal)
    known.set(signal, listeners)
    note(milliseconds, () => listeners.hasOthers || (listeners.hasFetch && countFetches() > 0))
    return signal
  }
  AbortSignal.any = (signals) => {
    const all = [...signals]
    // Who listens to the result is not followed.
    for (const signal of all) Object.assign(known.get(signal) ?? {}, { hasOthers: true })
    return Reflect.apply(any, AbortSignal, [all])
  }
}

function watchListeners(signal: AbortSignal): Listeners {
  const listeners = { hasFetch: false, hasOthers: false }
  const { addEventListener } = signal
  const watched = (...args: unknown[]): unknown => {
    if (isOfFetch()) listeners.hasFetch = true
    else listeners.hasOthers = true
    return Reflect.apply(addEventListener, signal, args)
  }
  Object.defineProperty(signal, 'addEventListener', { value: watched, configurable: true, writable: true })
  return listeners
}
