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
  return readHandler(handler, { imports: JWT, before: AUTHENTICATE, route })
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

  it('is not a wrong password', () => {
    const dossier = readHandler(
      'const ok = await bcrypt.compare(req.body.password, "x")\nif (!ok) return res.sendStatus(401)\nres.end()',
      { imports: "import bcrypt from 'bcrypt'" },
    )
    expect(dossier.access.authentication).toEqual([])
  })
})

describe('authentication by packages', () => {
  const PASSPORT = "import passport from 'passport'"

  it.each([
    ["passport.authenticate('jwt', { session: false })", PASSPORT, ['200', '401']],
    ["passport.authenticate('local', { failureRedirect: '/login' })", PASSPORT, ['200', '302']],
    ["passport.authenticate('google')", PASSPORT, ['200', '302']],
    ["expressjwt({ secret: 'k' })", "import { expressjwt } from 'express-jwt'", ['200', '401']],
    ['auth()', "import { auth } from 'express-oauth2-jwt-bearer'", ['200', '401']],
    ["requiredScopes('a')", "import { requiredScopes } from 'express-oauth2-jwt-bearer'", ['200', '403']],
    ['requireAuth()', "import { requireAuth } from '@clerk/express'", ['200', '302']],
  ])('%s', (middleware, imports, expected) => {
    const dossier = guarded(middleware, imports)
    expect(outline(dossier)).toEqual(expected)
    expect(dossier.unresolved).toEqual([])
  })

  it('passes through what only prepares them', () => {
    const imports = "import session from 'express-session'\nimport passport from 'passport'"
    const dossier = guarded("session({ secret: 'k' }), passport.initialize(), passport.session()", imports)
    expect(outline(dossier)).toEqual(['200'])
    expect(dossier.unresolved).toEqual([])
  })

  it('runs a custom callback of passport', () => {
    const files = appWith(
      `app.get('/a', (req, res, next) => {
        passport.authenticate('jwt', (error, user) => {
          if (!user) return res.status(401).json({ error: 'no' })
          req.user = user
          next()
        })(req, res, next)
      }, (req, res) => res.sendStatus(200))`,
      { imports: PASSPORT },
    )
    expect(outline(readRoute(files, 'GET /a'))).toEqual(['200', '401'])
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
})
