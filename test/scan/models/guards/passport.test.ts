import { describe, expect, it } from 'vitest'
import type { Dossier } from '../../../../src/scan/types.ts'
import { appWith, decisionsOf, outline, readRoute, show } from '../../../support/scan-source.ts'

const IMPORTS = `
  import passport from 'passport'
  import { ExtractJwt, Strategy as JwtStrategy } from 'passport-jwt'
  import { Strategy as LocalStrategy } from 'passport-local'
  import { Strategy as GoogleStrategy } from 'passport-google-oauth20'
  import { Strategy as CustomStrategy } from 'passport-custom'
  import { Strategy as BearerStrategy } from 'passport-http-bearer'
  import { Strategy as SamlStrategy } from 'passport-saml'`

function guarded(strategy: string, middleware: string, after = ''): Dossier {
  const body = `${strategy}\napp.get('/me', ${middleware}, (req, res) => res.json(req.user))\n${after}`
  return readRoute(appWith(body, { imports: IMPORTS }), 'GET /me')
}

const JWT = (extractor = 'ExtractJwt.fromAuthHeaderAsBearerToken()'): string => `
  passport.use(new JwtStrategy({ jwtFromRequest: ${extractor}, secretOrKey: process.env.JWT_SECRET }, async (payload, done) => {
    try {
      const [user] = await db.select().from(users).where(eq(users.id, payload.sub))
      if (!user) return done(null, false)
      return done(null, user)
    } catch (error) {
      return done(error, false)
    }
  }))`
const BY_JWT = "passport.authenticate('jwt', { session: false })"

describe('a registered jwt strategy', () => {
  it('is entered: token, signature, row and failure each have their way', () => {
    const dossier = guarded(JWT(), BY_JWT)
    expect(outline(dossier)).toEqual([
      'select users > 200',
      '401',
      '401',
      'select users fails > 500',
      'select users > 401',
    ])
    expect(dossier.scenarios[0] && decisionsOf(dossier.scenarios[0])).toEqual([
      'bearer token(headers.authorization)',
      'token is valid(bearer token(headers.authorization), env.JWT_SECRET)',
      '!rejects($1)',
      '$1.0',
    ])
    expect(dossier.unresolved).toEqual([])
    expect(dossier.inputs.map(({ from, path }) => [from, ...path].join('.'))).toEqual(['headers.authorization'])
    expect(dossier.tables.map(({ name }) => name)).toEqual(['users'])
  })

  it('says who checks what', () => {
    const { access, failures } = guarded(JWT(), BY_JWT)
    const [first] = access.authentication
    expect(first).toMatchObject({ credentials: ['authorization header'], verifiedBy: ['passport-jwt.verify'] })
    expect(failures.map(({ problem, status }) => `${problem.kind} ${show(status)}`)).toContain('database 500')
  })

  it.each([
    ["ExtractJwt.fromHeader('x-token')", 'headers.x-token'],
    ["ExtractJwt.fromUrlQueryParameter('token')", 'query.token'],
    ["ExtractJwt.fromBodyField('token')", 'body.token'],
    ["(req) => req.cookies['jwt']", 'cookies.jwt'],
    ["ExtractJwt.fromExtractors([ExtractJwt.fromHeader('x-token')])", 'headers.x-token'],
  ])('reads the token by %s', (extractor, expected) => {
    const { inputs } = guarded(JWT(extractor), BY_JWT)
    expect(inputs.map(({ from, path }) => [from, ...path].join('.'))).toEqual([expected])
  })

  it('never finds a header that is not in lower case', () => {
    expect(outline(guarded(JWT("ExtractJwt.fromHeader('X-Token')"), BY_JWT))).toEqual(['401'])
  })

  it('leaves a verify that rejects without an answer', () => {
    const strategy = `passport.use(new JwtStrategy({ jwtFromRequest: ExtractJwt.fromHeader('a'), secretOrKey: 'k' },
      async (payload, done) => { done(null, (await db.select().from(users))[0]) }))`
    expect(outline(guarded(strategy, BY_JWT))).toContain('select users fails > hangs')
  })

  it('passes errors to the callback of the route', () => {
    const before = JWT()
    const dossier = guarded(
      before,
      `(req, res, next) => passport.authenticate('jwt', (error, user, info) => {
        if (error) return res.status(503).end()
        if (!user) return res.status(418).end()
        req.user = user
        next()
      })(req, res, next)`,
    )
    expect(outline(dossier)).toEqual([
      'select users > 200',
      '418',
      '418',
      'select users fails > 503',
      'select users > 418',
    ])
  })
})

describe('other strategies', () => {
  it('local takes two fields, and answers 400 without them', () => {
    const strategy = `passport.use(new LocalStrategy({ usernameField: 'email' }, (email, password, done) => {
      db.select().from(users).where(eq(users.email, email)).then((found) => done(null, found[0] ?? false))
    }))`
    const dossier = guarded(strategy, "passport.authenticate('local', { session: false, failureRedirect: '/login' })")
    expect(outline(dossier)).toContain('302')
    const plain = guarded(strategy, "passport.authenticate('local', { session: false })")
    expect(outline(plain)).toContain('400')
    expect(plain.inputs.map(({ from, path }) => [from, ...path].join('.'))).toEqual([
      'body.email',
      'query.email',
      'body.password',
      'query.password',
    ])
  })

  it('a provider is asked for a token and a profile, and only a request without a code is sent to it', () => {
    const strategy = `passport.use(new GoogleStrategy({ clientID: 'a' }, async (access, refresh, profile, done) => {
      const [user] = await db.insert(users).values({ email: profile.emails[0].value }).returning()
      done(null, user)
    }))`
    const dossier = guarded(strategy, "passport.authenticate('google', { session: false })")
    expect(outline(dossier)).toEqual(
      expect.arrayContaining([
        'passport-google-oauth20.getOAuthAccessToken > passport-google-oauth20.userProfile > insert users > 200',
        'passport-google-oauth20.getOAuthAccessToken fails > 500',
        '302',
        '401',
      ]),
    )
  })

  it('a provider may be the last handler of a route', () => {
    const files = appWith(
      "passport.use(new GoogleStrategy({}, () => {}))\napp.get('/in', passport.authenticate('google'))",
      {
        imports: IMPORTS,
      },
    )
    expect(outline(readRoute(files, 'GET /in'))).toContain('302')
  })

  it('custom and bearer', () => {
    const custom = `passport.use('key', new CustomStrategy((req, done) => done(null, req.headers['x-key'] === 'a' ? { id: 1 } : false)))`
    expect(outline(guarded(custom, "passport.authenticate('key', { session: false })"))).toEqual(['200', '401'])
    const bearer = 'passport.use(new BearerStrategy((token, done) => done(new Error("broken"))))'
    expect(outline(guarded(bearer, "passport.authenticate('bearer', { session: false })"))).toEqual(['500', '401'])
  })

  it('the next one is asked when one fails', () => {
    const both = `${JWT()}\npassport.use('key', new CustomStrategy((req, done) => done(null, { id: 1 })))`
    const dossier = guarded(both, "passport.authenticate(['jwt', 'key'], { session: false })")
    expect(outline(dossier)).not.toContain('401')
  })

  it('of the project itself', () => {
    const own = `
      class KeyStrategy { name = 'key'; authenticate(req) {
        if (!req.headers['x-key']) return this.fail('none', 403)
        this.success({ id: 1 })
      } }
      passport.use(new KeyStrategy())`
    expect(outline(guarded(own, "passport.authenticate('key', { session: false })"))).toEqual(['200', '403'])
  })

  it('of a package that nobody here knows are said to be so', () => {
    const strategy = 'passport.use(new SamlStrategy({}, (profile, done) => done(null, { id: profile.nameID })))'
    const dossier = guarded(strategy, "passport.authenticate('saml', { session: false })")
    expect(outline(dossier)).toEqual(['200', '302'])
    expect(dossier.unresolved).toMatchObject([
      { what: 'how the passport strategy of passport-saml finds who is asking is not known' },
    ])
  })
})

describe('what is not registered', () => {
  it('a strategy, which makes every request an error', () => {
    const never = `export function setUp() { passport.use(new GoogleStrategy({}, () => {})) }`
    const dossier = guarded(
      never,
      "passport.authenticate('google')",
      `app.use((error, req, res, next) => res.status(502).json({ error: error.message }))`,
    )
    expect(outline(dossier)).toEqual(['502'])
    expect(dossier.unresolved[0]?.what).toContain('registers the passport strategy "google"')
  })

  it('a name that is not known leaves all names open', () => {
    const dossier = guarded('passport.use(makeStrategy())', BY_JWT)
    expect(outline(dossier)).toEqual(['200', '401'])
    expect(dossier.unresolved.length).toBeGreaterThan(0)
  })

  it('serializeUser, without which nobody can sign in', () => {
    const custom = "passport.use('key', new CustomStrategy((req, done) => done(null, { id: 1 })))"
    const dossier = guarded(custom, "passport.authenticate('key')")
    expect(outline(dossier)).toEqual(['500'])
    expect(dossier.unresolved[0]?.what).toContain('serializeUser')
  })
})
