const APP = `
import assert from 'node:assert'
import { randomUUID } from 'node:crypto'
import express from 'express'
export const mailer = { send: (mail) => mail }
export function literal() { throw { name: 'AssertionError', message: 'expected 200 to be 201', expected: 201, actual: 200 } }
export function insist(value) { assert(value, 'the app insists') }
export const app = express()
app.use(express.json())
app.get('/health', (req, res) => { res.json({ ok: true }) })
app.get('/list', (req, res) => { res.json(['a', 'b']) })
app.post('/orders', (req, res) => {
  mailer.send({ to: 'shop' })
  res.status(201).json({ id: 1, item: req.body.item })
})
app.get('/orders/:id', (req, res) => { res.status(404).json({ error: 'no such order' }) })
app.get('/hang', () => {})
app.get('/loop', () => { for (;;) ; })
app.get('/slow', (req, res) => { setTimeout(() => res.json({}), 20) })
app.get('/throws', () => { throw new Error('out of tea') })
app.get('/asserts', () => { assert.equal(1, 2) })
app.get('/checked', (req, res) => { assert.ok(req.method); res.json({}) })
app.get('/crash-later', (req, res) => { res.json({}); setTimeout(() => { throw new Error('later') }, 5) })
app.get('/crash-first', () => { setTimeout(() => { throw new Error('first') }, 5) })
app.get('/reject-later', (req, res) => { res.json({}); setTimeout(async () => { throw new Error('rejected') }, 5) })
app.get('/rejects', async () => { throw new Error('out of milk') })
app.get('/exit', () => { process.exit(1) })
app.get('/volatile', (req, res) => { res.json({ id: randomUUID(), at: new Date().toISOString(), port: 40000 + Math.floor(Math.random() * 9999) }) })
app.get('/proxy', async (req, res) => { res.send(await (await fetch('http://127.0.0.1:' + req.query.port)).text()) })
app.use((req, res) => { res.status(404).json({ error: 'not found' }) })
`

const CONFIG = `export default { test: { testTimeout: 1000, hookTimeout: 1000 } }\n`

/** A tiny shop without a database. */
export const PLAIN_SHOP: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'shop', private: true, type: 'module', dependencies: { express: '5' } }),
  'vitest.config.js': CONFIG,
  'src/app.js': APP,
  'src/app.d.ts': `import type { RequestListener } from 'node:http'\nexport const app: RequestListener\n`,
  'src/clock.js': 'export const now = () => 1\n',
  'src/throws-at-load.js': `throw new Error('no key')\n`,
  'src/exits-at-load.js': `process.exit(1)\n`,
  'src/syntax.js': 'export const = 1\n',
  'tests/support/expect-created.js': `import { expect } from 'vitest'
export function expectCreated(res) { expect(res.status).toBe(201) }\n`,
}
