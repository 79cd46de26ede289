import { describe, expect, it } from 'vitest'
import type { Shape } from '../../src/scan/types.ts'
import { bodyFor, decisionsOf, eventOf, firstScenario, outline, readHandler, show } from '../support/scan-source.ts'

const JOI = "import Joi from 'joi'"

function fieldOf(schema: string): Shape {
  const dossier = readHandler(`Joi.assert(req.body, Joi.object({ it: ${schema} })); res.sendStatus(204)`, {
    imports: JOI,
  })
  const { shape } = eventOf(dossier, 'validate')
  const field = shape.type === 'object' ? shape.fields.it : undefined
  if (!field) throw new Error('no field')
  return field
}

describe('what a schema accepts', () => {
  it.each([
    ['Joi.string()', { type: 'string', min: 1, optional: true, nullable: false }],
    ['Joi.string().required()', { type: 'string', optional: false }],
    ["Joi.string().allow('')", { type: 'string', min: null }],
    ["Joi.string().allow('', null)", { min: null, nullable: true }],
    ["Joi.string().min(3).allow('')", { type: 'union', options: [{ type: 'string', min: 3 }, { values: [''] }] }],
    ['Joi.string().min(2).max(5)', { min: 2, max: 5 }],
    ['Joi.string().length(3)', { min: 3, max: 3 }],
    ['Joi.string().email()', { format: 'email', refined: false }],
    ["Joi.string().email({ tlds: { allow: ['org'] } })", { format: 'email', refined: true }],
    ['Joi.string().uri()', { format: 'url' }],
    ["Joi.string().guid({ version: 'uuidv4' })", { format: 'guid', refined: false }],
    ["Joi.string().guid({ version: 'uuidv7' })", { format: 'guid', refined: true }],
    ['Joi.string().pattern(/^a+$/)', { pattern: '/^a+$/' }],
    ['Joi.string().pattern(/^a+$/, { invert: true })', { pattern: null, refined: true }],
    ["Joi.string().valid('new', 'paid')", { type: 'enum', values: ['new', 'paid'] }],
    ["Joi.string().valid(Joi.ref('other'))", { type: 'unknown' }],
    ["Joi.string().invalid('no')", { type: 'string', refined: true }],
    ['Joi.forbidden()', { type: 'enum', values: [], optional: true }],
    ['Joi.number().integer().positive()', { type: 'number', integer: true, min: 1, coerced: true }],
    ['Joi.number().greater(1).less(5)', { above: 1, below: 5 }],
    ["Joi.number().min(Joi.ref('other'))", { min: null, refined: true }],
    ['Joi.number().strict()', { coerced: false }],
    ['Joi.boolean()', { type: 'boolean', coerced: true }],
    ['Joi.date().iso()', { type: 'string', format: 'iso8601' }],
    ["Joi.date().greater('now')", { type: 'date', refined: true }],
    ['Joi.any()', { type: 'any', optional: true }],
    ['Joi.array().items(Joi.string()).min(1).max(3)', { type: 'array', min: 1, max: 3, item: { type: 'string' } }],
    ['Joi.array().items(Joi.string().required())', { min: 1 }],
    ['Joi.array().items(Joi.string(), Joi.number())', { item: { type: 'union' } }],
    ['Joi.array().unique()', { refined: true }],
    ['Joi.object()', { type: 'object', fields: {}, strict: false }],
    ['Joi.object({ a: Joi.string() })', { strict: true, fields: { a: { type: 'string' } } }],
    ['Joi.object({ a: Joi.string() }).unknown()', { strict: false }],
    [
      'Joi.object().keys({ a: Joi.string() }).append({ b: Joi.number() })',
      { fields: { a: {}, b: { type: 'number' } } },
    ],
    ["Joi.object({ a: Joi.any(), b: Joi.any() }).with('a', 'b')", { refined: true }],
    [
      'Joi.object({ a: { b: Joi.string() } })',
      { fields: { a: { type: 'object', fields: { b: { type: 'string' } } } } },
    ],
    ["Joi.object({ a: Joi.string() }).options({ presence: 'required' })", { fields: { a: { optional: false } } }],
    ['Joi.alternatives().try(Joi.string(), Joi.number())', { type: 'union', options: [{ type: 'string' }, {}] }],
    ["Joi.string().when('other', { is: 1, then: Joi.required() })", { type: 'string', refined: true }],
    ['Joi.string().custom((value) => value)', { refined: true }],
    ['Joi.binary()', { type: 'unknown', text: 'Joi.binary()' }],
    ["Joi.string().label('it').messages({ 'string.empty': 'no' })", { refined: false }],
  ])('%s', (schema, expected) => {
    expect(fieldOf(schema)).toMatchObject(expected)
  })

  it.each([
    [
      'or',
      "Joi.object({ a: Joi.any(), b: Joi.any() }).or('a', 'b')",
      '||(!(===(body.it.a, undefined)), !(===(body.it.b, undefined)))',
    ],
    [
      'xor',
      "Joi.object({ a: Joi.any(), b: Joi.any() }).xor('a', 'b')",
      '!(===(!(===(body.it.a, undefined)), !(===(body.it.b, undefined))))',
    ],
    ['min', 'Joi.object({ a: Joi.any() }).min(1)', '!(===(body.it.a, undefined))'],
  ])('reads %s as a condition on the fields', (_, schema, expected) => {
    const shape = fieldOf(schema)
    expect(shape.checks.map(show)).toEqual([expected])
    expect(shape.refined).toBe(false)
  })

  it('ends with schemas that hold themselves', () => {
    expect(fieldOf("Joi.object({ inner: Joi.link('#tree') }).id('tree')")).toMatchObject({
      fields: { inner: { type: 'unknown' } },
    })
  })
})

describe('a check', () => {
  const schema = 'const schema = Joi.object({ a: Joi.string().required(), page: Joi.number().default(1) })'

  it.each([
    [
      'validate',
      'const { error, value } = schema.validate(req.body); if (error) return res.sendStatus(400); res.json(value)',
    ],
    [
      'validate with options',
      'const { error, value } = schema.validate(req.body, { abortEarly: false }); if (error) return res.sendStatus(400); res.json(value)',
    ],
    [
      'validateAsync',
      'try { res.json(await schema.validateAsync(req.body)) } catch (e) { if (!e.isJoi) throw e; res.sendStatus(400) }',
    ],
    [
      'attempt',
      'try { res.json(Joi.attempt(req.body, schema)) } catch (e) { if (!Joi.isError(e)) throw e; res.sendStatus(400) }',
    ],
    [
      'an old validate',
      'const { error, value } = Joi.validate(req.body, schema); if (error) return res.sendStatus(400); res.json(value)',
    ],
  ])('is decided by %s', (_, handler) => {
    const dossier = readHandler(handler, { imports: JOI, before: schema })
    expect(outline(dossier)).toEqual(['200', '400'])
    expect(bodyFor(dossier, 200)).toBe('{a: body.a, page: default(toFloat(body.page), 1)}')
    expect(dossier.unresolved).toEqual([])
  })

  it('is an event before what it guards', () => {
    const dossier = readHandler(
      'Joi.assert(req.body, schema); await db.insert(users).values({ email: req.body.a }); res.sendStatus(201)',
      {
        imports: JOI,
        before: schema,
      },
    )
    expect(firstScenario(dossier).events.map(({ kind }) => kind)).toEqual(['validate', 'db', 'respond'])
    expect(eventOf(dossier, 'validate')).toMatchObject({ validator: 'joi', outcome: 'ok' })
  })

  it('throws a ValidationError that a handler can tell', () => {
    const dossier = readHandler(
      `try { Joi.assert(req.body, schema); res.sendStatus(204) }
       catch (e) { if (e instanceof Joi.ValidationError) return res.status(422).json({ m: e.details[0].message, all: e.details.map((d) => d.path) }); throw e }`,
      { imports: JOI, before: schema },
    )
    expect(outline(dossier)).toEqual(['204', '422'])
  })

  it('does not come up empty', () => {
    const dossier = readHandler(
      'const { error } = schema.validate(req.body); if (error && error.details.length > 0) return res.sendStatus(400); res.sendStatus(204)',
      { imports: JOI, before: schema },
    )
    expect(outline(dossier)).toEqual(['204', '400'])
  })

  it('lets further fields through where it is told to', () => {
    const dossier = readHandler(
      'const { error, value } = schema.validate(req.body, { allowUnknown: true }); if (error) return res.sendStatus(400); res.json(value)',
      {
        imports: JOI,
        before: schema,
      },
    )
    expect(eventOf(dossier, 'validate').shape).toMatchObject({ strict: false })
    expect(bodyFor(dossier, 200)).toBe('{...0: body, page: default(toFloat(body.page), 1)}')
  })

  it('is followed through a middleware for several parts of the request', () => {
    const dossier = readHandler('res.json({ id: req.params.id })', {
      imports: JOI,
      route: 'post /orders/:id',
      before: `const validate = (schemas) => (req, res, next) => {
          for (const key of ['params', 'body']) {
            const { error, value } = schemas[key].validate(req[key])
            if (error) return res.status(422).json({ message: error.message })
            req[key] = value
          }
          next()
        }
        app.use(validate({ params: Joi.object({ id: Joi.number().required() }), body: Joi.object({ a: Joi.string() }) }))`,
    })
    expect(outline(dossier)).toEqual(['200', '422', '422'])
    expect(bodyFor(dossier, 200)).toBe('{id: Number(params.id)}')
  })

  it('takes the environment for right', () => {
    const dossier = readHandler('res.json({ key: env.KEY })', {
      imports: JOI,
      before:
        'const { value: env, error } = Joi.object({ KEY: Joi.string() }).unknown().validate(process.env); if (error) throw error',
    })
    expect(bodyFor(dossier, 200)).toBe('{key: env.KEY}')
  })
})

describe('celebrate', () => {
  const read = (after: string, route = 'post /orders') =>
    readHandler('res.json({ page: req.query.page })', {
      imports: "import { celebrate, errors, Joi, Segments } from 'celebrate'",
      before: `app.use(celebrate({
        [Segments.BODY]: Joi.object({ a: Joi.string().required() }),
        query: Joi.object({ page: Joi.number().integer().default(1) }),
      }))`,
      after,
      route,
    })

  it('refuses with 400 where its errors() answers', () => {
    const dossier = read('app.use(errors())')
    expect(outline(dossier)).toEqual(['200', '400', '400'])
    expect(bodyFor(dossier, 400)).toContain('message: "Validation failed"')
    expect(bodyFor(dossier, 200)).toBe('{page: default(toFloat(query.page), 1)}')
  })

  it('refuses with 500 where nothing does', () => {
    expect(outline(read(''))).toEqual(['200', '500', '500'])
  })

  it('looks at no body of a GET', () => {
    expect(read('app.use(errors())', 'get /orders').scenarios.map(decisionsOf)).toEqual([
      ['fits(query, <object>)'],
      ['!fits(query, <object>)'],
    ])
  })
})

describe('odd schemas', () => {
  it.each([
    'Joi.object(undefined)',
    'Joi.object(rules)',
    'Joi.object({ ...rules })',
    'Joi.array().items()',
    'Joi.alternatives()',
    'Joi.alternatives().try()',
    'Joi.valid()',
    'Joi.string().valid()',
    'Joi.object({ a: undefined })',
    'Joi.object().keys(rules)',
    'Joi.link()',
    'Joi',
  ])('do no harm: %s', (schema) => {
    expect(() => fieldOf(schema)).not.toThrow()
  })
})
