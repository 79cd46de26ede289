import { afterEach, beforeEach, inject } from 'vitest'
import { setEnvironment } from './environment.ts'
import { createFileDatabase } from './file-database.ts'
import { guardNetwork } from './network-guard.ts'
import { watchRequests } from './request-watch.ts'
import { watchRoute } from './route-watch.ts'
import type { RunContext } from './run-context.ts'
import { connectSide } from './side-connection.ts'
import { createState, findState, type HarnessState } from './state.ts'
import { startStubServer } from './stub-server.ts'
import { beginTest, endTest, findViolation } from './test-life.ts'

// Vitest runs this before each test file. Workers that are shared between files keep their first database, because
// so does the app, whose modules stay loaded.
const state = findState() ?? (await open(inject('itest')))

beforeEach(() => beginTest(state))

afterEach(async ({ task }) => {
  const facts = await endTest(state)
  Object.assign(task.meta, { itest: facts })
  const violation = findViolation(facts)
  if (violation) throw violation
})

async function open(run: RunContext | undefined): Promise<HarnessState> {
  if (!run) throw new Error("The global setup of itest did not run: is itest() among the plugins of Vitest's config?")
  const url = await createFileDatabase(run.template, run.id)
  const opened = createState(run.root)
  opened.side = await connectSide(url, run.template.kind)
  opened.databasePort = Number(new URL(url).port)
  setEnvironment(run.facts, url)
  guardNetwork(opened)
  await startStubServer(opened)
  watchRequests(opened)
  watchRoute(opened)
  return opened
}
