import { describe, expect, it } from 'vitest'
import type { Shape } from '../../src/scan/types.ts'
import { bodyFor, decisionsOf, eventOf, firstScenario, outline, readHandler, show } from '../support/scan-source.ts'

const ZOD = "import { z } from 'zod'"

/** The shape that the first decision of a handler checks against. */
function shapeOf(schema: string, before = ''): Shape {
  const dossier = readHandler('const input = schema.parse(req.body); res.json(input)', {
    imports: ZOD,
    before: `${before}\nconst schema = ${schema}`,
  })
  const condition = firstScenario(dossier).decisions[0]?.condition
  const shape = condition?.kind === 'operation' ? condition.operands[1] : undefined
  if (shape?.kind !== 'shape') throw new Error('no shape')
  return shape.shape
}

function fieldOf(schema: string): Shape {
  const shape = shapeOf(`z.object({ it: ${schema} })`)
  const field = shape.type === 'object' ? shape.fields.it : undefined
  if (!field) throw new Error('no field')
  return field
}

describe('checks by hand', () => {
  const dossier = readHandler(`
    const { userId, total } = req.body
    if (!userId || !total) return res.status(400).json({ error: 'missing' })
    res.status(201).json({ userId })`)

  it('decides each part of a condition by itself', () => {
    expect(dossier.scenarios.map(decisionsOf)).toEqual([
      ['body.userId', 'body.total'],
      ['!body.userId'],
      ['body.userId', '!body.total'],
    ])
  })

  it('answers each way', () => {
    expect(outline(dossier)).toEqual(['201', '400', '400'])
    expect(bodyFor(dossier, 400)).toBe('{error: "missing"}')
  })

  it('does not ask the same condition twice', () => {
    const twice = readHandler(
      "if (!req.body.a) return res.sendStatus(400)\nres.json({ again: req.body.a ? 'yes' : 'no' })",
    )
    expect(twice.scenarios.map(decisionsOf)).toEqual([['body.a'], ['!body.a']])
    expect(bodyFor(twice, 200)).toBe('{again: "yes"}')
  })

  it('knows that a value is one of several texts at most', () => {
    const chain = readHandler(`
      if (req.body.kind === 'a') return res.json({ kind: 'a' })
      if (req.body.kind === 'b') return res.json({ kind: req.body.kind === 'a' ? 'never' : 'b' })
      res.status(400).json({ kind: 'other' })`)
    expect(chain.scenarios.map(decisionsOf)).toEqual([
      ['===(body.kind, "a")'],
      ['!===(body.kind, "a")', '===(body.kind, "b")'],
      ['!===(body.kind, "a")', '!===(body.kind, "b")'],
    ])
  })

  it('switches on an input', () => {
    const chain = readHandler(`
      switch (req.body.kind) {
        case 'a': return res.json({ kind: 'a' })
        case 'b':
        case 'c': return res.json({ kind: 'bc' })
        default: return res.status(400).json({ kind: 'other' })
      }`)
    expect(outline(chain)).toEqual(['400', '200', '200', '200'])
    expect(chain.scenarios.map((scenario) => decisionsOf(scenario).at(-1))).toEqual([
      '!===(body.kind, "c")',
      '===(body.kind, "a")',
      '===(body.kind, "b")',
      '===(body.kind, "c")',
    ])
  })

  it('takes the parameters of the path for given', () => {
    const chain = readHandler('if (!req.params.id) return res.sendStatus(400)\nres.json({ id: req.params.id })', {
      route: 'get /a/:id',
    })
    expect(outline(chain)).toEqual(['200'])
  })

  it('knows the method of the request', () => {
    expect(outline(readHandler("if (req.method !== 'POST') return res.sendStatus(405)\nres.sendStatus(204)"))).toEqual([
      '204',
    ])
  })
})

describe('zod', () => {
  it('throws a ZodError from parse, as an Express 5 default 500', () => {
    const dossier = readHandler('const input = z.object({ a: z.string() }).parse(req.body)\nres.json(input)', {
      imports: ZOD,
    })
    expect(outline(dossier)).toEqual(['200', '500'])
  })

  it('maps a ZodError by instanceof', () => {
    const dossier = readHandler(
      `try { res.json(z.object({ a: z.string() }).parse(req.body)) }
       catch (error) { if (error instanceof ZodError) return res.status(422).json({ issues: error.issues }); throw error }`,
      { imports: "import { z, ZodError } from 'zod'" },
    )
    expect(outline(dossier)).toEqual(['200', '422'])
  })

  it('branches on safeParse', () => {
    const dossier = readHandler(
      `const parsed = z.object({ a: z.string() }).safeParse(req.body)
       if (!parsed.success) return res.status(400).json(parsed.error.flatten())
       res.json({ a: parsed.data.a })`,
      { imports: ZOD },
    )
    expect(outline(dossier)).toEqual(['200', '400'])
    expect(bodyFor(dossier, 200)).toBe('{a: body.a}')
    expect(dossier.unresolved).toEqual([])
  })

  it('awaits safeParseAsync and parseAsync', () => {
    const dossier = readHandler(
      `const parsed = await z.object({ a: z.string() }).safeParseAsync(req.body)
       if (!parsed.success) return res.sendStatus(400)
       res.json(await z.object({ b: z.string() }).parseAsync(req.query))`,
      { imports: ZOD },
    )
    expect(outline(dossier)).toEqual(['200', '400', '500'])
  })

  it('follows a validate middleware that replaces the body', () => {
    const dossier = readHandler('res.json({ a: req.body.a })', {
      imports: ZOD,
      before: `const validate = (schema) => (req, res, next) => {
          const parsed = schema.safeParse(req.body)
          if (!parsed.success) return res.status(400).json({ issues: parsed.error.issues })
          req.body = parsed.data
          next()
        }
        app.use(validate(z.object({ a: z.coerce.number() })))`,
    })
    expect(outline(dossier)).toEqual(['200', '400'])
    expect(bodyFor(dossier, 200)).toBe('{a: Number(body.a)}')
  })

  it('parses body, query and params in one schema', () => {
    const dossier = readHandler('schema.parse({ body: req.body, query: req.query }); res.sendStatus(204)', {
      imports: ZOD,
      before: 'const schema = z.object({ body: z.object({ a: z.string() }), query: z.object({}) })',
    })
    expect(show(firstScenario(dossier).decisions[0]?.condition)).toBe('fits({body: body, query: query}, <object>)')
  })

  it('gives the default and the trimmed text of what was left out or padded', () => {
    const dossier = readHandler(
      'const { page, name } = z.object({ page: z.number().default(1), name: z.string().trim() }).parse(req.body)\nres.json({ page, name })',
      { imports: ZOD },
    )
    expect(bodyFor(dossier, 200)).toBe('{page: default(body.page, 1), name: trim(body.name)}')
  })

  it.each([
    ['z.string().min(2).max(5)', { type: 'string', min: 2, max: 5 }],
    ["z.string().email('no')", { type: 'string', format: 'email' }],
    ['z.email()', { type: 'string', format: 'email' }],
    ['z.uuid()', { type: 'string', format: 'uuid' }],
    ['z.iso.datetime()', { type: 'string', format: 'datetime' }],
    ['z.iso.date()', { type: 'string', format: 'date' }],
    ['z.date()', { type: 'date', coerced: false }],
    ['z.int().positive()', { type: 'number', integer: true, min: 1 }],
    ['z.number().int().min(3)', { type: 'number', integer: true, min: 3 }],
    ['z.coerce.number()', { type: 'number', coerced: true }],
    ['z.coerce.string().min(2)', { type: 'string', coerced: true, min: 2 }],
    ["z.enum(['a', 'b'])", { type: 'enum', values: ['a', 'b'] }],
    ['z.boolean().optional()', { type: 'boolean', optional: true }],
    ['z.string().nullable()', { type: 'string', nullable: true }],
    ['z.array(z.string()).min(1)', { type: 'array', min: 1, item: { type: 'string' } }],
    ['z.string().array()', { type: 'array', item: { type: 'string' } }],
    ['z.string().regex(/^a+$/)', { type: 'string', pattern: '/^a+$/' }],
    ['z.union([z.string(), z.number()])', { type: 'union', options: [{ type: 'string' }, { type: 'number' }] }],
  ])('reads the rules of %s', (schema, expected) => {
    expect(fieldOf(schema)).toMatchObject(expected)
  })

  it.each([
    ['extend', 'z.object({ a: z.string() }).extend({ b: z.number() })', ['a', 'b']],
    ['merge', 'z.object({ a: z.string() }).merge(z.object({ b: z.number() }))', ['a', 'b']],
    ['pick', 'z.object({ a: z.string(), b: z.number() }).pick({ a: true })', ['a']],
    ['omit', 'z.object({ a: z.string(), b: z.number() }).omit({ a: true })', ['b']],
    ['spread shape', 'z.object({ ...z.object({ a: z.string() }).shape, b: z.number() })', ['a', 'b']],
  ])('reads the fields of an object made with %s', (_, schema, fields) => {
    const shape = shapeOf(schema)
    expect(shape.type === 'object' && Object.keys(shape.fields)).toEqual(fields)
  })

  it('reads a refine of one expression as a check', () => {
    const shape = shapeOf('z.object({ a: z.string(), b: z.string() }).refine((value) => value.a === value.b)')
    expect(shape.checks.map(show)).toEqual(['===(body.a, body.b)'])
    expect(shape.refined).toBe(false)
  })

  it('says that a refine with branches was not read', () => {
    expect(shapeOf('z.object({ a: z.string() }).refine((value) => value.a ? true : false)')).toMatchObject({
      refined: true,
      checks: [],
    })
  })

  it.each([
    ['createInsertSchema', { userId: false, status: true }],
    ['createSelectSchema', { userId: false, status: false }],
    ['createUpdateSchema', { userId: true, status: true }],
  ])('reads %s of drizzle-zod', (name, optional) => {
    const dossier = readHandler('schema.parse(req.body); res.sendStatus(204)', {
      imports: `import { ${name} } from 'drizzle-zod'`,
      before: `const schema = ${name}(orders, { total: (field) => field.min(1) })`,
    })
    const condition = firstScenario(dossier).decisions[0]?.condition
    const shape = condition?.kind === 'operation' ? condition.operands[1] : undefined
    const fields = shape?.kind === 'shape' && shape.shape.type === 'object' ? shape.shape.fields : {}
    expect({ userId: fields.userId?.optional, status: fields.status?.optional }).toEqual(optional)
    expect(fields.total).toMatchObject({ type: 'number', min: 1, refined: false })
  })

  it('does not check the environment at import', () => {
    const dossier = readHandler('res.json({ key: env.KEY })', {
      imports: ZOD,
      before: 'const env = z.object({ KEY: z.string() }).parse(process.env)',
    })
    expect(bodyFor(dossier, 200)).toBe('{key: env.KEY}')
    expect(eventOf(dossier, 'respond').via).toBe('json')
  })
})

describe('what comes out of a schema', () => {
  const read = (code: string): ReturnType<typeof readHandler> =>
    readHandler(code, {
      imports: ZOD,
      before: `const schema = z.object({
        a: z.string().optional(),
        to: z.object({ city: z.string().trim() }).optional(),
        page: z.coerce.number().default(1),
        tags: z.array(z.coerce.number()),
        kind: z.any(),
      })
      const part = z.object({ a: z.string().optional(), b: z.string().optional() })`,
    })

  it('is changed only where the schema changes it', () => {
    const { a, to, page, tags, kind } = {
      a: 'body.a',
      to: '&&(body.to, {city: trim(body.to.city)})',
      page: 'default(Number(body.page), 1)',
      tags: 'parsed(body.tags)',
      kind: 'body.kind',
    }
    expect(bodyFor(read('res.json(schema.parse(req.body))'), 200)).toBe(
      `{a: ${a}, to: ${to}, page: ${page}, tags: ${tags}, kind: ${kind}}`,
    )
  })

  it.each([
    ['z.string().trim().optional()', '&&(body.a, trim(body.a))'],
    ['z.string().trim().nullable().optional()', '&&(body.a, trim(body.a))'],
    ['z.coerce.number().optional()', '&&(body.a, Number(body.a))'],
    ['z.string().trim().nullable()', '&&(body.a, trim(body.a))'],
    ["z.string().trim().default('x').optional()", 'default(trim(body.a), "x")'],
    ["z.string().optional().transform((a) => a ?? 'x')", 'parsed(body.a)'],
  ])('stays missing where %s changes what is there', (field, output) => {
    const handler = `const { a } = z.object({ a: ${field} }).parse(req.body)\nres.json({ a })`
    expect(bodyFor(readHandler(handler, { imports: ZOD }), 200)).toBe(`{a: ${output}}`)
  })

  it.each(['a !== undefined', 'a != null', 'input.a !== undefined'])('is asked %s as the input itself is', (test) => {
    const dossier = readHandler(
      `const input = z.object({ a: z.string().trim().min(1).optional() }).parse(req.body)
       const { a } = input
       if (${test}) { if (req.body.a === undefined) return res.sendStatus(409); return res.sendStatus(200) }
       res.sendStatus(204)`,
      { imports: ZOD },
    )
    expect(outline(dossier).sort()).toEqual(['200', '204', '500'])
  })

  it('may have none of its optional fields that are changed where they are there', () => {
    const dossier = readHandler(
      `const input = z.object({ a: z.string().trim().optional() }).parse(req.body)
       if (Object.keys(input).length === 0) return res.sendStatus(400)
       res.sendStatus(200)`,
      { imports: ZOD },
    )
    expect(outline(dossier).sort()).toEqual(['200', '400', '500'])
  })

  it('may have none of its optional fields', () => {
    const dossier = read(`const input = part.parse(req.body)
      if (Object.keys(input).length === 0) return res.sendStatus(400)
      res.json(input)`)
    expect(outline(dossier)).toEqual(['200', '500', '400'])
    expect(dossier.scenarios.map((scenario) => decisionsOf(scenario)[1])).toContain(
      '!===(member(entries({a: body.a, b: body.b}), "length"), 0)',
    )
  })

  it('is asked for its fields by a refinement', () => {
    const shape = shapeOf('z.object({ a: z.string().optional() }).refine((value) => Object.keys(value).length > 0)')
    expect(shape.checks.map(show)).toEqual(['>(member(entries({a: body.a}), "length"), 0)'])
  })

  it('is an event of the trace before what comes after', () => {
    const dossier = read(
      'const input = schema.parse(req.body); await db.insert(users).values({ email: input.a }); res.sendStatus(201)',
    )
    expect(firstScenario(dossier).events.map(({ kind, id }) => `${id} ${kind}`)).toEqual([
      '1 validate',
      '2 db',
      '3 respond',
    ])
    expect(eventOf(dossier, 'validate')).toMatchObject({
      validator: 'zod',
      subject: { kind: 'input', from: 'body' },
      outcome: 'ok',
    })
    const outcomes = dossier.scenarios.flatMap(({ events }) =>
      events.flatMap((event) => (event.kind === 'validate' ? [event.outcome] : [])),
    )
    expect([...new Set(outcomes)]).toEqual(['ok', 'fails'])
  })
})

it('says where the schema is written, and others that it is put together from', () => {
  const dossier = readHandler('const input = order.parse(req.body)\nres.json(input)', {
    imports: ZOD,
    before: `const name = z.string().min(1)
const base = z.object({ name, total: z.number() })
const unused = z.object({ other: z.string() })
const order = base.extend({
  note: z.string(),
}).strict()`,
  })
  const lines = eventOf(dossier, 'validate').declaredAt.map(({ line }) => line)
  const first = Math.min(...lines)
  expect(lines.map((line) => line - first).sort()).toEqual([0, 1, 3])
})
