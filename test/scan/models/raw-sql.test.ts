import { expect, it } from 'vitest'
import { eventOf, readHandler, show } from '../../support/scan-source.ts'

const IMPORTS = `import pg from 'pg'\nconst pool = new pg.Pool()`

it.each([
  ["'SELECT * FROM orders WHERE id = $1', [req.body.id]", 'orders', '[body.id]'],
  ['\'select count(*), (max(total)) from "public"."orders"\'', 'orders', '-'],
  ["'INSERT INTO users (email) VALUES ($1)', [req.body.email]", 'users', '[body.email]'],
  ["'  update orders set total = $1', [req.body.total]", 'orders', '[body.total]'],
  ["'delete from orders'", 'orders', '-'],
  ["{ text: 'delete from orders where id = $1', values: [req.body.id] }", 'orders', '[body.id]'],
  ["'select extract(year from orders) from seats'", null, '-'],
  ["'select (select count(*) from orders) from users'", null, '-'],
  ["'select 1 from seats'", null, '-'],
  ["'with recent as (select 1) select * from orders'", null, '-'],
  ['req.body.sql', null, '-'],
])('pool.query(%s)', (args, table, values) => {
  const event = eventOf(readHandler(`await pool.query(${args})\nres.sendStatus(204)`, { imports: IMPORTS }), 'db')
  expect([event.operation, event.table, show(event.values)]).toEqual(['raw', table, values])
})

it('tells the inputs that are bound to a statement, and the table', () => {
  const handler = "await pool.query('insert into orders (total) values ($1)', [req.body.total])\nres.sendStatus(204)"
  const dossier = readHandler(handler, { imports: IMPORTS })
  expect(dossier.inputs.map(({ path }) => path)).toEqual([['total']])
  expect(dossier.tables.map(({ name }) => name)).toContain('orders')
})

it('reads the table that a template names', () => {
  const handler =
    'await db.execute(sql`delete from $' + '{orders} where id = $' + '{req.body.id}`)\nres.sendStatus(204)'
  expect(eventOf(readHandler(handler), 'db').table).toBe('orders')
})
