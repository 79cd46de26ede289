import { type Case, one, withApp } from '../case.ts'

export const broken: readonly Case[] = [
  // Nothing loads.
  {
    name: 'import-missing',
    is: 'broken import',
    code: `import '../src/not-there.js'\n${one('expect((await request(app).get("/health")).status).toBe(201)')}`,
  },
  {
    name: 'import-package',
    is: 'broken import',
    code: `import 'no-such-package-anywhere'\n${one('expect((await request(app).get("/health")).status).toBe(201)')}`,
  },
  {
    name: 'import-throws',
    is: 'broken import',
    code: `import '../src/throws-at-load.js'\n${one('expect((await request(app).get("/health")).status).toBe(201)')}`,
  },
  {
    name: 'import-in-body',
    is: 'broken import',
    body: `const { refund } = await import('../src/refund.js')
expect(refund((await request(app).get('/health')).status)).toBe(201)`,
  },
  {
    name: 'file-throws',
    is: 'broken import',
    code: withApp(`const config = undefined
const url = config.url
it('is judged', async () => { expect((await request(app).get(url)).status).toBe(201) })`),
  },
  {
    name: 'file-asserts',
    is: 'broken import',
    code: withApp(`expect(app).toBeUndefined()
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(201) })`),
  },
  {
    name: 'syntax',
    is: 'broken syntax',
    code: withApp(`it('is judged', async () => {
  expect((await request(app).get('/health').status).toBe(201)
})`),
  },
  {
    name: 'syntax-of-app',
    is: 'broken syntax',
    code: `import '../src/syntax.js'\n${one('expect((await request(app).get("/health")).status).toBe(201)')}`,
  },
  {
    name: 'type',
    extension: 'ts',
    is: 'broken type',
    code: withApp(`it('is judged', async () => {
  const res = await request(app).get('/health')
  const status: string = res.status + 1
  expect(status).toBe(201)
})`),
  },
  {
    name: 'type-of-passing',
    extension: 'ts',
    is: 'broken type',
    body: `const res = await request(app).get('/health').withCookies('a')
expect(res.status).toBe(201)`,
  },
  // Hooks and fixtures.
  {
    name: 'hook-before-each',
    is: 'broken hook',
    code: withApp(`beforeEach(async () => { expect((await request(app).get('/health')).status).toBe(201) })
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`),
  },
  {
    name: 'hook-after-each',
    is: 'broken hook',
    code: withApp(`afterEach(async () => { expect((await request(app).get('/health')).status).toBe(201) })
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`),
  },
  {
    name: 'hook-before-all',
    is: 'broken hook',
    code: withApp(`beforeAll(() => { throw new Error('no fixtures') })
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(201) })`),
  },
  {
    name: 'hook-before-all-of-suite',
    is: { 'with it > is judged': 'broken hook', 'beside it > is judged': 'red assertion' },
    code: withApp(`describe('with it', () => {
  beforeAll(async () => { expect((await request(app).get('/health')).status).toBe(201) })
  it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })
})
describe('beside it', () => {
  it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(201) })
})`),
  },
  {
    name: 'hook-after-all',
    is: 'broken hook',
    code: withApp(`afterAll(() => { throw new Error('can not clean up') })
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`),
  },
  {
    name: 'hook-on-test-finished',
    is: 'broken hook',
    body: `onTestFinished(() => { expect(1).toBe(2) })
expect((await request(app).get('/health')).status).toBe(200)`,
  },
  {
    name: 'hook-fixture',
    is: 'broken hook',
    code: withApp(`const authed = test.extend({ token: async ({}, use) => {
  const res = await request(app).get('/health')
  expect(res.status).toBe(201)
  await use(res.body.token)
} })
authed('is judged', async ({ token }) => {
  expect((await request(app).get('/health').set('authorization', token)).status).toBe(200)
})`),
  },
  {
    name: 'hook-by-name',
    is: 'broken hook',
    code: withApp(`const seed = async () => { await request(app).post('/orders').send({ item: 'tea' }).expect(200) }
beforeEach(seed)
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`),
  },
  {
    name: 'hook-helper-module',
    is: 'broken hook',
    code: `import { expectCreated } from './support/expect-created.js'\n${withApp(`beforeEach(async () => { expectCreated(await request(app).get('/health')) })
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`)}`,
  },
  {
    name: 'hook-helper-module-then',
    is: 'broken hook',
    code: `import { expectCreated } from './support/expect-created.js'\n${withApp(`beforeEach(() => request(app).get('/health').then(expectCreated))
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`)}`,
  },
  {
    name: 'hook-hangs',
    is: 'broken hook',
    code: withApp(`beforeEach(async () => { await request(app).get('/hang') }, 200)
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`),
  },
  {
    name: 'hook-fails-after-red',
    is: 'red assertion',
    code: withApp(`afterEach(() => { throw new Error('can not clean up') })
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(201) })`),
  },
  {
    name: 'hook-suite-collect',
    is: 'broken import',
    code: withApp(`describe('suite', () => {
  throw new Error('not in a test')
})
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(201) })`),
  },
  // Mistakes of the test itself.
  {
    name: 'harness-type-error',
    is: 'broken harness',
    body: `const res = await request(app).get('/health')
expect(res.body.items[0].id).toBe(1)`,
  },
  {
    name: 'harness-reference-error',
    is: 'broken harness',
    body: `const res = await request(app).get('/health')
expect(response.status).toBe(201)`,
  },
  {
    name: 'harness-missing-export',
    is: 'broken harness',
    code: `import { refund } from '../src/app.js'\n${one(`const res = await request(app).get('/health')
expect(refund(res.body)).toBe(1)`)}`,
  },
  {
    name: 'harness-unknown-matcher',
    is: 'broken harness',
    body: `const res = await request(app).get('/health')
expect(res.status).toBeOkay()`,
  },
  {
    name: 'harness-not-a-spy',
    is: 'broken harness',
    code: `import { mailer } from '../src/app.js'\n${one(`await request(app).post('/orders').send({ item: 'tea' })
expect(mailer.send).toHaveBeenCalledTimes(1)`)}`,
  },
  {
    name: 'harness-refused',
    is: 'broken harness',
    body: `const res = await request('http://127.0.0.1:1').get('/health')
expect(res.status).toBe(200)`,
  },
  {
    name: 'harness-fails',
    is: 'broken harness',
    code: withApp(
      `it.fails('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`,
    ),
  },
  {
    name: 'harness-json',
    is: 'broken harness',
    body: `const res = await request(app).get('/health')
expect(JSON.parse(res.text + '}').ok).toBe(true)`,
  },
  {
    name: 'harness-near-miss',
    is: 'broken harness',
    body: `const res = await request(app).post('/order').send({ item: 'tea' })
expect(res.status).toBe(201)`,
  },
  {
    name: 'harness-prefix',
    is: 'broken harness',
    body: `const res = await request(app).get('/api/health')
expect(res.status).toBe(200)`,
  },
  {
    name: 'harness-in-use',
    is: 'broken harness',
    code: withApp(`import { createServer } from 'node:http'
it('is judged', async () => {
  process.emit('uncaughtException', Object.assign(new Error('listen EADDRINUSE: address already in use :::3000'), { code: 'EADDRINUSE' }))
  expect((await request(app).get('/health')).status).toBe(201)
})`),
  },
  {
    name: 'harness-dropped-by-test',
    is: 'broken harness',
    body: `Promise.reject(new Error('of the test'))
const res = await request(app).get('/health')
await new Promise((resolve) => setTimeout(resolve, 20))
expect(res.status).toBe(200)`,
  },
  {
    name: 'harness-throws-undefined',
    is: 'broken harness',
    body: `await request(app).get('/health')
throw undefined`,
  },
  {
    name: 'harness-literal',
    is: 'broken harness',
    code: `import { literal } from '../src/app.js'\n${one(`await request(app).get('/health')
literal()`)}`,
  },
  {
    name: 'harness-app-asserts-directly',
    is: 'broken harness',
    code: `import { insist } from '../src/app.js'\n${one(`await request(app).get('/health')
insist(false)`)}`,
  },
  {
    name: 'harness-mock',
    is: 'broken harness',
    code: `import { vi as mocker } from 'vitest'
mocker.mock('../src/clock.js', () => ({}))\n${one(`const { now } = await import('../src/clock.js')
await request(app).get('/health')
expect(now()).toBe(1)`)}`,
  },
  // Nobody waits for the app.
  {
    name: 'timeout-own-server',
    is: 'broken timeout',
    code: withApp(`import { createServer } from 'node:http'
it('is judged', async () => {
  await request(app).get('/health')
  const silent = createServer(() => {})
  const res = await request(silent).get('/')
  expect(res.status).toBe(200)
}, 300)`),
  },
  {
    name: 'timeout-own-server-client',
    is: 'broken timeout',
    code: withApp(`import { createServer } from 'node:http'
it('is judged', async () => {
  await request(app).get('/health')
  const res = await request(createServer(() => {})).get('/').timeout(300)
  expect(res.status).toBe(200)
})`),
  },
  {
    name: 'timeout-own-app',
    is: 'broken timeout',
    code: withApp(`import express from 'express'
it('is judged', async () => {
  await request(app).get('/health')
  const other = express().get('/', () => {})
  const res = await request(other).get('/').timeout(300)
  expect(res.status).toBe(200)
})`),
  },
  {
    name: 'timeout-fake-timers',
    is: 'broken timeout',
    code: withApp(`afterEach(() => { vi.useRealTimers() })
it('is judged', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] })
  const res = await request(app).get('/slow')
  expect(res.status).toBe(200)
}, 300)`),
  },
  {
    name: 'timeout-fake-timers-finally',
    is: 'broken timeout',
    code: withApp(`it('is judged', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] })
  try {
    const wait = new Promise((resolve) => setInterval(resolve, 200))
    const res = await Promise.race([request(app).get('/slow'), wait])
    vi.useRealTimers()
    expect(res?.status).toBe(200)
  } finally {
    vi.useRealTimers()
  }
})`),
  },
  {
    name: 'timeout-promise',
    is: 'broken timeout',
    code: withApp(`it('is judged', async () => {
  await request(app).get('/health')
  await new Promise(() => {})
}, 200)`),
  },
  {
    name: 'timeout-endless-loop',
    is: { 'is judged': 'broken timeout', 'never runs': 'broken nothing-ran' },
    code: withApp(`it('is judged', async () => {
  await request(app).get('/health')
  for (;;) ;
})
it('never runs', async () => { expect((await request(app).get('/health')).status).toBe(200) })`),
  },
  {
    name: 'timeout-endless-loop-of-app',
    is: 'broken timeout',
    code: one(`const res = await request(app).get('/loop')
expect(res.status).toBe(200)`),
  },
  {
    name: 'timeout-endless-import',
    is: 'broken timeout',
    code: `${withApp(`for (;;) ;
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`)}`,
  },
  // Nothing ran.
  {
    name: 'skip',
    is: 'broken nothing-ran',
    code: withApp(`it.skip('is judged', async () => { expect((await request(app).get('/health')).status).toBe(200) })`),
  },
  {
    name: 'skip-in-body',
    is: 'broken nothing-ran',
    code: withApp(`it('is judged', async (context) => {
  context.skip()
  expect((await request(app).get('/health')).status).toBe(200)
})`),
  },
  { name: 'todo', is: 'broken nothing-ran', code: withApp(`it.todo('is judged')`) },
  {
    name: 'only',
    is: { 'is judged': 'broken nothing-ran', 'hides it': 'green' },
    code: withApp(`it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(201) })
it.only('hides it', async () => { expect((await request(app).get('/health')).status).toBe(200) })`),
  },
  { name: 'no-tests', is: {}, code: withApp(`describe('later', () => {})`) },
  {
    name: 'dead-worker',
    is: 'broken nothing-ran',
    code: withApp(`it('is judged', async () => {
  await request(app).get('/health')
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => {})
})`),
  },
  // Nothing was asserted.
  { name: 'no-assertion', is: 'broken no-assertion', body: `await request(app).get('/health')` },
  {
    name: 'no-matcher',
    is: 'broken no-assertion',
    body: `const res = await request(app).get('/health')
expect(res.status)`,
  },
  {
    name: 'swallowed',
    is: 'broken no-assertion',
    body: `const res = await request(app).get('/health')
try { expect(res.status).toBe(201) } catch {}`,
  },
  {
    name: 'swallowed-one-of-two',
    is: 'broken no-assertion',
    body: `const res = await request(app).get('/health')
try { expect(res.status).toBe(201) } catch {}
expect(res.body.ok).toBe(true)`,
  },
  {
    name: 'swallowed-catch',
    is: 'broken no-assertion',
    body: `await request(app).get('/health').expect(201).catch(() => {})`,
  },
  {
    name: 'not-awaited-resolves',
    is: 'broken no-assertion',
    code: withApp(`it('is judged', async () => {
  const answer = request(app).get('/health').then((res) => res.status)
  expect(answer).resolves.toBe(201)
  await answer
})`),
  },
  {
    name: 'not-awaited-rejects',
    is: 'broken no-assertion',
    code: `import assert from 'node:assert'\n${one(`const answer = request(app).get('/health').then((res) => res.status)
void assert.rejects(answer).catch(() => {})
await answer
await null`)}`,
  },
  { name: 'not-awaited-chain', is: 'broken no-assertion', body: `request(app).get('/health').expect(201)` },
  {
    name: 'not-awaited-poll',
    is: 'broken no-assertion',
    body: `await request(app).get('/health')
void expect.poll(() => 1).toBe(1)`,
  },
  {
    name: 'assertions-in-hook-only',
    is: 'broken no-assertion',
    code: withApp(`beforeEach(async () => { await request(app).get('/health').expect(200) })
it('is judged', async () => { await request(app).get('/health') })`),
  },
  { name: 'assertions-of-the-app-only', is: 'broken no-assertion', body: `await request(app).get('/checked')` },
  {
    name: 'unwritten-snapshot',
    is: 'broken no-assertion',
    body: `const res = await request(app).get('/health')
expect(res.body).toMatchSnapshot()`,
  },
  {
    name: 'unwritten-inline-snapshot',
    is: 'broken no-assertion',
    body: `const res = await request(app).get('/health')
expect(res.body).toMatchInlineSnapshot()`,
  },
  {
    name: 'import-exits',
    is: 'broken import',
    code: `import '../src/exits-at-load.js'\n${one('await request(app).get("/health").expect(201)')}`,
  },
  {
    name: 'has-assertions',
    is: 'broken no-assertion',
    body: `expect.hasAssertions()
await request(app).get('/health')`,
  },
  {
    name: 'counts-assertions',
    is: 'broken no-assertion',
    body: `expect.assertions(2)
const res = await request(app).get('/health')
expect(res.status).toBe(200)`,
  },
  {
    name: 'never-called-back',
    is: 'broken no-assertion',
    body: `const res = await request(app).get('/list')
for (const item of res.body.filter((one) => one === 'z')) expect(item).toBe('z')`,
  },
  {
    name: 'passing-fails',
    is: 'broken no-assertion',
    code: withApp(
      `it.fails('is judged', async () => { expect((await request(app).get('/health')).status).toBe(201) })`,
    ),
  },
  // Nothing about the app.
  {
    name: 'trivial-fail',
    is: 'broken trivial',
    body: `await request(app).get('/health')
expect.fail('not written yet')`,
  },
  {
    name: 'trivial-unreachable',
    is: 'broken trivial',
    body: `await request(app).get('/health')
expect.unreachable()`,
  },
  {
    name: 'trivial-assert-fail',
    is: 'broken trivial',
    code: `import assert from 'node:assert'\n${one(`await request(app).get('/health')
assert.fail('not written yet')`)}`,
  },
  {
    name: 'trivial-literals',
    is: 'broken trivial',
    body: `await request(app).get('/health')
expect(true).toBe(false)`,
  },
  {
    name: 'trivial-constants',
    is: 'broken trivial',
    body: `const res = await request(app).get('/health')
const expected = 201
const actual = 200
expect(actual).toBe(expected)`,
  },
  {
    name: 'trivial-object',
    is: 'broken trivial',
    body: `await request(app).get('/health')
const order = { id: 1 }
expect(order).toEqual({ id: 2 })`,
  },
  {
    name: 'trivial-throw',
    is: 'broken trivial',
    body: `await request(app).get('/health')
throw new Error('not written yet')`,
  },
  {
    name: 'trivial-reject',
    is: 'broken trivial',
    body: `await request(app).get('/health')
return Promise.reject(new Error('not written yet'))`,
  },
  { name: 'trivial-no-request', is: 'broken trivial', body: `expect(typeof app).toBe('string')` },
  {
    name: 'trivial-passing',
    is: 'broken trivial',
    body: `await request(app).get('/health')
expect(true).toBe(true)`,
  },
  { name: 'trivial-passing-no-request', is: 'broken trivial', body: `expect(typeof app).toBe('function')` },
  {
    name: 'trivial-only-own-server',
    is: 'broken trivial',
    code: withApp(`import { createServer } from 'node:http'
it('is judged', async () => {
  const res = await request(createServer((req, res) => { res.end('ok') })).get('/')
  expect(res.status).toBe(201)
})`),
  },
  // Somebody plays with the judge.
  {
    name: 'tampered-matcher',
    is: 'broken harness',
    code: withApp(`import { chai } from 'vitest'
it('is judged', async () => {
  chai.Assertion.prototype.toBe = function () {}
  const res = await request(app).get('/health')
  expect(res.status).toEqual(200)
  expect(res.status).toBe(201)
})`),
  },
  {
    name: 'tampered-by-extend',
    is: 'broken harness',
    code: withApp(`expect.extend({ toBe() { return { pass: true, message: () => '' } } })
it('is judged', async () => {
  const res = await request(app).get('/health')
  expect(res.status).toBe(201)
})`),
  },
  {
    name: 'tampered-global-expect',
    is: 'broken no-assertion',
    code: withApp(`it('is judged', async () => {
  const { expect } = { expect: () => ({ toBe() {}, toEqual() {} }) }
  const res = await request(app).get('/health')
  expect(res.status).toBe(201)
})`),
  },
  {
    name: 'tampered-supertest',
    is: 'broken no-assertion',
    code: withApp(`it('is judged', async () => {
  const { Test } = request
  const { assert } = Test.prototype
  Test.prototype.assert = function (error, res, done) { done.call(this, null, res) }
  await request(app).get('/health').expect(201)
  Test.prototype.assert = assert
})`),
  },
  {
    name: 'exits-early',
    is: 'broken harness',
    body: `await request(app).get('/health')
process.exit(0)`,
  },
  {
    name: 'tampered-expect',
    is: 'broken no-assertion',
    code: `import request from 'supertest'
import { it } from 'vitest'
import { app } from '../src/app.js'
const expect = () => new Proxy(() => {}, { get: (target, key, self) => self, apply: () => {} })
it('is judged', async () => {
  const res = await request(app).get('/health')
  expect(res.status).toBe(201)
})`,
  },
  {
    name: 'tampered-facts',
    is: 'broken no-assertion',
    code: withApp(`it('is judged', async ({ task, onTestFinished }) => {
  const forge = () => { task.meta.itest = { facts: '{"assertions":[{}]}', seal: 'x' } }
  onTestFinished(forge)
  forge()
  await request(app).get('/health')
})`),
  },
  {
    name: 'tampered-meta',
    is: 'broken harness',
    code: withApp(`it('is judged', async ({ task }) => {
  Object.defineProperty(task, 'meta', { get: () => ({}) })
  await request(app).get('/health')
})`),
  },
  {
    name: 'tampered-result',
    is: 'broken no-assertion',
    body: `onTestFinished(({ task }) => { task.result.state = 'pass'; task.result.errors = undefined })
const res = await request(app).get('/health')
expect(res.status).toBe(201)`,
  },
]
