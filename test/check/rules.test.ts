import { describe, expect, it } from 'vitest'
import type { RULES } from '../../src/check/check.ts'
import type { Path } from '../../src/plan/types.ts'
import { caseWith, checkCase, findingsOf, NAMES } from '../support/check-case.ts'
import { code, plannedPath } from '../support/plan-factory.ts'

const SEND = "const res = await request(app).post('/orders').send(validBody)"

interface Examples {
  readonly refused: readonly string[]
  readonly accepted: readonly string[]
  /** Default: one that asks for no certain outcome. */
  readonly path?: Path
}

const source = code('', 1)
const ONE_ORDER = plannedPath({
  expects: [
    { observable: 'body', request: 0, match: 'part', value: { error: 'late', retryable: true }, source },
    { observable: 'row-count', table: 'orders', count: 1, source },
    { observable: 'calls', stub: 'payments', calls: [], source },
  ],
})
const BODY = "expect(res.body).toMatchObject({ error: 'late', retryable: true })"
const ROWS = 'expect(await db.select().from(orders)).toHaveLength(1)'
const CALLS = 'expect(payments.calls).toEqual([])'

const EXAMPLES = {
  'sends-request': {
    refused: [
      'expect(await db.select().from(orders)).toEqual([])',
      "await request(app).get('/orders')",
      "await request(app).post('/order')",
      "await request(app).post('/orders/1')",
      "const send = () => request(app).post('/orders')",
      "if (orders) { await request(app).post('/orders') }",
      "const res = orders && (await request(app).post('/orders'))",
      "for (const key of orders.keys) { await request(app).post('/orders') }",
      "await Promise.all([].map(() => request(app).post('/orders')))",
    ],
    accepted: [
      SEND,
      "const { status } = await request(app).post('/orders?dry=1')",
      'await request(app).post(`/orders`)',
      'await Promise.all([1, 2].map(() => request(app).post(`/orders`)))',
      "for (const key of ['a', 'b']) { await request(app).post('/orders') }",
    ],
  },
  'follows-plan': {
    path: ONE_ORDER,
    refused: [
      `${SEND}\nexpect(res.body).toEqual({ error: 'late' })\n${ROWS}\n${CALLS}`,
      `${SEND}\nexpect(res.body).toEqual({ error: expect.any(String), retryable: true })\n${ROWS}\n${CALLS}`,
      `${SEND}\n${BODY}\nexpect(await db.select().from(orders)).toHaveLength(2)\n${CALLS}`,
      `${SEND}\n${BODY}\nexpect(await db.$count(orders)).toBe(2)\n${CALLS}`,
      `${SEND}\n${BODY}\nconst rows = await db.select().from(orders)\nexpect(rows[0]).toMatchObject({ userId: 'u1' })\n${CALLS}`,
      `${SEND}\n${BODY}\n${ROWS}\nexpect(payments.calls).toHaveLength(1)`,
    ],
    accepted: [
      `${SEND}\n${BODY}\n${ROWS}\n${CALLS}`,
      `${SEND}\nconst late = { error: 'late', retryable: true }\nexpect(res.body).toEqual(late)\n${ROWS}\n${CALLS}`,
      `${SEND}\n${BODY}\nexpect(await db.select().from(orders)).toMatchObject([{ userId: 'u1' }])\n${CALLS}`,
      `${SEND}\n${BODY}\nexpect(await db.$count(orders)).toBe(1)\nexpect(payments.calls.length).toBe(0)`,
      `${SEND}\n${BODY}\nexpect(await db.select().from(orders)).toMatchObject([validBody])\n${CALLS}`,
    ],
  },
  'asserts-outcome': {
    refused: [
      SEND,
      `${SEND}\nexpect(res.status).toBe(201)`,
      `${SEND}\nexpect(res.body).toEqual({})`,
      `${SEND}\nexpect(res.status).toBeDefined()\nexpect(res.body).toEqual({ id: 1 })`,
      `${SEND}\nexpect(res.status).not.toBe(500)\nexpect(res.body).toEqual({ id: 1 })`,
      `${SEND}\nexpect(res.status).toBe(201)\nexpect(res.body).toBeTruthy()`,
      `${SEND}\nexpect(res.status).toBe(201)\nexpect(res.body).toHaveProperty('id')`,
      `${SEND}\nexpect(res).toMatchObject({ status: 201 })`,
      `${SEND}\nexpect(res.status).toBeOneOf([201, 500])\nexpect(res.body).toEqual({ id: 1 })`,
      `${SEND}\nexpect({ ...res, status: 201 }).toMatchObject({ status: 201 })`,
      `${SEND}\nexpect(res.status).toBe(201)\nif (res.ok) { expect(res.body).toEqual({ id: 1 }) }`,
    ],
    accepted: [
      `${SEND}\nexpect(res.status).toBe(201)\nexpect(res.body).toEqual({ id: 1 })`,
      `${SEND}\nexpect(res).toMatchObject({ status: 201, body: { id: 1 } })`,
      `${SEND}\nexpect({ code: res.statusCode, text: res.text }).toEqual({ code: 500, text: '' })`,
      `${SEND}\nexpect(res.status).toBe(503)\nexpect(payments.calls).toHaveLength(1)`,
      `${SEND}\nconst rows = await db.select().from(orders)\nexpect(res.status).toBe(503)\nexpect(rows.length).toBe(0)`,
      `${SEND}\nconst { status, body: error } = res\nexpect(status).toBe(400)\nexpect(error).toEqual({ error: 'x' })`,
    ],
  },
  'no-conditional-assertion': {
    refused: [
      'if (res.ok) expect(res.body).toEqual({})',
      'if (!res.ok) { orders } else { expect(res.body).toEqual({}) }',
      'res.ok ? expect(res.body).toEqual({}) : null',
      'res.ok && expect(res.body).toEqual({})',
      'res.error ?? expect(res.body).toEqual({})',
      'switch (res.status) { case 201: expect(res.body).toEqual({}) }',
      'for (const row of await db.select().from(orders)) { expect(row.userId).toBe("u1") }',
      'for (const row of []) { expect(row).toBe(res.body) }',
      'payments.calls.forEach((call) => expect(call.method).toBe("POST"))',
      'const check = () => { expect(res.status).toBe(201) }',
      'try { await request(app).get("/") } catch { expect(res.status).toBe(201) }',
      'expect?.(res.status).toBe(201)',
      'while (res.ok) { expect(res.status).toBe(201) }',
      'await until(() => { if (res.ok) expect(res.status).toBe(201) })',
      'await faults.clear(() => expect(res.status).toBe(201))',
    ],
    accepted: [
      'expect(res.body).toEqual({})',
      '{ expect(res.body).toEqual({}) }',
      'for (const key of ["id", "userId"]) { expect(res.body).toHaveProperty(key) }',
      'await expect(db.select().from(orders)).resolves.toEqual([])',
      'await until(async () => expect(await db.$count(orders)).toBe(1))',
    ],
  },
  'no-vacuous-assertion': {
    refused: [
      'expect(true).toBe(true)',
      'expect(1 + 1).toBe(2)',
      'expect(validBody).toEqual(validBody)',
      'const made = { status: 201 }\nexpect(made.status).toBe(201)',
      'expect(res.body).toEqual(res.body)',
      'expect(res.body.id).toBe((res.body).id)',
      'const copy = res.body\nexpect(copy.id).toBe(res.body.id)',
      'expect(res.status)',
      'expect(res.status).toBe',
      'expect().toBe(201)',
      'expect(res.body).toMatchObject({})',
      'expect(res.body).toEqual(expect.anything())',
      'expect(res.body).toEqual(expect.objectContaining({}))',
      'expect(payments.calls).toEqual(expect.arrayContaining([]))',
      'expect(res.text).toEqual(expect.stringContaining(""))',
      'expect(payments.calls.length).toBeGreaterThanOrEqual(0)',
      'expect(res.status).toBeGreaterThan(-1)',
      'const made = await factory.create(orders)\nexpect(made).toMatchObject({ id: 1 })',
      'const [made] = await db.insert(orders).values({ userId: "u1" }).returning()\nexpect(made).toEqual({ id: 1 })',
      'expect(auth.apiKey("x-key", "k")).toEqual({ "x-key": "k" })',
      'expect(await signIn(app)).toEqual({ "x-key": "k" })',
    ],
    accepted: [
      'expect(res.body).toEqual({})',
      'expect(payments.calls.length).toBeGreaterThan(0)',
      'expect(res.body).toMatchObject({ id: expect.any(Number) })',
      'const [row] = await db.select().from(orders)\nexpect(row?.id).toBe(res.body.id)',
      'expect(await db.$count(orders)).toBe(1)',
      'expect(listCalls()[0]?.path).toBe("/v1/charges")',
      'expect(mail.sent.map((one) => one.subject)).toEqual(["Welcome"])',
      'expect(queries.all.length).toBe(2)',
      "const other = stub('https://mail.example')\nexpect(other.calls).toEqual([])",
    ],
  },
  'no-floating-promise': {
    refused: [
      "request(app).post('/orders')",
      "const pending = request(app).post('/orders')",
      "Promise.all([request(app).post('/orders')])",
      "faults.on(orders, 'insert').fail()",
      "db.insert(orders).values({ userId: 'u2' })",
      'expect(db.select().from(orders)).resolves.toEqual([])',
      'expect(db.select().from(orders)).rejects.toThrow()',
      "[1].map(() => request(app).post('/orders'))",
      'faults.onCommit().cutBefore()',
      'faults.connections.refuse()',
      'factory.create(orders)',
      'until(() => mail.sent.length > 0)',
      "const agent = request.agent(app)\nagent.get('/orders')",
      "auth.cookieSession(request.agent(app), (agent) => agent.post('/login'))",
      "request(app).get('/').set(signIn(app))",
      'await until(() => { db.$count(orders) })',
      "payments.on('POST', '/v1/charges').reply(() => { db.delete(orders); return { status: 200 } })",
    ],
    accepted: [
      "await faults.on(orders, 'insert').fail()",
      "await (request(app).post('/orders'))",
      "await Promise.all([request(app).post('/orders'), db.select().from(orders)])",
      "await Promise.all([1, 2].map((n) => request(app).post('/orders').send({ n })))",
      'await until(() => { return db.$count(orders) })',
      'await until(() => db.$count(orders))',
      'expect(await db.select().from(orders)).toEqual([])',
    ],
  },
  'no-swallowed-error': {
    refused: [
      'try { await request(app).get("/") } catch {}',
      'try { await request(app).get("/") } catch (error) { console.log(error) }',
      'await request(app).get("/").catch(() => null)',
      'await request(app).get("/").then((r) => r, () => null)',
    ],
    accepted: ['try { await request(app).get("/") } finally { payments.on("GET", "/").hang() }'],
  },
  'no-snapshot': {
    refused: [
      'expect(res.body).toMatchSnapshot()',
      'expect(res.body).toMatchInlineSnapshot(`{}`)',
      'await expect(res.text).toMatchFileSnapshot("x")',
      'expect(() => res.body).toThrowErrorMatchingSnapshot()',
    ],
    accepted: ['expect(res.body).toEqual({ error: "toMatchSnapshot" })'],
  },
  'no-sleep': {
    refused: [
      'await new Promise((resolve) => setTimeout(resolve, 100))',
      'setInterval(() => res, 10)',
      'await sleep(100)',
      'vi.useFakeTimers()',
      'await vi.advanceTimersByTimeAsync(1000)',
      'await timers.setTimeout(100)',
      'const end = Date.now() + 500\nawait until(() => Date.now() > end)',
    ],
    accepted: [
      'await request(app).get("/").timeout(2000)',
      'await until(() => payments.calls.length > 0)',
      'payments.on("POST", "/v1/charges").hang()',
    ],
  },
  'no-mock': {
    refused: [
      "vi.mock('../src/lib/payments')",
      "vi.spyOn(db, 'insert')",
      "vi.stubGlobal('fetch', () => null)",
      'orders.insert.mockResolvedValue([])',
    ],
    accepted: ["payments.on('POST', '/v1/charges').reply(402, { error: 'declined' })"],
  },
  'no-statement-text': {
    refused: [
      "expect(queries.all[0]?.sql).toBe('select 1')",
      "expect(queries.all.map(({ sql }) => sql)).toEqual(['select 1'])",
      "expect(queries.all).toMatchObject([{ operation: 'select', sql: 'select 1' }])",
      'const { sql: text } = queries.all[0] ?? { operation: 1 }',
      "expect(queries.filter((query) => query.sql.includes('join'))).toHaveLength(1)",
    ],
    accepted: [
      "expect(queries.count(orders, 'select')).toBe(1)",
      "expect(await db.select().from(orders)).toMatchObject([{ sql: 'select 1' }])",
      'const [{ sql } = { sql: 1 }] = await db.select().from(orders)',
      "expect(queries.all.map(({ operation }) => operation)).toEqual(['select'])",
    ],
  },
  'no-tampering': {
    refused: [
      'res.status = 201',
      'res.body.id += 1',
      'delete res.body.id',
      'payments.calls.push({ method: "POST" })',
      'payments.calls.splice(0)',
      'const all = payments.calls\nall.length = 0',
      'const rows = await db.select().from(orders)\nrows.sort()',
      '[validBody.userId] = ["u2"]',
      'orders.n++',
    ],
    accepted: ['const ids = [3, 1].sort()', 'const verbs = payments.calls.map((call) => call.method).sort()'],
  },
  'no-test-structure': {
    refused: [
      "it('more', () => {})",
      "it.only('more', () => {})",
      "test.skip('more', () => {})",
      "describe.concurrent('more', () => {})",
      "it.todo('more')",
      'beforeEach(() => {})',
      'onTestFinished(() => {})',
    ],
    accepted: ['const test = 1', 'const { only, skip } = res.body'],
  },
  'no-shadowing': {
    refused: [
      'const expect = (value) => ({ toBe: () => value })',
      'const { app } = res.body',
      '[1].map((request) => request)',
      'const [db] = [1]',
      'const JSON = { parse: () => ({}) }',
      'const undefined = 1',
      'for (const orders of [1]) { res }',
      'const f = function payments() {}',
    ],
    accepted: ['const order = { app: 1, db: 2 }', 'const { app: given } = res.body'],
  },
  'no-suppression': {
    refused: [
      '// @ts-expect-error later\nconst a = res.nothing',
      'const a = 1 // @ts-ignore',
      '/* eslint-disable */',
      '// biome-ignore lint: x',
      'const a = res.body as any',
      'const f = (value: any) => value',
    ],
    accepted: ["const note = '@ts-ignore'", 'const a = res.body as { id: number }', '// the provider is asked once'],
  },
  'no-hidden-characters': {
    refused: ['const a = "\u202e"', 'const a\u200b = 1', '// \u0007', 'const a = 1\u2028'],
    accepted: ["const a = 'für 5 €, 日本'", "const a = '\\u202e'", '\tconst a = 1'],
  },
  'allowed-syntax': {
    refused: [
      'let a = 1',
      'var a = 1',
      'export const a = 1',
      "import fs from 'node:fs'",
      "import fs = require('node:fs')",
      "const fs = await import('node:fs')",
      'const url = import.meta.url',
      'return',
      'if (res.ok) return',
      "throw new Error('no')",
      'if (res.ok) { orders }',
      'while (true) {}',
      'do {} while (true)',
      'for (;;) {}',
      'for (const key in res.body) {}',
      'debugger',
      'class A {}',
      'const a = class {}',
      'function help() {}',
      'const a = this',
      'const a = function* () { yield 1 }',
      'const a = { get b() { return 1 } }',
      'const a = tag`rm -rf`',
      'void request(app)',
      'const a = (1, 2)',
      'label: for (const a of [1]) { break label }',
      'using a = res',
      'type A = string',
      'enum A { b }',
      'namespace A {}',
      'const a = function () { return new.target }',
    ],
    accepted: [
      'const a = 1, b = { c() { return 2 } }',
      'for (const a of [1, 2]) { await db.insert(orders).values({ a }) }',
      'const a = (n: number) => { return n + 1 }',
    ],
  },
  'allowed-names': {
    refused: [
      "const fs = require('node:fs')",
      'process.exit(0)',
      'globalThis.process',
      "eval('1')",
      "new Function('return process')()",
      "fetch('https://example.com')",
      "Buffer.from('x')",
      'crypto.randomUUID()',
      'Reflect.ownKeys(orders)',
      "Symbol.for('x')",
      'new Proxy({}, {})',
      'arguments[0]',
      'console.log(res.body)',
      '{ const process = 1 }\nprocess.exit()',
      '[1].map((fetch) => fetch)\nfetch(1)',
      '({ process })',
      `const a = \`\${process.env.HOME}\``,
      "new WebSocket('wss://example.com')",
      'import("node:fs").then(queueMicrotask)',
      'const secret = process.env.JWT_SECRET',
      'expect(process.env.JWT_SECRET).toBe(res.body.secret)',
      'auth.bearer({ secret: process.env.ANTHROPIC_API_KEY, claims: {} })',
      "auth.bearer({ secret: process.env['JWT' + '_SECRET'], claims: {} })",
      'auth.bearer({ secret: process.env.JWT_SECRET.concat(res.text), claims: {} })',
      'auth.csrf(process.env.JWT_SECRET)',
    ],
    accepted: [
      'const process = 1\nconst a = process',
      'const a = { process: 1, fetch: 2 }.process',
      'const a: Buffer | null = null',
      'const ids = Object.keys(res.body).map(String)',
      "const other = stub('https://mail.example')",
      'const token = auth.bearer({ secret: process.env.JWT_SECRET, claims: { sub: "ada" } })',
    ],
  },
  'allowed-uses': {
    refused: [
      'app.use(() => {})',
      'const server = app',
      'const send = request',
      "await request('http://127.0.0.1:1').get('/')",
      "await request(app, {}).get('/')",
      "await request(app).get('@example.com/')",
      'await request(app).get(res.body.next)',
      "await request(app).post('/').attach('file', '/etc/passwd')",
      "await request(app).get('/').expect(200)",
      "await request(app).get('/').pipe(orders)",
      "const url = request(app).get('/').url",
      'const side = db',
      "await db.execute('copy orders to program \\'id\\'')",
      'db.$client.end()',
      "await db['execute']('select 1')",
      'await db.query.orders.findMany({ where: (o, { sql }) => sql.raw("1") })',
      'await db.transaction(async (tx) => tx)',
      'const session = db.select().from(orders).session',
      'const prepare = db.select().from(orders).prepare("x")',
      'expect.extend({ toBe: () => ({ pass: true }) })',
      "expect.fail('no')",
      'expect.soft(res.status).toBe(1)',
      'const check = expect',
      'expect(res.status).to.equal(201)',
      'expect(res.body).toSatisfy(() => true)',
      "await faults.on(orders, 'insert on orders; drop table orders' as never).fail()",
      'await faults.on(orders, res.body.operation).fail()',
      'const on = faults.on',
      "await faults.on(orders, 'insert')",
      "await faults.on(orders, 'insert').explode()",
      'await faults.onCommit().fail().then(null, null)',
      'await faults.connections.drop()',
      'const { on } = faults',
      'await signIn()',
      'await signIn(orders)',
      'await signIn({ role: "admin" }, app)',
      'const enter = signIn',
      'await [app].map(signIn)',
      "faults['on'](orders, 'insert')",
      "await bootApp(() => import('../src/app.js'))",
      'const all = mail',
      'mail.deliver()',
      'const clone = clock.set',
      'queries.board',
      "payments.on('POST', '/v1/charges')",
      "payments.on('POST', '/v1/charges').answer(200)",
      "const other = stub('https://mail.example')\nother.boundary",
      "[stub('https://mail.example')].map((one) => one.boundary)",
      "(await auth.cookieSession(request.agent(app), (agent) => agent.get('/'))).pipe(orders)",
      "const { post } = await auth.cookieSession(request.agent(app), (agent) => agent.get('/'))",
      'await auth.cookieSession(request.agent(app), ({ app }) => app)',
      'const signIn = (agent) => agent.pipe(orders)\nawait auth.cookieSession(request.agent(app), signIn)',
      "const agent = request.agent('http://127.0.0.1:1')",
      "const agent = request.agent(app)\nconst copy = agent\nawait copy.get('/').attach('file', '/etc/passwd')",
      "const agent = request.agent(app)\n[agent].map((one) => one.get('/').pipe(orders))",
      "const agent = request.agent(app)\nawait agent.get('@example.com/')",
      'await until.call(null, () => mail.sent.length)',
      'await db.select().from(orders).leftJoin(orders, null)',
      'const O = Object',
      'Object.getPrototypeOf(orders)',
      'Object.assign(orders, {})',
      'const a = Math.random()',
      'const f = [Object].map((o) => o)',
      'const p = new Promise(() => {})',
      'const a = Array.prototype',
    ],
    accepted: [
      "await request(app).get('/orders').query({ page: '2' }).set('accept', 'text/html').timeout(2000)",
      `await request(app).get(\`/orders/\${res.body.id}\`)`,
      'await db.update(orders).set({ paid: true }).where(eq(orders.id, 1))',
      "const rows = await db['select']().from(orders)",
      "await faults.on(orders, 'update').fail({ sqlstate: '40001' })",
      "await faults.on('orders', 'select', { nth: 2 }).delay(100)",
      "const charges = payments.on('POST', '/v1/charges')\n  .reply(500)\ncharges.stream(200, ['a']).resetConnection()",
      "const agent = request.agent(app)\nawait agent.get('/').set('a', 'b')",
      'const a = Math.max(1, 2)',
      'const a = new Set([1]).size',
      'const a = new Date(0).toISOString()',
      'const a = Number(res.headers.age)',
      'expect(res.body).toEqual({ at: expect.any(Date), tags: expect.not.arrayContaining(["x"]) })',
    ],
  },
  'allowed-members': {
    refused: [
      'const F = orders.constructor',
      "const F = orders['constructor']",
      'const F = orders[`constructor`]',
      'const F = orders.con\\u0073tructor',
      "const F = orders['\\x63onstructor']",
      "const F = orders['con' + 'structor']",
      "const key = 'constructor'\nconst F = orders[key]",
      'const { constructor: F } = orders',
      'const { constructor } = orders',
      "const { ['con' + 'structor']: F } = orders",
      '[orders].map(({ constructor: F }) => F)',
      'const a = orders?.constructor',
      'const a = orders.__proto__',
      'const a = { __proto__: orders }',
      'const a = payments.on.prototype',
      'const a = orders[res.body.key]',
    ],
    accepted: [
      "const key = payments.calls[0]?.headers['idempotency-key']",
      'const a = { ["x" + 1]: 1 }.x1',
      'const { id: orderId, ...rest } = res.body',
    ],
  },
} as const satisfies Record<keyof typeof RULES, Examples>

const LINES = new Set(['sends-request', 'asserts-outcome', 'follows-plan'])

describe.each<[string, Examples]>(Object.entries(EXAMPLES))('%s', (rule, { refused, accepted, path }) => {
  const read = (line: string) => findingsOf(rule, LINES.has(rule) ? line : caseWith(line), path ? { path } : {})

  it.each(refused)('refuses: %s', (line) => {
    const messages = read(line)
    expect(messages.length).toBeGreaterThan(0)
    for (const message of messages) expect(message).toMatch(/expected .*found /)
  })

  it.each(accepted)('accepts: %s', (line) => {
    expect(read(line)).toEqual([])
  })
})

describe('asserts-outcome on a planned path', () => {
  const path = plannedPath({
    expects: [
      { observable: 'status-at-least', request: 0, minimum: 500, source: code('', 1) },
      { observable: 'distinct-keys', stub: 'payments', keyAt: ['headers', 'k'], count: 1, source: code('', 1) },
    ],
  })
  const status = `${SEND}\nexpect(res.status).toBeGreaterThanOrEqual(500)`

  it('wants each outcome of the plan, and no other', () => {
    const calls = 'expect(new Set(payments.calls.map((call) => call.headers.k)).size).toBe(1)'
    expect(findingsOf('asserts-outcome', `${status}\n${calls}`, { path })).toEqual([])
    expect(findingsOf('asserts-outcome', `${status}\nexpect(res.body).toEqual({ a: 1 })`, { path })).toEqual([
      "expected an exact assertion on the calls, found none; assert on the stub's record, e.g. expect(stub.calls).toHaveLength(1)",
    ])
  })
})

describe('asserts-outcome on a planned status', () => {
  it.each(['toBeGreaterThanOrEqual(503)', 'toBe(500)', 'toBeOneOf([500, 503])'])(
    'is not content with %s',
    (matcher) => {
      const expects = [{ observable: 'status', request: 0, equals: 503, source: code('', 1) }] as const
      const text = `${SEND}\nexpect(res.status).${matcher}\nexpect(payments.calls).toEqual([])`
      expect(findingsOf('asserts-outcome', text, { path: plannedPath({ expects }) })).toHaveLength(1)
    },
  )
})

describe('what a rule needs from outside', () => {
  it('no-mock refuses a spy also where the file knows `vi`', () => {
    const spy = "vi.spyOn(payments, 'calls', 'get').mockReturnValue([{ method: 'POST' }])"
    expect(findingsOf('no-mock', spy, { names: [...NAMES, 'vi'] })).toHaveLength(1)
  })

  it('no-hidden-characters reads the title too', () => {
    expect(checkCase(caseWith(''), { title: 'answers\u202e 201' }).map(({ kind }) => kind)).toEqual([
      'no-hidden-characters',
    ])
  })

  it('a constant made of itself does not hang a rule', () => {
    expect(findingsOf('no-vacuous-assertion', 'const a = [a, b]\nconst b = a\nexpect(a).toBe(b)')).toHaveLength(1)
  })
})
