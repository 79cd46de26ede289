import { describe, expect, it } from 'vitest'
import type { Dossier, InputFact } from '../../src/scan/types.ts'
import { readHandler, show } from '../support/scan-source.ts'

const ZOD = "import { z } from 'zod'"

function inputOf(dossier: Dossier, name: string): InputFact {
  const found = dossier.inputs.find(({ from, path }) => [from, ...path].join('.') === name)
  if (!found) throw new Error(`no ${name} among ${namesOf(dossier).join(', ')}`)
  return found
}

function namesOf(dossier: Dossier): string[] {
  return dossier.inputs.map(({ from, path }) => [from, ...path].join('.'))
}

/** `!x -> 400`: what refuses an input, and with what. */
function checksOf(dossier: Dossier, name: string): string[] {
  return inputOf(dossier, name).checks.map(
    ({ condition, refusedWhen, status }) => `${refusedWhen ? '' : '!'}${show(condition)} -> ${status}`,
  )
}

describe('the inputs of a route', () => {
  it('are its parameters, and what it reads of body, query, headers and cookies', () => {
    const dossier = readHandler(
      `const key = req.get('Idempotency-Key')
       await db.insert(orders).values({ userId: req.body.userId, total: Number(req.query.total), status: key })
       res.json({ who: req.cookies.session, id: req.params.id })`,
      { route: 'post /users/:userId/orders/:id' },
    )
    expect(namesOf(dossier).sort()).toEqual([
      'body.userId',
      'cookies.session',
      'headers.idempotency-key',
      'params.id',
      'params.userId',
      'query.total',
    ])
    expect(inputOf(dossier, 'params.userId')).toEqual({
      from: 'params',
      path: ['userId'],
      required: true,
      rules: null,
      ruleSource: null,
      checks: [],
      usedAt: [],
      source: null,
    })
    expect(inputOf(dossier, 'body.userId')).toMatchObject({ required: null, usedAt: [{ file: 'src/app.ts' }] })
  })

  it('are read, wherever that goes', () => {
    const dossier = readHandler(
      `const address = req.headers['X-Forwarded-For'] || req.socket.remoteAddress
       console.log(address, req.get('x-request-id'), req.body.name.trim(), req.query.hasOwnProperty('a'))
       const { unused, ...rest } = req.query
       res.json({})`,
    )
    expect(namesOf(dossier).sort()).toEqual([
      'body.name',
      'headers.x-forwarded-for',
      'headers.x-request-id',
      'query.unused',
    ])
    expect(inputOf(dossier, 'headers.x-request-id')).toMatchObject({ required: null, usedAt: [{ file: 'src/app.ts' }] })
  })

  it('are lists, whichever item of them is read', () => {
    const dossier = readHandler('res.json({ first: req.body.ids[0], count: req.body.ids.length })')
    expect(namesOf(dossier)).toEqual(['body.ids'])
  })

  it('are none where the route reads nothing', () => {
    expect(readHandler('res.json({})', { route: 'get /health' }).inputs).toEqual([])
  })

  it('have the rules of the schema that checks them', () => {
    const dossier = readHandler('const input = schema.parse({ body: req.body, query: req.query }); res.json(input)', {
      imports: ZOD,
      before: `const schema = z.object({
        body: z.object({ email: z.email(), to: z.object({ city: z.string().optional() }), items: z.array(z.object({ qty: z.int() })) }),
        query: z.object({ page: z.coerce.number() }),
      })`,
    })
    expect(namesOf(dossier)).toEqual([
      'body.email',
      'body.to',
      'body.to.city',
      'body.items',
      'body.items.0',
      'body.items.0.qty',
      'query.page',
    ])
    expect(inputOf(dossier, 'body.email')).toMatchObject({
      required: true,
      rules: { type: 'string', format: 'email' },
      ruleSource: 'zod',
      source: null,
    })
    expect(inputOf(dossier, 'body.to.city')).toMatchObject({ required: false })
    expect(inputOf(dossier, 'query.page')).toMatchObject({ required: true, rules: { type: 'number', coerced: true } })
  })

  it('have the source of rules that can not be decoded', () => {
    const dossier = readHandler('z.object({ age: z.preprocess(toAge, z.number()) }).parse(req.body); res.json({})', {
      imports: ZOD,
    })
    expect(inputOf(dossier, 'body.age')).toMatchObject({
      required: null,
      rules: { type: 'unknown' },
      ruleSource: 'zod',
      source: 'z.preprocess(toAge, z.number())',
    })
  })

  it('keep rules over several fields with the object', () => {
    const dossier = readHandler(
      'z.object({ a: z.string(), b: z.string() }).refine((value) => value.a === value.b).parse(req.body); res.json({})',
      { imports: ZOD },
    )
    expect(inputOf(dossier, 'body').rules?.checks.map(show)).toEqual(['===(body.a, body.b)'])
  })

  it('have rules for what the code makes of them', () => {
    const dossier = readHandler('z.number().int().parse(Number(req.params.id)); res.json({})', {
      imports: ZOD,
      route: 'get /orders/:id',
    })
    expect(inputOf(dossier, 'params.id').rules).toMatchObject({ type: 'number', integer: true, coerced: true })
  })

  it('are not what a token turns out to hold', () => {
    const dossier = readHandler(
      `const claims = z.object({ userId: z.string() }).safeParse(jwt.verify(req.headers.authorization, 'k'))
       if (!claims.success) return res.sendStatus(401)
       res.json({ id: claims.data.userId })`,
      { imports: `${ZOD}\nimport jwt from 'jsonwebtoken'` },
    )
    expect(namesOf(dossier)).toEqual(['headers.authorization'])
    expect(inputOf(dossier, 'headers.authorization')).toMatchObject({ rules: null, ruleSource: null })
  })

  it('say that a second schema is not shown', () => {
    const dossier = readHandler(
      'z.object({ a: z.string() }).parse(req.body); z.object({ a: z.string().min(2) }).parse(req.body); res.json({})',
      { imports: ZOD },
    )
    expect(inputOf(dossier, 'body.a').rules).toMatchObject({ type: 'string', refined: true })
  })

  it.each([
    ['joi', "import Joi from 'joi'", 'Joi.assert(req.body, Joi.object({ a: Joi.string() }))', false],
    [
      'express-validator',
      "import { body, validationResult } from 'express-validator'",
      "await body('a').notEmpty().run(req); validationResult(req).throw()",
      true,
    ],
  ])('have the rules of %s', (ruleSource, imports, check, required) => {
    const dossier = readHandler(`${check}; res.json({})`, { imports })
    expect(inputOf(dossier, 'body.a')).toMatchObject({ ruleSource, required, rules: { type: 'string', min: 1 } })
  })
})

describe('checks by hand', () => {
  it.each([
    ['presence', 'if (!req.body.a) return res.sendStatus(400)', ['!body.a -> 400']],
    ['absence', 'if (req.body.a === undefined) return res.sendStatus(422)', ['===(body.a, undefined) -> 422']],
    [
      'type',
      "if (typeof req.body.a !== 'string') return res.sendStatus(400)",
      ['!===(typeof(body.a), "string") -> 400'],
    ],
    ['number', 'if (isNaN(Number(req.body.a))) return res.sendStatus(400)', ['isNaN(Number(body.a)) -> 400']],
    [
      'pattern',
      'if (!/^a+$/.test(req.body.a)) return res.sendStatus(400)',
      ['!matches pattern(body.a, "/^a+$/") -> 400'],
    ],
    ['length', 'if (req.body.a.length < 3) return res.sendStatus(400)', ['<(body.a.length, 3) -> 400']],
    [
      'list',
      "if (!['x', 'y'].includes(req.body.a)) return res.sendStatus(400)",
      ['!includes(["x", "y"], body.a) -> 400'],
    ],
    ['error', 'if (!req.body.a) throw Object.assign(new Error("no"), { status: 400 })', ['!body.a -> 400']],
  ])('are told by %s', (_, code, expected) => {
    const dossier = readHandler(`${code}; res.json({})`)
    expect(checksOf(dossier, 'body.a')).toEqual(expected)
    expect(inputOf(dossier, 'body.a')).toMatchObject({ ruleSource: 'manual', rules: null })
  })

  it('say that an input is required where its absence is refused', () => {
    const dossier = readHandler(
      'if (!req.body.a) return res.sendStatus(400); if (req.body.b > 3) return res.sendStatus(400); res.json({})',
    )
    expect([inputOf(dossier, 'body.a').required, inputOf(dossier, 'body.b').required]).toEqual([true, null])
  })

  it.each([
    ["if (!req.headers.authorization?.startsWith('Bearer ')) return res.sendStatus(401); res.json({})", true],
    [
      "let token = req.headers.authorization; if (token?.startsWith('Bearer ')) token = token.split('Bearer ')[1]; if (!token) return res.sendStatus(401); res.json({})",
      true,
    ],
    ["if (!req.headers.authorization?.split(' ')[1]) return res.sendStatus(401); res.json({})", true],
    ['if (!(req.headers.authorization || req.headers.cookie)) return res.sendStatus(401); res.json({})', null],
    ["if (req.headers.authorization?.startsWith('Basic ')) return res.sendStatus(401); res.json({})", null],
    ['if (!String(req.headers.authorization)) return res.sendStatus(401); res.json({})', null],
  ])('say that it is required where only a part of its text is let through: %s', (handler, required) => {
    expect(inputOf(readHandler(handler), 'headers.authorization').required).toBe(required)
  })

  it('do not say so of inputs that stand in for each other', () => {
    const dossier = readHandler(
      'const token = req.get("x-a") ?? req.get("x-b") ?? req.body.token; if (!token || token !== req.cookies.a) return res.sendStatus(400); res.json({})',
    )
    const named = ['headers.x-a', 'headers.x-b', 'body.token'].map((name) => inputOf(dossier, name).required)
    expect(named).toEqual([null, null, null])
  })

  it('do not say so of what some ways never ask for', () => {
    const dossier = readHandler(
      'if (req.query.draft) return res.json({}); if (!req.body.a) return res.sendStatus(400); res.json({})',
    )
    expect(inputOf(dossier, 'body.a').required).toBeNull()
  })

  it('say nothing where some ways were not looked at', () => {
    const none = Array.from({ length: 10 }, (_, index) => `!req.query.a${index}`)
    const each = none.map((condition) => `if (${condition}) console.log(1);`).join('')
    const dossier = readHandler(
      `if (req.body.a) {
${each} if (${none.join(' && ')}) return res.json({}); return res.sendStatus(400) } res.json({})`,
    )
    expect(dossier.unresolved.map(({ what }) => what)).toEqual([expect.stringContaining('more ways')])
    expect(checksOf(dossier, 'body.a')).toEqual([])
  })

  it('are told one by one where one condition asks several', () => {
    const dossier = readHandler('if (!req.body.a || !req.body.b) return res.sendStatus(400); res.json({})')
    expect([checksOf(dossier, 'body.a'), checksOf(dossier, 'body.b')]).toEqual([['!body.a -> 400'], ['!body.b -> 400']])
  })

  it('have their line', () => {
    const dossier = readHandler('\nif (!req.body.a) return res.sendStatus(400)\nres.json({})')
    const [check] = inputOf(dossier, 'body.a').checks
    expect(inputOf(dossier, 'body.a').usedAt).toEqual([check?.at])
  })

  it('are no conditions that only choose', () => {
    const dossier = readHandler(
      `const label = req.body.kind === 'a' ? 'A' : 'B'
       const [user] = await db.select().from(users).where(eq(users.id, req.body.userId))
       if (!user) return res.sendStatus(404)
       res.json({ label })`,
    )
    expect(checksOf(dossier, 'body.kind')).toEqual([])
    expect(checksOf(dossier, 'body.userId')).toEqual([])
  })

  it('are of credentials too', () => {
    const dossier = readHandler('if (!req.headers.authorization) return res.sendStatus(401); res.json({})')
    expect(checksOf(dossier, 'headers.authorization')).toEqual(['!headers.authorization -> 401'])
  })

  it('name every value that is let through', () => {
    const dossier = readHandler(
      `if (req.body.kind !== 'a' && req.body.kind !== 'b') return res.sendStatus(400)
       if (!req.body.x && !req.query.y) return res.sendStatus(422)
       res.json({})`,
    )
    expect(checksOf(dossier, 'body.kind')).toEqual(['!||(===(body.kind, "a"), ===(body.kind, "b")) -> 400'])
    const either = ['!||(body.x, query.y) -> 422']
    expect([checksOf(dossier, 'body.x'), checksOf(dossier, 'query.y')]).toEqual([either, either])
  })

  it('are no conditions on what was found with them', () => {
    const dossier = readHandler(
      `const found = store.find(req.headers.authorization).get(req.headers.authorization)
       if (!found) return res.sendStatus(401)
       if (found.disabled === 1) return res.sendStatus(403)
       res.json({})`,
      { imports: "import { Store } from 'some-store'\nconst store = new Store()" },
    )
    expect(checksOf(dossier, 'headers.authorization')).toEqual([])
  })
})

describe('what a validator lets pass', () => {
  const read = (refuse: string): Dossier =>
    readHandler(`const { coach } = schema.parse(req.body)\n${refuse}\nres.json({ coach })`, {
      imports: `${ZOD}\nconst schema = z.object({ coach: z.string().optional() })`,
    })

  it('is required where the code refuses to go on without it', () => {
    expect(inputOf(read('if (coach) return res.json({})\nreturn res.sendStatus(400)'), 'body.coach').required).toBe(
      true,
    )
    expect(inputOf(read("if (coach) console.log('a coach')"), 'body.coach').required).toBe(false)
  })

  it('may be a signed cookie, which is said', () => {
    const { inputs, unresolved } = readHandler('res.json({ seat: req.signedCookies.seat })')
    expect(inputs.map(({ from, path }) => [from, ...path])).toEqual([['cookies', 'seat']])
    expect(unresolved).toMatchObject([{ what: 'cookies read here are signed, which no input shows' }])
  })
})

describe('what the code writes on the body itself', () => {
  it('is not required, nor is what only some ways ask for', () => {
    const dossier = readHandler(
      `const input = req.user ? { ...req.body, owner: req.user.id } : req.body
       schema.parse(input)
       res.json({})`,
      { imports: `${ZOD}\nconst schema = z.object({ owner: z.string(), name: z.string() })` },
    )
    expect([inputOf(dossier, 'body.owner').required, inputOf(dossier, 'body.name').required]).toEqual([null, true])
  })
})

describe('a body that the code writes to before it is checked', () => {
  const before = 'const schema = z.object({ name: z.string(), teamId: z.number(), id: z.string() })'
  const handler = `req.body.id = req.params.id
    if (req.query.team) req.body['teamId'] = Number(req.query.team)
    const input = schema.parse(req.body)
    res.json(input)`
  const read = (): Dossier => readHandler(handler, { imports: ZOD, before, route: 'post /orders/:id' })

  it('is checked with what was written', () => {
    const subjects = read().scenarios.flatMap(({ events }) =>
      events.flatMap((event) => (event.kind === 'validate' ? [show(event.subject)] : [])),
    )
    expect([...new Set(subjects)]).toEqual([
      '{...0: body, id: params.id, teamId: Number(query.team)}',
      '{...0: body, id: params.id}',
    ])
  })

  it('need not have it of the client', () => {
    const dossier = read()
    expect(inputOf(dossier, 'body.name').required).toBe(true)
    expect(inputOf(dossier, 'body.teamId').required).toBe(null)
    expect(namesOf(dossier)).not.toContain('body.id')
  })
})
