import type { RunnerTestFile } from 'vitest'
import { afterAll, afterEach, beforeAll, beforeEach, chai, expect, inject, vi } from 'vitest'
import { toProjectPath } from '../run/error-facts.ts'
import type { HarnessFacts } from '../run/types.ts'
import { createAddresses } from './app/client-address.ts'
import { watchErrors } from './app/error-watch.ts'
import { watchExits } from './app/exit-watch.ts'
import { holdSchedulers } from './app/hold-schedulers.ts'
import { polyfillMetadata } from './app/polyfill-metadata.ts'
import { watchRateLimits } from './app/rate-limits.ts'
import { findOpenRequest, watchRequests } from './app/request-watch.ts'
import { watchRoute } from './app/route-watch.ts'
import { AFTER_CRASH } from './crash-mark.ts'
import { waitForDesk } from './database/ask-desk.ts'
import { type FileDatabase, openFileDatabase } from './database/file-database.ts'
import type { Turns } from './database/pglite/turns.ts'
import { setEnvironment } from './environment.ts'
import { createBoard } from './faults/board.ts'
import { guardNetwork } from './guard/guard-network.ts'
import { startMailServer } from './http/mail-server.ts'
import { startStubServer } from './http/stub-server.ts'
import type { RunContext } from './run-context.ts'
import { createState, findState, type HarnessState } from './state.ts'
import { beginTest, endTest, findLate, findViolation } from './test-life.ts'
import { arrangeTests } from './watch/arrange-tests.ts'
import { openJournal } from './watch/journal.ts'
import { createSeal } from './watch/seal.ts'
import { watchApps } from './watch/watch-apps.ts'
import { watchAssertions } from './watch/watch-assertions.ts'
import { watchTimers } from './watch/watch-timers.ts'

// Long enough for any route that works, short enough that a hang is seen before Vitest's own limit of 5 seconds.
const REQUEST_LIMIT_MS = 2500
// The first start of an engine on a machine makes its files.
const START_LIMIT_MS = 120_000
const END_LIMIT_MS = 30_000
// For hooks, above all, which have limits of their own; after it the worker is ended from outside.
const GRACE_MS = 60_000

// Vitest runs this before each test file. Workers that are shared between files keep their first database, because
// so does the app, whose modules stay loaded.
const run = inject('itest')
const round = inject('itestRound') ?? null
let report: HarnessFacts | null = null
const journal = openJournal(inject('itestJournal') ?? null)
journal({ file: expect.getState().testPath ?? '', test: null, limitMs: null })
const seal = createSeal(takeSealKey())
const state = findState() ?? (await open(run))
Object.assign(state, { isUsed: inject('itestIsGuest') !== true, requestsBefore: 0 })

beforeEach(async ({ task, onTestFinished }) => {
  // Where a file beside this one has begun to need the engine, its start must not count for a test.
  if (run && state.database?.progress === 'not begun') await waitForDesk(run.desk)
  state.testFile = toProjectPath(task.file.filepath, state.root)
  await beginTest(state, task.name)
  journal({ file: task.file.filepath, test: nameTest(task), limitMs: (task.timeout || 0) + GRACE_MS })
  report = null
  // After all that the test does in the end, also when a hook of it throws and Vitest leaves ours out.
  onTestFinished(async () => {
    const facts = report ?? (await endTest(state))
    state.ended = { id: task.id, facts }
    Object.assign(task.meta, { itest: seal(task.id, facts) })
    journal({ file: task.file.filepath, test: null, limitMs: null })
  }, END_LIMIT_MS)
}, START_LIMIT_MS)

afterEach(async ({ task }) => {
  const facts = await endTest(state)
  report = facts
  // Without the CLI, whose report says it, this is the only place that does.
  for (const crash of facts.appCrashes) console.warn(`itest: the app's process would have crashed: ${crash}`)
  if (facts.isAfterCrash && task.result?.state === 'fail') console.warn(`itest: ${AFTER_CRASH}`)
  const violation = findViolation(state, facts)
  if (violation !== null) throw violation
}, END_LIMIT_MS)

if (round) {
  // Vitest 3 hands over the file alone, later ones hand over fixtures before it, and look at the names of parameters for
  // which: a bound function shows none.
  const arrange = (...args: unknown[]): void => {
    const file = args.find(isFile)
    if (file) arrangeTests(file, round.orders[toProjectPath(file.filepath, state.root)], round)
  }
  beforeAll(arrange.bind(null))
}

afterAll(() => {
  const late = findLate(state)
  if (late) throw late
})

async function open(run: RunContext | undefined): Promise<HarnessState> {
  if (!run) throw new Error("The global setup of itest did not run: is itest() among the plugins of Vitest's config?")
  const board = createBoard(findOpenRequest)
  const { facts } = run
  // Who has itest() in its config always runs so that no file shares anything with another one.
  const shared = inject('itestIsGuest') === true ? (round?.shared ?? null) : null
  const database = facts && (await openFileDatabase({ ...run, facts, shared }, board))
  const opened = createState(run, { vi, board, requestLimitMs: inject('itestRequestLimitMs') ?? REQUEST_LIMIT_MS })
  Object.assign(opened, { database, keepsPorts: shared !== null })
  if (facts && database) {
    if (facts.database.isPglite) opened.turns = await openToPglite(database)
    setEnvironment(facts, database)
  }
  guardNetwork(opened)
  await startStubServer(opened)
  await startMailServer(opened)
  watchRequests(opened)
  watchErrors(opened)
  watchExits(opened)
  watchApps(opened)
  watchRoute(opened)
  opened.assertionWatch = watchAssertions(opened, chai)
  watchTimers(opened, vi)
  if (inject('itestClientPerTest') ?? true) opened.chooseAddress = createAddresses()
  opened.resetLimits = await watchRateLimits(run.root)
  holdSchedulers(opened)
  polyfillMetadata(run.root)
  return opened
}

function isFile(found: unknown): found is RunnerTestFile {
  return typeof found === 'object' && found !== null && 'filepath' in found && 'tasks' in found
}

/** With the names of its suites. */
function nameTest(task: { name: string; suite?: { name: string; suite?: object } | undefined }): string {
  const names = [task.name]
  for (
    let suite: unknown = task.suite;
    typeof suite === 'object' && suite !== null;
    suite = Reflect.get(suite, 'suite')
  ) {
    names.unshift(String(Reflect.get(suite, 'name')))
  }
  return names.join(' > ')
}

/** Whoever comes later does not find it. */
function takeSealKey(): string | null {
  const key = inject('itestSealKey') ?? null
  const worker: unknown = Reflect.get(globalThis, '__vitest_worker__')
  const provided: unknown =
    typeof worker === 'object' && worker !== null ? Reflect.get(worker, 'providedContext') : null
  if (typeof provided === 'object' && provided !== null) Reflect.deleteProperty(provided, 'itestSealKey')
  return key
}

async function openToPglite({ port }: FileDatabase): Promise<Turns> {
  if (port === null) throw new Error('Expected a database behind a port for PGlite.')
  const { redirectPglite } = await import('./database/pglite/redirect.ts')
  return redirectPglite(port)
}
