import { beforeAll, describe, expect, it } from 'vitest'
import { classifyTest } from '../../src/classify.ts'
import type { RunFacts, TestFacts } from '../../src/run/types.ts'
import { LIMIT_MS, runProject } from './run-project.ts'

const IMPORTS = `
import request from 'supertest'
import { clock, db, stub, until } from 'itest-gen'
import { expect, it, vi } from 'vitest'
import { app } from '../src/odd.js'
import { rooms } from '../src/db/schema.js'
`

/** As these packages count in memory: the files that do, as they are in rate-limiter-flexible 11 and express-slow-down 1. */
const LIMITERS = {
  'node_modules/rate-limiter-flexible/index.js': `
const MemoryStorage = require('./lib/component/MemoryStorage/MemoryStorage')
exports.RateLimiterMemory = class {
  constructor({ points }) { Object.assign(this, { points, storage: new MemoryStorage() }) }
  async consume(key) { if (this.storage.incrby(key, 1) > this.points) throw new Error('too many') }
}`,
  'node_modules/rate-limiter-flexible/lib/component/MemoryStorage/MemoryStorage.js': `
module.exports = class MemoryStorage {
  constructor() { this._storage = new Map() }
  incrby(key, value) {
    this._storage.set(key, (this._storage.get(key) ?? 0) + value)
    return this._storage.get(key)
  }
  delete(key) { return this._storage.delete(key) }
}`,
  'node_modules/express-slow-down/index.js': `
const MemoryStore = require('./lib/memory-store')
module.exports = ({ delayAfter }) => {
  const store = new MemoryStore(60_000)
  return (req, res, next) => store.incr('all', (error, count) => { res.set('slow', String(count > delayAfter)); next() })
}`,
  'node_modules/express-slow-down/lib/memory-store.js': `
function MemoryStore(windowMs) {
  let hits = {}
  this.incr = (key, done) => { hits[key] = (hits[key] ?? 0) + 1; done(null, hits[key]) }
  this.resetAll = () => { hits = {} }
}
module.exports = MemoryStore`,
}

const files = {
  ...LIMITERS,
  'src/limited.ts': `
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import { createRequire } from 'node:module'
import slowDown from 'express-slow-down'
import { RateLimiterMemory } from 'rate-limiter-flexible'
const { rateLimit: required } = createRequire(import.meta.url)('express-rate-limit')
const ofAll = { windowMs: 60_000, limit: 1, validate: false, keyGenerator: () => 'all' }
const flexible = new RateLimiterMemory({ points: 1, duration: 60 })
const seen = new Map()
const byHand = (req, res, next) => {
  seen.set(req.ip, (seen.get(req.ip) ?? 0) + 1)
  return seen.get(req.ip) > 1 ? res.status(429).json({}) : next()
}
const answer = (req, res) => res.json({ ip: req.ip })
export const app = express()
  .get('/esm', rateLimit(ofAll), answer)
  .get('/cjs', required(ofAll), answer)
  .get('/flexible', (req, res, next) => { flexible.consume('all').then(() => next(), () => res.status(429).json({})) }, answer)
  .get('/by-hand', byHand, answer)
  .get('/slow', slowDown({ delayAfter: 1 }), answer)`,
  'src/odd.ts': `
import express from 'express'
import { sql } from 'drizzle-orm'
import { db } from './db/index.js'
import { rooms } from './db/schema.js'
export const app = express()
  .get('/rejects', async () => { await db.execute(sql.raw('SELECT * FROM nowhere')) })
  .get('/forgets', () => {})
  .get('/waits', async (req, res) => {
    try { await fetch('https://slow.example/', { signal: AbortSignal.timeout(3500) }) } catch { res.status(504).json({}) }
  })
  .get('/today', async (req, res) => {
    const { rows } = await db.execute(sql.raw('SELECT count(*)::int AS rooms FROM rooms, pg_sleep(0.05)'))
    res.json({ today: new Date().toISOString(), rooms: rows[0].rooms })
  })
  .get('/later', (req, res) => { res.json({}); setTimeout(async () => { await db.insert(rooms).values({ name: 'later' }) }, 50) })`,
  'tests/hangs.test.ts': `${IMPORTS}
it('meets an error that Express 4 drops', async () => {
  expect((await request(app).get('/rejects')).status).toBe(500)
})
it('is forgotten', async () => {
  expect((await request(app).get('/forgets')).status).toBe(200)
})
it('waits longer for a stub that hangs', { timeout: 10_000 }, async () => {
  stub('https://slow.example').on('GET', '/').hang()
  expect((await request(app).get('/waits')).status).toBe(504)
})`,
  'tests/time.test.ts': `${IMPORTS}
it('sets the date, and nothing that waits is frozen', async () => {
  clock.set('2030-01-31T23:59:59Z')
  stub('https://fast.example').on('GET', '/').reply(200, 'ok')
  const res = await request(app).get('/today')
  expect(res.body).toEqual({ today: '2030-01-31T23:59:59.000Z', rooms: 2 })
  expect(await (await fetch('https://fast.example/', { signal: AbortSignal.timeout(1000) })).text()).toBe('ok')
  expect(await db.$count(rooms)).toBe(2)
})
it('fakes all timers and leaves them so', async () => {
  vi.useFakeTimers({ now: 0 })
  const remind = vi.fn()
  setTimeout(remind, 86_400_000)
  stub('https://fast.example').on('GET', '/').reply(200, 'ok')
  expect((await request(app).get('/today')).body).toEqual({ today: '1970-01-01T00:00:00.000Z', rooms: 2 })
  expect(await (await fetch('https://fast.example/')).text()).toBe('ok')
  expect(remind).not.toHaveBeenCalled()
  vi.advanceTimersByTime(86_400_000)
  expect([remind.mock.calls.length, await db.$count(rooms)]).toEqual([1, 2])
})
it('has the real time again', async () => {
  expect(new Date().getUTCFullYear()).toBeLessThan(2030)
  expect(vi.isFakeTimers()).toBe(false)
})
it('waits until something holds', async () => {
  await request(app).get('/later')
  await until(async () => expect(await db.$count(rooms)).toBe(3))
  expect(await until(async () => (await db.$count(rooms)) === 3)).toBe(true)
})
it('says what did not hold', async () => {
  await until(async () => expect(await db.$count(rooms)).toBe(4), { timeoutMs: 50 })
})
it('says that it was false', async () => {
  await expect(until(() => false, { timeoutMs: 0 })).rejects.toThrow('not met within 0 ms: the condition was false')
})`,
  'tests/limits.test.ts': `
import request from 'supertest'
import { expect, it } from 'vitest'
import { app } from '../src/limited.js'
const addresses = new Set()
for (const test of ['one', 'two']) {
  for (const path of ['/esm', '/cjs', '/flexible', '/by-hand']) {
    it(path + ' has its whole allowance in test ' + test, async () => {
      const [first, second] = [await request(app).get(path), await request(app).get(path)]
      expect([first.status, second.status]).toEqual([200, 429])
    })
  }
  it('/slow is fast at first in test ' + test, async () => {
    const [first, second] = [await request(app).get('/slow'), await request(app).get('/slow')]
    expect([first.get('slow'), second.get('slow')]).toEqual(['false', 'true'])
    expect(first.body.ip).toMatch(/^127\\.\\d+\\.\\d+\\.\\d+$/)
    expect([second.body.ip, addresses.has(first.body.ip)]).toEqual([first.body.ip, false])
    addresses.add(first.body.ip)
  })
}`,
}

describe('the life of a test', () => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await runProject(files, { express: 'express4' })
  }, LIMIT_MS)

  const find = (name: string): TestFacts => {
    const found = facts.tests.find((test) => test.name === name)
    if (!found) throw new Error(`no test named ${name} in ${JSON.stringify(facts)}`)
    return found
  }
  const failures = (file: string): unknown[] =>
    facts.tests
      .filter((test) => test.file === file && test.state === 'failed')
      .map(({ name, errors }) => [name, errors])

  it('ends a request that nobody will answer, and names the error that was dropped', () => {
    const test = find('meets an error that Express 4 drops')
    expect(test.errors.at(-1)).toMatchObject({
      code: 'ITEST_REQUEST_UNANSWERED',
      message: expect.stringMatching(
        /^GET \/rejects was not answered within 2500 ms; .*Failed query: SELECT \* FROM nowhere/s,
      ),
    })
    expect(test.harness?.unansweredRequests).toEqual(['GET /rejects'])
    expect(classifyTest(facts, test.name, { ablated: false })).toMatchObject({
      status: 'red',
      class: 'hang',
      reason: expect.stringContaining('relation "nowhere" does not exist'),
    })
    // Vitest keeps its own record of it: an error that nobody catches ends a process in production.
    expect(facts.unhandled).toMatchObject([{ error: { message: expect.stringContaining('Failed query') } }])
  })

  it('ends a request without any error as well', () => {
    expect(find('is forgotten').errors.at(-1)?.message).toBe('GET /forgets was not answered within 2500 ms')
  })

  it("leaves the app's own timeout its time while a stub hangs", () => {
    expect(find('waits longer for a stub that hangs').errors).toEqual([])
  })

  it('sets the date alone, and makes time real again', () => {
    const name = 'says what did not hold'
    expect(find(name).errors).toMatchObject([
      {
        name: 'AssertionError',
        message: 'not met within 50 ms: expected 2 to be 4 // Object.is equality',
        expected: '4',
      },
    ])
    expect(failures('tests/time.test.ts')).toMatchObject([[name, [{}]]])
  })

  it('gives each test its whole allowance of requests', () => {
    expect(failures('tests/limits.test.ts')).toEqual([])
  })
})
