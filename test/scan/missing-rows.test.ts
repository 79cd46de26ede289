import { describe, expect, it } from 'vitest'
import { outline, readHandler } from '../support/scan-source.ts'

const FIND = 'const [order] = await db.select().from(orders).where(eq(orders.id, Number(req.params.id)))'

describe('a member of a row that was not asked for', () => {
  it.each([
    ['a member', `${FIND}\nres.json({ id: order.id })`],
    ['the first of a list', `${FIND.replace('[order]', 'found')}\nres.json({ id: found[0].id })`],
    ['a pattern', `${FIND}\nconst { id } = order\nres.json({ id })`],
    ['a nested pattern', `${FIND.replace('[order]', '[{ id }]')}\nres.json({ id })`],
    [
      'findFirst',
      'const order = await db.query.orders.findFirst({ where: eq(orders.id, Number(req.params.id)) })\nres.json({ id: order!.id })',
    ],
    [
      'an update',
      "const [order] = await db.update(orders).set({ status: 'a' }).where(eq(orders.id, Number(req.params.id))).returning()\nres.json({ id: order.id })",
    ],
  ])('throws when there is none: %s', (_, handler) => {
    expect(
      outline(readHandler(handler, { route: 'post /orders/:id' })).filter((way) => /TypeError/.test(way)),
    ).toHaveLength(1)
  })

  it.each([
    ['it was checked', `${FIND}\nif (!order) return res.sendStatus(404)\nres.json({ id: order.id })`],
    [
      'its number was checked',
      `${FIND.replace('[order]', 'found')}\nif (found.length === 0) return res.sendStatus(404)\nres.json({ id: found[0].id })`,
    ],
    ['it may be left out', `${FIND}\nres.json({ id: order?.id })`],
    [
      'a sum always has a row',
      'const [row] = await db.select({ total: count() }).from(orders).where(eq(orders.id, Number(req.params.id)))\nres.json({ total: row.total })',
    ],
    [
      'it was just stored',
      'await db.insert(orders).values({ id: req.body.id })\nconst [order] = await db.select().from(orders).where(eq(orders.id, req.body.id))\nres.json({ id: order.id })',
    ],
    [
      'the same was found before',
      `${FIND.replace('order]', 'known]')}\nif (!known) return res.sendStatus(404)\n${FIND}\nres.json({ id: order.id })`,
    ],
    [
      'no request names it',
      "const [order] = await db.select().from(orders).where(eq(orders.status, 'first'))\nres.json({ id: order.id })",
    ],
  ])('does not throw: %s', (_, handler) => {
    expect(outline(readHandler(handler)).filter((way) => /TypeError/.test(way))).toEqual([])
  })
})
