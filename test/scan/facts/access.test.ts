import { describe, expect, it } from 'vitest'
import type { AccessFacts } from '../../../src/scan/facts/types.ts'
import type { Dossier } from '../../../src/scan/types.ts'
import { appWith, bodyFor, outline, readHandler, readRoute, show } from '../../support/scan-source.ts'

const JWT = "import jwt from 'jsonwebtoken'"
const AUTHENTICATE = `
  export const authenticate = (req, res, next) => {
    const header = req.headers.authorization
    if (!header) return res.status(401).json({ error: 'missing' })
    try {
      req.user = jwt.verify(header.replace('Bearer ', ''), process.env.JWT_SECRET)
    } catch {
      return res.status(401).json({ error: 'invalid' })
    }
    next()
  }
  app.use(authenticate)`

/** What a handler behind `authenticate` says of access. */
function behind(handler: string, route = 'get /orders/:id'): Dossier {
  return readHandler(handler, { imports: `${JWT}\nimport { inArray } from 'drizzle-orm'`, before: AUTHENTICATE, route })
}

/** `authenticate [authorization header] by jsonwebtoken.verify: 401, 401`. */
function list({ authentication }: AccessFacts): string[] {
  return authentication.map(({ by, credentials, verifiedBy, refusals }) => {
    const answers = refusals.map(({ status }) => show(status)).join(', ')
    return `${by.name} [${credentials.join(', ')}] by ${verifiedBy.join(', ') || 'itself'}: ${answers}`
  })
}

/** The same for one middleware before a handler. */
function guarded(middleware: string, imports: string): Dossier {
  return readRoute(appWith(`app.get('/a', ${middleware}, (req, res) => res.json({ id: 1 }))`, { imports }), 'GET /a')
}

describe('authentication', () => {
  it('is told with what a missing and an invalid credential answer', () => {
    const { access } = behind('res.sendStatus(200)')
    expect(list(access)).toEqual(['authenticate [authorization header] by jsonwebtoken.verify: 401, 401'])
    expect(access.authentication[0]?.refusals.map(({ body }) => show(body))).toEqual([
      '{error: "missing"}',
      '{error: "invalid"}',
    ])
  })

  it('includes the look-up of who it is', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      before: `app.use(async function loadUser(req, res, next) {
        const [user] = await db.select().from(users).where(eq(users.id, req.session.userId))
        if (!user) return res.sendStatus(401)
        req.user = user
        next()
      })`,
    })
    expect(list(access)).toEqual(['loadUser [session] by itself: 401'])
    expect(access.ownership).toEqual([])
  })

  it.each([
    [
      'an API key',
      "(req, res, next) => req.get('x-api-key') === process.env.KEY ? next() : res.sendStatus(401)",
      'x-api-key header',
    ],
    ['a cookie', '(req, res, next) => req.cookies.sid ? next() : res.sendStatus(401)', 'cookie sid'],
    ['a session', '(req, res, next) => req.session.user ? next() : res.sendStatus(401)', 'session'],
    [
      'isAuthenticated',
      '(req, res, next) => req.isAuthenticated() ? next() : res.sendStatus(401)',
      'request.isAuthenticated',
    ],
    ['a redirect', "(req, res, next) => req.session.user ? next() : res.redirect('/login')", 'session'],
  ])('by %s', (_, middleware, credential) => {
    expect(guarded(middleware, '').access.authentication).toMatchObject([{ credentials: [credential] }])
  })

  it('is verified by the service that is asked whose credential it is', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      imports: "import { createClient } from '@supabase/supabase-js'\nconst supabase = createClient('a', 'b')",
      before: `app.use(async function authenticate(req, res, next) {
        const token = req.headers.authorization
        if (!token) return res.sendStatus(401)
        const { data, error } = await supabase.auth.getUser(token)
        if (error) return res.sendStatus(401)
        req.user = data.user
        next()
      })`,
    })
    expect(list(access)).toEqual([
      'authenticate [authorization header] by @supabase/supabase-js.createClient.auth.getUser: 401, 401',
    ])
  })

  it('is verified by the package that reads the session, wherever its answer is asked', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      imports: "import { betterAuth } from 'better-auth'\nconst auth = betterAuth({})",
      before: `app.use(async function authenticate(req, res, next) {
        const session = await auth.api.getSession({ headers: req.headers })

        if (!session) return res.sendStatus(401)
        next()
      })`,
    })
    expect(access.authentication).toMatchObject([{ verifiedBy: ['better-auth.betterAuth.api.getSession'] }])
  })

  it('is not verified by a service that is asked for something else', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      imports: "import Stripe from 'stripe'\nconst stripe = new Stripe('a')",
      before: `app.use(async function authenticate(req, res, next) {
        if (!req.headers.authorization) return res.sendStatus(401)
        const customer = await stripe.customers.retrieve(req.headers.authorization)
        if (customer.deleted) return res.sendStatus(401)
        next()
      })`,
    })
    expect(list(access)).toEqual(['authenticate [authorization header] by itself: 401, 401'])
  })

  it('is by the middleware that decides, whichever helper answers for it', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      before: `const refuse = (res, code) => res.status(401).json({ code })
        app.use(function requireKey(req, res, next) {
          if (!req.headers['x-api-key']) return refuse(res, 'missing')
          next()
        })`,
    })
    expect(list(access)).toEqual(['requireKey [x-api-key header] by itself: 401'])
  })

  it('includes what a token is refused with, whatever the words depend on', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      imports: JWT,
      before: `app.use(function authenticate(req, res, next) {
        if (!req.headers.authorization) return res.status(401).json({ code: 'missing' })
        jwt.verify(req.headers.authorization, 'k', (error, user) => {
          if (error) {
            if (error.name === 'TokenExpiredError') return res.status(401).json({ code: 'expired' })
            return res.status(403).json({ code: 'invalid' })
          }
          req.user = user
          next()
        })
      })`,
    })
    expect(list(access)).toEqual(['authenticate [authorization header] by jsonwebtoken.verify: 401, 401, 403'])
    expect(access.roles).toEqual([])
  })

  it('includes a 401 whose last condition is another one', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      before: `app.use(function authenticate(req, res, next) {
        const token = req.query.api_key
        if (!token) {
          if (process.env.CHALLENGE) return res.status(401).json({ code: 'challenge' })
          return res.sendStatus(401)
        }
        next()
      })`,
    })
    expect(list(access)).toEqual(['authenticate [query api_key] by itself: 401, 401'])
  })

  it('is by the middleware, not by a helper that has returned or a wrapper of the answer', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      before: `app.use(function logAnswers(req, res, next) {
        const json = res.json
        res.json = function (body) {
          console.log(body)
          return json.call(this, body)
        }
        next()
      })
      function tokenOf(req) {
        if (!req.headers.authorization) return null
        return req.headers.authorization.split(' ')[1]
      }
      app.use(function requireToken(req, res, next) {
        const token = tokenOf(req)
        if (!token) return res.status(401).json({ error: 'no' })
        next()
      })`,
    })
    expect(list(access)).toEqual(['requireToken [authorization header] by itself: 401, 401'])
  })

  it('is by the middleware that refuses what another one did not find', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      before: `app.use(function attachUser(req, res, next) {
        if (req.session.userId) req.user = { id: req.session.userId }
        next()
      })
      const refuse = (res) => res.status(401).json({ error: 'no' })
      app.use(function requireUser(req, res, next) {
        if (!req.user) return refuse(res)
        next()
      })`,
    })
    expect(list(access)).toEqual(['requireUser [session] by itself: 401'])
  })

  it('is by the middleware that gives the error to next', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      before: `app.use((req, res, next) => {
        if (req.session.userId) req.user = { id: req.session.userId }
        next()
      })
      function requireUser(req, res, next) {
        if (!req.user) return next(new Error('no'))
        next()
      }
      app.use((req, res, next) => requireUser(req, res, next))`,
      after: "app.use((error, req, res, next) => res.status(401).json({ error: 'no' }))",
    })
    expect(access.authentication.map(({ by }) => by.name)).toEqual(['requireUser'])
  })

  it('is by the middleware whose error nobody catches', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      imports: JWT,
      before: `const verifyToken = (token) => {
        return jwt.verify(token, 'k')
      }
      app.use(function readUser(req, res, next) {
        req.user = verifyToken(req.cookies.access_token)
        next()
      })`,
    })
    expect(list(access)).toEqual(['readUser [cookie access_token] by jsonwebtoken.verify: 500'])
  })

  it('is no failure of the database, whatever its words depend on', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      imports: JWT,
      before: `app.use(async function authenticate(req, res, next) {
        try {
          const { id } = jwt.verify(req.headers.authorization, 'k')
          req.user = await db.select().from(users).where(eq(users.id, id))
        } catch (error) {
          if (error.message.includes('expired')) return res.status(401).json({ error: 'expired' })
          return res.status(401).json({ error: 'invalid' })
        }
        next()
      })`,
    })
    const refused = access.authentication.flatMap(({ refusals }) => refusals.map(({ when }) => when))
    expect(refused.map(({ condition, taken }) => [show(condition).split('(')[0], taken])).toEqual([
      ['token is valid', false],
      ['token is valid', false],
    ])
  })

  it('includes what a middleware answers with another status', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      before: `app.use(async function verifyUser(req, res, next) {
        const [user] = await db.select().from(users).where(eq(users.id, req.session.userId))
        if (!user) return res.status(400).json({ error: 'no such user' })
        if (!user.email) return res.status(400).json({ error: 'not verified' })
        next()
      })`,
    })
    expect(list(access)).toEqual(['verifyUser [session] by itself: 400, 400'])
  })

  it('includes a credential that is refused with another status, and nothing else of the handler', () => {
    const { access } = readHandler(
      `if (!req.cookies.session_id.startsWith('s:')) return res.status(400).json({ error: 'bad cookie' })
      const [cart] = await db.select().from(orders).where(eq(orders.userId, req.session.userId))
      if (!cart) return res.status(400).json({ error: 'empty' })
      res.sendStatus(200)`,
    )
    expect(list(access)).toEqual(['(anonymous) [cookie session_id] by itself: 400'])
  })

  it('includes a polite answer to whoever is not signed in', () => {
    const { access } = readHandler(
      `if (!req.user) return res.send('Not logged in')
      res.json(await db.select().from(orders).where(eq(orders.userId, req.user.id)))`,
      { route: 'get /profile' },
    )
    expect(list(access)).toEqual(['(anonymous) [request.user] by itself: 200'])
  })

  it('is no choice between two answers', () => {
    const { access } = readHandler("res.json({ greeting: req.user ? 'hello again' : 'hello' })")
    expect(access.authentication).toEqual([])
  })

  it('tells each refusal once, with everything that would have done', () => {
    const { access } = readHandler('res.sendStatus(200)', {
      before: `app.use(function authenticate(req, res, next) {
        const id = req.headers['x-request-id'] ? String(req.headers['x-request-id']) : crypto.randomUUID()
        if (!req.headers.authorization && !req.cookies.token) return res.status(401).json({ error: 'no', id })
        next()
      })`,
    })
    expect(access.authentication.flatMap(({ refusals }) => refusals.map(({ when }) => show(when.condition)))).toEqual([
      '||(headers.authorization, cookies.token)',
    ])
  })

  it('by a cookie that the environment names', () => {
    const middleware = '(req, res, next) => req.cookies[process.env.SESSION_COOKIE] ? next() : res.sendStatus(401)'
    expect(guarded(middleware, '').access.authentication).toMatchObject([
      { credentials: [expect.stringMatching(/^cookie .*SESSION_COOKIE/)] },
    ])
  })

  it('is no token against forged requests', () => {
    const middleware = `(req, res, next) =>
      req.cookies.csrf_token === req.get('x-csrf-token') && req.session.id ? next() : res.sendStatus(403)`
    const { access } = guarded(middleware, '')
    expect(access.authentication.flatMap(({ refusals }) => refusals.map(({ when }) => show(when.condition)))).toEqual([
      'member(request.session(), "id")',
    ])
  })

  it('is no password of the body, of somebody who is signed in', () => {
    const { access } = readHandler(
      `const [user] = await db.select().from(users).where(eq(users.id, req.session.userId))
      if (!(await bcrypt.compare(req.body.password, user.email))) return res.sendStatus(401)
      res.end()`,
      { imports: "import bcrypt from 'bcrypt'" },
    )
    expect(access.authentication).toEqual([])
  })

  it('is not a wrong password', () => {
    const dossier = readHandler(
      'const ok = await bcrypt.compare(req.body.password, "x")\nif (!ok) return res.sendStatus(401)\nres.end()',
      { imports: "import bcrypt from 'bcrypt'" },
    )
    expect(dossier.access.authentication).toEqual([])
  })
})

describe('authentication by packages', () => {
  it.each([
    ["expressjwt({ secret: 'k' })", "import { expressjwt } from 'express-jwt'", ['200', '401']],
    ['auth()', "import { auth } from 'express-oauth2-jwt-bearer'", ['200', '401']],
    ["requiredScopes('a')", "import { requiredScopes } from 'express-oauth2-jwt-bearer'", ['200', '403']],
    ['requireAuth()', "import { requireAuth } from '@clerk/express'", ['200', '302']],
  ])('%s', (middleware, imports, expected) => {
    const dossier = guarded(middleware, imports)
    expect(outline(dossier)).toEqual(expected)
    expect(dossier.unresolved).toEqual([])
  })

  it('says which token express-jwt looks at, and counts its refusal whatever the status', () => {
    const files = appWith(
      `const guard = expressjwt({ secret: 'k', getToken: (req) => req.headers['x-token'] })
      app.get('/a', guard, (req, res) => res.sendStatus(200))
      app.use((error, req, res, next) => res.status(error.name === 'UnauthorizedError' ? 400 : 500).json({}))`,
      { imports: "import { expressjwt } from 'express-jwt'" },
    )
    const { access, inputs, failures } = readRoute(files, 'GET /a')
    expect(list(access)).toEqual([expect.stringMatching(/\[x-token header\] by express-jwt.expressjwt: 400$/)])
    expect(inputs.map(({ from, path }) => [from, ...path].join('.'))).toEqual(['headers.x-token'])
    expect(failures.map(({ problem, status }) => `${problem.kind} ${show(status)}`)).toEqual(['credential 400'])
  })

  it('lets requests without a token through where express-jwt does', () => {
    const options =
      "{ secret: 'k', credentialsRequired: false, getToken: (req) => req.headers['x-token'] ? 'a' : null }"
    const dossier = guarded(`expressjwt(${options})`, "import { expressjwt } from 'express-jwt'")
    expect(outline(dossier)).toEqual(['200', '200', '401'])
  })

  it.each([
    ['GET /orders/:id', ['200', '401']],
    ['GET /login', ['200']],
    ['GET /shares/:id', ['200']],
    ['GET /plans', ['200']],
    ['POST /plans', ['200', '401']],
  ])('leaves express-jwt out where its options say so: %s', (route, expected) => {
    const [method = '', path = ''] = route.split(' ')
    const guard = `jwt({ secret: 'k' }).unless({ path: ['/login', /^\\/shares\\/(.*)/, { url: '/plans', methods: ['GET'] }] })`
    const files = appWith(
      `app.use(${guard})\napp.${method.toLowerCase()}('${path}', (req, res) => res.sendStatus(200))`,
      {
        imports: "import jwt from 'express-jwt'",
      },
    )
    const dossier = readRoute(files, route)
    expect(outline(dossier)).toEqual(expected)
    expect(dossier.route.middleware.map(({ name }) => name)).toContain('express-jwt')
    expect(dossier.unresolved).toEqual([])
  })

  it('says when only a run knows whether express-unless leaves a middleware out', () => {
    const files = appWith(
      `const check = () => { const own = (req, res, next) => req.headers.key ? next() : res.sendStatus(403); own.unless = unless; return own }
      app.use(check().unless({ path: [/a$/] }))
      app.get('/orders/:id', (req, res) => res.sendStatus(200))`,
      { imports: "import { unless } from 'express-unless'" },
    )
    const dossier = readRoute(files, 'GET /orders/:id')
    expect(outline(dossier)).toEqual(['200', '403'])
    expect(dossier.route.middleware.map(({ name }) => name)).toContain('own')
    expect(dossier.unresolved.map(({ what }) => what)).toEqual([
      'whether the middleware is left out for this path is not known',
    ])
  })

  it.each([
    ['6.1.0', "{ secret: 'k' }", 'user'],
    ['8.4.1', "{ secret: 'k' }", 'auth'],
    ['8.4.1', "{ secret: 'k', requestProperty: 'who' }", 'who'],
  ])('knows where express-jwt %s puts who is asking: %s', (version, options, place) => {
    const files = appWith(`app.get('/a', jwt(${options}), (req, res) => res.json(req.${place}.sub))`, {
      imports: "import { expressjwt as jwt } from 'express-jwt'",
      files: { 'node_modules/express-jwt/package.json': JSON.stringify({ version }) },
    })
    expect(bodyFor(readRoute(files, 'GET /a'), 200)).toBe(
      'member(express-jwt.expressjwt(headers.authorization), "sub")',
    )
  })

  it('passes through what only prepares them', () => {
    const imports = "import session from 'express-session'\nimport passport from 'passport'"
    const dossier = guarded("session({ secret: 'k' }), passport.initialize(), passport.session()", imports)
    expect(outline(dossier)).toEqual(['200'])
    expect(dossier.unresolved).toEqual([])
  })

  it('asks Clerk who it is', () => {
    const dossier = guarded(
      '(req, res, next) => getAuth(req).userId ? next() : res.sendStatus(401)',
      "import { getAuth } from '@clerk/express'",
    )
    expect(list(dossier.access)).toEqual(['(anonymous) [@clerk/express.getAuth] by @clerk/express.getAuth: 401'])
  })
})

describe('ownership', () => {
  it('is that of a row with something in its place where there is none', () => {
    const { access } = readHandler(
      `const [row] = await db.select().from(orders).where(eq(orders.id, Number(req.params.id)))
       const order = row || null
       if (!order) return res.sendStatus(404)
       if (order.userId !== req.user.id) return res.sendStatus(403)
       res.json(order)`,
      { route: 'get /orders/:id' },
    )
    expect(access.ownership).toMatchObject([{ how: 'comparison', table: 'orders', column: 'userId' }])
  })

  it('is not refused by the state of a row that may be missing', () => {
    const { access } = behind(
      `const [order] = await db.select().from(orders).where(eq(orders.userId, req.user.id))
       if (order && order.status !== 'open') return res.sendStatus(403)
       res.json(order ?? {})`,
    )
    expect(access.ownership).toMatchObject([{ how: 'where', table: 'orders', refusal: null }])
  })

  it('by the where of a query', () => {
    const { access } = behind(
      'const rows = await db.select().from(orders).where(and(eq(orders.id, req.params.id), eq(orders.userId, req.user.id)))\nres.json(rows)',
    )
    expect(access.ownership).toMatchObject([{ how: 'where', table: 'orders', column: 'userId', operation: 'select' }])
  })

  it.each([403, 404])('by comparison, answering %i', (status) => {
    const { access } = behind(
      `const [order] = await db.select().from(orders).where(eq(orders.id, req.params.id))
      if (order.userId !== req.user.id) return res.sendStatus(${status})
      res.json(order)`,
    )
    expect(
      access.ownership.map(({ how, table, column, refusal }) => [how, table, column, show(refusal?.status)]),
    ).toEqual([['comparison', 'orders', 'userId', String(status)]])
  })

  it('is refused where no other row stands in for theirs', () => {
    const { access } = behind(
      `const [own] = await db.select().from(orders).where(and(eq(orders.id, req.params.id), eq(orders.userId, req.user.id)))
      if (own) return res.json(own)
      const [shared] = await db.select().from(orders).where(and(eq(orders.id, req.params.id), eq(orders.status, req.user.team)))
      if (shared) return res.json(shared)
      const code = req.query.lang ? 'x' : 'y'
      res.status(403).json({ code: req.query.lang ? code : null })`,
    )
    expect(access.ownership.map(({ column, refusal }) => [column, show(refusal?.status)])).toEqual([
      ['userId', '403'],
      ['status', '403'],
    ])
  })

  it.each(['if (known)', 'if (rows.length > 0)', 'if (rows.length !== 0)'])(
    'is not refused by what a row of theirs is in the way of: %s',
    (condition) => {
      const { access } = behind(
        `const rows = await db.select().from(orders).where(and(eq(orders.id, req.body.id), eq(orders.userId, req.user.id)))
        const [known] = rows
        ${condition} return res.status(400).json({ error: 'there already' })
        await db.insert(orders).values({ id: req.body.id, userId: req.user.id })
        res.sendStatus(201)`,
        'post /orders',
      )
      expect(access.ownership).toMatchObject([{ column: 'userId', operation: 'select', refusal: null }])
    },
  )

  it('by a list of what is theirs', () => {
    const { access } = behind(
      `const mine = await db.select({ id: users.id }).from(users).where(eq(users.id, req.user.id))
      res.json(await db.select().from(orders).where(inArray(orders.userId, mine.map((one) => one.id))))`,
      'get /orders',
    )
    expect(access.ownership.map(({ table, column }) => `${table}.${column}`)).toContain('orders.userId')
  })

  it('is no row found by a piece of the credential', () => {
    const { access } = readHandler(
      `const key = req.headers.authorization.replace('Bearer ', '').slice(0, 8)
      const [user] = await db.select().from(users).where(eq(users.email, key))
      res.json(user)`,
    )
    expect(access.ownership).toEqual([])
  })

  it('is none when the row is found by its id alone', () => {
    const { access } = behind('res.json(await db.select().from(orders).where(eq(orders.id, req.params.id)))')
    expect(access.ownership).toEqual([])
  })
})

describe('roles', () => {
  it('are told with their condition and answer', () => {
    const { access } = behind("if (req.user.role !== 'admin') return res.sendStatus(403)\nres.sendStatus(200)")
    expect(access.roles.map(({ condition, refusal }) => [show(condition), show(refusal.status)])).toEqual([
      [expect.stringContaining('"admin"'), '403'],
    ])
    expect(list(access)).toEqual(['authenticate [authorization header] by jsonwebtoken.verify: 401, 401'])
  })

  it('are none where two credentials have to be the same', () => {
    const middleware = `function sameSession(req, res, next) {
      if (req.cookies.session_now !== req.cookies.session_start) return res.sendStatus(403)
      next()
    }`
    const { access } = guarded(middleware, '')
    expect([access.roles, list(access)]).toEqual([
      [],
      ['sameSession [cookie session_now, cookie session_start] by itself: 403'],
    ])
  })

  it('name every value that is let through', () => {
    const { access } = behind(
      `if (req.user.role !== 'owner') { if (req.user.role !== 'admin') return res.sendStatus(403) }
      res.sendStatus(200)`,
    )
    expect(access.roles.map(({ condition }) => show(condition))).toEqual([
      expect.stringMatching(/^\|\|\(.*"owner".*"admin"/),
    ])
  })

  it('name them too where analysis can not follow what is let through', () => {
    const { access, inputs } = behind(
      `if (req.user.role !== 'owner' && req.user.role !== 'admin') return res.sendStatus(403)
      if (req.user.role === 'admin') {
        const count = (node) => 1 + count({ up: node })
        return res.json(count({}))
      }
      res.sendStatus(200)`,
    )
    const both = /^\|\|\(.*"owner".*"admin"/
    expect(access.roles.map(({ condition, refusedWhen }) => [show(condition), refusedWhen])).toEqual([
      [expect.stringMatching(both), false],
    ])
    const checks = inputs.find(({ from }) => from === 'headers')?.checks ?? []
    expect(checks.filter(({ status }) => status === 403).map(({ condition }) => show(condition))).toEqual([
      expect.stringMatching(both),
    ])
  })

  it('do not name a value that is refused as well', () => {
    const { access } = behind(
      `if (req.user.role === 'banned') return res.sendStatus(403)
      if (req.user.role !== 'admin') return res.sendStatus(403)
      res.sendStatus(200)`,
    )
    expect(access.roles.map(({ condition, refusedWhen }) => [show(condition), refusedWhen])).toEqual([
      [expect.stringMatching(/^===\(.*"banned"\)$/), true],
      [expect.stringMatching(/^===\(.*"admin"\)$/), false],
    ])
  })

  it('say only what is asked there, not when it is', () => {
    const { access } = behind(
      `if (req.user.role !== 'coach') return res.sendStatus(200)
      const [coach] = await db.select().from(users).where(eq(users.id, req.user.id))
      if (coach.status !== 'verified') return res.sendStatus(403)
      res.sendStatus(200)`,
    )
    expect(access.roles.map(({ condition, refusedWhen }) => [show(condition), refusedWhen])).toEqual([
      ['===($1.0.status, "verified")', false],
    ])
  })

  it('are told once, whatever was decided before', () => {
    const { access } = behind(
      `const found = req.query.id ? await db.select().from(orders) : []
      const [mine] = await db.select().from(users).where(eq(users.id, req.user.id))
      if (mine.status !== 'admin') return res.status(403).json({ error: 'no', found })
      res.sendStatus(200)`,
      'get /orders',
    )
    expect(access.roles.map(({ refusal }) => show(refusal.status))).toEqual(['403'])
  })

  it.each([
    ['a flag of their row', 'user.isBanned', 'get /orders', 403],
    ['a flag that lets them through', '!user.mayOrder', 'get /orders', 403],
    ['a flag in middleware that answers otherwise', '!user.hasPaid', 'get /orders', 402],
    ['a date of their row', 'user.lockedAt !== null', 'get /orders', 403],
    ['what authentication put on the request', '!req.user.isVerified', 'get /orders', 403],
  ])('are what %s allows', (_what, condition, route, status) => {
    const check = `const user = await db.query.users.findFirst({ where: eq(users.id, req.user.id) })
      if (!user) return res.sendStatus(403)
      if (${condition}) return res.sendStatus(${status})`
    const { access } = readHandler('res.sendStatus(200)', {
      imports: JWT,
      before: `${AUTHENTICATE}\napp.use(async (req, res, next) => {\n${check}\nnext()\n})`,
      route,
    })
    expect(access.roles.map(({ refusal }) => show(refusal.status))).toEqual([String(status)])
    expect(access.authentication.flatMap(({ refusals }) => refusals.map((one) => show(one.status)))).toEqual([
      '401',
      '401',
      '403',
    ])
  })

  it('are none where nobody is found to ask', () => {
    const handler = (
      condition: string,
    ): string => `const rows = await db.select().from(users).where(eq(users.id, req.user.id))
      const user = rows[0]
      if (${condition}) return res.sendStatus(403)
      res.sendStatus(200)`
    const all = ['!user', 'user === undefined', 'rows.length === 0', '!req.user.id', '!user?.id'].map(handler)
    expect(all.map((one) => behind(one, 'get /orders').access.roles)).toEqual(all.map(() => []))
  })

  it('are what nobody has, whose token is right', () => {
    const { access } = behind("res.status(403).json({ error: 'no' })", 'get /orders')
    expect(list(access)).toEqual(['authenticate [authorization header] by jsonwebtoken.verify: 401, 401'])
    expect(access.roles.map(({ condition, refusedWhen }) => [show(condition).split('(')[0], refusedWhen])).toEqual([
      ['token is valid', true],
    ])
  })

  it('are none where a query fails', () => {
    const { access } = behind(
      `try { await db.select().from(users).where(eq(users.id, req.user.id)) } catch { return res.sendStatus(403) }
      res.sendStatus(200)`,
    )
    expect(access.roles).toEqual([])
  })
})
