const APP = `
import express from 'express'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { orders } from './schema.js'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
export const db = drizzle(pool)
export const app = express()
app.use(express.json())
app.get('/orders', async (req, res) => { res.json(await db.select().from(orders)) })
app.get('/orders/:id', async (req, res) => {
  const [order] = await db.select().from(orders).where(eq(orders.id, Number(req.params.id)))
  if (!order) return void res.status(404).json({ error: 'not_found' })
  res.json(order)
})
app.post('/orders', async (req, res) => {
  if (!req.body?.item) return void res.status(400).json({ error: 'item' })
  const [order] = await db.insert(orders).values({ item: req.body.item }).returning()
  res.status(201).json(order)
})
app.post('/paid-orders', async (req, res) => {
  const answer = await fetch('https://pay.example/v1/charges', { method: 'POST' })
  res.status(answer.ok ? 201 : 402).json({})
})
app.post('/queued-orders', async (req, res) => {
  void db.insert(orders).values({ item: null }).execute().finally(() => res.status(202).json({}))
})
`

const SCHEMA = `
import { pgTable, serial, text } from 'drizzle-orm/pg-core'
export const orders = pgTable('orders', { id: serial('id').primaryKey(), item: text('item').notNull() })
`

/** The same shop with a table. */
export const DATABASE_SHOP: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    ...{ name: 'shop', private: true, type: 'module' },
    dependencies: { 'drizzle-orm': '*', express: '5', pg: '*' },
  }),
  'vitest.config.js': 'export default { test: { testTimeout: 4000, hookTimeout: 4000 } }\n',
  'src/app.js': APP,
  'src/schema.js': SCHEMA,
}
