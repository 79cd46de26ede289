import { describe, expect, it } from 'vitest'
import type { Dossier, Shape } from '../../src/scan/types.ts'
import { bodyFor, decisionsOf, eventOf, firstScenario, outline, readHandler, show } from '../support/scan-source.ts'

const IMPORTS = `import { body, check, checkSchema, cookie, header, matchedData, oneOf, param, query, validationResult } from 'express-validator'`
const CHECKED = `const errors = validationResult(req)
  if (!errors.isEmpty()) return res.status(400).json({ errors: errors.array() })`

function readChecked(chains: string, handler = `${CHECKED}; res.sendStatus(204)`, route = 'post /orders'): Dossier {
  return readHandler(handler, { imports: IMPORTS, before: `app.use(${chains})`, route })
}

/** The shape of the first check, as the trace has it. */
function shapeOf(chains: string): Shape {
  return eventOf(readChecked(chains), 'validate').shape
}

function fieldOf(chain: string): Shape | undefined {
  const shape = shapeOf(`body('it')${chain}`)
  return shape.type === 'object' ? shape.fields.it : undefined
}

describe('what a chain accepts', () => {
  it.each([
    ['.isEmail()', { type: 'string', format: 'email', optional: false }],
    ['.isUUID()', { type: 'string', format: 'uuid' }],
    ['.isUUID(7)', { type: 'string', format: 'uuid', refined: true }],
    ['.notEmpty()', { type: 'string', min: 1, coerced: true, optional: false }],
    ['.not().isEmpty()', { type: 'string', min: 1 }],
    ['.not().isEmail()', { type: 'unknown', refined: true }],
    ['.isLength({ min: 2, max: 5 })', { type: 'string', min: 2, max: 5, optional: false }],
    ['.isLength({ max: 5 })', { type: 'string', max: 5, optional: true }],
    ['.isString().isLength({ min: 3 })', { type: 'string', min: 3, coerced: false }],
    ['.isInt({ min: 1, max: 9 })', { type: 'number', min: 1, max: 9, integer: true, coerced: true }],
    ['.notEmpty().isInt({ gt: 0 })', { type: 'number', min: 1, integer: true }],
    ['.isFloat({ gt: 0 })', { type: 'number', above: 0, integer: false }],
    ['.isInt({ min: limit })', { type: 'number', min: null, refined: true }],
    [".isIn(['new', 'paid'])", { type: 'enum', values: ['new', 'paid'], optional: false }],
    ['.isIn(unknownList)', { type: 'unknown' }],
    ['.isBoolean()', { type: 'boolean', coerced: true }],
    ['.isArray({ min: 1 })', { type: 'array', min: 1 }],
    ['.isISO8601().toDate()', { type: 'string', format: 'iso8601' }],
    ['.matches(/^a+$/)', { type: 'string', pattern: '/^a+$/' }],
    ['.optional().isInt()', { type: 'number', optional: true, nullable: false }],
    ['.optional({ nullable: true }).isInt()', { type: 'number', optional: true, nullable: true }],
    [".optional({ values: 'falsy' }).isInt()", { type: 'union', options: [{ type: 'number' }, { type: 'enum' }] }],
    ['.isEmail().normalizeEmail().withMessage("no")', { type: 'string', format: 'email', refined: false }],
    ['.notEmpty().withMessage("no").toInt().isInt()', { type: 'number', integer: false, optional: false }],
    ['.toInt().withMessage("no").isInt({ min: 2 })', { type: 'number', integer: false, min: 2 }],
    ['.toFloat().isInt()', { type: 'number', integer: true }],
    ['.customSanitizer((value) => value * 2).isInt()', { type: 'unknown' }],
    ['.isInt().customSanitizer((value) => value * 2)', { type: 'number', refined: false }],
    ['.if(body("other").exists()).isInt()', { type: 'unknown' }],
    ['.isSomethingNew()', { type: 'string', format: 'SomethingNew' }],
  ])('body(it)%s', (chain, expected) => {
    expect(fieldOf(chain)).toMatchObject(expected)
  })

  it('reads nested fields and fields in lists', () => {
    expect(
      shapeOf("[body('items').isArray({ min: 1 }), body('items.*.qty').isInt(), body('to.city').notEmpty()]"),
    ).toMatchObject({
      fields: {
        items: { type: 'array', min: 1, lenient: false, item: { fields: { qty: { type: 'number' } } } },
        to: { type: 'object', lenient: true, fields: { city: { type: 'string', min: 1 } } },
      },
    })
  })

  it('lets a list pass that only its items are checked of', () => {
    expect(shapeOf("body('items.*.qty').isInt()")).toMatchObject({
      fields: { items: { lenient: true, optional: true } },
    })
  })

  it('reads a chain for several fields', () => {
    const shape = shapeOf("body(['a', 'b']).isInt()")
    expect(shape.type === 'object' && Object.keys(shape.fields)).toEqual(['a', 'b'])
  })

  it('reads a schema written as data', () => {
    expect(
      shapeOf(`checkSchema({
        age: { in: ['body'], isInt: { options: { min: 18 }, errorMessage: 'too young' }, toInt: true },
        email: { in: 'body', isEmail: true, optional: { options: { nullable: true } } },
        name: { in: ['body'], isEmpty: { negated: true } },
      })`),
    ).toMatchObject({
      fields: {
        age: { type: 'number', min: 18, integer: true },
        email: { format: 'email', optional: true, nullable: true },
        name: { type: 'string', min: 1 },
      },
    })
  })

  it('gives the source of what it can not decode', () => {
    expect(fieldOf('.isLowercase()')).toMatchObject({ type: 'unknown', text: "body('it').isLowercase()" })
  })
})

describe('where a chain looks', () => {
  it('decides the body, the query, parameters, headers and cookies together', () => {
    const dossier = readChecked(
      "[body('a').notEmpty(), query('page').isInt(), param('id').isInt(), header('X-Key').notEmpty(), cookie('s').exists()]",
      undefined,
      'post /orders/:id',
    )
    expect(firstScenario(dossier).decisions).toHaveLength(1)
    const { subject, shape } = eventOf(dossier, 'validate')
    expect(show(subject)).toBe('{body: body, query: query, params: params, headers: headers, cookies: cookies}')
    expect(shape).toMatchObject({ fields: { headers: { fields: { 'x-key': { min: 1 } } } } })
  })

  it.each([
    ['post /orders', 'body'],
    ['get /orders', 'query'],
    ['get /orders/:it', 'params'],
  ])('looks with check() where %s has the field', (route, part) => {
    const dossier = readChecked("check('it').isInt()", undefined, route)
    expect(show(eventOf(dossier, 'validate').subject)).toBe(part)
  })

  it('asks one after the other where two chains are about the same field', () => {
    const dossier = readChecked("[body('a').isString(), body('a').isLength({ min: 3 })]")
    expect(outline(dossier)).toEqual(['204', '400', '400'])
  })

  it('takes one of several alternatives', () => {
    expect(shapeOf("oneOf([body('email').isEmail(), [body('phone').notEmpty(), body('code').isInt()]])")).toMatchObject(
      {
        type: 'union',
        options: [
          { fields: { email: { format: 'email' } } },
          { fields: { phone: { min: 1 }, code: { type: 'number' } } },
        ],
      },
    )
  })
})

describe('validationResult', () => {
  it('is a decision of its own, and an event before those of the handler', () => {
    const dossier = readChecked(
      "body('email').isEmail()",
      `${CHECKED}; await db.insert(users).values({ email: req.body.email }); res.sendStatus(201)`,
    )
    expect(firstScenario(dossier).events.map(({ kind }) => kind)).toEqual(['validate', 'db', 'respond'])
    expect(eventOf(dossier, 'validate')).toMatchObject({ validator: 'express-validator', outcome: 'ok' })
    expect(dossier.scenarios.map(decisionsOf).slice(0, 2)).toEqual([
      ['fits(body, <object>)', '!rejects($2)'],
      ['!fits(body, <object>)'],
    ])
    expect(dossier.unresolved).toEqual([])
  })

  it('passes every request on where nobody asks for the result', () => {
    expect(outline(readChecked("body('email').isEmail()", 'res.sendStatus(204)'))).toEqual(['204'])
  })

  it.each([
    ['array().length', 'if (validationResult(req).array().length > 0) return res.sendStatus(422); res.sendStatus(204)'],
    ['errors.length', 'if (validationResult(req).errors.length) return res.sendStatus(422); res.sendStatus(204)'],
    ['throw()', 'try { validationResult(req).throw() } catch (e) { return res.sendStatus(422) } res.sendStatus(204)'],
    [
      'formatWith()',
      'if (!validationResult(req).formatWith((e) => e.msg).isEmpty()) return res.sendStatus(422); res.sendStatus(204)',
    ],
    [
      'withDefaults()',
      'const of = validationResult.withDefaults({ formatter: (e) => e.msg }); if (!of(req).isEmpty()) return res.sendStatus(422); res.sendStatus(204)',
    ],
    [
      'the first message',
      'const [first] = validationResult(req).array(); if (first) return res.status(422).json(first.msg); res.sendStatus(204)',
    ],
  ])('is asked for by %s', (_, handler) => {
    expect(outline(readChecked("body('email').isEmail()", handler))).toEqual(['204', '422'])
  })
})

describe('chains run by hand', () => {
  const validate = (loop: string): string => `const validate = (validations) => async (req, res, next) => {
    ${loop}
    const errors = validationResult(req)
    if (errors.isEmpty()) return next()
    res.status(422).json({ errors: errors.mapped() })
  }`
  const read = (loop: string, chains: string): Dossier =>
    readHandler('res.sendStatus(204)', {
      imports: IMPORTS,
      before: `${validate(loop)}\napp.use(validate(${chains}))`,
    })
  const two = "[body('a').notEmpty(), body('b').isInt()]"

  it('all at once', () => {
    const dossier = read('await Promise.all(validations.map((validation) => validation.run(req)))', two)
    expect(outline(dossier)).toEqual(['204', '422'])
    expect(dossier.unresolved).toEqual([])
  })

  it('until one finds something', () => {
    const loop =
      'for (const validation of validations) { const result = await validation.run(req); if (result.errors.length) break }'
    expect(outline(read(loop, two))).toEqual(['204', '422', '422'])
  })

  it('as a schema', () => {
    expect(
      outline(
        read('await validations.run(req)', "checkSchema({ a: { notEmpty: true }, b: { isInt: true } }, ['body'])"),
      ),
    ).toEqual(['204', '422'])
  })

  it('as a function of request, response and next', () => {
    const dossier = readHandler(`${CHECKED}; res.sendStatus(204)`, {
      imports: IMPORTS,
      before: "app.use((req, res, next) => body('a').isInt()(req, res, next))",
    })
    expect(outline(dossier)).toEqual(['204', '400'])
  })
})

describe('callbacks of a chain', () => {
  it('run, with what they do to the database', () => {
    const chain = `body('email').isEmail().custom(async (email) => {
      const [user] = await db.select().from(users).where(eq(users.email, email))
      if (user) throw new Error('taken')
    })`
    expect(outline(readChecked(chain)).sort()).toEqual([
      'select users > 204',
      'select users > 400',
      'select users > throw Error > 400',
      'select users fails > 400',
    ])
  })

  it('refuse by answering with something falsy', () => {
    const dossier = readChecked("body('again').custom((value, { req }) => value === req.body.password)")
    expect(dossier.scenarios.map(decisionsOf)).toEqual([
      ['===(body.again, body.password)'],
      ['!===(body.again, body.password)'],
    ])
    expect(outline(dossier)).toEqual(['204', '400'])
  })

  it('are not asked about what was left out, or after bail about what was refused', () => {
    const dossier = readChecked(
      "body('a').optional().isInt().bail().custom((value) => { if (value > 9) throw new Error('much'); return true })",
    )
    expect(dossier.scenarios.map((scenario) => decisionsOf(scenario)[0])).toContain('===(body.a, undefined)')
    expect(outline(dossier)).toContain('400')
  })
})

describe('what a chain changes', () => {
  it('is seen by the handler', () => {
    const dossier = readChecked(
      "[body('email').isEmail().normalizeEmail(), body('age').isInt().toInt(), query('page').default(1)]",
      `${CHECKED}; res.json({ email: req.body.email, age: req.body.age, page: req.query.page })`,
    )
    expect(bodyFor(dossier, 200)).toBe(
      '{email: normalizeEmail(body.email), age: toInt(body.age), page: default(query.page, 1)}',
    )
  })

  it('comes out of matchedData', () => {
    const dossier = readChecked(
      "[body('name').trim().notEmpty(), body('to.city').notEmpty(), query('page').isInt()]",
      `${CHECKED}; res.json({ all: matchedData(req), query: matchedData(req, { locations: ['query'] }) })`,
    )
    expect(bodyFor(dossier, 200)).toBe(
      '{all: {name: trim(body.name), to: {city: body.to.city}, page: query.page}, query: {page: query.page}}',
    )
  })
})

describe('what is not known', () => {
  it('is said of a field whose name only a run knows', () => {
    const dossier = readChecked('body(process.env.FIELD).isInt()')
    expect(dossier.unresolved.map(({ what }) => what)).toContain(
      'which field this validator checks is not known before a run',
    )
  })

  it('is said of a schema that only a run knows', () => {
    const dossier = readChecked('checkSchema(JSON.parse(process.env.RULES))')
    expect(dossier.unresolved.map(({ what }) => what)).toContain('what this validator checks is not known')
  })
})

describe('odd chains', () => {
  it.each([
    'body()',
    'body([])',
    "body('').isInt()",
    "body('a.**.b').isInt()",
    "body('a[0].b').isInt()",
    'oneOf([])',
    'oneOf(rules)',
    'checkSchema({})',
    'checkSchema({ a: 1 })',
    "body('a').custom()",
    "body('a').isIn()",
    "body('a').matches()",
    "body('a').not()",
  ])('do no harm: %s', (chain) => {
    expect(outline(readChecked(chain))).toContain('204')
  })
})
