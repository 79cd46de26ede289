import { describe, expect, it } from 'vitest'
import type { Dossier } from '../../../../src/scan/types.ts'
import { outline, readHandler, show } from '../../../support/scan-source.ts'

const IMPORTS = `
  import rateLimit from 'express-rate-limit'
  import { RedisStore } from 'rate-limit-redis'
  import session from 'express-session'
  import cookieSession from 'cookie-session'
  import connectPg from 'connect-pg-simple'
  import csrf from 'csurf'
  import { doubleCsrf } from 'csrf-csrf'
  import multer from 'multer'`

function behind(middleware: string, handler = 'res.sendStatus(200)'): Dossier {
  return readHandler(handler, {
    imports: IMPORTS,
    before: `app.use(${middleware})`,
    after: 'app.use((error, req, res, next) => res.status(error.status ?? 500).json({ code: error.code }))',
  })
}

function refusals({ gates }: Dossier): string[] {
  return gates
    .filter(({ what }) => what !== 'express.json')
    .flatMap(({ how, limit, outcomes }) =>
      outcomes.map(({ end, status, body }) => `${how} ${limit}: ${end} ${show(status)} ${show(body)}`),
    )
}

describe('a rate limiter', () => {
  it.each([
    [
      'new rateLimit({ max: 7 })',
      ['rate limit reached 7 in 60000 ms: responded 429 "Too many requests, please try again later."'],
    ],
    ['rateLimit()', ['rate limit reached 5 in 60000 ms: responded 429 "Too many requests, please try again later."']],
    [
      "rateLimit({ windowMs: 1000, limit: 3, statusCode: 420, message: { error: 'slow down' } })",
      ['rate limit reached 3 in 1000 ms: responded 420 {error: "slow down"}'],
    ],
    [
      'rateLimit({ max: 9, handler: (req, res, next, options) => res.status(options.statusCode).json({ max: options.max }) })',
      ['rate limit reached 9 in 60000 ms: responded 429 {max: 9}'],
    ],
    [
      "rateLimit({ handler: (req, res, next) => next(Object.assign(new Error('a'), { status: 503, code: 'SLOW' })) })",
      ['rate limit reached 5 in 60000 ms: responded 503 {code: "SLOW"}'],
    ],
  ])('%s', (middleware, expected) => {
    const dossier = behind(middleware)
    expect(refusals(dossier)).toEqual(expected)
    expect(outline(dossier)).toEqual(['200'])
    expect(dossier.unresolved).toEqual([])
  })

  it('says where it counts', () => {
    const { gates } = behind('rateLimit({ store: new RedisStore({}) })')
    expect(gates.map(({ store }) => store)).toContainEqual({ package: 'rate-limit-redis', table: null })
  })
})

describe('a session', () => {
  it('in a store is read from a table, which may fail', () => {
    const dossier = behind(
      "session({ secret: 'k', name: 'sid', store: new (connectPg(session))({ tableName: 'logins' }) })",
      'if (!req.session || !req.session.userId) return res.sendStatus(401)\nres.sendStatus(200)',
    )
    expect(dossier.sessions).toMatchObject([
      { package: 'express-session', cookie: 'sid', store: { package: 'connect-pg-simple', table: 'logins' } },
    ])
    expect(refusals(dossier)).toEqual(['session store fails null: responded 500 {code: undefined}'])
    expect(dossier.inputs.map(({ from, path }) => [from, ...path].join('.'))).toEqual(['cookies.sid'])
    expect(dossier.access.authentication[0]?.credentials).toEqual(['cookie sid'])
    expect(outline(dossier)).toEqual(['200', '401'])
  })

  const DESTROY =
    'req.session.destroy((error) => { if (error) return res.sendStatus(503)\nres.clearCookie("sid").sendStatus(204) })'

  it('is destroyed in its store, which may fail', () => {
    const inStore = (table: string): string =>
      `session({ secret: 'k', store: new (connectPg(session))({ tableName: '${table}' }) })`
    const other = behind(inStore('logins'), DESTROY)
    expect(outline(other)).toEqual(['connect-pg-simple.destroy > 204', 'connect-pg-simple.destroy fails > 503'])
    expect(outline(behind(inStore('users'), DESTROY))).toEqual(['delete users > 204', 'delete users fails > 503'])
    expect(outline(behind("session({ secret: 'k' })", DESTROY))).toEqual(['204'])
    expect(other.unresolved).toEqual([])
  })

  it.each([
    ["session({ secret: 'k' })", 'connect.sid'],
    ["cookieSession({ keys: ['k'] })", 'session'],
  ])('%s is in memory or in its cookie', (middleware, cookie) => {
    const dossier = behind(middleware)
    expect(dossier.sessions).toMatchObject([{ cookie, store: null }])
    expect(refusals(dossier)).toEqual([])
  })
})

describe('other middleware', () => {
  it.each([
    ['csrf({ cookie: true })', ['no CSRF token null: responded 403 {code: "EBADCSRFTOKEN"}']],
    ['doubleCsrf({}).doubleCsrfProtection', ['no CSRF token null: responded 403 {code: "EBADCSRFTOKEN"}']],
    [
      "multer({ limits: { fileSize: 10 }, fileFilter: (req, file, done) => done(new Error('not this')) }).single('photo')",
      [
        'unexpected file null: responded 500 {code: "LIMIT_UNEXPECTED_FILE"}',
        'file too large 10 bytes: responded 500 {code: "LIMIT_FILE_SIZE"}',
        'file refused by fileFilter null: responded 500 {code: undefined}',
      ],
    ],
  ])('%s', (middleware, expected) => {
    expect(refusals(behind(middleware))).toEqual(expected)
  })
})
