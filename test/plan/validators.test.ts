import { describe, expect, it } from 'vitest'
import { expectsOf, openOf, planFor, plannedOf, testsOf } from '../support/plan-source.ts'

const EXPRESS_VALIDATOR = "import { body, check, matchedData, query, validationResult } from 'express-validator'"
const CHECKED = `const errors = validationResult(req)
  if (!errors.isEmpty()) return res.status(422).json({ errors: errors.array() })`
const PAY = `await db.insert(payments).values({ userId: data.userId, amountCents: data.amount, status: data.status })
  res.status(201).json({ ok: true })`

describe('a route that express-validator guards', () => {
  const plan = planFor('POST /pay', `${CHECKED}; const data = matchedData(req); ${PAY}`, {
    imports: EXPRESS_VALIDATOR,
    before: `app.use([
      body('userId').trim().notEmpty(),
      body('amount').isInt({ min: 1, max: 5000 }).toInt(),
      body('status').optional().isIn(['pending', 'paid']),
      body('contact.email').isEmail(),
      body('tags.*.name').isLength({ min: 2 }),
    ])`,
  })

  it('has a good request', () => {
    const happy = plannedOf(plan, 'happy')
    expect(happy.given.requests[0]?.body).toEqual({
      userId: 'user-1',
      amount: 4999,
      status: 'pending',
      contact: { email: 'ada@example.com' },
      tags: [{ name: 'Ada Lovelace' }],
    })
    expect(expectsOf(happy)).toContain('code rows payments [{"userId":"user-1","amountCents":4999,"status":"pending"}]')
  })

  it('has a bad request for each rule', () => {
    expect(testsOf(plan, 'validation').sort()).toEqual([
      'validation.amount-missing',
      'validation.amount-too-small',
      'validation.contact-missing',
      'validation.contact-wrong-type',
      'validation.contact.email-malformed',
      'validation.contact.email-missing',
      'validation.status-unknown-value',
      'validation.tags.0.name-missing',
      'validation.tags.0.name-too-short',
      'validation.userId-missing',
      'validation.userId-too-short',
    ])
    expect(expectsOf(plannedOf(plan, 'validation.amount-missing'))).toContain('policy count payments 0')
  })

  it('fills a field that must only be there as its column wants it', () => {
    const simple = planFor(
      'POST /orders',
      `${CHECKED}; await db.insert(orders).values({ userId: req.body.userId, total: req.body.total }); res.sendStatus(201)`,
      {
        imports: EXPRESS_VALIDATOR,
        before: "app.use([body('userId').notEmpty(), body('total').notEmpty()])",
      },
    )
    expect(plannedOf(simple, 'happy').given.requests[0]?.body).toMatchObject({ total: 4999 })
  })

  it('has a test for what a callback of a chain refuses', () => {
    const unique = planFor(
      'POST /users',
      `${CHECKED}; await db.insert(users).values({ email: req.body.email }); res.sendStatus(201)`,
      {
        imports: EXPRESS_VALIDATOR,
        before: `app.use(body('email').isEmail().custom(async (email) => {
        const [user] = await db.select().from(users).where(eq(users.email, email))
        if (user) throw new Error('taken')
      }))`,
      },
    )
    expect(plannedOf(unique, 'happy').given.seeds).toEqual([])
    expect(testsOf(unique, 'validation')).toContain('validation.email-malformed')
  })

  it('is open where a rule is not decoded', () => {
    const open = planFor('POST /a', `${CHECKED}; res.sendStatus(201)`, {
      imports: EXPRESS_VALIDATOR,
      before: "app.use(body('code').isLowercase())",
    })
    expect(openOf(open, 'happy').missing).toContain('a schema')
  })
})

describe('a route that joi guards', () => {
  const JOI = "import Joi from 'joi'"

  it('has a good request and a bad one for each rule', () => {
    const plan = planFor(
      'POST /pay',
      `const { error, value: data } = schema.validate(req.body); if (error) return res.status(400).json({ message: error.details[0].message }); ${PAY}`,
      {
        imports: JOI,
        before: `const schema = Joi.object({
        userId: Joi.string().required(),
        amount: Joi.number().integer().positive().required(),
        status: Joi.string().valid('pending', 'paid').default('pending'),
      })`,
      },
    )
    expect(plannedOf(plan, 'happy').given.requests[0]?.body).toEqual({
      userId: 'user-1',
      amount: 4999,
      status: 'pending',
    })
    expect(testsOf(plan, 'validation').sort()).toEqual([
      'validation.amount-missing',
      'validation.amount-too-small',
      'validation.status-unknown-value',
      'validation.userId-missing',
      'validation.userId-too-short',
    ])
  })

  it('asks for one of several fields', () => {
    const plan = planFor(
      'PATCH /a',
      "const { error } = Joi.object({ a: Joi.string(), b: Joi.string() }).or('a', 'b').validate(req.body); if (error) return res.sendStatus(400); res.json({})",
      {
        imports: JOI,
      },
    )
    expect(plannedOf(plan, 'happy').given.requests[0]?.body).toEqual({ a: 'a a', b: 'a b' })
  })
})

describe('a route that zod guards', () => {
  it.each([
    ['a union', 'z.union([z.string().min(2), z.number()])', 'a it'],
    [
      'a discriminated union',
      "z.discriminatedUnion('t', [z.object({ t: z.literal('card'), n: z.number() }), z.object({ t: z.literal('cash') })])",
      { t: 'card', n: 7 },
    ],
    ['a record', 'z.record(z.string(), z.number())', { key: 7 }],
    ['a tuple', 'z.tuple([z.string(), z.boolean()])', ['a it', true]],
    ['a list of two', 'z.array(z.number()).min(2)', [7, 7]],
    ['a numeric literal', 'z.literal(5)', 5],
    ['a start', "z.string().startsWith('sk_')", 'sk_a it'],
    ['limits', 'z.number().gt(0).lt(1)', 0.5],
    ['steps', 'z.number().multipleOf(5)', 10],
  ])('sends %s', (_, schema, expected) => {
    const plan = planFor('POST /a', `z.object({ it: ${schema} }).parse(req.body); res.sendStatus(204)`)
    expect(plannedOf(plan, 'happy').given.requests[0]?.body).toEqual({ it: expected })
  })

  it('sends no field that a strict schema refuses', () => {
    const plan = planFor('POST /a', 'z.object({ a: z.string() }).strict().parse(req.body); res.sendStatus(204)')
    expect(plannedOf(plan, 'happy').given.requests[0]?.body).toEqual({ a: 'a a' })
  })

  it('does not take a field of any kind for required', () => {
    const plan = planFor(
      'POST /a',
      'const r = z.object({ a: z.any(), b: z.string() }).safeParse(req.body); if (!r.success) return res.sendStatus(400); res.sendStatus(204)',
    )
    expect(testsOf(plan, 'validation')).toEqual(['validation.b-missing', 'validation.b-wrong-type'])
  })

  it('knows that an update without fields is refused', () => {
    const plan = planFor(
      'PATCH /a',
      `const r = z.object({ a: z.string().optional(), b: z.string().optional() }).safeParse(req.body)
      if (!r.success) return res.sendStatus(400)
      if (Object.keys(r.data).length === 0) return res.status(422).json({})
      res.sendStatus(204)`,
    )
    expect(plannedOf(plan, 'happy').given.requests[0]?.body).toEqual({ a: 'a a', b: 'a b' })
    expect(openOf(plan, 'validation.a-refused').missing).toContain('refused by src/app.ts')
  })
})
