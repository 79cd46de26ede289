/** A shop that writes the same order in six ways: two drivers, each directly, in a transaction, through a repository. */
const SCHEMA = `
import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core'
export const customers = pgTable('customers', { id: serial('id').primaryKey(), name: text('name').notNull() })
export const orders = pgTable('orders', {
  id: serial('id').primaryKey(),
  customerId: integer('customer_id').notNull().references(() => customers.id),
  sku: text('sku').notNull().unique('orders_sku_once'),
})
export const lines = pgTable('lines', {
  id: serial('id').primaryKey(),
  orderId: integer('order_id').notNull().references(() => orders.id),
  text: text('text').notNull(),
})
`

const MIGRATION = `
CREATE TABLE "customers" ("id" serial PRIMARY KEY, "name" text NOT NULL);
CREATE TABLE "orders" ("id" serial PRIMARY KEY, "customer_id" integer NOT NULL REFERENCES "customers" ("id"),
  "sku" text NOT NULL, CONSTRAINT "orders_sku_once" UNIQUE ("sku"));
CREATE TABLE "lines" ("id" serial PRIMARY KEY, "order_id" integer NOT NULL REFERENCES "orders" ("id"), "text" text NOT NULL);
INSERT INTO "customers" ("name") VALUES ('ada');
`

const DATABASE = `
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleJs } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
const url = process.env.DATABASE_URL
export const pool = new pg.Pool({ connectionString: url, max: 3, connectionTimeoutMillis: 1500, statement_timeout: 200 })
// After its crash in a transaction postgres-js 3.4 never writes to that connection again, so there must be others.
const client = postgres(url, { max: 40, connect_timeout: 1, connection: { statement_timeout: 200 }, onnotice: () => {} })
export const databases = { pg: drizzle(pool), pgjs: drizzleJs(client) }
`

const APP = `
import { eq } from 'drizzle-orm'
import express from 'express'
import { databases } from './db/index.js'
import { customers, lines, orders } from './db/schema.js'
class OrderRepository {
  constructor(db) { this.insert = db.insert.bind(db) }
  async add(sku) { return (await this.insert(orders).values({ customerId: 1, sku }).returning())[0] }
}
const ways = {
  direct: async (db, sku) => (await db.insert(orders).values({ customerId: 1, sku }).returning())[0],
  transaction: (db, sku) => db.transaction(async (tx) => {
    const [order] = await tx.insert(orders).values({ customerId: 1, sku }).returning()
    for (const text of ['a', 'b']) await tx.insert(lines).values({ orderId: order.id, text })
    return order
  }),
  repository: (db, sku) => new OrderRepository(db).add(sku),
}
const fail = (res, error) => {
  const { code, message, detail, constraint_name, constraint = constraint_name } = error.cause ?? error
  res.status(503).json({ code, message, detail, constraint })
}
export const app = express().use(express.json())
app.post('/:driver/:way', async (req, res) => {
  try {
    res.status(201).json(await ways[req.params.way](databases[req.params.driver], req.body.sku))
  } catch (error) { fail(res, error) }
})
app.get('/:driver/customers/:id', async (req, res) => {
  try {
    res.json(await databases[req.params.driver].select().from(customers).where(eq(customers.id, Number(req.params.id))))
  } catch (error) { fail(res, error) }
})
`

export const orderApp = {
  'src/db/schema.ts': SCHEMA,
  'src/db/index.ts': DATABASE,
  'src/app.ts': APP,
  'drizzle/0000_start.sql': MIGRATION,
}

const HEAD = `
import request from 'supertest'
import { db, faults, queries } from 'itest-gen'
import { describe, expect, it } from 'vitest'
import { app } from '../src/app.js'
import { customers, lines, orders } from '../src/db/schema.js'
const order = (way: string, sku: string) => request(app).post('/' + way).send({ sku }).timeout(4000)
`

/** Each row: what is armed, and what it does to an order outside of a transaction, and inside of one. */
const MATRIX = `${HEAD}
const on = (operation = 'insert', options = {}) => faults.on(orders, operation as 'insert', options)
const CASES: [string, () => Promise<void>, string | undefined, rows?: number, inTransaction?: number][] = [
  ['fails', () => faults.failWrites(orders, 'insert'), '53100'],
  ['fails with a state', () => on().fail({ sqlstate: '57P03', message: "it's \\u00fc" }), '57P03'],
  ['violates a constraint', () => on().violateUnique(), '23505'],
  ['violates a foreign key', () => on().violateForeignKey(), '23503'],
  ['deadlocks', () => on().deadlock(), '40P01'],
  ['conflicts', () => on().failSerialization(), '40001'],
  ['times out', () => on().timeOut(), '57014'],
  ['is delayed', () => on().delay(5000), '57014'],
  ['loses the statement', () => on().cutBefore(), undefined],
  ['loses the answer', () => on().cutAfter(), undefined, 1, 0],
]
const inTransaction: typeof CASES = [
  ['fails late', () => faults.on(lines, 'insert', { nth: 2 }).fail(), '53100'],
  ['fails with a row', () => faults.on(lines, 'insert', { row: { orderId: 1, text: 'b' } }).deadlock(), '40P01'],
  ['conflicts at commit', () => faults.onCommit().failSerialization(), '40001'],
  ['loses the commit', () => faults.onCommit().cutBefore(), undefined],
  ['loses the answer to the commit', () => faults.onCommit().cutAfter(), undefined, 1, 1],
]
// First, because postgres-js 3.4 does not see the refusal on a connection that was cut in the middle of a statement: it
// connects again and again, until it is let in.
describe.each(['pg', 'pgjs'])('%s', (driver) => {
  it.each(['direct', 'transaction', 'repository'])('gets no connection for %s', async (way) => {
    expect((await order(driver + '/' + way, 'first')).status).toBe(201)
    await faults.connections.refuse()
    expect((await order(driver + '/' + way, 'second')).body.code).toBe('53300')
    faults.clear()
    expect((await order(driver + '/' + way, 'third')).status).toBe(201)
  })
  it('waits for a connection', async () => {
    await faults.connections.hang()
    expect((await order(driver + '/direct', 'y')).body.message).toMatch(/timeout|CONNECT_TIMEOUT/)
  })
})
describe.each(['pg', 'pgjs'])('%s', (driver) => {
  describe.each(['direct', 'transaction', 'repository'])('%s', (way) => {
    const isTransaction = way === 'transaction'
    it.each(isTransaction ? [...CASES, ...inTransaction] : CASES)('%s', async (_, arm, code, rows = 0, own = rows) => {
      await arm()
      const res = await order(driver + '/' + way, 'first')
      expect(res.status).toBe(503)
      // A broken connection has no SQLSTATE; each driver says it in its own way.
      if (code) expect(res.body.code).toBe(code)
      else expect(String(res.body.code) + res.body.message).toMatch(/terminated|connection error|ECONN|CLOSED|nextWrite|null/)
      const left = await db.select().from(orders)
      expect(left).toHaveLength(isTransaction ? own : rows)
      faults.clear()
      const retried = await order(driver + '/' + way, 'second')
      expect(retried.status).toBe(201)
      expect(await db.select().from(orders)).toHaveLength(left.length + 1)
      expect(await db.select().from(lines)).toHaveLength(isTransaction ? 2 * (left.length + 1) : 0)
    })
  })
  it('fails a read', async () => {
    await faults.on('customers', 'select', { row: { id: 1 } }).fail({ sqlstate: '08006' })
    const read = (id: number) => request(app).get('/' + driver + '/customers/' + id)
    expect((await read(1)).body.code).toBe('08006')
    expect((await read(2)).body).toEqual([])
    expect(await db.select().from(customers)).toHaveLength(1)
  })
  it('says which constraint, and of what', async () => {
    await on().violateUnique('orders_sku_once')
    expect((await order(driver + '/direct', 'x')).body).toEqual({
      code: '23505',
      message: 'duplicate key value violates unique constraint "orders_sku_once"',
      detail: 'Key (sku)=(x) already exists.',
      constraint: 'orders_sku_once',
    })
  })
  it('logs the statements of the app', async () => {
    expect((await order(driver + '/transaction', 'x')).status).toBe(201)
    await db.select().from(orders)
    expect(queries.all.map(({ operation, tables }) => [operation, ...tables].join(' '))).toEqual([
      'begin', 'insert orders', 'insert lines', 'insert lines', 'commit',
    ])
    expect(queries.count()).toBe(3)
    expect(queries.count(lines, 'insert')).toBe(2)
    expect(queries.filter(({ tables }) => tables.includes('lines'))[1]).toMatchObject({
      sql: 'insert into "lines" ("id", "order_id", "text") values (default, $1, $2)',
      parameters: ['1', 'b'],
      request: 'POST /' + driver + '/transaction',
    })
    queries.clear()
    expect(queries.count()).toBe(0)
  })
})
`

/** Faults that nothing meets, and mistakes of the one who arms them. */
const MISSES = `${HEAD}
import net from 'node:net'
import { pool } from '../src/db/index.js'
it('misses', async () => {
  await faults.on(orders, 'insert', { nth: 2, row: { sku: 'b' } }).deadlock()
  await faults.on('customers', 'select').cutBefore()
  await faults.onCommit().cutAfter()
  await faults.connections.hang()
  faults.clear()
  expect((await order('pg/direct', 'b')).status).toBe(201)
})
it('does not know the constraint', async () => {
  await expect(faults.on(orders, 'insert').violateUnique('x')).rejects.toThrow(
    'Expected the unique constraint x of orders, found orders_sku_once, orders_pkey.')
  await expect(faults.on('nothing', 'insert').violateForeignKey()).rejects.toThrow('Expected a foreign key of nothing, found none.')
  expect(() => faults.on(orders, 'insert', { nth: 0 })).toThrow('of which the first is 1, found 0')
})
it('can not go around the proxy', async () => {
  const { rows } = await pool.query('select inet_server_port() as port')
  const socket = net.connect(rows[0].port, '127.0.0.1')
  expect(await new Promise((resolve) => socket.on('error', ({ message }) => resolve(message)))).toContain('ECONNREFUSED')
})
it('is left alone after all that', async () => {
  expect((await order('pgjs/transaction', 'b')).status).toBe(201)
})
`

/** What PGlite can do of it, and what not. */
const PGLITE = `${HEAD}
it.each(['pg', 'pgjs'])('takes a cut transaction back with %s', async (driver) => {
  await faults.on(lines, 'insert', { nth: 2 }).cutBefore()
  expect((await order(driver + '/transaction', 'x')).status).toBe(503)
  expect(await db.select().from(orders)).toEqual([])
  faults.clear()
  expect((await order(driver + '/transaction', 'y')).status).toBe(201)
})
it.each(['pg', 'pgjs'])('fails, reads too, with %s', async (driver) => {
  await faults.on(orders, 'insert').violateUnique()
  expect((await order(driver + '/direct', 'x')).body).toMatchObject({ code: '23505', constraint: 'orders_sku_once' })
  await faults.on(customers, 'select').deadlock()
  expect((await request(app).get('/' + driver + '/customers/1')).body.code).toBe('40P01')
  faults.clear()
  await faults.onCommit().cutAfter()
  expect((await order(driver + '/transaction', 'y')).status).toBe(503)
  expect(await db.select().from(orders)).toHaveLength(1)
})
it('delays', async () => {
  await faults.on(orders, 'insert').delay(5000)
  expect((await order('pg/direct', 'x')).status).toBe(503)
})
`

export const orderTests = {
  'tests/matrix.test.ts': MATRIX,
  'tests/misses.test.ts': MISSES,
  'tests/pglite.test.ts': PGLITE,
}
