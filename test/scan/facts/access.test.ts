import { describe, expect, it } from 'vitest'
import type { AccessFacts } from '../../../src/scan/facts/types.ts'
import type { Dossier } from '../../../src/scan/types.ts'
import { appWith, outline, readHandler, readRoute, show } from '../../support/scan-source.ts'

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

  it('name every value that is let through', () => {
    const { access } = behind(
      `if (req.user.role !== 'owner') { if (req.user.role !== 'admin') return res.sendStatus(403) }
      res.sendStatus(200)`,
    )
    expect(access.roles.map(({ condition }) => show(condition))).toEqual([
      expect.stringMatching(/^\|\|\(.*"owner".*"admin"/),
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
