import { describe, expect, it } from 'vitest'
import { checkCases } from '../../src/check/check.ts'
import { caseWith, checkCase, NAMES } from '../support/check-case.ts'
import { code, openPath, plan, plannedPath, policy, skippedPath, stubbed } from '../support/plan-factory.ts'

const GOOD = `
    const res = await request(app).post('/orders').send(validBody)

    expect(res.status).toBe(201)
    expect(res.body).toEqual({ id: expect.any(Number), userId: 'u1', amountCents: 4999 })
    expect(await db.select().from(orders)).toHaveLength(1)
    expect(payments.calls).toHaveLength(1)`

describe('a good test has no finding', () => {
  const accepted: Record<string, string> = {
    'one assertion per outcome': GOOD,
    'one assertion on status and body': `
      const { status, body } = await request(app).post('/orders').set('authorization', 'Bearer t').send({ ...validBody, amountCents: undefined })
      expect({ status, body }).toEqual({ status: 400, body: { error: 'userId and amountCents required' } })
      expect(await db.select().from(orders)).toEqual([])
      expect(payments.calls).toEqual([])`,
    'a fault and a stub': `
      payments.on('POST', '/v1/charges').reply(201, { id: 'ch_1' })
      await faults.on(orders, 'insert').fail()
      const res = await request(app).post('/orders').send(validBody)
      expect(res).toMatchObject({ status: 503, body: { error: 'order_persist_failed', retryable: true } })
      expect(payments.calls).toMatchObject([{ headers: { 'idempotency-key': 'k1' }, body: { amount: 4999 } }])`,
    'two requests, one effect': `
      const first = await request(app).post('/orders').send(validBody)
      const second = await request(app).post('/orders').send(validBody)
      expect([first.status, second.status]).toEqual([201, 201])
      expect(second.body).toEqual(first.body)
      const keys = new Set(payments.calls.map((call) => call.headers['idempotency-key']))
      expect(keys.size).toBe(1)`,
    'concurrent requests': `
      const responses = await Promise.all([1, 2].map(() => request(app).post('/orders').send(validBody)))
      expect(responses.map((res) => res.status).sort()).toEqual([201, 409])
      const rows = await db.select().from(orders).where(eq(orders.userId, 'u1'))
      expect(rows).toHaveLength(1)`,
    'seeded rows and old dates': `
      const [earlier] = await db.insert(orders).values({ userId: 'u1', createdAt: new Date(Date.now() - 86_400_000) }).returning()
      for (const amountCents of [0, -1]) {
        await request(app).post('/orders').send({ ...validBody, amountCents })
      }
      const res = await request(app).post('/orders').send(validBody)
      expect(res.status).toBeGreaterThanOrEqual(500)
      expect(res.headers['retry-after']).toBe('1')
      expect(await db.select().from(orders)).toEqual([earlier])`,
    'an aimed fault, a retry without it, and statements that are counted': `
      await factory.create(orders, { userId: 'u1' })
      await faults.on(orders, 'update', { nth: 2, row: { userId: 'u1' } }).fail({ sqlstate: '40001' })
      await faults.onCommit().cutAfter()
      await faults.connections.refuse()
      const first = await request(app).post('/orders').send(validBody)
      faults.clear()
      queries.clear()
      const second = await request(app).post('/orders').send(validBody)
      expect([first.status, second.status]).toEqual([503, 201])
      expect(queries.count(orders, 'insert')).toBe(1)
      expect(queries.filter((query) => query.operation === 'select')).toHaveLength(1)`,
    'a sequence of answers, a race, and what happens after the answer': `
      clock.set('2026-01-31T23:59:59Z')
      mail.reject(550)
      payments.on('POST', '/v1/charges').reply(429, undefined, { 'retry-after': '1' }).cutBody(200, { id: 're_1' })
      payments.on('POST', '/v1/refunds', (call) => call.body.amount === 1).reply(async (call) => {
        await db.insert(orders).values({ userId: call.body.customer })
        return { status: 200, body: { id: 're_1' } }
      })
      const hooks = stub('https://hooks.example')
      hooks.on('ALL', '/*').hang({ afterHeaders: true })
      const res = await request(app).post('/orders').send(validBody)
      expect(res.status).toBe(201)
      await until(async () => expect(await db.$count(orders)).toBe(1))
      expect(listCalls().map((call) => call.path)).toEqual(['/v1/charges', '/done'])
      expect(mail.sent).toMatchObject([{ to: ['ada@example.com'] }])`,
    'a session, a token and a key': `
      const agent = await auth.cookieSession(request.agent(app), (agent) => agent.post('/login').send({ email: 'a' }))
      const res = await agent.post('/orders').set(auth.csrf(await agent.get('/csrf'))).send(validBody)
      await request(app).post('/orders').set(auth.bearer({ secret: process.env.JWT_SECRET, claims: { sub: 'ada' } }))
      await request(app).post('/orders').set(auth.apiKey('x-api-key', process.env.API_KEY))
      const admin = await signIn(app, { role: 'admin' })
      await Promise.all([request(app).post('/orders').set(admin), request(app).post('/orders').set(await signIn(app))])
      await request(app).post('/orders').set(auth.cookies(await request(app).post('/login').send({ email: 'a' })))
      expect(res).toMatchObject({ status: 201, body: { userId: 'u1' } })`,
    'a state that is waited for': `
      const res = await request(app).post('/orders').send(validBody)
      await until(() => mail.sent.length > 0)
      expect(res.status).toBe(202)
      expect(mail.sent[0]?.subject).toBe('Thank you')`,
  }

  it.each(Object.entries(accepted))('%s', (_, text) => {
    expect(checkCase(text)).toEqual([])
  })

  it('also against everything that a plan lists', () => {
    expect(checkCase(GOOD, { path: plannedPath() })).toEqual([])
  })
})

describe('the draft as a whole', () => {
  const happy = { pathId: 'happy', title: 'answers 201', code: GOOD }
  const open = openPath({ id: 'idempotent-retry' })
  const of = (cases: (typeof happy)[], paths = [plannedPath(), open, skippedPath()]) =>
    checkCases({ cases, plan: plan({ paths }), names: NAMES }).map(({ kind, pathId, message }) => [
      kind,
      pathId,
      message,
    ])

  it('has one test for each planned path, at most one for an open path, none for a skipped one', () => {
    expect(of([happy])).toEqual([])
    expect(of([happy, { ...happy, pathId: 'idempotent-retry' }])).toEqual([])
  })

  it('misses a planned path', () => {
    expect(of([])).toEqual([
      ['one-test-per-path', 'happy', 'expected exactly one test, found 0; write one test per path of the plan'],
    ])
  })

  it('has two for one path', () => {
    expect(of([happy, happy]).map(([, , message]) => message)).toEqual([
      'expected exactly one test, found 2; write one test per path of the plan',
    ])
  })

  it('has one for a skipped path, and one that nobody planned', () => {
    const cases = [happy, { ...happy, pathId: 'external-fails' }, { ...happy, pathId: 'bonus' }]
    expect(of(cases)).toEqual([
      [
        'one-test-per-path',
        'external-fails',
        'expected no test, the path is skipped, found 1; write one test per path of the plan',
      ],
      [
        'one-test-per-path',
        'bonus',
        'expected a path of the plan (happy, idempotent-retry), found "bonus"; remove this test',
      ],
    ])
  })
})

describe('a case that does not parse', () => {
  it('is named with its line, and no other rule is asked', () => {
    expect(checkCase('const a = 1\nconst res = await request(app\nexpect(1).toBe(1)')).toEqual([
      {
        kind: 'parses',
        pathId: 'happy',
        message: "line 3 of the test: expected the statements of one test, found: ',' expected.",
        line: null,
      },
    ])
  })

  it.each([
    ['ends the test and begins another function', '}\nprocess.exit()\nasync () => {'],
    ['ends the test inside a list', '}, process.exit(), async () => {'],
    ['closes more than it opens', '})'],
    ['leaves a comment open', 'const a = 1 /* '],
    ['leaves a template open', 'const a = `'],
  ])('%s', (_, text) => {
    expect(checkCase(text).map(({ kind }) => kind)).toEqual(['parses'])
  })

  it('may end in a comment', () => {
    expect(checkCase(`${GOOD} // done`)).toEqual([])
  })
})

describe('findings', () => {
  it('name the rule, the path, the line, and what to do', () => {
    expect(checkCase(caseWith('await sleep(100)'))).toEqual([
      {
        kind: 'no-sleep',
        pathId: 'happy',
        message:
          'line 3 of the test: expected no sleep and no fake time, found `sleep`; await the request, or put old dates into rows',
        line: null,
      },
    ])
  })

  it('say what the plan wants where an outcome is missing', () => {
    const path = plannedPath({
      given: { seeds: [], stubs: [stubbed()], fault: null, requests: [], needs: [] },
      expects: [
        { observable: 'status', request: 0, equals: 503, source: code('mapped', 9) },
        { observable: 'row-count', table: 'orders', count: 0, source: policy('a failed request leaves no trace') },
      ],
    })
    const text = caseWith('')
    expect(checkCase(text, { path }).map(({ message }) => message)).toEqual([
      'expected an exact assertion on the rows (a failed request leaves no trace), found none; read the table and assert on it, e.g. expect(await db.select().from(table)).toEqual([...])',
      'expected status 503, as the plan says, found 201; assert 503',
    ])
  })
})
