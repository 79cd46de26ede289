import { setTimeout as delay } from 'node:timers/promises'
import type { HarnessFacts } from '../run/types.ts'
import { listUnanswered } from './app/request-watch.ts'
import { clearBoard, clearFaults } from './faults/board.ts'
import { type HarnessState, requireDatabase } from './state.ts'

const SETTLE_LIMIT_MS = 1000
const SETTLE_STEP_MS = 10

/** Before each test: the database as the template left it, no stubs, no calls. */
export async function beginTest(state: HarnessState): Promise<void> {
  clearBoard(state.board)
  await explainLock(() => requireDatabase(state).reset())
  state.rules = []
  state.calls = []
  state.settling = false
  state.isAfterCrash = state.isDriverBroken
}

/** After each test: what happened in it. Ends what still hangs, so that it can't reach into the next test. */
export async function endTest(state: HarnessState): Promise<HarnessFacts> {
  const unansweredRequests = listUnanswered(state)
  const facts = {
    requests: state.requests,
    routeHits: state.routeHits,
    unansweredRequests,
    unstubbedCalls: state.unstubbed,
    blockedConnections: [...state.blocked],
  }
  await settle(state)
  const late = {
    unreachedFaults: state.board.unreached,
    appCrashes: state.appCrashes,
    isAfterCrash: state.isAfterCrash,
  }
  Object.assign(state, { requests: 0, routeHits: 0, unstubbed: [], blocked: new Set(), appCrashes: [] })
  state.open.clear()
  return { ...facts, ...late }
}

/** The error that fails a test which is not what it seems; null when the facts are as they should be. */
export function findViolation(facts: HarnessFacts): Error | null {
  if (facts.unstubbedCalls.length > 0) {
    return withCode('ITEST_UNSTUBBED_CALL', `the test stubbed no answer for: ${facts.unstubbedCalls.join(', ')}`)
  }
  if (facts.unreachedFaults.length > 0) {
    return withCode('ITEST_FAULT_NOT_REACHED', `the fault was not reached: ${facts.unreachedFaults.join(', ')}`)
  }
  return null
}

async function settle(state: HarnessState): Promise<void> {
  state.settling = true
  clearFaults(state.board)
  requireDatabase(state).faults.release()
  // A driver notices a broken connection some turns later.
  if (state.board.cut !== null) await delay(SETTLE_STEP_MS)
  for (const socket of state.hanging) socket.destroy()
  state.hanging.clear()
  const limit = performance.now() + SETTLE_LIMIT_MS
  while (listUnanswered(state).length > 0 && performance.now() < limit) await delay(SETTLE_STEP_MS)
}

async function explainLock<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && isLocked(String(cause.code)))) throw cause
    throw withCode('ITEST_DATABASE_BUSY', 'the app left a transaction open that locks its tables', cause)
  }
}

/** `lock_timeout` of Postgres, or what SQLite calls a locked file. */
function isLocked(code: string): boolean {
  return code === '55P03' || /^SQLITE_(?:BUSY|LOCKED)/.test(code)
}

function withCode(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code })
}
