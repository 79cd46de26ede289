// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources of sample apps stand in plain strings
import { describe, expect, it } from 'vitest'
import { expectsOf, openOf, pathOf, planFor, plannedOf } from '../support/plan-source.ts'

const ANY = '{"$any":"Number"}'

describe('the good request', () => {
  it('has no body where the route reads none', () => {
    const happy = plannedOf(planFor('GET /health', 'res.json({ ok: true })'), 'happy')
    expect(happy.given).toEqual({
      seeds: [],
      stubs: [],
      fault: null,
      needs: [],
      requests: [{ method: 'GET', path: '/health', query: {}, headers: {}, body: null }],
    })
    expect(expectsOf(happy)).toEqual(['code status 200', 'code body whole {"ok":true}'])
  })

  it('has an empty text after 204, also when the route calls sendStatus', () => {
    expect(expectsOf(plannedOf(planFor('DELETE /cache', 'res.sendStatus(204)'), 'happy'))).toEqual([
      'code status 204',
      'code text ""',
    ])
  })

  it('reads what send sends', () => {
    const object = plannedOf(planFor('GET /a', 'res.send({ a: 1 })'), 'happy')
    const text = plannedOf(planFor('GET /a', "res.send('a')"), 'happy')
    expect(expectsOf(object)).toContain('code body whole {"a":1}')
    expect(expectsOf(text)).toContain('code text "a"')
  })

  it('is open when only the status could be asserted', () => {
    expect(openOf(planFor('GET /go', "res.redirect('/elsewhere')"), 'happy').missing).toContain('beside the status')
  })

  it('is open when only the run knows what an update writes', () => {
    const plan = planFor(
      'POST /orders/:id/raise',
      `await db.update(orders).set({ total: sql\`\${orders.total} + \${req.body.by}\` }).where(eq(orders.id, Number(req.params.id)))
       res.sendStatus(204)`,
    )
    expect(openOf(plan, 'happy').missing).toContain('what orders.total holds afterwards')
  })

  it('is open when no way ends in a success', () => {
    expect(openOf(planFor('GET /gone', "res.status(410).json({ error: 'gone' })"), 'happy').missing).toContain('2xx')
  })

  it('has what the text columns take, the parents three levels up, and defaults in the answer', () => {
    const plan = planFor(
      'POST /users',
      'const [user] = await db.insert(users).values({ email: req.body.email, cityId: req.body.cityId }).returning(); res.status(201).json(user)',
    )
    const happy = plannedOf(plan, 'happy')
    const [country, city] = happy.given.seeds
    expect(happy.given.seeds.map((seed) => seed.table)).toEqual(['countries', 'cities'])
    expect(city?.row.countryCode).toBe(country?.row.code)
    expect(happy.given.requests[0]?.body).toEqual({ email: 'ada@example.com', cityId: city?.row.id })
    expect(expectsOf(happy)[1]).toBe(
      `code body whole {"id":{"$any":"String"},"email":"ada@example.com","role":"member","cityId":${city?.row.id},"active":true}`,
    )
  })

  it('never claims the text of a numeric column, nor one that is read as another type', () => {
    const plan = planFor(
      'POST /items',
      'const { orderId, price, views, day, meta } = req.body; const [item] = await db.insert(items).values({ orderId, price, views, day, meta }).returning(); res.json(item)',
    )
    const happy = plannedOf(plan, 'happy')
    expect(happy.given.requests[0]?.body).toMatchObject({
      price: '49.99',
      views: 7,
      day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      meta: { note: expect.any(String) },
    })
    expect(expectsOf(happy)[1]).toContain('"price":{"$any":"String"},"views":7,"day":"2030-')
    expect(happy.given.seeds.map((seed) => seed.table)).toEqual(['users', 'orders'])
  })

  it('fills nested fields and lists of the body', () => {
    const plan = planFor(
      'POST /items',
      `if (!req.body.address?.city || !Array.isArray(req.body.items)) return res.status(400).json({})
       for (const item of req.body.items) await db.insert(items).values({ orderId: item.orderId, price: item.price })
       res.status(201).json({ city: req.body.address.city })`,
    )
    const happy = plannedOf(plan, 'happy')
    expect(happy.given.requests[0]?.body).toEqual({
      address: { city: 'London' },
      items: [{ orderId: happy.given.seeds.at(-1)?.row.id, price: '49.99' }],
    })
  })

  it('stores a whole body, and a spread one', () => {
    const whole = planFor('POST /a', 'await db.insert(payments).values(req.body); res.status(201).json({ ok: true })')
    const spread = planFor(
      'POST /a',
      "await db.insert(payments).values({ ...req.body, status: 'paid' }); res.status(201).json({ ok: true })",
    )
    const body = { userId: 'user-1', amountCents: 4999 }
    expect(plannedOf(whole, 'happy').given.requests[0]?.body).toEqual(body)
    expect(expectsOf(plannedOf(spread, 'happy'))).toContain(
      'code rows payments [{"userId":"user-1","amountCents":4999,"status":"paid"}]',
    )
  })

  it('gives params ids that differ from each other and from the first numbers of a sequence', () => {
    const plan = planFor(
      'GET /users/:userId/orders/:orderId',
      `const [order] = await db.select().from(orders).where(and(eq(orders.id, Number(req.params.orderId)), eq(orders.userId, req.params.userId)))
       if (!order) return res.status(404).json({})
       res.json({ id: order.id })`,
    )
    const happy = plannedOf(plan, 'happy')
    const [user, order] = happy.given.seeds
    expect(happy.given.requests[0]?.path).toBe(`/users/${user?.row.id}/orders/${order?.row.id}`)
    expect(Number(order?.row.id)).toBeGreaterThan(100)
  })

  it('sends query values as text and keeps what the code makes of them', () => {
    const plan = planFor(
      'GET /a',
      'const page = Number(req.query.page ?? 1); if (!Number.isInteger(page) || page < 1) return res.status(400).json({}); res.json({ page })',
    )
    const happy = plannedOf(plan, 'happy')
    expect(happy.given.requests[0]?.query).toEqual({ page: '1' })
    expect(expectsOf(happy)).toContain('code body whole {"page":1}')
  })

  it('carries the required header', () => {
    const plan = planFor(
      'GET /a',
      "const tenant = req.get('X-Tenant-Id'); if (!tenant) return res.status(400).json({}); res.json({ tenant })",
    )
    expect(plannedOf(plan, 'happy').given.requests[0]?.headers).toEqual({ 'x-tenant-id': 'tenant-1' })
  })

  it('gives a found row the values that later branches ask for', () => {
    const plan = planFor(
      'POST /orders/:id/cancel',
      `const [order] = await db.select().from(orders).where(eq(orders.id, Number(req.params.id)))
       if (!order) return res.status(404).json({})
       if (order.status !== 'paid') return res.status(409).json({})
       if (order.total < 500) return res.status(422).json({})
       await db.update(orders).set({ status: 'cancelled' }).where(eq(orders.id, order.id))
       res.json({ id: order.id })`,
    )
    const happy = plannedOf(plan, 'happy')
    expect(happy.given.seeds.at(-1)?.row).toMatchObject({ status: 'paid', total: 500 })
    expect(expectsOf(happy)[2]).toContain('"status":"cancelled","total":500')
  })

  it('shows that a soft delete sets its date', () => {
    const plan = planFor(
      'DELETE /orders/:id',
      `const [order] = await db.update(orders).set({ deletedAt: new Date() }).where(and(eq(orders.id, Number(req.params.id)), isNull(orders.deletedAt))).returning()
       if (!order) return res.status(404).json({})
       res.sendStatus(204)`,
    )
    expect(expectsOf(plannedOf(plan, 'happy')).at(-1)).toContain('"deletedAt":{"$any":"Date"}')
  })

  it('counts what a delete leaves, and is open where a child row would keep the row', () => {
    const both = planFor(
      'DELETE /orders/:id',
      'const id = Number(req.params.id); await db.delete(items).where(eq(items.orderId, id)); await db.delete(orders).where(eq(orders.id, id)); res.sendStatus(204)',
    )
    expect(expectsOf(plannedOf(both, 'happy')).slice(-2)).toEqual(['code count items 0', 'code count orders 0'])
    const wrongOrder = planFor(
      'DELETE /orders/:id',
      'const id = Number(req.params.id); await db.update(items).set({ price: "1.00" }).where(eq(items.orderId, id)); await db.delete(orders).where(eq(orders.id, id)); res.sendStatus(204)',
    )
    expect(openOf(wrongOrder, 'happy').missing).toContain('rows in items keep the row in orders')
  })

  it('knows the chosen fields of a list, and not what a join or plain SQL answers', () => {
    const list = planFor(
      'GET /orders',
      'res.json(await db.select({ no: orders.id, status: orders.status }).from(orders))',
    )
    expect(expectsOf(plannedOf(list, 'happy'))).toContain(`code body whole [{"no":${ANY},"status":"new"}]`)
    const join = planFor(
      'GET /orders',
      'const [row] = await db.select().from(orders).innerJoin(users, eq(users.id, orders.userId)); if (!row) return res.status(404).json({}); res.json(row)',
    )
    expect(openOf(join, 'happy').missing).toContain('what the query at')
    const computed = planFor(
      'GET /orders',
      'const rows = await db.select({ id: orders.id, twice: sql`${orders.total} * 2` }).from(orders); res.json(rows)',
    )
    expect(expectsOf(plannedOf(computed, 'happy'))).toContain(`code body part [{"id":${ANY}}]`)
  })

  it('is open when an update can not be told to hit a row', () => {
    const plan = planFor(
      'POST /a',
      'await db.update(payments).set({ status: "paid" }).where(sql`${payments.id} % 2 = 1`); res.json({ ok: true })',
    )
    expect(openOf(plan, 'happy').missing).toContain('a row for the condition')
  })

  it('says nothing of the tables after plain SQL that may write', () => {
    const plan = planFor(
      'POST /a',
      'await db.execute(sql`call settle()`); await db.insert(payments).values({ userId: "u", amountCents: 1 }); res.json({ ok: true })',
    )
    expect(expectsOf(plannedOf(plan, 'happy'))).toEqual(['code status 200', 'code body whole {"ok":true}'])
  })

  it('knows what plain SQL writes', () => {
    const plan = planFor(
      'POST /a',
      'await db.execute(sql`insert into payments (user_id, amount_cents) values (${req.body.user}, 1)`); res.json({ ok: true })',
    )
    expect(expectsOf(plannedOf(plan, 'happy')).filter((text) => text.startsWith('code rows'))).toEqual([
      expect.stringMatching(/^code rows payments \[\{"userId":"[^"]+","amountCents":1/),
    ])
  })

  it('seeds a parent of the same table without taking the number of the next row', () => {
    const plan = planFor(
      'POST /categories',
      `const { name, parentId } = req.body
       const [parent] = await db.select().from(categories).where(eq(categories.id, parentId))
       if (!parent) return res.status(404).json({})
       const [row] = await db.insert(categories).values({ name, parentId: parent.id }).returning()
       res.status(201).json(row)`,
    )
    const happy = plannedOf(plan, 'happy')
    expect(happy.given.seeds).toEqual([
      { table: 'categories', row: { id: expect.any(Number), name: expect.any(String) } },
    ])
    expect(expectsOf(happy)).toContain('code count categories 2')
  })

  it('gives a seeded row another unique value than the one that the route stores', () => {
    const plan = planFor(
      'POST /invite',
      `const [inviter] = await db.select().from(users).where(eq(users.id, req.body.inviterId))
       if (!inviter) return res.status(404).json({})
       const [user] = await db.insert(users).values({ email: req.body.email }).returning()
       res.status(201).json({ id: user.id })`,
    )
    const happy = plannedOf(plan, 'happy')
    expect(happy.given.seeds[0]?.row.email).not.toBe('ada@example.com')
    expect(happy.given.requests[0]?.body).toMatchObject({ email: 'ada@example.com' })
  })

  it('is right about a look-up that finds nothing although its table has a row, and open where it can not be', () => {
    const lookUp = (where: string): string => `
      const [order] = await db.select().from(orders).where(eq(orders.id, Number(req.params.id)))
      if (!order) return res.status(404).json({})
      const [other] = await db.select().from(orders).where(${where})
      if (other) return res.status(409).json({})
      res.json({ id: order.id })`
    const told = planFor('GET /orders/:id', lookUp('eq(orders.key, "taken")'))
    expect(plannedOf(told, 'happy').given.seeds.map((seed) => seed.table)).toEqual(['users', 'orders'])
    const same = planFor('GET /orders/:id', lookUp('eq(orders.userId, order.userId)'))
    expect(openOf(same, 'happy').missing).toContain('a look-up that must find nothing')
    const sql = planFor('GET /orders/:id', lookUp('sql`${orders.total} % 2 > 0`'))
    expect(openOf(sql, 'happy').missing).toContain('a look-up that must find nothing')
  })

  it('does not put in a row later that an earlier look-up must not find', () => {
    const plan = planFor(
      'POST /a',
      `const [known] = await db.select().from(users).where(eq(users.id, req.body.userId))
       if (known) return res.status(409).json({})
       await db.insert(orders).values({ userId: req.body.userId })
       res.status(201).json({ ok: true })`,
    )
    expect(openOf(plan, 'happy').missing).toContain('an earlier look-up, which must not find it')
  })

  it('is open when the database would refuse the value', () => {
    const plan = planFor(
      'GET /a',
      "const [user] = await db.select().from(users).where(eq(users.id, 'me')); if (!user) return res.status(404).json({}); res.json({})",
    )
    expect(openOf(plan, 'happy').missing).toContain('the column id (uuid)')
  })

  it('lists both rows of one insert', () => {
    const plan = planFor(
      'POST /a',
      "await db.insert(payments).values([{ userId: 'a', amountCents: 1 }, { userId: 'b', amountCents: 2 }]); res.status(201).json({ ok: true })",
    )
    expect(expectsOf(plannedOf(plan, 'happy'))).toContain(
      'code rows payments [{"userId":"a","amountCents":1,"status":"pending"},{"userId":"b","amountCents":2,"status":"pending"}]',
    )
  })

  it('leaves a way that hangs out of the good ones', () => {
    const plan = planFor('GET /a', 'if (req.query.wait) { await new Promise(() => {}) } else res.json({ ok: true })')
    expect(pathOf(plan, 'happy').status).toBe('planned')
  })

  it('carries a key that the code compares with one of its own', () => {
    const plan = planFor(
      'GET /a',
      'if (req.get("authorization") !== `Bearer ${process.env.API_KEY}`) return res.status(401).json({}); res.json({ ok: true })',
    )
    expect(plannedOf(plan, 'happy').given.requests[0]?.headers).toEqual({
      authorization: `Bearer ${plan.environment.API_KEY}`,
    })
  })

  it('gives a row a date that is surely still to come', () => {
    const plan = planFor(
      'GET /orders/:id',
      `const [order] = await db.select().from(orders).where(eq(orders.id, Number(req.params.id)))
       if (!order) return res.status(404).json({})
       if (!order.deletedAt || order.deletedAt < new Date()) return res.status(410).json({})
       res.json({ id: order.id })`,
    )
    expect(plannedOf(plan, 'happy').given.seeds.at(-1)?.row.deletedAt).toEqual({ $date: '2099-01-15T00:00:00.000Z' })
  })

  it('is open where a date in the request can not be one', () => {
    const plan = planFor(
      'GET /a',
      "const rows = await db.select().from(orders).where(gt(orders.createdAt, new Date('never'))); res.json(rows)",
    )
    expect(openOf(plan, 'happy').missing).toContain('the column createdAt (timestamp)')
  })
})
