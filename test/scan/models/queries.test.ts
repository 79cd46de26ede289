// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources of sample apps stand in plain strings
import { describe, expect, it } from 'vitest'
import { bodyFor, eventOf, outline, readHandler, show } from '../../support/scan-source.ts'

const IMPORTS = `import { count, exists, inArray } from 'drizzle-orm'
  import { union } from 'drizzle-orm/pg-core'`

function queryIn(handler: string) {
  return eventOf(readHandler(handler, { imports: IMPORTS, route: 'post /orders/:id' }), 'db')
}

describe('rows of more than one table', () => {
  it.each([
    [
      'a common table expression',
      `const mine = db.$with('mine').as(db.select({ id: users.id }).from(users))
       res.json(await db.with(mine).select({ x: mine.id }).from(mine).leftJoin(orders, eq(orders.userId, mine.id)))`,
      ['users', ['orders'], true, '{x: users.id}'],
    ],
    [
      'a joined subquery',
      `const sums = db.select({ user: orders.userId, n: count() }).from(orders).groupBy(orders.userId).as('sums')
       res.json(await db.select({ id: users.id, n: sums.n }).from(users).leftJoin(sums, eq(users.id, sums.user)))`,
      ['users', ['orders'], true, '{id: users.id, n: count()}'],
    ],
    [
      'a union',
      'res.json(await union(db.select({ id: users.id }).from(users), db.select({ id: orders.id }).from(orders)))',
      ['users', ['orders'], true, '{id: users.id}'],
    ],
    [
      'a union by method',
      'res.json(await db.select({ id: users.id }).from(users).unionAll(db.select({ id: orders.id }).from(orders)))',
      ['users', ['orders'], true, '{id: users.id}'],
    ],
    [
      'a condition with a subquery',
      'res.json(await db.select().from(users).where(inArray(users.id, db.select({ id: orders.userId }).from(orders))))',
      ['users', ['orders'], false, '-'],
    ],
    [
      'an update from another table',
      'await db.update(orders).set({ total: 1 }).from(users).where(eq(users.id, orders.userId))\nres.end()',
      ['orders', ['users'], true, '-'],
    ],
  ])('%s', (_, handler, expected) => {
    const { table, joins, joined, projection } = queryIn(handler)
    expect([table, joins, joined, show(projection)]).toEqual(expected)
  })

  it('are inserted from a query', () => {
    const { operation, table, joins } = queryIn(
      'await db.insert(users).select(db.select({ email: orders.status }).from(orders))\nres.end()',
    )
    expect([operation, table, joins]).toEqual(['insert', 'users', ['orders']])
  })
})

describe('relational queries', () => {
  it.each([
    ['{ columns: { id: true } }', '{id: users.id}'],
    ['{ columns: { email: false } }', '{id: users.id}'],
    [
      "{ columns: { id: true }, extras: { low: sql`lower(email)`.as('low') } }",
      '{id: users.id, low: sql("`lower(email)`")}',
    ],
    ['{ columns: pick(req.body) }', '{…}'],
    ['{}', '-'],
  ])('choose fields: %s', (options, projection) => {
    const before = 'const pick = (body) => ({ [body.column]: true })'
    const dossier = readHandler(`res.json(await db.query.users.findFirst(${options}))`, { before })
    expect(show(eventOf(dossier, 'db').projection)).toBe(projection)
  })

  it.each([
    ['users.findMany({ orderBy: desc(orders.id) })', ['desc(users.id)']],
    ['users.findMany({ orderBy: [asc(orders.id), users.email] })', ['asc(users.id)', 'users.email']],
    ['orders.findMany({ orderBy: (order, { desc }) => desc(order.total) })', ['desc(orders.total)']],
  ])('are ordered by their own column: %s', (call, columns) => {
    const dossier = readHandler(`res.json(await db.query.${call})`, {
      imports: "import { asc, desc } from 'drizzle-orm'",
    })
    expect(eventOf(dossier, 'db').orderBy.map(show)).toEqual(columns)
  })

  it('are refused where they have no such column', () => {
    const { unresolved } = readHandler('res.json(await db.query.users.findMany({ orderBy: orders.total }))')
    expect(unresolved.map(({ what }) => what)).toEqual([
      'the query orders by users.total, which is not there: the database will refuse it',
    ])
  })

  it('choose fields of the rows that come with others', () => {
    const dossier = readHandler(
      'res.json(await db.query.orders.findMany({ with: { user: { columns: { email: true } } } }))',
      {
        imports: "import './relations.js'",
        files: {
          'src/relations.ts': `import { relations } from 'drizzle-orm'
          import { orders, users } from './schema.js'
          export const orderRelations = relations(orders, ({ one }) => ({ user: one(users) }))`,
        },
      },
    )
    const { projection, joins, joined } = eventOf(dossier, 'db')
    expect([joins, joined]).toEqual([['users'], true])
    expect(show(projection)).toContain('total: orders.total, status: orders.status, user: {email: users.email}')
  })
})

describe('a builder that is given nothing to write', () => {
  it.each([
    ['set({})', 'update'],
    ['set({ email: undefined })', 'update'],
  ])('throws: %s', (set) => {
    expect(outline(readHandler(`await db.update(users).${set}\nres.sendStatus(204)`))).toEqual(['500'])
  })

  it('throws for an empty list, and not for one that may have items', () => {
    const insert = 'await db.insert(users).values(rows)\nres.sendStatus(204)'
    expect(outline(readHandler(`const rows = []\n${insert}`))).toEqual(['500'])
    expect(outline(readHandler(`const rows = req.body.map((email) => ({ email }))\n${insert}`))[0]).toBe(
      'insert users > 204',
    )
    expect(
      outline(readHandler(`const rows = []\nfor (const email of req.body) rows.push({ email })\n${insert}`))[0],
    ).toBe('insert users > 204')
  })

  it('is told where a validator lets every field be missing, and nobody asks before', () => {
    const imports =
      "import { z } from 'zod'\nconst Changes = z.object({ total: z.number(), status: z.string() }).partial()"
    const update = 'await db.update(orders).set(changes)\nres.sendStatus(204)'
    const parse = 'const changes = Changes.parse(req.body)'
    expect(outline(readHandler(`${parse}\n${update}`, { imports }))).toEqual([
      'update orders > 204',
      '500',
      '500',
      'update orders fails > 500',
    ])
    const asked = `${parse}\nif (Object.keys(changes).length === 0) return res.sendStatus(400)\n${update}`
    expect(outline(readHandler(asked, { imports })).filter((one) => one === '500')).toHaveLength(1)
    const stamped = `${parse}\nawait db.update(orders).set({ ...changes, userId: 1 })\nres.sendStatus(204)`
    expect(outline(readHandler(stamped, { imports })).filter((one) => one === '500')).toHaveLength(1)
  })

  it('says so', () => {
    const handler =
      'try { await db.update(users).set({}) } catch (error) { return res.status(400).json(error.message) }\nres.end()'
    expect(bodyFor(readHandler(handler), 400)).toBe('"No values to set"')
  })
})

it('is told where every field is trimmed and may be missing', () => {
  const imports =
    "import { z } from 'zod'\nconst Changes = z.object({ email: z.string().trim().optional(), name: z.string().toLowerCase().optional() })"
  const handler = 'const changes = Changes.parse(req.body)\nawait db.update(users).set(changes)\nres.sendStatus(204)'
  expect(outline(readHandler(handler, { imports })).filter((one) => one === '500')).toHaveLength(2)
})

describe('an object where the column has none', () => {
  const REFUSED = /^an object is written to (\S+),/
  const refused = (handler: string): string[] =>
    readHandler(`${handler}\nres.sendStatus(204)`).unresolved.flatMap(({ what }) => what.match(REFUSED)?.[1] ?? [])

  it.each([
    ['await db.update(orders).set({ total: { ...req.body } })', ['orders.total']],
    ['await db.insert(orders).values([{ userId: {}, total: 1 }])', ['orders.user_id']],
    ['await db.insert(orders).values({ userId: req.body, total: 1, status: { a: 1 } })', []],
    ['await db.update(orders).set({ total: sql`total + 1` })', []],
    ['const { total } = req.body\nawait db.update(orders).set({ total })', []],
  ])('is said: %s', (handler, columns) => {
    expect(refused(handler)).toEqual(columns)
  })

  it('is said of a body that something was written to', () => {
    expect(refused('req.body.userId = 1\nawait db.update(orders).set({ total: req.body })')).toEqual(['orders.total'])
  })
})

it('says that no database looks up a text among UUIDs', () => {
  const files = {
    'src/keys.ts':
      "import { pgTable, uuid } from 'drizzle-orm/pg-core'\nexport const keys = pgTable('keys', { id: uuid('id').primaryKey() })",
  }
  const whatOf = (id: string): string[] => {
    const handler = `await db.select().from(keys).where(eq(keys.id, ${id}))\nres.sendStatus(204)`
    return readHandler(handler, { imports: "import { keys } from './keys.js'", files }).unresolved.map(
      ({ what }) => what,
    )
  }
  expect(whatOf("req.user?.none ?? ''")).toEqual([])
  expect(whatOf("''")).toEqual(["'' is looked for in keys.id, which is a uuid: the database will refuse it"])
  expect(whatOf("'8b0e4a5c-1d2f-4e3a-9b8c-7d6e5f4a3b2c'")).toEqual([])
})

it('fills the placeholders of a prepared query', () => {
  const { where } =
    queryIn(`const find = db.select().from(users).where(eq(users.id, sql.placeholder('id'))).prepare('find')
    res.json(await find.execute({ id: req.params.id }))`)
  expect(show(where)).toBe('eq(users.id, params.id)')
})

it.each([
  ['sql`${users.email} = ${req.body.mail} and ${users.id} > 3`', 'and(eq(users.email, body.mail), gt(users.id, 3))'],
  ['and(eq(users.id, 1), sql`email is not null`)', 'and(eq(users.id, 1), isNotNull(users.email))'],
  ['sql`lower(${users.email}) = ${req.body.mail}`', 'eq(lower(users.email), body.mail)'],
  ['sql`${users.email} ~ ${req.body.mail}`', 'sql("`${users.email} ~ ${req.body.mail}`", users.email, body.mail)'],
])('reads the condition %s', (condition, where) => {
  expect(show(queryIn(`res.json(await db.select().from(users).where(${condition}))`).where)).toBe(where)
})

it('asks the client that drizzle was given', () => {
  const files = {
    'src/db.ts': `import { drizzle } from 'drizzle-orm/node-postgres'
      import pg from 'pg'
      export const db = drizzle(new pg.Pool())`,
  }
  const dossier = readHandler("const { rows } = await db.$client.query('select * from users')\nres.json(rows)", {
    files,
  })
  expect([eventOf(dossier, 'db').table, bodyFor(dossier, 200)]).toEqual(['users', '$1'])
})
