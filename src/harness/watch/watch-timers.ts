import type { HarnessState } from '../state.ts'

/** Notes fake timers that a test sets and takes back before it ends: while it waited, those of the app stood still. */
export function watchTimers(state: HarnessState, vi: typeof import('vitest').vi): void {
  const { useFakeTimers } = vi
  Reflect.set(vi, 'useFakeTimers', (...args: unknown[]) => {
    const result: unknown = Reflect.apply(useFakeTimers, vi, args)
    state.watch.hasFrozenTimers ||= isFrozen()
    return result
  })
}

/** Whether `setTimeout` waits for the test to move its clock; a faked date alone stops nobody. */
export function isFrozen(): boolean {
  return Reflect.has(globalThis.setTimeout, 'clock')
}
