// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources of sample apps stand in plain strings
import { describe, expect, it } from 'vitest'
import type { Dossier } from '../../../src/scan/types.ts'
import { bodyFor, eventOf, outline, readHandler, readRoute, show } from '../../support/scan-source.ts'

const PG = `import pg from 'pg'\nconst pool = new pg.Pool()`
const MYSQL = `import mysql from 'mysql2/promise'\nconst pool = mysql.createPool('mysql://x')`
const SQLITE = `import Database from 'better-sqlite3'\nconst lite = new Database('app.db')`

function shown(dossier: Dossier): unknown[] {
  const event = eventOf(dossier, 'db')
  return [event.operation, event.table, show(event.values), show(event.where), event.joins]
}

function sent(statement: string, imports = PG): unknown[] {
  return shown(readHandler(`await pool.query(${statement})\nres.sendStatus(204)`, { imports }))
}

describe('a statement in plain SQL', () => {
  it.each([
    ["'SELECT * FROM orders WHERE id = $1', [req.body.id]", 'select', 'orders', '-', 'eq(orders.id, body.id)'],
    ['\'select count(*), (max(total)) from "public"."orders"\'', 'select', 'orders', '-', '-'],
    ["'INSERT INTO users (email) VALUES ($1)', [req.body.email]", 'insert', 'users', '{email: body.email}', '-'],
    [
      "'insert into orders (user_id, total) values ($1, 3), ($2, DEFAULT)', [req.body.a, req.body.b]",
      'insert',
      'orders',
      '[{userId: body.a, total: 3}, {userId: body.b}]',
      '-',
    ],
    ["'  update orders set total = $1', [req.body.total]", 'update', 'orders', '{total: body.total}', '-'],
    ["'delete from orders'", 'delete', 'orders', '-', '-'],
    ["'truncate table orders'", 'delete', 'orders', '-', '-'],
    [
      "{ text: 'delete from orders where id = $1 and 1 = 1', values: [req.body.id] }",
      'delete',
      'orders',
      '-',
      'eq(orders.id, body.id)',
    ],
    [
      "'select id from orders where (user_id = $1::int or total between 1 and 5) and status is not null', [req.body.u]",
      'select',
      'orders',
      '-',
      'and(or(eq(orders.userId, body.u), sql("total between 1 and 5")), isNotNull(orders.status))',
    ],
    [
      "'select id from orders where status not in ($1, $2) and lower(status) like $3', ['a', 'b', req.body.q]",
      'select',
      'orders',
      '-',
      'and(not(inArray(orders.status, ["a", "b"])), like(lower(orders.status), body.q))',
    ],
    ["'select extract(year from orders) from seats'", 'select', 'seats', '-', '-'],
    ["'-- all of them\\n/* (really */ select 1 from seats'", 'select', 'seats', '-', '-'],
    [
      "`select * from orders where status = 'a;b (${req.body.x}' and id = $1`, [1]",
      'select',
      'orders',
      '-',
      'and(eq(orders.status, concat("a;b (", body.x)), eq(orders.id, 1))',
    ],
  ])('%s', (statement, ...expected) => {
    expect(sent(statement).slice(0, 4)).toEqual(expected)
  })

  it.each([
    ["'select (select count(*) from orders) from users'", 'select', 'users', ['orders']],
    ["'with recent as (select * from orders) select * from recent'", 'select', 'orders', []],
    ["'with gone as (delete from orders returning *) select * from gone'", 'raw', null, ['orders']],
    [
      "'select * from orders o join users u on u.id = o.user_id left join seats on true'",
      'select',
      'orders',
      ['users', 'seats'],
    ],
    ["'select * from orders, users'", 'select', 'orders', ['users']],
    ["'select id from orders union all select id from users'", 'select', 'orders', ['users']],
    ["'insert into orders (user_id) select id from users'", 'insert', 'orders', ['users']],
    ["'select * from orders where user_id in (select id from users)'", 'select', 'orders', ['users']],
    ["'select * from (select * from orders) o'", 'select', 'orders', []],
    ["'call settle($1)', [1]", 'raw', null, []],
    ['req.body.sql', 'raw', null, []],
    ['`select * from ${req.body.table}`', 'select', null, []],
    ['`select * from shop_${req.body.table}`', 'select', null, []],
  ])('%s: the tables', (statement, ...expected) => {
    const [operation, table, , , joins] = sent(statement)
    expect([operation, table, joins]).toEqual(expected)
  })

  it('keeps what is known beside text of a run, and says so', () => {
    const handler = `const parts = req.body.parts.join(' AND ')
      await pool.query(\`SELECT * FROM orders \${parts} ORDER BY total DESC LIMIT 10\`)\nres.sendStatus(204)`
    const dossier = readHandler(handler, { imports: PG })
    expect(eventOf(dossier, 'db')).toMatchObject({ operation: 'select', table: 'orders', limit: { value: 10 } })
    expect(dossier.unresolved.map(({ what }) => what)).toContain(
      'a part of this statement is text that only a run knows',
    )
  })

  it('does not say which value is meant when their number is unsure', () => {
    const handler = 'await pool.query(`UPDATE orders SET ${req.body.sets} WHERE id = ?`, [...req.body.values, 7])'
    const event = eventOf(readHandler(`${handler}\nres.sendStatus(204)`, { imports: MYSQL }), 'db')
    expect([show(event.values), show(event.where)]).toEqual(['{…}', 'eq(orders (mysql).id, parameter())'])
  })

  it('reads order, limit, locks and what an insert does on a conflict', () => {
    const select = 'select id, total as sum from orders order by total desc limit $1 offset 5 for update'
    const read = eventOf(readHandler(`await pool.query('${select}', [req.query.n])\nres.end()`, { imports: PG }), 'db')
    expect([show(read.projection), show(read.limit), show(read.offset), read.orderBy.map(show), read.locks]).toEqual([
      '{id: orders.id, sum: orders.total}',
      'query.n',
      '5',
      ['desc(orders.total)'],
      'update',
    ])
    const insert =
      'insert into users (email) values ($1) on conflict (email) do update set email = excluded.email returning id'
    const write = eventOf(readHandler(`await pool.query('${insert}', [1])\nres.end()`, { imports: PG }), 'db')
    expect(write).toMatchObject({ returns: true, conflict: { action: 'update', target: ['email'] } })
  })
})

it.each([
  ['lite', "lite.prepare('select count(*) as n from seats').get()", '{n: count()}'],
  ['pg', "await pool.query('select count(*) from seats')", '{count: as stored(count())}'],
  ['pg', "await pool.query('select status as s, id from orders')", '{s: orders.status, id: orders.id}'],
  [
    'pg',
    "await pool.query('select o.*, 1 as one from orders o')",
    '{id: orders.id, user_id: orders.userId, total: orders.total, status: orders.status, one: 1}',
  ],
  ['pg', "await pool.query('select distinct max(total) from orders')", '{max: max(orders.total)}'],
  ['pg', "await pool.query('select * from seats')", '-'],
])('%s: the fields of %s', (_, call, projection) => {
  const event = eventOf(readHandler(`res.json(${call})`, { imports: `${PG}\n${SQLITE}` }), 'db')
  expect(show(event.projection)).toBe(projection)
})

describe('what the driver answers', () => {
  it.each([
    [
      'pg',
      PG,
      "const { rows, rowCount } = await pool.query('select * from users')\nres.json({ rows, rowCount })",
      '{rows: $1, rowCount: $1.length}',
    ],
    ['mysql2', MYSQL, "const [rows] = await pool.query('select * from seats')\nres.json(rows[0].no)", '$1.0.no'],
    [
      'mysql2 of a write',
      MYSQL,
      "const [done] = await pool.query('delete from seats')\nres.json(done.affectedRows)",
      '$1.affectedRows',
    ],
    ['better-sqlite3 get', SQLITE, "res.json(lite.prepare('select * from seats where no = ?').get(7).no)", '$1.0.no'],
    ['better-sqlite3 all', SQLITE, "res.json(lite.prepare('select * from seats').all())", '$1'],
    ['better-sqlite3 pluck', SQLITE, "res.json(lite.prepare('select no from seats').pluck().get())", '$1.0.no'],
    ['better-sqlite3 run', SQLITE, "res.json(lite.prepare('delete from seats').run().changes)", '$1.changes'],
    ['drizzle over pg', '', 'const { rows } = await db.execute(sql`select * from users`)\nres.json(rows)', '$1'],
    ['$count', '', 'res.json({ total: await db.$count(orders, eq(orders.total, 1)) })', '{total: $1.0.count}'],
  ])('%s', (_, imports, handler, body) => {
    expect(bodyFor(readHandler(handler, { imports }), 200)).toBe(body)
  })

  it('is handed to a callback', () => {
    const imports = "import mysql from 'mysql2'\nconst pool = mysql.createPool('x')"
    const handler =
      "pool.query('delete from seats where no = ?', [req.body.no], (error, done) => { if (error) return res.sendStatus(503)\nres.json(done.affectedRows) })"
    expect(outline(readHandler(handler, { imports }))).toEqual(['delete seats > 200', 'delete seats fails > 503'])
  })
})

describe('drivers', () => {
  it('fail at once where they are synchronous', () => {
    const handler =
      'try { stmt.run(req.body.no) } catch (error) { return res.status(409).json(error.name) }\nres.sendStatus(204)'
    const dossier = readHandler(handler, {
      imports: `${SQLITE}\nconst stmt = lite.prepare('insert into seats (no) values (?)')`,
    })
    expect(outline(dossier)).toEqual(['insert seats > 204', 'insert seats fails > 409'])
    expect([show(eventOf(dossier, 'db').values), bodyFor(dossier, 409)]).toEqual(['{no: body.no}', '"SqliteError"'])
  })

  it('do not wrap their errors as Drizzle does', () => {
    const handler =
      "try { await pool.query('delete from users') } catch (error) { return res.json(error.cause?.code ?? error.code) }\nres.sendStatus(204)"
    expect(bodyFor(readHandler(handler, { imports: PG }), 200)).toBe('$1.sqlstate')
  })

  it('run statements of a transaction on one connection', () => {
    const handler = `const client = await pool.connect()
      try {
        await client.query('BEGIN')
        await client.query('insert into users (email) values ($1)', [req.body.email])
        await client.query('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK')
        throw error
      } finally { client.release() }
      res.sendStatus(204)`
    expect(outline(readHandler(handler, { imports: PG }))).toEqual([
      'pg.connect > begin > insert users > commit > 204',
      'pg.connect fails > 500',
      'pg.connect > begin > insert users fails > rollback > throw DatabaseError > 500',
    ])
  })

  it('run a function in a transaction', () => {
    const handler = 'save(req.body.no)\nres.sendStatus(204)'
    const imports = `${SQLITE}\nconst save = lite.transaction((no) => lite.prepare('insert into seats (no) values (?)').run(no))`
    expect(outline(readHandler(handler, { imports }))).toEqual([
      'begin > insert seats > commit > 204',
      'begin > insert seats fails > rollback > 500',
    ])
  })

  it('run a batch', () => {
    const imports = "import { createClient } from '@libsql/client'\nconst turso = createClient({ url: 'file:x' })"
    const handler = `const [done] = await turso.batch([{ sql: 'insert into seats (no) values (?)', args: [req.body.no] }, 'delete from stops'], 'write')
      res.json(done.rowsAffected)`
    const dossier = readHandler(handler, { imports })
    expect(outline(dossier)).toEqual([
      'begin > insert seats > delete stops > commit > 200',
      'begin > insert seats fails > rollback > 500',
      'begin > insert seats > delete stops fails > rollback > 500',
    ])
    expect([show(eventOf(dossier, 'db').values), bodyFor(dossier, 200)]).toEqual(['{no: body.no}', '$2.rowCount'])
  })

  it('are tags', () => {
    const imports = "import postgres from 'postgres'\nconst sql2 = postgres('postgres://x')"
    const handler = `const mine = sql2\`user_id = \${req.body.user}\`
      const [row] = await sql2\`select id from orders where \${mine} and status = \${'new'}\`
      await sql2.begin(async (tx) => { await tx\`insert into users \${tx({ email: req.body.email })}\` })
      res.json(row.id)`
    const dossier = readHandler(handler, { imports })
    expect(outline(dossier)[0]).toBe('select orders > begin > insert users > commit > 200')
    const [read, , write] = dossier.scenarios[0]?.events ?? []
    expect(read?.kind === 'db' && show(read.where)).toBe('and(eq(orders.userId, body.user), eq(orders.status, "new"))')
    expect(write?.kind === 'db' && show(write.values)).toBe('{email: body.email}')
  })
})

describe('tables', () => {
  it('of a statement come with what the schema knows of them', () => {
    const handler = "await pool.query('insert into orders (total) values ($1)', [req.body.total])\nres.sendStatus(204)"
    const dossier = readHandler(handler, { imports: PG })
    expect(dossier.inputs.map(({ path }) => path)).toEqual([['total']])
    expect(dossier.tables.map(({ name }) => name)).toContain('orders')
  })

  it('of a schema for another database are other tables', () => {
    const dossier = readHandler("await pool.query('insert into users (email) values (?)', [1])\nres.end()", {
      imports: MYSQL,
    })
    expect([eventOf(dossier, 'db').table, dossier.tables]).toEqual(['users (mysql)', []])
    expect(dossier.unresolved.map(({ what }) => what)).toContain(
      'the schema has the table users for postgres, and this statement goes to mysql: what columns it has is not known',
    )
  })

  it('are named by a template', () => {
    const handler =
      'await db.execute(sql`delete from ${orders} where ${orders.id} = ${req.body.id}`)\nres.sendStatus(204)'
    expect(shown(readHandler(handler))).toEqual(['delete', 'orders', '-', 'eq(orders.id, body.id)', []])
  })

  it('that no schema has are on record', () => {
    const dossier = readRoute(
      {
        'src/app.ts': `import express from 'express'
          ${SQLITE}
          const app = express()
          app.get('/mine', (req, res) => res.json(lite.prepare('SELECT * FROM notes WHERE owner = ?').all(req.query.owner)))`,
      },
      'GET /mine',
    )
    expect(shown(dossier)).toEqual(['select', 'notes', '-', 'eq(notes.owner, query.owner)', []])
    expect(dossier.unresolved.map(({ what }) => what)).toEqual([
      'the table notes is in no schema that was found: what columns it has is not known',
    ])
  })
})
