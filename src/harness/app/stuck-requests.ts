import { isDelayed } from '../faults/board.ts'
import type { HarnessState } from '../state.ts'
import type { AppTimers } from './app-timers.ts'

// Taken before anybody fakes or watches it.
const { setInterval: setRepeated, performance: clock } = globalThis

const STEP_MS = 50
/** So many steps in a row in which nothing happens. */
const STEPS = 8
/** Of a step, that a process may work which does nothing. */
const IDLE_SHARE = 0.1
/** A timer that fires later comes too late for any test that waits as long as Vitest lets it. */
const HORIZON_MS = 5000

/**
 * Ends requests that nobody will answer any more, long before their time is over: nothing runs, no statement is under way
 * and no timer is due that could change it. For runs of which many hang, where each would wait for its limit.
 */
export function endStuckRequests(state: HarnessState, timers: AppTimers): void {
  let quiet = 0
  let last = { at: clock.now(), cpu: process.cpuUsage() }
  const timer = setRepeated(() => {
    const now = { at: clock.now(), cpu: process.cpuUsage() }
    const isQuiet = isIdle(last, now) && isStuck(state, timers, now.at)
    last = now
    quiet = isQuiet ? quiet + 1 : 0
    if (quiet < STEPS) return
    quiet = 0
    for (const [response, label] of state.open) {
      if (response.writableEnded || response.headersSent) continue
      state.givenUp.push(label)
      state.isStuck = true
      response.req.socket.destroy()
    }
  }, STEP_MS)
  timer.unref()
}

interface Moment {
  readonly at: number
  readonly cpu: NodeJS.CpuUsage
}

/** Threads of the process count, too; a step that comes late says nothing. */
function isIdle(last: Moment, now: Moment): boolean {
  const passed = now.at - last.at
  const worked = (now.cpu.user - last.cpu.user + now.cpu.system - last.cpu.system) / 1000
  return passed < 2 * STEP_MS && worked < IDLE_SHARE * passed
}

function isStuck(state: HarnessState, timers: AppTimers, now: number): boolean {
  const { open, board, database } = state
  if (open.size === 0 || state.isLoading || state.givenUp.length > 0) return false
  if (isDelayed(board) || board.connections !== null || database?.progress === 'under way') return false
  return database?.isBusy?.() === false && timers.nextDue() > now + HORIZON_MS
}
