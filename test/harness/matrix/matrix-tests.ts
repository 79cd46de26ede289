import { appFile, BUILDS, type Build, type Dialect, DRIVERS } from './order-shops.ts'

const SQLSTATES = {
  full: '53100',
  unique: '23505',
  foreign: '23503',
  deadlock: '40P01',
  serialization: '40001',
  late: '57014',
  refused: '53300',
}

/** What the app gets to see of each failure, as its code or in its message. */
const CODES = {
  postgres: SQLSTATES,
  pglite: SQLSTATES,
  sqlite: {
    // libsql says of a transaction that a full disk has ended that it is closed.
    full: '(SQLITE_FULL|TRANSACTION_CLOSED)',
    unique: 'UNIQUE constraint failed',
    foreign: 'FOREIGN KEY constraint failed',
    deadlock: 'SQLITE_BUSY',
    serialization: 'SQLITE_BUSY',
    late: 'none',
    refused: 'none',
  },
} satisfies Record<Dialect, Record<keyof typeof SQLSTATES, string>>

/** SQLite waits in the app's own thread and gets there, PGlite has no timeout; Postgres is stopped by the app's. */
const DELAYS = {
  postgres: { milliseconds: 5000, status: 503 },
  pglite: { milliseconds: 5, status: 201 },
  sqlite: { milliseconds: 5, status: 201 },
} satisfies Record<Dialect, object>

/**
 * The fault list. Each row: what is armed, what the app sees of it (null: a broken connection, for which each driver
 * has its own words), and how many orders are left, outside of a transaction and inside of one.
 */
const CASES = (codes: (typeof CODES)[Dialect]) => `
const on = () => faults.on(orders, 'insert')
const CASES: [string, () => Promise<void>, string | null, rows?: number, inTransaction?: number][] = [
  ['fails', () => faults.on(orders, 'insert').fail(), '${codes.full}'],
  ['violates a unique constraint', () => on().violateUnique(), '${codes.unique}'],
  ['violates a foreign key', () => on().violateForeignKey(), '${codes.foreign}'],
  ['deadlocks', () => on().deadlock(), '${codes.deadlock}'],
  ['conflicts', () => on().failSerialization(), '${codes.serialization}'],
  ['times out', () => on().timeOut(), '${codes.late}'],
  ['loses the statement', () => on().cutBefore(), null],
  ['loses the answer', () => on().cutAfter(), null, 1, 0],
]
const TRANSACTION: typeof CASES = [
  ...CASES,
  ['fails late', () => faults.on(lines, 'insert', { nth: 2 }).fail(), '${codes.full}'],
  ['fails with a row', () => faults.on(lines, 'insert', { row: { orderId: 1, text: 'b' } }).deadlock(), '${codes.deadlock}'],
  ['conflicts at commit', () => faults.onCommit().failSerialization(), '${codes.serialization}'],
  ['loses the commit', () => faults.onCommit().cutBefore(), null],
  ['loses the answer to the commit', () => faults.onCommit().cutAfter(), null, 1, 1],
]`

const writeTest = (dialect: Dialect, driver: (typeof DRIVERS)[Dialect][number], builds: readonly Build[]) => `
import request from 'supertest'
import { db, faults } from 'itest-gen'
import { describe, expect, it } from 'vitest'
import { customers, lines, orders } from '../src/schema.js'
${builds.map((build, index) => `import { app as app${index} } from '../src/${appFile(build, driver)}'`).join('\n')}
const APPS = [${builds.map((build, index) => `['${build}', app${index}]`).join(', ')}] as const
const BROKEN = /terminated|connection error|ECONN|CLOSED|nextWrite|null/
${CASES(CODES[dialect])}
const WAYS = ['direct', 'transaction', 'repository']
const order = (app: object, way: string, sku: string) => request(app).post('/' + way).send({ sku }).timeout(4000)
// At once, because what they do is wait.
const all = <T>(run: (app: object, way: string, index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(APPS.flatMap(([_, app]) => WAYS.map((way) => [app, way] as const)).map(([app, way], index) => run(app, way, index)))

// First, because postgres-js 3.4 does not see the refusal on a connection that was cut in the middle of a statement: it
// connects again and again, until it is let in.
describe.each(APPS)('%s', (_build, app) => {
  it.each(WAYS)('%s gets no connection', async (way) => {
    expect((await order(app, way, 'first')).status).toBe(201)
    await faults.connections.refuse()
    expect((await order(app, way, 'second')).body.code).toBe('${CODES[dialect].refused}')
    faults.clear()
    expect((await order(app, way, 'third')).status).toBe(201)
  })
})
it('all wait for a connection', async () => {
  await faults.connections.hang()
  for (const said of await all(async (app, way) => (await order(app, way, 'x')).body.message)) {
    expect(said).toMatch(/timeout|CONNECT_TIMEOUT|terminated/)
  }
})
it('all are delayed', async () => {
  await faults.on(orders, 'insert').delay(${DELAYS[dialect].milliseconds})
  const statuses = await all(async (app, way, index) => (await order(app, way, 'x' + index)).status)
  expect(statuses).toEqual(statuses.map(() => ${DELAYS[dialect].status}))
})
describe.each(APPS)('%s', (_build, app) => {
  describe.each(WAYS)('%s', (way) => {
    const isTransaction = way === 'transaction'
    it.each(isTransaction ? TRANSACTION : CASES)('%s', async (_, arm, code, rows = 0, own = rows) => {
      await arm()
      const res = await order(app, way, 'first')
      expect(res.status).toBe(503)
      expect(res.body.code + ' ' + res.body.message).toMatch(code === null ? BROKEN : new RegExp(code))
      const left = await db.select().from(orders)
      expect(left).toHaveLength(isTransaction ? own : rows)
      faults.clear()
      expect((await order(app, way, 'second')).status).toBe(201)
      expect(await db.select().from(orders)).toHaveLength(left.length + 1)
      expect(await db.select().from(lines)).toHaveLength(isTransaction ? 2 * (left.length + 1) : 0)
    })
  })
  it('direct reads', async () => {
    await faults.on(customers, 'select').fail()
    expect((await request(app).get('/customers')).body.code).toMatch(/${CODES[dialect].full}/)
    expect(await db.select().from(customers)).toHaveLength(1)
  })
})
`

/** A server answers it; behind PGlite's one session it would wait for its own transaction for ever. */
const BESIDE = `
import express from 'express'
import pg from 'pg'
import request from 'supertest'
import { drizzle } from 'drizzle-orm/node-postgres'
import { db } from 'itest-gen'
import { expect, it } from 'vitest'
import { customers, orders } from '../src/schema.js'
const shop = drizzle(new pg.Pool({ connectionString: process.env.DATABASE_URL }))
const app = express().use(express.json())
app.post('/orders', async (req, res) => {
  await shop.transaction(async (tx) => {
    await tx.insert(orders).values({ customerId: 1, sku: req.body.sku })
    if (req.body.reads) res.json(await shop.select().from(customers))
  })
  if (!res.headersSent) res.status(201).end()
})
it('reads beside its transaction', async () => {
  const res = await request(app).post('/orders').send({ sku: 'a', reads: true })
  expect(res.body).toHaveLength(1)
})
it('is well again in the next test', async () => {
  expect(await db.select().from(orders)).toEqual([])
  expect((await request(app).post('/orders').send({ sku: 'a' })).status).toBe(201)
})
`

/** A test file for each driver of the dialect, by its name. */
export function matrixTests(dialect: Dialect, builds: readonly Build[] = BUILDS): Record<string, string> {
  const tests = DRIVERS[dialect].map((driver) => [`tests/${driver}.test.ts`, writeTest(dialect, driver, builds)])
  return Object.fromEntries(dialect === 'postgres' ? [...tests, ['tests/beside.test.ts', BESIDE]] : tests)
}
