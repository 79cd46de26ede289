import { describe, expect, it } from 'vitest'
import {
  appWith,
  bodyFor,
  eventOf,
  firstScenario,
  outline,
  readHandler,
  readRoute,
  show,
} from '../support/scan-source.ts'

const INSERT = 'const [order] = await db.insert(orders).values({ userId: req.body.userId, total: 1 }).returning()'

describe('queries', () => {
  it('inserts, and fails to', () => {
    const dossier = readHandler(`${INSERT}\nres.status(201).json({ id: order.id })`)
    expect(outline(dossier)).toEqual(['insert orders > 201', 'insert orders fails > 500'])
    expect(eventOf(dossier, 'db')).toMatchObject({ table: 'orders', operation: 'insert', transaction: null })
    expect(show(eventOf(dossier, 'db').values)).toBe('{userId: body.userId, total: 1}')
    expect(bodyFor(dossier, 201)).toBe('{id: $1.0.id}')
  })

  it('selects with a where', () => {
    const dossier = readHandler(
      'const rows = await db.select().from(users).where(and(eq(users.id, req.params.id), eq(users.email, 1)))\nres.json(rows)',
      { route: 'get /users/:id' },
    )
    expect(show(eventOf(dossier, 'db').where)).toBe('and(eq(users.id, params.id), eq(users.email, 1))')
    expect(bodyFor(dossier, 200)).toBe('$1')
  })

  it.each([
    [
      'update',
      'db.update(orders).set({ total: req.body.total }).where(eq(orders.id, 1)).returning()',
      '{total: body.total}',
    ],
    ['delete', 'db.delete(orders).where(eq(orders.id, 1)).returning()', '-'],
  ])('%ss', (operation, query, values) => {
    const dossier = readHandler(`const [row] = await ${query}\nif (!row) return res.sendStatus(404)\nres.json(row)`)
    expect(outline(dossier)).toEqual([
      `${operation} orders > 200`,
      `${operation} orders fails > 500`,
      `${operation} orders > 404`,
    ])
    expect(show(eventOf(dossier, 'db').values)).toBe(values)
  })

  it('reads raw SQL', () => {
    const dossier = readHandler(`await db.execute(sql\`select \${req.body.a}\`)\nres.sendStatus(204)`)
    expect(outline(dossier)).toEqual(['select null > 204', 'select null fails > 500'])
  })

  it('runs a query only when something waits for it', () => {
    const dossier = readHandler(
      'const query = db.select().from(users)\nif (req.body.skip) return res.sendStatus(204)\nres.json(await query)',
    )
    expect(outline(dossier)[0]).toBe('204')
  })

  it('keeps the columns that a select chooses', () => {
    const dossier = readHandler(
      'const [row] = await db.select({ mail: users.email }).from(users)\nres.json({ mail: row.mail })',
    )
    expect(show(eventOf(dossier, 'db').projection)).toBe('{mail: users.email}')
    expect(bodyFor(dossier, 200)).toBe('{mail: $1.0.mail}')
  })

  it('knows the columns of getTableColumns without one', () => {
    const dossier = readHandler(
      'const { email, ...rest } = getTableColumns(users)\nres.json(await db.select(rest).from(users))',
      { imports: "import { getTableColumns } from 'drizzle-orm'" },
    )
    expect(show(eventOf(dossier, 'db').projection)).toBe('{id: users.id}')
  })

  it('does not make up the fields of a row whose columns it does not know', () => {
    const dossier = readHandler(
      'const [row] = await db.insert(users).values({ email: 1 }).returning(pick(users))\nres.json(row)',
      {
        before:
          'const pick = (table) => Object.fromEntries(Object.entries(table).filter(([key]) => process.env.KEYS.includes(key)))',
      },
    )
    expect(bodyFor(dossier, 200)).not.toBe('{}')
  })

  it('notes a join', () => {
    const dossier = readHandler(
      'res.json(await db.select().from(orders).innerJoin(users, eq(orders.userId, users.id)))',
    )
    expect(eventOf(dossier, 'db')).toMatchObject({ table: 'orders', joined: true })
  })

  it('runs relational queries', () => {
    const dossier = readHandler(
      'const user = await db.query.users.findFirst({ where: eq(users.id, req.params.id) })\nif (!user) return res.sendStatus(404)\nres.json(await db.query.orders.findMany({ where: (order, { eq }) => eq(order.userId, user.id), with: { user: true } }))',
    )
    expect(outline(dossier)[0]).toBe('select users > select orders > 200')
    const second = firstScenario(dossier).events[1]
    expect(second?.kind === 'db' && [show(second.where), second.joined]).toEqual(['eq(orders.userId, $1.0.id)', true])
  })

  it('does not take the row for made when a conflict may skip it', () => {
    const dossier = readHandler(
      'const [row] = await db.insert(users).values({ email: req.body.email }).onConflictDoNothing().returning()\nif (!row) return res.sendStatus(409)\nres.sendStatus(201)',
    )
    expect(outline(dossier)).toEqual(['insert users > 201', 'insert users fails > 500', 'insert users > 409'])
  })

  it('inserts a list', () => {
    const dossier = readHandler(
      'await db.insert(orders).values(req.body.items.map((item) => ({ userId: 1, total: item.price })))\nres.sendStatus(204)',
    )
    expect(show(eventOf(dossier, 'db').values)).toBe('[{userId: 1, total: body.items.0.price}, …]')
  })

  it('finds the query behind a repository class and a service', () => {
    const dossier = readHandler('res.json(await service.find(req.params.id))', {
      imports: "import { service } from './service.js'",
      files: {
        'src/service.ts':
          "import { repository } from './repository.js'\nexport const service = { find: (id) => repository.byId(id) }",
        'src/repository.ts': `import { eq } from 'drizzle-orm'
          import { db } from './db.js'
          import { users } from './schema.js'
          class Repository { constructor(private readonly database) {} async byId(id) { return this.database.select().from(users).where(eq(users.id, id)) } }
          export const repository = new Repository(db)`,
      },
    })
    expect(outline(dossier)[0]).toBe('select users > 200')
    expect(dossier.sources.map((source) => source.name)).toEqual(['(anonymous)', 'find', 'byId'])
  })

  it('takes the database as a parameter and from a lazy function', () => {
    const dossier = readHandler('await touch(db); await touch(getDb())\nres.sendStatus(204)', {
      before:
        'let cached\nconst getDb = () => { cached ??= db; return cached }\nconst touch = (database) => database.update(users).set({ email: 1 })',
    })
    expect(outline(dossier)[0]).toBe('update users > update users > 204')
  })

  it('hands the error of the driver over with its SQLSTATE on cause', () => {
    const dossier = readHandler(
      `try { ${INSERT} } catch (error) { if (error.cause?.code === '23505') return res.sendStatus(409); return res.sendStatus(503) }\nres.sendStatus(201)`,
    )
    expect(outline(dossier)).toEqual(['insert orders > 201', 'insert orders fails > 409', 'insert orders fails > 503'])
  })

  it('has the SQLSTATE on the error itself before drizzle-orm 0.44', () => {
    const handler = `try { ${INSERT} } catch (error) { if (error.code === '23505') return res.sendStatus(409); return res.sendStatus(503) }\nres.sendStatus(201)`
    expect(outline(readHandler(handler, {}, { drizzle: '^0.36.0' }))).toContain('insert orders fails > 409')
    expect(outline(readHandler(handler))).not.toContain('insert orders fails > 409')
  })

  it("does not claim to know the database's words", () => {
    const dossier = readHandler(
      `try { ${INSERT} } catch (error) { return res.status(500).json({ error: error.message }) }\nres.sendStatus(201)`,
    )
    expect(bodyFor(dossier, 500)).toBe('{error: concat("Failed query: ", text of the query())}')
  })

  it.each([
    ["error.message === 'Order not found'", 404],
    ["error.message.includes('duplicate key')", 409],
    ["error.message.includes('unique constraint')", 409],
    ["error.message.includes('Error connecting to database')", 504],
    ["error.message.toLowerCase().includes('not found')", 404],
    ["error.message.includes('ECONNREFUSED')", 504],
  ])('knows that drizzle-orm 0.44 has no words of the database in its message: %s', (test, status) => {
    const handler = `try { ${INSERT} } catch (error) { if (${test}) return res.sendStatus(${status}); return res.sendStatus(503) }\nres.sendStatus(201)`
    expect(outline(readHandler(handler))).toEqual(['insert orders > 201', 'insert orders fails > 503'])
    expect(outline(readHandler(handler, {}, { drizzle: '^0.36.0' }))).toContain(`insert orders fails > ${status}`)
    const ofCause = handler.replace('error.message', 'error.cause.message')
    expect(outline(readHandler(ofCause))).toContain(`insert orders fails > ${status}`)
  })

  it.each([
    ['import { drizzle } from "drizzle-orm/mysql2"\nexport const db = drizzle(process.env.URL!)', false],
    [
      'import { drizzle } from "drizzle-orm/mysql2"\nimport mysql from "mysql2/promise"\nexport const db = drizzle({ client: mysql.createPool("x") })',
      false,
    ],
    ['import { drizzle } from "drizzle-orm/better-sqlite3"\nexport const db = drizzle(process.env.URL!)', true],
  ])('knows whether the code of the driver is on the error itself: %s', (text, isThere) => {
    const handler = `try { ${INSERT} } catch (error) { if (error.code === 'X') return res.sendStatus(409); return res.sendStatus(503) }\nres.sendStatus(201)`
    const found = outline(readHandler(handler, { files: { 'src/db.ts': text } }))
    expect(found.includes('insert orders fails > 409')).toBe(isThere)
  })

  it('has the code of the driver on the error of a statement that goes past Drizzle', () => {
    const handler = `try { await pool.query('insert into seats values (1)') } catch (error) { if (error.code === 'X') return res.sendStatus(409); return res.sendStatus(503) }\nres.sendStatus(201)`
    const imports = `import mysql from 'mysql2'\nconst pool = mysql.createPool('x').promise()`
    expect(outline(readHandler(handler, { imports })).some((line) => line.endsWith('409'))).toBe(true)
  })

  it.each(['total', 'insert into', 'default', '/total|not found/'])(
    'leaves open whether the statement has %s',
    (words) => {
      const test = words.startsWith('/') ? `${words}.test(error.message)` : `error.message.includes('${words}')`
      const handler = `try { ${INSERT} } catch (error) { if (${test}) return res.sendStatus(409); return res.sendStatus(503) }\nres.sendStatus(201)`
      expect(outline(readHandler(handler))).toContain('insert orders fails > 409')
    },
  )
})

describe('transactions', () => {
  const order = (inner: string, rest = ''): string => `await db.transaction(async (tx) => {
      const [order] = await tx.insert(orders).values({ userId: 1, total: 1 }).returning()
      ${inner}
    })
    ${rest || 'res.sendStatus(201)'}`

  it('commits', () => {
    const dossier = readHandler(order('await tx.update(users).set({ email: order.id })'))
    expect(outline(dossier)).toEqual([
      'begin > insert orders > update users > commit > 201',
      'begin > insert orders fails > rollback > 500',
      'begin > insert orders > update users fails > rollback > 500',
    ])
  })

  it('marks what runs inside it', () => {
    const events = firstScenario(readHandler(order('await db.update(users).set({ email: 1 })'))).events
    expect(events.flatMap((event) => (event.kind === 'db' ? [event.transaction] : []))).toEqual([1, null])
  })

  it('rolls back when the callback throws', () => {
    expect(outline(readHandler(order("if (req.body.a) throw new Error('no')")))).toContain(
      'begin > insert orders > throw Error > rollback > 500',
    )
  })

  it('rolls back on tx.rollback()', () => {
    expect(outline(readHandler(order('tx.rollback()')))).toContain('begin > insert orders > rollback > 500')
  })

  it('passes the transaction through a repository', () => {
    const dossier = readHandler(order('await save(tx)'), {
      before: 'const save = (database = db) => database.update(users).set({ email: 1 })',
    })
    const update = firstScenario(dossier).events.find((event) => event.kind === 'db' && event.operation === 'update')
    expect(update).toMatchObject({ transaction: 1 })
  })

  it('answers what the callback returns', () => {
    const dossier = readHandler(
      `const order = await db.transaction((tx) => tx.insert(orders).values({ userId: 1, total: 1 }).returning())\nres.json(order[0].id)`,
    )
    expect(bodyFor(dossier, 200)).toBe('$2.0.id')
  })
})

describe('values', () => {
  it('shows what the handler wrote to the body before it stored it', () => {
    const dossier = readHandler(
      'req.body.email = req.body.email.toLowerCase(); delete req.body.admin\nawait db.insert(users).values(req.body)\nres.sendStatus(204)',
    )
    expect(show(eventOf(dossier, 'db').values)).toBe('{...0: body, email: toLowerCase(body.email), admin: undefined}')
  })

  it('keeps an order of spreads and fields', () => {
    const dossier = readHandler(
      "await db.insert(users).values({ status: 'new', ...req.body, email: 'fixed' })\nres.sendStatus(204)",
    )
    expect(show(eventOf(dossier, 'db').values)).toBe(
      '{status: default(body.status, "new"), ...1: body, email: "fixed"}',
    )
  })

  it('reads a field that a spread may bring', () => {
    const dossier = readHandler('const all = { ...req.body, a: 1 }\nres.json({ a: all.a, b: all.b })')
    expect(bodyFor(dossier, 200)).toBe('{a: 1, b: body.b}')
  })

  it('does not list the fields of a spread body', () => {
    const dossier = readHandler(
      'const all = { ...req.body, a: 1 }\nfor (const key of Object.keys(all)) await db.update(users).set({ email: key })\nres.json(Object.keys(all))',
    )
    expect(bodyFor(dossier, 200)).toBe('["a", …]')
  })
})

describe('relations', () => {
  const FILES = {
    'src/schema.ts': `
      import { relations } from 'drizzle-orm'
      import { integer, pgTable, serial } from 'drizzle-orm/pg-core'
      export const users = pgTable('users', { id: serial().primaryKey() })
      export const orders = pgTable('orders', { id: serial().primaryKey(), userId: integer().references(() => users.id) })
      export const items = pgTable('items', { id: serial().primaryKey(), orderId: integer() })
      export const usersRelations = relations(users, ({ many }) => ({ orders: many(orders) }))
      export const ordersRelations = relations(orders, ({ one, many }) => ({ user: one(users, { fields: [orders.userId], references: [users.id] }), items: many(items) }))`,
    'src/db.ts': `
      import { drizzle } from 'drizzle-orm/node-postgres'
      import * as schema from './schema.js'
      export const db = drizzle(process.env.DATABASE_URL, { schema })`,
  }

  it('are read for what a query loads with its rows', () => {
    const files = appWith(
      'app.get("/u", async (req, res) => { res.json(await db.query.users.findMany({ with: { orders: { with: { items: true, user: false } } } })) })',
    )
    const dossier = readRoute({ ...files, ...FILES }, 'GET /u')
    expect(eventOf(dossier, 'db')).toMatchObject({ table: 'users', joined: true, joins: ['orders', 'items'] })
    expect(dossier.unresolved).toEqual([])
  })

  it('that nobody declared are on record', () => {
    const files = appWith(
      'app.get("/u", async (req, res) => { res.json(await db.query.items.findMany({ with: { order: true } })) })',
    )
    const dossier = readRoute({ ...files, ...FILES }, 'GET /u')
    expect(dossier.unresolved.map(({ what }) => what)).toEqual(['which table the relation order reads is not known'])
  })
})
