/** A shop that writes the same order by two drivers, each directly and in a transaction. */
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
const client = postgres(url, { connect_timeout: 1, connection: { statement_timeout: 200 }, onnotice: () => {} })
export const databases = { pg: drizzle(pool), pgjs: drizzleJs(client) }
`

const APP = `
import { eq } from 'drizzle-orm'
import express from 'express'
import { databases } from './db/index.js'
import { customers, lines, orders } from './db/schema.js'
const ways = {
  direct: async (db, sku) => (await db.insert(orders).values({ customerId: 1, sku }).returning())[0],
  transaction: (db, sku) => db.transaction(async (tx) => {
    const [order] = await tx.insert(orders).values({ customerId: 1, sku }).returning()
    for (const text of ['a', 'b']) await tx.insert(lines).values({ orderId: order.id, text })
    return order
  }),
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

const DETAILS = `${HEAD}
describe.each(['pg', 'pgjs'])('%s', (driver) => {
  it('fails with a state and a message', async () => {
    await faults.on(orders, 'insert').fail({ sqlstate: '57P03', message: "it's \\u00fc" })
    expect((await order(driver + '/transaction', 'x')).body).toMatchObject({ code: '57P03', message: "it's \\u00fc" })
  })
  it('fails a read of one row', async () => {
    await faults.on('customers', 'select', { row: { id: 1 } }).fail({ sqlstate: '08006' })
    const read = (id: number) => request(app).get('/' + driver + '/customers/' + id)
    expect((await read(1)).body.code).toBe('08006')
    expect((await read(2)).body).toEqual([])
    expect(await db.select().from(customers)).toHaveLength(1)
  })
  it('says which constraint, and of what', async () => {
    await faults.on(orders, 'insert').violateUnique('orders_sku_once')
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

/** Both ends of these connections are in one process, so what looks like TLS is none. */
const TLS = `
import { db, faults } from 'itest-gen'
import pg from 'pg'
import postgres from 'postgres'
import { expect, it } from 'vitest'
import { orders } from '../src/db/schema.js'
it('serves clients that insist on TLS, and cuts them off as others', async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL, ssl: true })
  client.on('error', () => {})
  await client.connect()
  const sql = postgres(process.env.DATABASE_URL ?? '', { ssl: 'verify-full', max: 1 })
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  expect([...(await sql\`SELECT 1 AS one\`)]).toEqual([{ one: 1 }])
  await sql.end()
  await faults.on(orders, 'select').cutBefore()
  await expect(client.query('SELECT * FROM orders')).rejects.toThrow('terminated')
  expect(await db.select().from(orders)).toEqual([])
})
`

/** As of an app without a pool. */
const SINGLE_CLIENT = `
import { faults } from 'itest-gen'
import pg from 'pg'
import { expect, it } from 'vitest'
import { orders } from '../src/db/schema.js'
const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
it('loses its only connection', async () => {
  await faults.on(orders, 'select').cutBefore()
  await expect(client.query('SELECT * FROM orders')).rejects.toThrow('terminated')
})
it('asks a client that is gone', async () => {
  await expect(client.query('SELECT 1')).rejects.toThrow('not queryable')
})
`

export const orderTests = {
  'tests/single-client.test.ts': SINGLE_CLIENT,
  'tests/details.test.ts': DETAILS,
  'tests/misses.test.ts': MISSES,
  'tests/tls.test.ts': TLS,
}
