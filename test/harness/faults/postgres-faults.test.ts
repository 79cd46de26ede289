import { describe, expect, it } from 'vitest'
import { type Engine, startEngine } from '../../../src/harness/engine/engine.ts'
import { findPostgres } from '../../../src/harness/engine/postgres-binary.ts'
import { runTests } from '../../../src/run/run.ts'
import type { RunFacts } from '../../../src/run/types.ts'
import { makeProject, type SampleProject } from '../sample-project.ts'
import { orderApp, orderTests } from './order-app.ts'

const LIMIT_MS = 120_000

async function run(files: readonly string[]): Promise<RunFacts> {
  const engine: Engine = await startEngine({ preference: 'postgres' })
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

describe.runIf(findPostgres().status === 'found')('faults on a Postgres server', () => {
  it('are as the test says, also under TLS, and fail the test that does not meet them', {
    timeout: LIMIT_MS,
  }, async () => {
    const facts = await run(['tests/details.test.ts', 'tests/misses.test.ts', 'tests/tls.test.ts'])
    const unreached = "the 2nd insert into orders with sku = 'b', select from customers, commit, a hanging connection"
    expect(listFailures(facts)).toEqual([
      ['misses', 'ITEST_FAULT_NOT_REACHED', `the fault was not reached: ${unreached}`],
    ])
    expect(facts).toMatchObject({ fileErrors: [], unhandled: [] })
    expect(facts.tests).toHaveLength(13)
  })
})
