import { describe, expect, it } from 'vitest'
import { findPostgres } from '../../../src/harness/engine/postgres-binary.ts'
import type { RunFacts } from '../../../src/run/types.ts'
import { LIMIT_MS, runProject } from '../run-project.ts'
import { orderApp, orderTests } from './order-app.ts'

function listFailures(facts: RunFacts): unknown[] {
  return facts.tests
    .filter(({ state }) => state !== 'passed')
    .map(({ fullName, errors }) => [fullName, errors[0]?.code, errors[0]?.message])
}

describe.runIf(findPostgres().status === 'found')('faults on a Postgres server', () => {
  it('are as the test says, also under TLS, and fail the test that does not meet them', {
    timeout: LIMIT_MS,
  }, async () => {
    const route = { method: 'POST', path: '/:driver/:way' }
    const facts = await runProject({ ...orderApp, ...orderTests }, { route })
    const unreached = "the 2nd insert into orders with sku = 'b', select from customers, commit, a hanging connection"
    expect(listFailures(facts)).toEqual([
      ['misses', 'ITEST_FAULT_NOT_REACHED', `the fault was not reached: ${unreached}`],
    ])
    expect(facts).toMatchObject({ fileErrors: [], unhandled: [] })
    expect(facts.tests).toHaveLength(15)
    const later = facts.tests.filter(({ harness }) => harness?.isAfterCrash)
    expect(later.map(({ name }) => name)).toEqual(['asks a client that is gone'])
  })
})
