import { afterEach, beforeEach, inject } from 'vitest'
import { watchCrashes } from './app/crash-watch.ts'
import { findOpenRequest, watchRequests } from './app/request-watch.ts'
import { watchRoute } from './app/route-watch.ts'
import { openFileDatabase } from './database/file-database.ts'
import { setEnvironment } from './environment.ts'
import { createBoard } from './faults/board.ts'
import { guardNetwork } from './http/network-guard.ts'
import { startStubServer } from './http/stub-server.ts'
import type { RunContext } from './run-context.ts'
import { createState, findState, type HarnessState } from './state.ts'
import { beginTest, endTest, findViolation } from './test-life.ts'

// Vitest runs this before each test file. Workers that are shared between files keep their first database, because
// so does the app, whose modules stay loaded.
const state = findState() ?? (await open(inject('itest')))

beforeEach(() => beginTest(state))

afterEach(async ({ task }) => {
  const facts = await endTest(state)
  Object.assign(task.meta, { itest: facts })
  // Without the CLI, whose report says it, this is the only place that does.
  for (const crash of facts.appCrashes) console.warn(`itest: the app's process would have crashed: ${crash}`)
  const violation = findViolation(facts)
  if (violation) throw violation
})

async function open(run: RunContext | undefined): Promise<HarnessState> {
  if (!run) throw new Error("The global setup of itest did not run: is itest() among the plugins of Vitest's config?")
  const board = createBoard(findOpenRequest)
  const database = await openFileDatabase(run, board)
  const opened = createState(run.root, board)
  opened.database = database
  setEnvironment(run.facts, database)
  guardNetwork(opened)
  await startStubServer(opened)
  watchRequests(opened)
  watchCrashes(opened)
  watchRoute(opened)
  return opened
}
