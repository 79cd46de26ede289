import { describe, expect, it } from 'vitest'
import type { PaginationFacts } from '../../../src/scan/facts/types.ts'
import { readHandler } from '../../support/scan-source.ts'

function read(handler: string, imports = ''): PaginationFacts | null {
  return readHandler(handler, {
    route: 'get /orders',
    imports: `import { count, desc, gt } from 'drizzle-orm'\n${imports}`,
  }).pagination
}

describe('pagination', () => {
  it('by page and limit, with a default, a cap and a total', () => {
    const pages = read(`const page = Number(req.query.page) || 1
      const limit = Math.min(Number(req.query.limit) || 20, 100)
      const rows = await db.select().from(orders).orderBy(desc(orders.id)).limit(limit).offset((page - 1) * limit)
      const [total] = await db.select({ value: count() }).from(orders)
      res.json({ rows, total: total.value })`)
    expect(pages).toMatchObject({
      style: 'offset',
      table: 'orders',
      inputs: ['query.limit', 'query.page'],
      defaultLimit: 20,
      maxLimit: 100,
      ordered: true,
      total: { file: 'src/app.ts' },
    })
  })

  it('by a cursor', () => {
    const pages = read(
      'res.json(await db.select().from(orders).where(gt(orders.id, Number(req.query.cursor))).orderBy(orders.id).limit(50))',
    )
    expect(pages).toMatchObject({
      style: 'cursor',
      inputs: ['query.cursor'],
      defaultLimit: 50,
      maxLimit: 50,
      ordered: true,
    })
  })

  it('with limits of a schema, by a relational query', () => {
    const pages = read(
      'const { limit, offset } = page.parse(req.query)\nres.json(await db.query.orders.findMany({ limit, offset }))',
      "import { z } from 'zod'\nconst page = z.object({ limit: z.coerce.number().max(50).default(10), offset: z.coerce.number() })",
    )
    expect(pages).toMatchObject({ style: 'offset', defaultLimit: 10, maxLimit: 50, ordered: false, total: null })
  })

  it('is none for a list without limits, or for one row', () => {
    expect(read('res.json(await db.select().from(orders))')).toBeNull()
    expect(read('res.json(await db.select().from(orders).limit(1))')).toBeNull()
  })

  it('says when nothing caps the limit', () => {
    expect(read('res.json(await db.select().from(orders).limit(Number(req.query.limit)))')).toMatchObject({
      style: 'limit',
      inputs: ['query.limit'],
      maxLimit: null,
    })
  })
})
