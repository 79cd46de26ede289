import { type Case, one, withApp } from '../case.ts'

const GREEN = 'green'

export const green: readonly Case[] = [
  {
    name: 'green-status',
    is: GREEN,
    body: `const res = await request(app).get('/health')
expect(res.status).toBe(200)`,
  },
  { name: 'green-supertest', is: GREEN, body: `await request(app).get('/health').expect(200, { ok: true })` },
  {
    name: 'green-assert',
    is: GREEN,
    code: `import assert from 'node:assert'\n${one(`const res = await request(app).get('/health')
assert.equal(res.status, 200)`)}`,
  },
  {
    name: 'green-assert-call',
    is: GREEN,
    code: `import assert from 'node:assert/strict'\n${one(`const res = await request(app).get('/health')
assert(res.body.ok)`)}`,
  },
  {
    name: 'green-chai-package',
    is: GREEN,
    code: `import { expect as chaiExpect } from 'chai'\n${one(`const res = await request(app).get('/health')
chaiExpect(res.status).to.equal(200)`)}`,
  },
  {
    name: 'green-wait-for',
    is: GREEN,
    body: `let asked = 0
await vi.waitFor(async () => {
  asked += (await request(app).get('/health')).status
  expect(asked).toBeGreaterThan(300)
}, { interval: 10 })`,
  },
  {
    name: 'green-poll',
    is: GREEN,
    body: `let asked = 0
await expect.poll(async () => { asked += (await request(app).get('/health')).status; return asked }, { interval: 10 }).toBeGreaterThan(300)`,
  },
  {
    name: 'green-frozen-date',
    is: GREEN,
    body: `vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-01-01') })
await new Promise((resolve) => setTimeout(resolve, 800))
const res = await request(app).get('/health')
vi.useRealTimers()
expect(res.status).toBe(200)`,
  },
  {
    name: 'green-rejects',
    is: GREEN,
    body: `await expect(request(app).get('/hang').timeout(50)).rejects.toThrow('imeout')`,
  },
  {
    name: 'green-not-found',
    is: GREEN,
    body: `const res = await request(app).get('/nowhere-at-all')
expect(res.status).toBe(404)`,
  },
  {
    name: 'green-assertion-wanted-to-fail',
    is: GREEN,
    body: `const res = await request(app).get('/health')
expect(() => expect(res.status).toBe(201)).toThrow()`,
  },
  {
    name: 'green-extend',
    is: GREEN,
    code: withApp(`expect.extend({ toBeFine(received) { return { pass: received.ok === true, message: () => 'not fine' } } })
it('is judged', async () => {
  const res = await request(app).get('/health')
  expect(res.body).toBeFine()
})`),
  },
  {
    name: 'green-before-all',
    is: GREEN,
    code: withApp(`let res
beforeAll(async () => { res = await request(app).get('/health') })
it('is judged', () => { expect(res.status).toBe(200) })
it('is judged as well', () => { expect(res.body.ok).toBe(true) })`),
  },
  {
    name: 'green-own-helper-server',
    is: GREEN,
    code: withApp(`import { createServer } from 'node:http'
it('is judged', async () => {
  const upstream = createServer((req, res) => { res.end('up') }).listen(0)
  onTestFinished(() => { upstream.close() })
  const res = await request(app).get('/proxy').query({ port: upstream.address().port })
  expect(res.text).toBe('up')
})`),
  },
  {
    name: 'green-app-in-test',
    is: GREEN,
    code: `import express from 'express'
import request from 'supertest'
import { expect, it } from 'vitest'
const app = express().get('/here', (req, res) => { res.json({ here: true }) })
it('is judged', async () => { expect((await request(app).get('/here')).body).toEqual({ here: true }) })`,
  },
  {
    name: 'flaky-order',
    is: { first: 'flaky', second: 'flaky', third: 'flaky', fourth: 'flaky' },
    code: withApp(`let count = 0
for (const [index, title] of ['first', 'second', 'third', 'fourth'].entries()) {
  it(title, async () => {
    await request(app).get('/health')
    count += 1
    expect({ title, count }).toEqual({ title, count: index + 1 })
  })
}`),
  },
  {
    name: 'flaky-retry',
    is: 'flaky',
    code: withApp(`let tries = 0
it('is judged', { retry: 2 }, async () => {
  tries += 1
  const res = await request(app).get('/health')
  expect(res.status + tries).toBe(202)
})`),
  },
  {
    name: 'red-with-volatile-parts',
    is: 'red assertion',
    body: `const res = await request(app).get('/volatile')
expect(res.body).toEqual({ id: 'x', at: 'y', port: 1 })`,
  },
]
