import { describe, expect, it } from 'vitest'
import type { Expectation, PlannedPath } from '../../src/plan/types.ts'
import { writeBuiltIn } from '../../src/write/built-in.ts'
import { buildScaffold } from '../../src/write/scaffold.ts'
import { dossier, table } from '../support/dossier-factory.ts'
import { code, openPath, plan, plannedPath, policy, skippedPath, stubbed } from '../support/plan-factory.ts'

const OPTIONS = {
  file: 'tests/integration/post-orders.test.ts',
  style: { semicolons: false, singleQuotes: true, importExtension: '.js', printWidth: 120 },
} as const

const TODAY = code('what the route answers today', 30)
const RULE = policy('a rule')

/** The code of one path, beside the happy path that gives the shared names. */
function write(overrides: Partial<PlannedPath>, about = dossier()): string | undefined {
  const path = plannedPath({ id: 'under-test', kind: 'validation', ...overrides })
  const planned = plan({ paths: [plannedPath(), path] })
  return writeBuiltIn(planned, buildScaffold(planned, about, OPTIONS)).cases.find((one) => one.pathId === path.id)?.code
}

function post(body: PlannedPath['given']['requests'][number]['body']): PlannedPath['given']['requests'][number] {
  return { method: 'POST', path: '/orders', query: {}, headers: {}, body }
}

function given(overrides: Partial<PlannedPath['given']> = {}): PlannedPath['given'] {
  return {
    seeds: [],
    stubs: [stubbed()],
    fault: null,
    requests: [post({ userId: 'u1', amountCents: 4999 })],
    needs: [],
    ...overrides,
  }
}

const STATUS: Expectation = { observable: 'status', request: 0, equals: 400, source: TODAY }

describe('writeBuiltIn', () => {
  it('writes the happy path as request, status, body, rows and calls', () => {
    const planned = plan()

    expect(writeBuiltIn(planned, buildScaffold(planned, dossier(), OPTIONS))).toEqual({
      writer: 'none',
      cases: [
        {
          pathId: 'happy',
          title: 'answers 201 with the stored order',
          code: `const res = await request(app).post('/orders').send(order)

expect(res.status).toBe(201)
expect(res.body).toEqual({ userId: 'u1', amountCents: 4999, id: expect.any(Number) })
expect(await db.select().from(orders)).toHaveLength(1)
expect(payments.calls).toHaveLength(1)`,
        },
      ],
      left: [],
    })
  })

  it('signs the token that the request carries', () => {
    const token = {
      cookie: null,
      secret: { variable: 'JWT_SECRET', text: 'dev' },
      claims: { sub: 'u1', role: 'admin' },
    }
    const request = { method: 'GET', path: '/auth/me', query: {}, headers: {}, body: null, token }
    const signed = given({ stubs: [], requests: [request] })
    expect(write({ given: signed, expects: [STATUS] })).toContain(
      "request(app).get('/auth/me').set(auth.bearer({ secret: tokenSecret, claims: { sub: 'u1', role: 'admin' } }))",
    )
    const { scaffold } = buildScaffold(plan({ paths: [plannedPath({ given: signed })] }), dossier(), OPTIONS)
    expect(scaffold.fixtures).toContain("const tokenSecret = process.env.JWT_SECRET ?? 'dev'")
    expect(scaffold.names).toContain('tokenSecret')
  })

  it('sends a spoiled body as the good one with the field that differs', () => {
    expect(write({ given: given({ requests: [post({ amountCents: 4999 })] }), expects: [STATUS] })).toBe(
      `const res = await request(app).post('/orders').send({ ...order, userId: undefined })

expect(res.status).toBe(400)`,
    )
    expect(
      write({ given: given({ requests: [post({ userId: 'u1', amountCents: 'x' })] }), expects: [STATUS] }),
    ).toContain(".send({ ...order, amountCents: 'x' })")
  })

  it('arranges fault and other answers before it sends', () => {
    const stubs = [stubbed({ reply: { kind: 'text', status: 200, body: '{"id":' } })]
    const fault = { table: 'orders', operation: 'insert', nth: null } as const

    expect(write({ given: given({ stubs, fault }), expects: [STATUS] })).toBe(
      `payments.on('POST', '/v1/charges').reply(200, '{"id":')
await faults.on(orders, 'insert').fail()

const res = await request(app).post('/orders').send(order)

expect(res.status).toBe(400)`,
    )
  })

  it('aims at one of several statements', () => {
    const fault = { table: 'orders', operation: 'update', nth: 2 } as const
    expect(write({ given: given({ fault }), expects: [STATUS] })).toContain(
      "await faults.on(orders, 'update', { nth: 2 }).fail()",
    )
  })

  it.each([
    { reply: { kind: 'reset' } as const, says: "payments.on('POST', '/v1/charges').resetConnection()" },
    { reply: { kind: 'hang' } as const, says: "payments.on('POST', '/v1/charges').hang()" },
    {
      reply: { kind: 'json', status: 402, body: { error: 'declined' } } as const,
      says: "payments.on('POST', '/v1/charges').reply(402, { error: 'declined' })",
    },
  ])('arranges the answer $reply.kind', ({ reply, says }) => {
    expect(write({ given: given({ stubs: [stubbed({ reply })] }), expects: [STATUS] })).toContain(says)
  })

  it('keeps only the answers that it looks at, when it sends twice', () => {
    const requests = [post({ userId: 'u1', amountCents: 4999 }), post({ userId: 'u1', amountCents: 4999 })]
    const expects: Expectation[] = [
      { observable: 'status', request: 0, equals: 201, source: TODAY },
      {
        observable: 'distinct-keys',
        stub: 'payments',
        keyAt: ['headers', 'idempotency-key'],
        count: 1,
        source: RULE,
      },
    ]

    expect(write({ given: given({ requests }), expects })).toBe(
      `const first = await request(app).post('/orders').send(order)
await request(app).post('/orders').send(order)

expect(first.status).toBe(201)
expect(new Set(payments.calls.map((call) => call.headers['idempotency-key'])).size).toBe(1)`,
    )
  })

  it.each<{ expectation: Expectation; says: string }>([
    {
      expectation: { observable: 'status-at-least', request: 0, minimum: 500, source: RULE },
      says: 'expect(res.status).toBeGreaterThanOrEqual(500)',
    },
    {
      expectation: { observable: 'body', request: 0, match: 'part', value: { retryable: true }, source: RULE },
      says: 'expect(res.body).toMatchObject({ retryable: true })',
    },
    {
      expectation: { observable: 'row-count', table: 'orders', count: 0, source: RULE },
      says: 'expect(await db.select().from(orders)).toEqual([])',
    },
    {
      expectation: { observable: 'rows', table: 'orders', match: 'part', rows: [{ userId: 'u1' }], source: TODAY },
      says: "expect(await db.select().from(orders)).toMatchObject([{ userId: 'u1' }])",
    },
    {
      expectation: { observable: 'call-count', stub: 'payments', count: 0, source: RULE },
      says: 'expect(payments.calls).toEqual([])',
    },
    {
      expectation: { observable: 'calls', stub: 'payments', calls: [{ path: '/v1/charges' }], source: TODAY },
      says: "expect(payments.calls).toMatchObject([{ path: '/v1/charges' }])",
    },
    {
      expectation: {
        observable: 'body',
        request: 0,
        match: 'whole',
        value: { at: { $date: '2026-01-01T00:00:00.000Z' }, 'x-y': "it's" },
        source: TODAY,
      },
      says: `expect(res.body).toEqual({ at: new Date('2026-01-01T00:00:00.000Z'), 'x-y': "it's" })`,
    },
  ])('asserts $expectation.observable as $says', ({ expectation, says }) => {
    expect(
      write({ given: given(), expects: [STATUS, expectation] })
        ?.split('\n')
        .at(-1),
    ).toBe(says)
  })

  it('sends query and headers, and no body when there is none', () => {
    const request = { method: 'GET', path: '/orders', query: { page: '2' }, headers: { 'x-user': 'u1' }, body: null }

    expect(write({ given: given({ requests: [request] }), expects: [STATUS] })).toContain(
      "const res = await request(app).get('/orders').query({ page: '2' }).set('x-user', 'u1')\n",
    )
  })

  it('leaves open paths with what is missing, and says nothing of skipped ones', () => {
    const planned = plan({ paths: [plannedPath(), openPath(), skippedPath()] })
    const draft = writeBuiltIn(planned, buildScaffold(planned, dossier(), OPTIONS))

    expect(draft.cases.map((one) => one.pathId)).toEqual(['happy'])
    expect(draft.left).toEqual([{ pathId: 'idempotent-retry', reason: 'the field that carries the key' }])
  })

  it('leaves a path whose table a test can not import', () => {
    const planned = plan()
    const about = dossier({ tables: [table({ exportName: '' })] })

    expect(writeBuiltIn(planned, buildScaffold(planned, about, OPTIONS))).toMatchObject({
      cases: [],
      left: [{ pathId: 'happy', reason: "the table orders is not exported, so a test can't import it" }],
    })
  })
})
