import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GateReport } from '../../src/gate/types.ts'
import { parseLedger } from '../../src/ledger.ts'
import { copyFixture, type FixtureCopy } from '../support/copy-fixture.ts'
import { expectGolden } from '../support/golden.ts'
import type { CliEnd } from '../support/run-cli.ts'
import { runHere } from '../support/run-here.ts'

const LIMIT_MS = 120_000
const FILE = 'tests/refund.test.ts'
const LEDGER = '.itest/tests/refund.test.json'
const ONCE = 'POST /orders/:id/refund > answers 202 and refunds the payment'
const TWICE = 'POST /orders/:id/refund > answers 409 to a second refund, and refunds once'

const TESTS = `import { db, stub } from 'itest-gen'
import request from 'supertest'
import { beforeEach, describe, expect, it } from 'vitest'
import { app } from '../src/app.js'
import { orders } from '../src/db/schema.js'

const payments = stub('https://api.payments.example')

describe('POST /orders/:id/refund', () => {
  beforeEach(() => {
    payments.on('POST', '/v1/refunds').reply(201, { id: 're_1' })
  })

  async function placeOrder() {
    const [order] = await db.insert(orders).values({ userId: 'u1', amountCents: 4999, paymentId: 'pay_1' }).returning()
    if (!order) throw new Error('the order was not stored')
    return order
  }

  it('answers 202 and refunds the payment', async () => {
    const order = await placeOrder()

    const res = await request(app).post(\`/orders/\${order.id}/refund\`)

    expect(res.status).toBe(202)
    expect(payments.calls).toHaveLength(1)
    expect(await db.select().from(orders)).toMatchObject([{ id: order.id, status: 'refunded' }])
  })

  it('answers 409 to a second refund, and refunds once', async () => {
    const order = await placeOrder()

    await request(app).post(\`/orders/\${order.id}/refund\`)
    const res = await request(app).post(\`/orders/\${order.id}/refund\`)

    expect(res.status).toBe(409)
    expect(payments.calls).toHaveLength(1)
  })
})
`

/** The route, and what its first update looks for. */
const route = (where: string): string => `
ordersRouter.post('/:id/refund', async (req, res) => {
  const [order] = await db.update(orders).set({ status: 'refunded' }).where(${where}).returning()
  if (!order) return res.status(409).json({ error: 'not_refundable' })
  await fetch('https://api.payments.example/v1/refunds', { method: 'POST', body: JSON.stringify({ payment: order.paymentId }) })
  return res.status(202).json(order)
})
`
const RIGHT = route("and(eq(orders.id, req.params.id), eq(orders.status, 'paid'))")
const CHARGES_TWICE = route('and(eq(orders.id, req.params.id))')

let copy: FixtureCopy
let app = ''

beforeAll(() => {
  copy = copyFixture('orders')
  app = copy.read('src/routes/orders.ts')
  copy.write(FILE, TESTS)
})
afterAll(() => copy.remove())

function implement(code: string): void {
  copy.write('src/routes/orders.ts', `import { and, eq } from 'drizzle-orm'\n${app}${code}`)
}

const itest = (...args: string[]): Promise<CliEnd> => runHere([...args, '--root', copy.root])

const transcript = (command: string, { stdout, exitCode }: CliEnd): string =>
  `$ itest ${command}\n${stdout.replace(/PostgreSQL [\d.]+/, 'PostgreSQL <version>').replace(/Vitest [\d.]+/, 'Vitest <version>')}[exit code ${exitCode}]\n`

const verdicts = (text: string) => {
  const { tests, findings, pass }: GateReport = JSON.parse(text)
  return {
    pass,
    tests: tests.map((one) => [one.name, one.verdict, one.class]),
    findings: findings.map(({ kind }) => kind),
  }
}

describe('a route that is not there yet', { timeout: LIMIT_MS }, () => {
  it('has tests that are red because it is missing, which is kept', async () => {
    const before = copy.list()
    const red = await itest('red', FILE)
    expectGolden('cli/red-refund.txt', transcript(`red ${FILE}`, red))
    const after = copy.list()
    expect(Object.keys(after).filter((file) => !file.endsWith('/') && after[file] !== before[file])).toEqual([LEDGER])
    const ledger = parseLedger(copy.read(LEDGER))
    expect(Object.entries(ledger?.tests ?? {}).map(([name, entry]) => [name, entry.class, entry.before])).toEqual([
      [ONCE, 'missing-route', 'app'],
      [TWICE, 'missing-route', 'app'],
    ])
  })

  it('has them named by the gate while it is wrong', async () => {
    implement(CHARGES_TWICE)
    const { stdout, exitCode } = await itest('green', '--json')
    expect(verdicts(stdout)).toEqual({
      pass: false,
      tests: [
        [ONCE, 'green', null],
        [TWICE, 'red', 'assertion'],
      ],
      findings: [],
    })
    expect(exitCode).toBe(1)
  })

  it('does not pass by a weaker test', async () => {
    copy.write(
      FILE,
      TESTS.replace('toBe(409)', 'toBeLessThan(500)').replace(
        /payments.calls\).toHaveLength\(1\)\n {2}\}\)\n\}\)/,
        'payments.calls.length).toBeGreaterThan(0)\n  })\n})',
      ),
    )
    const green = await itest('green')
    copy.write(FILE, TESTS)
    expectGolden('cli/green-weakened.txt', transcript('green', green))
  })

  it('opens the gate when it is right', async () => {
    implement(RIGHT)
    expectGolden('cli/green-refund.txt', transcript('green', await itest('green')))
  })
})

describe('a route that is there already', { timeout: LIMIT_MS }, () => {
  let report: GateReport
  let ledger: ReturnType<typeof parseLedger>
  const find = (name: string) => report.tests.find((one) => one.name === `POST /orders > ${name}`)

  beforeAll(async () => {
    copy.write('tests/orders.test.ts', OF_ORDERS)
    const { stdout } = await itest('red', 'tests/orders.test.ts', '--json')
    report = JSON.parse(stdout)
    ledger = parseLedger(copy.read('.itest/tests/orders.test.json'))
  }, LIMIT_MS)

  it('has tests that are green, and must then be red when it answers 501', () => {
    expect(report.tests.map(({ name, verdict, before }) => [name, verdict, before])).toEqual([
      ['POST /orders > answers 400 without a user', 'red', 'ablation'],
      ['POST /orders > stores nothing without a user', 'green', null],
      ['POST /orders > does something', 'red', 'ablation'],
      ['POST /orders > leaves what is no JSON to Express', 'red', 'mutant'],
      ['POST /orders > is not sent', 'broken', null],
    ])
    expect(find('answers 400 without a user')?.reason).toContain(
      'green as the app is; with the route answering 501: expected 501 to be 400',
    )
    expect(find('stores nothing without a user')?.reason).toMatch(/^it passed 3 times.*answering 501 it is green, too$/)
    expect(report.exitCode).toBe(1)
  })

  it('has a bug put into it that they notice, which is kept', () => {
    const mutants = find('answers 400 without a user')?.mutants
    expect(mutants).toEqual({
      status: 'killed',
      killed: expect.any(Number),
      reached: expect.any(Number),
      first: expect.stringMatching(/^src\/routes\/orders\.ts:\d+ /),
    })
    expect(ledger?.tests['POST /orders > answers 400 without a user']).toMatchObject({ before: 'ablation', mutants })
  })

  it('names a test that only notices that it is gone', () => {
    expect(report.findings).toEqual([
      {
        kind: 'weak',
        file: 'tests/orders.test.ts',
        test: 'POST /orders > does something',
        message: expect.stringMatching(/^it only notices that the route is gone: none of the \d+ bugs/),
        diff: null,
        isAllowed: true,
      },
    ])
    expect(ledger?.tests['POST /orders > does something']?.mutants).toMatchObject({ status: 'survived' })
  })

  it('believes a bug where the request never gets to the handler', () => {
    expect(find('leaves what is no JSON to Express')).toMatchObject({
      class: 'assertion',
      reason: expect.stringContaining('with a bug put in (src/app.ts:6 left out the middleware `express.json()`)'),
    })
  })
})

const OF_ORDERS = `import { db } from 'itest-gen'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { app } from '../src/app.js'
import { orders } from '../src/db/schema.js'

describe('POST /orders', () => {
  it('answers 400 without a user', async () => {
    const res = await request(app).post('/orders').send({ amountCents: 1 })
    expect(res.status).toBe(400)
  })
  it('stores nothing without a user', async () => {
    await request(app).post('/orders').send({ amountCents: 1 })
    expect(await db.select().from(orders)).toEqual([])
  })
  it('does something', async () => {
    const res = await request(app).post('/orders').send({ amountCents: 1 })
    expect(res.status).not.toBe(501)
  })
  it('leaves what is no JSON to Express', async () => {
    const res = await request(app).post('/orders').type('json').send('{')
    expect(res.body).toEqual({})
  })
  it('is not sent', () => {
    expect(request(app).post('/orders')).toBeDefined()
  })
})
`
