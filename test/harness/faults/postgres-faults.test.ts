import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classifyTest } from '../../../src/classify.ts'
import { type Engine, type EnginePreference, startEngine } from '../../../src/harness/engine/engine.ts'
import { findPostgres } from '../../../src/harness/engine/postgres-binary.ts'
import { runTests } from '../../../src/run/run.ts'
import type { RunFacts } from '../../../src/run/types.ts'
import { makeProject, type SampleProject } from '../sample-project.ts'
import { orderApp, orderTests } from './order-app.ts'

const LIMIT_MS = 120_000

async function run(preference: EnginePreference, files: readonly string[]): Promise<RunFacts> {
  const engine: Engine = await startEngine({ preference })
  const project: SampleProject = makeProject({ ...orderApp, ...orderTests })
  const route = { method: 'POST', path: '/:driver/:way' }
  const signal = new AbortController().signal
  const facts = await runTests({ root: project.root, files, engine, route, ablate: false, timeoutMs: LIMIT_MS, signal })
  project.remove()
  await engine.stop()
  return facts
}

function listFailures(facts: RunFacts): unknown[] {
  return facts.tests
    .filter(({ state }) => state !== 'passed')
    .map(({ fullName, errors }) => [fullName, errors[0]?.code, errors[0]?.message])
}

/** Full names of tests with the crashes that they found. */
function listCrashes(facts: RunFacts, driver: string): string[] {
  return facts.tests
    .filter(({ fullName }) => fullName.startsWith(`${driver} > transaction`))
    .flatMap(({ name, harness }) => (harness?.appCrashes ?? []).map((crash) => `${name}: ${crash}`))
}

describe.runIf(findPostgres().status === 'found')('faults on a Postgres server', () => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await run('postgres', ['tests/matrix.test.ts', 'tests/misses.test.ts'])
  }, LIMIT_MS)

  afterAll(() => {
    expect(facts.fileErrors).toEqual([])
  })

  it('happen in every style of every driver, are gone afterwards, and fail the test that does not meet them', () => {
    const unreached = "the 2nd insert into orders with sku = 'b', select from customers, commit, a hanging connection"
    expect(listFailures(facts)).toEqual([
      ['misses', 'ITEST_FAULT_NOT_REACHED', `the fault was not reached: ${unreached}`],
    ])
    expect(facts.tests).toHaveLength(88)
  })

  it('report a crash of the app as what the test found, and not as an error of the run', () => {
    expect(facts.unhandled).toEqual([])
    expect(listCrashes(facts, 'pg')).toEqual([
      'loses the statement: Connection terminated unexpectedly (after insert into orders)',
      'loses the answer: Connection terminated unexpectedly (after insert into orders)',
      'loses the commit: Connection terminated unexpectedly (after commit)',
      'loses the answer to the commit: Connection terminated unexpectedly (after commit)',
    ])
    expect(listCrashes(facts, 'pgjs')).toEqual([
      "loses the statement: Cannot read properties of null (reading 'write') (after insert into orders)",
      "loses the answer: Cannot read properties of null (reading 'write') (after insert into orders)",
    ])
    const later = facts.tests.filter(({ harness }) => harness?.isAfterCrash)
    expect(later[0]?.fullName).toBe('pgjs > transaction > loses the answer')
  })
})

describe('faults on PGlite', () => {
  it('happen as on a server, or say that they can not', { timeout: LIMIT_MS }, async () => {
    const facts = await run('pglite', ['tests/pglite.test.ts'])
    const reason = 'PGlite has one session for all connections, so it can not delay a statement of one of them'
    expect(listFailures(facts)).toEqual([['delays', 'ITEST_ENGINE_CANNOT', reason]])
    expect(classifyTest(facts, 'delays', { ablated: false })).toEqual({ status: 'skipped', reason })
    expect(facts.tests).toHaveLength(5)
  })
})
