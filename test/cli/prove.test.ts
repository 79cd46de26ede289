import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JudgedMutant } from '../../src/prove/judge.ts'
import type { ProveReport } from '../../src/prove/prove-report.ts'
import { copyFixture, type FixtureCopy, repository } from '../support/copy-fixture.ts'
import { type CliEnd, runCli } from '../support/run-cli.ts'

const LIMIT_MS = 120_000
const GENERATED = 'tests/integration/post-orders.test.ts'

/** The lookup that the fixture lacks, and a loop that a mutant makes endless. */
const LOOKUP = `
  let left = 2
  while (left > 0) {
    left -= 1
  }

  const [known] = await db.select().from(orders).where(eq(orders.idempotencyKey, String(idempotencyKey)))
  if (known) return res.status(200).json(known)

  let payment: Charge
`

const VACUOUS = `
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { app } from '../../src/app.js'

describe('vacuous', () => {
  it('takes an order', async () => {
    const res = await request(app).post('/orders').send({})
    expect(res.body).toBeDefined()
  })
})

describe('of the same title', () => {
  it('takes an order', async () => {
    const res = await request(app).post('/orders').send({})
    expect(res.body).toEqual({ error: 'userId and amountCents required' })
  })
})
`

/** Every bug that no test catches would wait for it. */
function withoutTimeout(text: string): string {
  return text.replace(/ {2}it\('\[external-fails\.payments-timeout\][\s\S]*?\n {2}\}\)\n\n/, '')
}

describe('itest prove', () => {
  let copy: FixtureCopy
  let before: Record<string, string>
  let end: CliEnd
  let report: ProveReport

  beforeAll(async () => {
    copy = copyFixture('orders')
    copy.patch('src/routes/orders.ts', '\n  let payment: Charge\n', LOOKUP)
    copy.patch(
      'src/routes/orders.ts',
      "import { Router } from 'express'",
      "import { eq } from 'drizzle-orm'\nimport { Router } from 'express'",
    )
    copy.write(
      GENERATED,
      withoutTimeout(readFileSync(path.join(repository, 'test/golden/post-orders.test.ts'), 'utf8')),
    )
    copy.write('tests/integration/vacuous.test.ts', VACUOUS)
    before = copy.list()
    const tests = [GENERATED, 'tests/integration/vacuous.test.ts']
    const command = ['prove', 'POST', '/orders', '--root', copy.root, '--json', '--strengthen', '--tests', ...tests]
    end = await runCli(command)
    report = JSON.parse(end.stdout)
  }, LIMIT_MS)

  afterAll(() => copy.remove())

  const find = (
    operator: string,
    change: string,
  ): Pick<JudgedMutant, 'status' | 'note'> & { by: string | undefined } => {
    const found = report.mutants.find((mutant) => mutant.operator === operator && mutant.change.includes(change))
    if (!found) throw new Error(`no mutant ${operator} that ${change}`)
    return { status: found.status, note: found.note, by: found.killedBy[0]?.name.split(' ')[3] }
  }

  it('says which test catches a bug, and what none would notice', () => {
    const killed = { status: 'killed', note: null }
    expect(find('called-twice', 'charge')).toEqual({ ...killed, by: '[happy]' })
    expect(find('dropped-await', 'charge')).toEqual({ ...killed, by: '[happy]' })
    expect(find('swallowed-error', 'as if nothing')).toMatchObject(killed)
    expect(find('effect-before-validation', '!userId')).toMatchObject(killed)
    expect(find('literal', 'retryable: false')).toEqual({ ...killed, by: '[db-fails-after-side-effect]' })
    expect(find('ignored-lookup', 'known')).toEqual({ ...killed, by: '[idempotent-retry]' })
    expect(find('effect-before-validation', '`known`').status).toBe('survived')
    expect(find('lost-where', 'where')).toEqual({ status: 'survived', note: null, by: undefined })
  })

  it('sets apart what does not come to an end', () => {
    expect(find('removed-call', 'left -= 1')).toEqual({
      status: 'timeout',
      note: 'it goes round and round',
      by: undefined,
    })
  })

  it('finds the test that can not fail, and says no for it', () => {
    expect(report.tests.filter(({ vacuous }) => vacuous !== null)).toMatchObject([
      {
        name: 'vacuous > takes an order',
        now: 'green',
        vacuous: 'stays green with the route answering 501',
        kills: [],
        firstRed: null,
      },
    ])
    const twin = report.tests.find(({ name }) => name === 'of the same title > takes an order')
    expect(twin).toMatchObject({ now: 'green', ablated: { '501': 'red', '200': 'red' } })
    expect(end.exitCode).toBe(1)
  })

  it('says of each test what turned it red first', () => {
    expect(report.tests.find(({ name }) => name.startsWith('POST /orders > [happy]'))).toMatchObject({
      ablated: { '501': 'red', '200': 'red' },
      firstRed: { by: 'the route answering 501', reason: expect.stringContaining('expected 501 to be 201') },
    })
  })

  it('writes down what none noticed, and touches no file of the project', () => {
    const [file = ''] = report.wrote
    expect(file).toMatch(/^\.itest\/survivors\/post-orders-[\da-f]{6}\.json$/)
    const { [file]: text, '.itest/': _, '.itest/survivors/': __, ...rest } = copy.list()
    expect(rest).toEqual(before)
    const { schema, route, survivors } = JSON.parse(text ?? '')
    expect([schema, route]).toEqual(['itest.survivors/1', 'POST /orders'])
    const survived = report.mutants.filter(({ status }) => status === 'survived')
    const bugs = survived.map(({ operator, file, line, change }) => ({ operator, file, line, change }))
    expect(Object.values(survivors)).toHaveLength(bugs.length)
    expect(Object.values(survivors)).toEqual(expect.arrayContaining(bugs))
  })

  it('says why the tests can not be run at all', { timeout: LIMIT_MS }, async () => {
    copy.patch('src/app.ts', "import express from 'express'", "import express from 'express'\nimport './nowhere.js'")
    const { exitCode, stderr } = await runCli(['prove', 'POST', '/orders', '--root', copy.root, '--tests', GENERATED])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`the tests could not be run: ${GENERATED}: Error: Cannot find module './nowhere.js'`)
  })
})
