import { type Case, one, withApp } from '../case.ts'

const ASSERTION = 'red assertion'

export const red: readonly Case[] = [
  {
    name: 'status',
    is: ASSERTION,
    body: `const res = await request(app).post('/orders').send({ item: 'tea' })
expect(res.status).toBe(202)`,
  },
  {
    name: 'body',
    is: ASSERTION,
    body: `const res = await request(app).get('/health')
expect(res.body).toEqual({ ok: false })`,
  },
  { name: 'supertest-status', is: ASSERTION, body: `await request(app).get('/health').expect(204)` },
  { name: 'supertest-body', is: ASSERTION, body: `await request(app).get('/health').expect(200, { ok: false })` },
  {
    name: 'supertest-header',
    is: ASSERTION,
    body: `await request(app).get('/health').expect('x-powered-by', 'tea')`,
  },
  {
    name: 'supertest-function',
    is: ASSERTION,
    body: `await request(app).get('/health').expect((res) => { expect(res.body.ok).toBe(false) })`,
  },
  {
    name: 'supertest-end',
    is: ASSERTION,
    code: withApp(`it('is judged', () => new Promise((resolve, reject) => {
  request(app).get('/health').expect(418).end((error) => (error ? reject(error) : resolve()))
}))`),
  },
  {
    name: 'not-found-of-route',
    is: ASSERTION,
    body: `const res = await request(app).get('/orders/404')
expect(res.status).toBe(200)`,
  },
  {
    name: 'matcher-on-undefined',
    is: ASSERTION,
    body: `const res = await request(app).get('/health')
expect(res.body.message).toMatch(/fine/)`,
  },
  {
    name: 'greater-than-undefined',
    is: ASSERTION,
    body: `const res = await request(app).get('/health')
expect(res.body.count).toBeGreaterThan(1)`,
  },
  {
    name: 'to-contain',
    is: ASSERTION,
    body: `const res = await request(app).get('/list')
expect(res.body).toContain('z')`,
  },
  {
    name: 'have-length',
    is: ASSERTION,
    body: `const res = await request(app).get('/list')
expect(res.body).toHaveLength(9)`,
  },
  {
    name: 'have-property',
    is: ASSERTION,
    body: `const res = await request(app).get('/health')
expect(res.body.deep).toHaveProperty('a.b')`,
  },
  {
    name: 'custom-matcher',
    is: ASSERTION,
    code: withApp(`expect.extend({
  toBeTeapot(received) { return { pass: received === 418, message: () => 'no teapot: ' + received } },
})
it('is judged', async () => {
  const res = await request(app).get('/health')
  expect(res.status).toBeTeapot()
})`),
  },
  {
    name: 'custom-async-matcher',
    is: ASSERTION,
    code: withApp(`it('is judged', async () => {
  expect.extend({ async toBeLate(received) { await null; return { pass: false, message: () => 'too early: ' + received } } })
  const res = await request(app).get('/health')
  await expect(res.status).toBeLate()
})`),
  },
  {
    name: 'node-assert',
    is: ASSERTION,
    code: `import assert from 'node:assert/strict'\n${one(`const res = await request(app).get('/health')
assert.equal(res.status, 204)`)}`,
  },
  {
    name: 'node-assert-call',
    is: ASSERTION,
    code: `import assert from 'node:assert'\n${one(`const res = await request(app).get('/health')
assert(res.body.missing)`)}`,
  },
  {
    name: 'node-assert-named',
    is: ASSERTION,
    code: `import { deepEqual } from 'assert'\n${one(`const res = await request(app).get('/health')
deepEqual(res.body, { ok: false })`)}`,
  },
  {
    name: 'chai-package',
    is: ASSERTION,
    code: `import { expect as chaiExpect } from 'chai'\n${one(`const res = await request(app).get('/health')
chaiExpect(res.status).to.equal(204)`)}`,
  },
  {
    name: 'chai-style',
    is: ASSERTION,
    body: `const res = await request(app).get('/health')
expect(res.body.ok).to.be.false`,
  },
  {
    name: 'vitest-assert',
    is: ASSERTION,
    code: `import { assert } from 'vitest'\n${one(`const res = await request(app).get('/health')
assert.strictEqual(res.status, 204)`)}`,
  },
  {
    name: 'soft',
    is: ASSERTION,
    body: `const res = await request(app).get('/health')
expect.soft(res.status).toBe(201)
expect.soft(res.body).toEqual({ ok: true })`,
  },
  {
    name: 'soft-then-mistake',
    is: ASSERTION,
    body: `const res = await request(app).get('/health')
expect.soft(res.status).toBe(201)
res.body.items[0].id`,
  },
  {
    name: 'inline-snapshot',
    is: ASSERTION,
    body: "const res = await request(app).get('/health')\nexpect(res.status).toMatchInlineSnapshot(`201`)",
  },
  {
    name: 'resolves',
    is: ASSERTION,
    body: `await expect(request(app).get('/health').then((res) => res.status)).resolves.toBe(201)`,
  },
  {
    name: 'rejects-of-what-resolves',
    is: ASSERTION,
    body: `await expect(request(app).get('/health').then((res) => res.body)).rejects.toThrow()`,
  },
  {
    name: 'poll',
    is: ASSERTION,
    code: one(
      `await expect.poll(async () => (await request(app).get('/health')).status, { timeout: 600, interval: 20 }).toBe(201)`,
    ),
  },
  {
    name: 'wait-for',
    is: ASSERTION,
    code: one(
      `await vi.waitFor(async () => { expect((await request(app).get('/health')).status).toBe(201) }, { timeout: 600, interval: 20 })`,
    ),
  },
  {
    name: 'helper-in-file',
    is: ASSERTION,
    code: withApp(`beforeEach(async () => { await request(app).get('/health') })
function expectStatus(res, status) { expect(res.status).toBe(status) }
it('is judged', async () => { expectStatus(await request(app).get('/health'), 201) })`),
  },
  {
    name: 'helper-then',
    is: ASSERTION,
    code: withApp(`const expectTeapot = (res) => expect(res.status).toBe(418)
it('is judged', () => request(app).get('/health').then(expectTeapot))`),
  },
  {
    name: 'helper-module',
    is: ASSERTION,
    code: `import { expectCreated } from './support/expect-created.js'\n${one(`expectCreated(await request(app).get('/health'))`)}`,
  },
  {
    name: 'requested-in-before-all',
    is: ASSERTION,
    code: withApp(`let res
beforeAll(async () => { res = await request(app).get('/health') })
it('is judged first', () => { expect(res.status).toBe(201) })
it('is judged second', () => { expect(res.body).toEqual({ ok: false }) })`),
  },
  {
    name: 'each',
    is: ASSERTION,
    code: withApp(`it.each([201, 202])('answers %i', async (status) => {
  expect((await request(app).get('/health')).status).toBe(status)
})`),
  },
  {
    name: 'extended-test',
    is: ASSERTION,
    code: withApp(`const authed = test.extend({ token: async ({}, use) => { await use('t') } })
authed('is judged', async ({ token }) => {
  const res = await request(app).get('/health').set('authorization', token)
  expect(res.status).toBe(201)
})`),
  },
  {
    name: 'fetch',
    is: ASSERTION,
    code: withApp(`it('is judged', async () => {
  const server = app.listen(0)
  onTestFinished(() => { server.close() })
  const res = await fetch('http://127.0.0.1:' + server.address().port + '/health')
  expect(res.status).toBe(201)
})`),
  },
  {
    name: 'error-of-the-app',
    is: ASSERTION,
    body: `const res = await request(app).get('/throws')
expect(res.status).toBe(200)`,
  },
  {
    name: 'assertion-error-of-the-app',
    is: ASSERTION,
    body: `const res = await request(app).get('/asserts')
expect(res.status).toBe(200)`,
  },
  {
    name: 'spy',
    is: ASSERTION,
    code: `import { mailer } from '../src/app.js'\n${one(`const send = vi.spyOn(mailer, 'send')
await request(app).post('/orders').send({ item: 'tea' })
expect(send).toHaveBeenCalledTimes(2)`)}`,
  },
  {
    name: 'recorded-calls',
    is: ASSERTION,
    code: `import { mailer } from '../src/app.js'\n${one(`const sent = []
vi.spyOn(mailer, 'send').mockImplementation((mail) => { sent.push(mail) })
await request(app).post('/orders').send({ item: 'tea' })
expect(sent).toEqual([])`)}`,
  },
  {
    name: 'reversed',
    is: ASSERTION,
    body: `const res = await request(app).get('/health')
expect(201).toBe(res.status)`,
  },
  {
    name: 'concurrent',
    is: ASSERTION,
    code: withApp(`describe.concurrent('side by side', () => {
  it('one', async () => { expect((await request(app).get('/health')).status).toBe(201) })
  it('two', async () => { expect((await request(app).get('/health')).status).toBe(202) })
})`),
  },
  {
    name: 'typescript',
    extension: 'ts',
    is: ASSERTION,
    code: withApp(`interface Health { ok: boolean }
it('is judged', async () => {
  const res = await request(app).get('/health')
  const body: Health = res.body
  expect(body.ok).toBe(false)
})`),
  },
  // A route that is not there yet.
  {
    name: 'missing-by-title',
    is: 'red missing-route',
    code: withApp(`describe('POST /orders/:id/refund', () => {
  it('refunds', async () => {
    const res = await request(app).post('/orders/1/refund')
    expect(res.status).toBe(200)
  })
})`),
  },
  {
    name: 'missing-unlike-all',
    is: 'red missing-route',
    body: `const res = await request(app).post('/invoices').send({})
expect(res.status).toBe(201)
expect(res.body).toMatchObject({ id: 1 })`,
  },
  {
    name: 'missing-supertest',
    is: 'red missing-route',
    body: `await request(app).delete('/invoices/7').expect(204)`,
  },
  {
    name: 'missing-body',
    is: 'red missing-route',
    body: `const res = await request(app).get('/invoices/7')
expect(res.body).toEqual({ id: 7 })`,
  },
  {
    name: 'missing-after-setup',
    is: 'red missing-route',
    body: `await request(app).post('/orders').send({ item: 'tea' }).expect(201)
const res = await request(app).get('/invoices')
expect(res.status).toBe(200)`,
  },
  {
    name: 'missing-method',
    is: 'red missing-route',
    code: withApp(`it('DELETE /health is there', async () => {
  expect((await request(app).delete('/health')).status).toBe(204)
})`),
  },
  // The app got the request and never answered.
  {
    name: 'hang',
    is: 'red hang',
    body: `const res = await request(app).get('/hang')
expect(res.status).toBe(200)`,
  },
  {
    name: 'hang-supertest-timeout',
    is: 'red hang',
    body: `const res = await request(app).get('/hang').timeout(300)
expect(res.status).toBe(200)`,
  },
  {
    name: 'hang-abort-signal',
    is: 'red hang',
    code: withApp(`it('is judged', async () => {
  const server = app.listen(0)
  onTestFinished(() => { server.closeAllConnections(); server.close() })
  const res = await fetch('http://127.0.0.1:' + server.address().port + '/hang', { signal: AbortSignal.timeout(300) })
  expect(res.status).toBe(200)
})`),
  },
  {
    name: 'hang-of-undefined',
    is: 'red hang',
    body: `const res = await Promise.race([request(app).get('/hang'), new Promise((resolve) => setTimeout(resolve, 300))])
expect(res?.status).toBe(200)`,
  },
  // Nobody catches it.
  {
    name: 'crash-after-answer',
    is: 'red app-crash',
    body: `const res = await request(app).get('/crash-later')
expect(res.status).toBe(200)
await new Promise((resolve) => setTimeout(resolve, 50))`,
  },
  {
    name: 'crash-instead-of-answer',
    is: 'red app-crash',
    body: `const res = await request(app).get('/crash-first').timeout(150)
expect(res.status).toBe(200)`,
  },
  {
    name: 'crash-rejection',
    is: 'red app-crash',
    body: `const res = await request(app).get('/reject-later')
expect(res.status).toBe(200)
await new Promise((resolve) => setTimeout(resolve, 50))`,
  },
  {
    name: 'exit',
    is: 'red app-crash',
    body: `const res = await request(app).get('/exit')
expect(res.status).toBe(200)`,
  },
]
