import { describe, expect, it } from 'vitest'
import { changesBy, mutantsOf } from '../sample-code.ts'

const CHECKED = 'if (!req.body.total) return res.status(400).json({ error: "total" })'
const INSERT = 'await db.insert(orders).values({ userId: 1, total: 2 })'
const FIND = 'const [order] = await db.select().from(orders).where(eq(orders.id, 1))'

describe('mutants of effects', () => {
  it('the charge is made twice', () => {
    expect(changesBy('called-twice', 'await charge({ a: 1 })')).toEqual([
      '((await charge({ a: 1 })), (await charge({ a: 1 })))',
    ])
  })

  it('a row is written twice', () => {
    expect(mutantsOf(`${INSERT}\nres.end()`).map(({ change }) => change)).toContain('wrote `db.insert.values(…)` twice')
  })

  it('nobody waits for it', () => {
    expect(changesBy('dropped-await', 'await charge({ a: 1 })')).toEqual(['(charge({ a: 1 }))'])
  })

  it('its error is ignored', () => {
    expect(changesBy('swallowed-error', 'await charge({ a: 1 })')).toEqual([
      '(await (async () => (charge({ a: 1 })))().catch(() => (undefined)))',
    ])
  })

  it('it comes before the check that should keep it from happening', () => {
    const body = `${CHECKED}\nconst paid = await charge({ total: req.body.total })\nres.json(paid)`
    const [early] = mutantsOf(body).filter(({ operator }) => operator === 'effect-before-validation')
    expect(early?.change).toBe('did `charge(…)` before the check `!req.body.total`')
    expect(early?.code).toMatch(
      /charge\(\{ total: req\.body\.total \}\).*if \(!req\.body\.total\).*const paid = \(await /,
    )
  })

  it('not when it needs what is made after the check', () => {
    const body = `${CHECKED}\nconst total = req.body.total * 2\nawait charge({ total })\nres.end()`
    expect(changesBy('effect-before-validation', body)).toEqual([])
  })

  it('what takes it back is left out', () => {
    const body = `try { await charge({ a: 1 }) } catch (error) {\nawait charge({ back: 1 })\nres.sendStatus(503)\n}`
    expect(changesBy('removed-compensation', body)).toEqual(['{  }'])
  })
})

describe('mutants of checks', () => {
  const skipped = (answer: string) =>
    mutantsOf(`if (!req.body.a) return ${answer}\nres.end()`).find(({ code }) => code.includes('(false)'))?.operator

  it('are named by what the check answers', () => {
    expect(skipped('res.status(422).json({})')).toBe('removed-validation')
    expect(skipped('res.sendStatus(403)')).toBe('removed-auth-check')
    expect(skipped('res.sendStatus(404)')).toBe('removed-existence-check')
    expect(skipped('res.sendStatus(409)')).toBe('removed-conflict-check')
    expect(skipped('res.json(req.body)')).toBe('ignored-lookup')
    expect(skipped('next(new Error())')).toBe('removed-check')
  })

  it('skip it, and take it for granted', () => {
    const body = `${CHECKED}\nres.end()`
    expect(changesBy('removed-validation', body)).toEqual([
      'if ((false)) return res.status(400).json({ error: "total" })',
    ])
    expect(changesBy('condition', body)).toEqual(['if ((true)) return res.status(400).json({ error: "total" })'])
  })

  it('leave out middleware of the route and of the app, but no handler', () => {
    const before = 'const requireUser = (req, res, next) => next()\napp.use(requireUser)\n'
    const lines = changesBy('removed-middleware', 'res.end()', { before, middleware: 'requireUser, ' })
    expect(lines).toEqual([
      'app.use(((_request, _response, next) => next()))',
      'app.use(((_request, _response, next) => next()))',
      "app.post('/orders', ((_request, _response, next) => next()), async (req, res, next) => {",
    ])
  })
})

describe('mutants of queries', () => {
  it('lose their where, or one of its conditions', () => {
    const body =
      'const found = await db.select().from(orders).where(and(eq(orders.id, 1), eq(orders.userId, 2)))\nres.json(found)'
    expect(changesBy('lost-where', body)).toEqual([
      'const found = await (db.select().from(orders))',
      'const found = await db.select().from(orders).where((and(eq(orders.userId, 2))))',
      'const found = await db.select().from(orders).where((and(eq(orders.id, 1))))',
    ])
  })

  it('lose what they do about a conflict', () => {
    expect(changesBy('lost-clause', `${INSERT}.onConflictDoNothing()\nres.end()`)).toEqual([
      'await (db.insert(orders).values({ userId: 1, total: 2 }))',
    ])
  })

  it('compare another column of the type, and write two the wrong way round', () => {
    expect(changesBy('wrong-column', `${FIND}\n${INSERT}\nres.json(order)`)).toEqual([
      'const [order] = await db.select().from(orders).where(eq((orders.userId), 1))',
      'await db.insert(orders).values(({ userId: 2, total: 1 }))',
    ])
  })

  it('leave their transaction', () => {
    const body = `await db.transaction(async (tx) => {\nawait tx.insert(orders).values({ userId: 1, total: 2 })\n})\nres.end()`
    expect(changesBy('outside-transaction', body)).toEqual([
      'await (db).insert(orders).values({ userId: 1, total: 2 })',
    ])
  })
})

describe('mutants of answers', () => {
  it('have another status', () => {
    expect(changesBy('another-status', 'res.status(503).json({ error: "later" })')).toEqual([
      'res.status((200)).json({ error: "later" })',
      'res.status((500)).json({ error: "later" })',
    ])
  })

  it('lose a field, and say the opposite', () => {
    const body = 'res.status(503).json({ error: "later", retryable: true })'
    expect(changesBy('lost-property', body)).toEqual([
      'res.status(503).json(({ retryable: true }))',
      'res.status(503).json(({ error: "later" }))',
    ])
    expect(changesBy('literal', body)).toContain('res.status(503).json({ error: "later", retryable: (false) })')
  })
})

describe('other mutants', () => {
  it('compare, calculate and decide otherwise', () => {
    expect(changesBy('operator', 'res.json({ a: req.body.a > 1 && req.body.b * 2 })')).toEqual([
      'res.json({ a: ((req.body.a > 1) || (req.body.b * 2)) })',
      'res.json({ a: ((req.body.a) >= (1)) && req.body.b * 2 })',
      'res.json({ a: ((req.body.a) <= (1)) && req.body.b * 2 })',
      'res.json({ a: req.body.a > 1 && ((req.body.b) / (2)) })',
    ])
  })

  it('leave the names of modules, logs and keys alone', () => {
    const body = `const { join } = await import('node:path')\nconsole.log('said', true)\nres.json({ [req.body.a]: join })`
    expect(changesBy('literal', body)).toEqual([])
  })

  it('say where nobody could tell', () => {
    const equivalent = (body: string) =>
      mutantsOf(body).flatMap((mutant) =>
        mutant.equivalent === null ? [] : [`${mutant.operator}: ${mutant.equivalent}`],
      )
    expect(equivalent('return await charge({})')).toContain(
      'dropped-await: whoever called it waits for what it returns',
    )
    expect(equivalent('return\ncharge({})')).toContain('removed-call: it stands after a statement that always leaves')
    expect(equivalent('try { return await charge({}) } catch { next() }')).toEqual([])
  })

  it('of a file without semicolons stay statements of their own', () => {
    const text = mutantsOf('const a = req.body\nawait charge(a)\n;[1].map(String)\nres.json(a)')
    expect(text.filter(({ invalid }) => invalid !== null)).toEqual([])
  })
})

describe('mutants of a schema', () => {
  const imports = "import { z } from 'zod'"
  const before = `
const name = z.string().min(1)
const order = z.object({
  name,
  total: z.number().int().max(9),
  note: z.string().optional(),
}).refine((one) => one.total > 0, { path: ['total'] })
const other = z.object({ other: z.string().min(2) })`
  const find = (body: string) =>
    mutantsOf(body, { imports, before }).flatMap(({ operator, change }) =>
      operator === 'loosened-schema' ? [change] : [],
    )

  it('lets through what it should refuse, wherever the schema stands that checks the request', () => {
    expect(find('const input = order.parse(req.body)\nres.json(input)')).toEqual([
      'did without `.min(1)`',
      'did without `.refine(…)`',
      'took `total` for optional',
      'did without `.max(9)`',
      'did without `.int()`',
    ])
  })

  it('is none of code that only looks like one', () => {
    expect(find('res.json({ least: Math.min(1, 2), found: [1].includes(1) })')).toEqual([])
  })

  it('is one within the handler, too', () => {
    expect(find('const input = z.object({ a: z.string() }).parse(req.body)\nres.json(input)')).toEqual([
      'took `a` for optional',
    ])
  })
})
