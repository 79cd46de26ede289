import { describe, expect, it } from 'vitest'
import { expectsOf, idsOf, openOf, pathOf, planFor, plannedOf, skippedOf, testsOf } from '../support/plan-source.ts'

const STORE = "await db.insert(payments).values({ userId: 'u', amountCents: 1 })"

describe('a rejected request', () => {
  it('is skipped where no branch rejects one', () => {
    expect(skippedOf(planFor('GET /a', 'res.json({})'), 'validation').reason).toContain('no branch')
  })

  it('has one path per required field and rule, and leaves no trace by policy', () => {
    const plan = planFor(
      'POST /pay',
      `const { userId, amountCents } = req.body
       if (!userId || !Number.isInteger(amountCents) || amountCents <= 0) return res.status(400).json({ error: 'bad' })
       const paid = await charge({ userId, amountCents })
       await db.insert(payments).values({ userId, amountCents, chargeId: paid.id })
       res.status(201).json({ ok: true })`,
    )
    expect(testsOf(plan, 'validation').sort()).toEqual([
      'validation.amountCents-missing',
      'validation.amountCents-negative',
      'validation.userId-missing',
    ])
    const path = plannedOf(plan, 'validation.amountCents-negative')
    expect(path.title).toBe('answers 400 when amountCents is negative, and neither stores nor calls anything')
    expect(path.given.requests[0]?.body).toEqual({ userId: 'user-1', amountCents: -1 })
    expect(expectsOf(path)).toEqual([
      'code status 400',
      'code body whole {"error":"bad"}',
      'policy count payments 0',
      'policy calls pay 0',
    ])
  })

  it('asks for no trace also where the code calls or writes first', () => {
    const plan = planFor(
      'POST /pay',
      `const paid = await charge({ amountCents: 1 }); ${STORE}
       if (!req.body.userId) return res.status(400).json({ error: 'bad' })
       res.status(201).json({ id: paid.id })`,
    )
    expect(expectsOf(plannedOf(plan, 'validation.userId-missing')).slice(2)).toEqual([
      'policy count payments 0',
      'policy calls pay 0',
    ])
  })

  it('allows that a request was logged before it was rejected', () => {
    const plan = planFor(
      'POST /pay',
      `await db.insert(auditLogs).values({ action: 'try' })
       if (!req.body.userId) return res.status(400).json({ error: 'bad' })
       ${STORE}; res.status(201).json({ ok: true })`,
    )
    expect(expectsOf(plannedOf(plan, 'validation.userId-missing')).slice(2)).toEqual(['policy count payments 0'])
  })

  it('sets up the look-up that comes before the check', () => {
    const plan = planFor(
      'POST /orders',
      `const [user] = await db.select().from(users).where(eq(users.id, req.body.userId))
       if (!user) return res.status(404).json({})
       if (!req.body.total) return res.status(400).json({ error: 'total' })
       await db.insert(orders).values({ userId: user.id, total: req.body.total })
       res.status(201).json({ ok: true })`,
    )
    const path = plannedOf(plan, 'validation.total-missing')
    expect(path.given.seeds.map((seed) => seed.table)).toEqual(['users'])
    expect(testsOf(plan, 'validation')).toEqual(['validation.total-missing'])
  })

  it('is about headers and parameters too, but not about credentials', () => {
    const plan = planFor(
      'GET /orders/:id',
      `if (!req.get('authorization')) return res.status(400).json({})
       if (!req.get('x-tenant-id')) return res.status(400).json({})
       const id = Number(req.params.id)
       if (Number.isNaN(id)) return res.status(400).json({})
       res.json({ id })`,
    )
    expect(testsOf(plan, 'validation').sort()).toEqual(['validation.id-wrong-type', 'validation.x-tenant-id-missing'])
    expect(plannedOf(plan, 'validation.id-wrong-type').given.requests[0]?.path).toBe('/orders/not-a-number')
  })

  it('never leaves a parameter empty, which would be another route', () => {
    const plan = planFor(
      'GET /orders/:id',
      'if (req.params.id.length < 3) return res.status(400).json({}); res.json({ id: req.params.id })',
    )
    for (const path of plan.paths)
      if (path.status === 'planned') expect(path.given.requests[0]?.path).toMatch(/^\/orders\/./)
  })

  it('is open, not absent, where no request was found that breaks just this rule', () => {
    const plan = planFor(
      'POST /a',
      'if (isOdd(req.body.code)) return res.status(400).json({}); res.json({ ok: true })',
      {
        imports: "import { isOdd } from 'some-package'",
      },
    )
    const open = plan.paths.filter((path) => path.kind === 'validation')
    expect(open.map((path) => path.status)).not.toContain('planned')
    expect(open).not.toEqual([])
  })
})

describe('a rule over several fields', () => {
  it('is broken by leaving all of them out', () => {
    const plan = planFor(
      'PATCH /a',
      `const { name, bio } = req.body; if (name === undefined && bio === undefined) return res.status(400).json({}); res.json({ name, bio })`,
    )
    const path = plannedOf(plan, 'validation.name-bio-missing')
    expect(path.given.requests[0]?.body).toEqual({})
    expect(path.title).toBe('answers 400 when name and bio are missing')
  })

  it('is broken in a query by swapping', () => {
    const plan = planFor(
      'GET /a',
      'const { from, to } = z.object({ from: z.iso.date(), to: z.iso.date() }).parse(req.query); if (from > to) return res.status(400).json({}); res.json({ from, to })',
    )
    expect(testsOf(plan, 'validation')).toEqual(['validation.from-to-contradiction'])
  })
})

const SCHEMA_CHECK = (schema: string, source = 'req.body'): string =>
  `const parsed = ${schema}.safeParse(${source}); if (!parsed.success) return res.status(422).json({ error: 'invalid' }); res.json({ ok: true })`

describe('a validator', () => {
  it('has a path per required field and one per rule, also in nested objects', () => {
    const plan = planFor(
      'POST /a',
      SCHEMA_CHECK(`z.object({
        email: z.email(), role: z.enum(['member', 'admin']).default('member'),
        profile: z.object({ name: z.string().min(2), age: z.number().int().min(18).nullable() }),
        tags: z.array(z.string()).min(1), nick: z.string().max(9).optional() })`),
    )
    expect(testsOf(plan, 'validation')).toEqual([
      'validation.email-missing',
      'validation.email-malformed',
      'validation.role-unknown-value',
      'validation.profile-missing',
      'validation.profile-wrong-type',
      'validation.profile.name-missing',
      'validation.profile.name-too-short',
      'validation.profile.age-missing',
      'validation.profile.age-too-small',
      'validation.tags-missing',
      'validation.tags-empty',
      'validation.tags.0-wrong-type',
      'validation.nick-too-long',
    ])
  })

  it('does not send what a query can not carry', () => {
    const plan = planFor(
      'GET /a',
      SCHEMA_CHECK('z.object({ q: z.string().min(3), page: z.coerce.number().int().min(1).default(1) })', 'req.query'),
    )
    expect(testsOf(plan, 'validation')).toEqual([
      'validation.q-missing',
      'validation.q-too-short',
      'validation.page-too-small',
    ])
    expect(plannedOf(plan, 'validation.page-too-small').given.requests[0]?.query).toMatchObject({ page: '0' })
  })

  it('swaps two fields that must be in order', () => {
    const plan = planFor(
      'POST /a',
      SCHEMA_CHECK('z.object({ from: z.coerce.date(), to: z.coerce.date() }).refine((v) => v.to > v.from)'),
    )
    const path = plannedOf(plan, 'validation.to-from-contradiction')
    const good = plannedOf(plan, 'happy').given.requests[0]?.body
    expect(good).toMatchObject({ from: expect.any(String), to: expect.any(String) })
    expect(path.given.requests[0]?.body).not.toEqual(good)
    expect(path.title).toBe('answers 422 when to and from contradict each other')
  })

  it('finds a text for a pattern', () => {
    const plan = planFor('POST /a', SCHEMA_CHECK('z.object({ price: z.string().regex(/^\\d+\\.\\d\\d$/) })'))
    expect(plannedOf(plan, 'happy').given.requests[0]?.body).toEqual({ price: '49.99' })
    expect(testsOf(plan, 'validation')).toEqual(['validation.price-missing', 'validation.price-malformed'])
  })

  it('leaves the good request open where a rule can not be read, and still tests the rules that can', () => {
    const plan = planFor('POST /a', SCHEMA_CHECK('z.object({ code: z.string().min(3).refine((v) => verify(v)) })'), {
      imports: "import { verify } from 'some-package'",
    })
    expect(openOf(plan, 'happy').missing).toContain('refinement')
    expect(testsOf(plan, 'validation')).toEqual(['validation.code-missing', 'validation.code-too-short'])
  })

  it('keeps the suite small, missing fields first, and says what was left out', () => {
    const fields = Array.from({ length: 12 }, (_, index) => `f${index}: z.string().max(5)`)
    const plan = planFor('POST /a', SCHEMA_CHECK(`z.object({ ${fields.join(', ')} })`))
    const planned = plan.paths.filter((path) => path.status === 'planned')
    expect(planned).toHaveLength(15)
    expect(idsOf(plan).filter((id) => id.endsWith('-missing'))).toHaveLength(12)
    const note = skippedOf(plan, 'validation.left-out')
    expect(note.reason).toMatch(/^left out to keep the suite small: (?:validation\.f\d+-too-long(?:, )?){10}$/)
  })

  it('says nothing of variants where none was left out', () => {
    const plan = planFor('POST /a', SCHEMA_CHECK('z.object({ name: z.string() })'))
    expect(() => pathOf(plan, 'validation.left-out')).toThrow('no path')
  })
})
