import { setTimeout as delay } from 'node:timers/promises'
import type { HarnessFacts } from '../run/types.ts'
import { listAppRequests, listUnanswered } from './app/request-watch.ts'
import { endDeadlocks, type Turns } from './database/pglite/turns.ts'
import { clearBoard, clearFaults } from './faults/board.ts'
import { cannot } from './faults/unsupported.ts'
import { beginTraffic } from './http/boundary.ts'
import { type HarnessState, requireDatabase } from './state.ts'
import { restoreClock } from './time/clock.ts'
import { createWatch } from './watch/test-watch.ts'
import { isFrozen } from './watch/watch-timers.ts'

const LOG_LIMIT = 200
const SETTLE_LIMIT_MS = 1000
/** Tests that bring everything themselves may leave a request open: nothing is reset behind it. */
const GUEST_LIMIT_MS = 50
const SETTLE_STEP_MS = 10

/** Before each test: the database as the template left it, no faults, no stubs, no calls, all limits unused. */
export async function beginTest(state: HarnessState, title: string): Promise<void> {
  Object.assign(state, { isLoading: false, lastError: '', client: state.chooseAddress(title) })
  state.requestsBefore += countRequests(state)
  state.watch = createWatch(title)
  state.assertionWatch.watchLater()
  clearBoard(state.board)
  if (state.isUsed) await explainLock(() => requireDatabase(state).reset())
  await state.resetLimits()
  beginTraffic(state.boundary, title)
  Object.assign(state, {
    givenUp: [],
    isStuck: false,
    lack: null,
    stuck: null,
    dropped: [],
    made: new Map(),
    isAfterCrash: state.isDriverBroken,
  })
}

/** After each test: what happened in it. Ends what still hangs, so that it can't reach into the next test. */
export async function endTest(state: HarnessState): Promise<HarnessFacts> {
  const { watch } = state
  watch.hasFrozenTimers ||= isFrozen()
  restoreClock(state)
  const { current: traffic } = state.boundary
  const unansweredRequests = listUnanswered(state)
  const log = listAppRequests(state)
  await waitUntil(() => !isSending(state))
  await settle(state)
  const facts = {
    requests: log.filter(({ isApp }) => isApp).length,
    requestsBefore: state.requestsBefore,
    log: log.slice(0, LOG_LIMIT),
    assertions: [...watch.assertions.values()],
    hasFrozenTimers: watch.hasFrozenTimers,
    routeHits: state.routeHits,
    unansweredRequests,
    unstubbedCalls: [...traffic.unstubbed],
    blockedConnections: [...traffic.blocked],
  }
  const late = {
    unreachedFaults: state.board.unreached,
    appCrashes: state.appCrashes,
    isAfterCrash: state.isAfterCrash || (state.isDriverBroken && state.board.cut === null),
    uncaught: [...watch.uncaught],
    exits: [...watch.exits],
    tampered: state.assertionWatch.listTampered(),
  }
  Object.assign(state, { watch: createWatch(''), routeHits: 0, appCrashes: [] })
  state.open.clear()
  return { ...facts, ...late }
}

/** The error that fails a test which is not what it seems; null when the facts are as they should be. */
export function findViolation(state: HarnessState, facts: HarnessFacts): unknown {
  const { thrown } = state.boundary.current
  if (state.database?.progress === 'failed') return state.database.error
  if (thrown.length > 0) return thrown[0]
  if (state.lack !== null) return cannot(state.lack)
  if (facts.unstubbedCalls.length > 0) {
    return withCode('ITEST_UNSTUBBED_CALL', `the test stubbed no answer for: ${facts.unstubbedCalls.join(', ')}`)
  }
  if (state.givenUp.length > 0) return explainHang(state)
  if (facts.unreachedFaults.length > 0) {
    return withCode('ITEST_FAULT_NOT_REACHED', `the fault was not reached: ${facts.unreachedFaults.join(', ')}`)
  }
  return null
}

/** Calls that tests of this file made when they were over; null when there were none. */
export function findLate({ boundary }: HarnessState): Error | null {
  const { late } = boundary
  boundary.late = []
  if (late.length === 0) return null
  return withCode('ITEST_LATE_CALL', `after its test had ended, the app still did this: ${late.join(', ')}`)
}

function explainHang({ givenUp, isStuck, stuck, dropped, requestLimitMs }: HarnessState): Error {
  const [cause] = dropped
  const error = cause === undefined ? '' : `; the app dropped this error: ${summarise(cause)}`
  const because = stuck === null ? error : `; ${stuck}`
  return withCode(
    'ITEST_REQUEST_UNANSWERED',
    `${givenUp.join(', ')} was not answered${isStuck ? ', and nothing was under way any more' : ` within ${requestLimitMs} ms`}${because}`,
    cause,
  )
}

function countRequests(state: HarnessState): number {
  return listAppRequests(state).filter(({ isApp }) => isApp).length
}

/** On one line, with what is at its bottom: a driver's error comes wrapped in Drizzle's. */
function summarise(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const [line = ''] = error.message.split('\n')
  return `${error.name}: ${line}${error.cause === undefined ? '' : ` (${summarise(error.cause)})`}`
}

/** Whether something that this test sent has not arrived yet. */
function isSending({ boundary }: HarnessState): boolean {
  const { departed, current, mailing } = boundary
  return mailing.size > 0 || [...departed.values()].some(({ traffic, isEnded }) => traffic === current && !isEnded)
}

async function settle(state: HarnessState): Promise<void> {
  const { current, hanging } = state.boundary
  current.phase = 'settling'
  clearFaults(state.board)
  state.database?.faults.release()
  // A driver notices a broken connection some turns later.
  if (state.board.cut !== null) await delay(SETTLE_STEP_MS)
  for (const socket of hanging) socket.destroy()
  hanging.clear()
  if (state.turns !== null) await endTurns(state.turns)
  // Those that were given up never are.
  await waitUntil(
    () => listUnanswered(state).length <= state.givenUp.length,
    state.isUsed ? SETTLE_LIMIT_MS : GUEST_LIMIT_MS,
  )
  current.phase = 'over'
}

async function endTurns(turns: Turns): Promise<void> {
  endDeadlocks(turns)
  await waitUntil(() => turns.count === 0)
}

async function waitUntil(isDone: () => boolean, limitMs = SETTLE_LIMIT_MS): Promise<void> {
  const limit = performance.now() + limitMs
  while (!isDone() && performance.now() < limit) await delay(SETTLE_STEP_MS)
}

async function explainLock<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && isLocked(String(cause.code)))) throw cause
    throw withCode('ITEST_DATABASE_BUSY', 'the app left a transaction open that locks its tables', cause)
  }
}

/** `lock_timeout` of Postgres, and what SQLite and MySQL call it. */
function isLocked(code: string): boolean {
  return code === '55P03' || code === 'ER_LOCK_WAIT_TIMEOUT' || /^SQLITE_(?:BUSY|LOCKED)/.test(code)
}

function withCode(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code })
}
