import { findState, getState } from '../state.ts'

/**
 * The date as the app's process sees it. Timers, the database driver and the database's own `now()` run on as they are,
 * so that nothing that waits is frozen. Real again after the test.
 */
export interface Clock {
  /** From here on it is this moment, and stays it: `clock.set('2026-01-31T23:59:59Z')`. */
  set(date: Date | string | number): void
}

export const clock: Clock = {
  set: (date) => {
    getState().timers?.useFakeTimers({ toFake: ['Date'], now: new Date(date) })
  },
}

/** Back to real time, also when the test faked timers itself and left them so. */
export function restoreClock(): void {
  findState()?.timers?.useRealTimers()
}
