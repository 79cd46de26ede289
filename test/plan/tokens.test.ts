// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources of sample apps stand in plain strings
import { describe, expect, it } from 'vitest'
import { openOf, planFor, plannedOf } from '../support/plan-source.ts'

const imports = "import jwt from 'jsonwebtoken'"
const SECRET = 'process.env.JWT_SECRET'

/** Middleware that reads the token in some way and puts what it says on the request. */
const guard = (token: string, secret = SECRET): string => `app.use((req, res, next) => {
  const header = req.headers.authorization
  if (!header) return res.status(401).json({ error: 'no token' })
  try { req.user = jwt.verify(${token}, ${secret}) } catch { return res.status(401).json({ error: 'bad token' }) }
  next()
})`

const ANSWER = `const [user] = await db.select().from(users).where(eq(users.id, req.user.sub))
  if (!user) return res.status(404).json({})
  res.json({ email: user.email })`

describe('a token in the authorization header', () => {
  it.each([
    "header.split(' ')[1]",
    'header.slice(7)',
    'header.substring(7)',
    "header.replace('Bearer ', '')",
    "header.replace(/^Bearer\\s+/i, '')",
    "(header.startsWith('Bearer ') ? header.slice('Bearer '.length) : '')",
  ])('is made where the code reads it by %s', (token) => {
    const happy = plannedOf(planFor('GET /me', ANSWER, { imports, before: guard(token) }), 'happy')
    const [request] = happy.given.requests
    const id = happy.given.seeds.at(-1)?.row.id
    expect(request?.token).toEqual({
      cookie: null,
      claims: { sub: id },
      secret: { variable: 'JWT_SECRET', text: null },
    })
    expect(request?.headers).toEqual({})
  })

  it('has the claims that the code compares, with the secret that stands in for the variable', () => {
    const handler = "if (req.user.role !== 'admin') return res.status(403).json({}); res.json({ id: req.user.data.id })"
    const before = guard("header.split(' ')[1]", "process.env.JWT_SECRET ?? 'dev'")
    const happy = plannedOf(planFor('GET /me', handler, { imports, before }), 'happy')
    const [request] = happy.given.requests
    expect(request?.token?.claims).toEqual({ role: 'admin', data: { id: expect.anything() } })
    expect(request?.token?.secret).toEqual({ variable: 'JWT_SECRET', text: 'dev' })
  })

  it('has the roles and levels that the code demands', () => {
    const handler = `if (!['staff', 'admin'].some((role) => (req.user.roles ?? []).includes(role))) return res.status(403).json({})
      if (req.user.level < 3) return res.status(403).json({})
      res.json({ ok: true })`
    const happy = plannedOf(planFor('GET /me', handler, { imports, before: guard('header.slice(7)') }), 'happy')
    expect(happy.given.requests[0]?.token?.claims).toEqual({ roles: ['staff'], level: 3 })
  })

  it.each([
    ['the key is read from a file', guard('header.slice(7)', 'readFileSync(process.argv[2])')],
    ['it is no bearer token', guard('header')],
  ])('is said to be missing where %s', (_, before) => {
    const more = `${imports}\nimport { readFileSync } from 'node:fs'`
    const { missing } = openOf(planFor('GET /me', ANSWER, { imports: more, before }), 'happy')
    expect(missing).toMatch(/^a token that the app accepts/)
  })
})

it('is made in the cookie that the code reads it from', () => {
  const before = guard('req.cookies.access_token').replace('req.headers.authorization', 'req.cookies.access_token')
  const more = {
    imports: `${imports}\nimport cookieParser from 'cookie-parser'`,
    before: `app.use(cookieParser())\n${before}`,
  }
  const happy = plannedOf(planFor('GET /me', ANSWER, more), 'happy')
  const [request] = happy.given.requests
  expect(request?.token).toMatchObject({ cookie: 'access_token', claims: { sub: happy.given.seeds.at(-1)?.row.id } })
  expect(request?.headers).toEqual({})
})

it('is signed as the variables of the config say, which are not told any further', () => {
  const handler = `${ANSWER.replace('user.email', "'x'")}`
  const token = guard('header.slice(7)')
  const before = `app.use((req, res, next) => req.get('x-key') === process.env.API_KEY ? next() : res.sendStatus(401))\n${token}`
  const env = { JWT_SECRET: 'from the config', API_KEY: 'k1', DATABASE_URL: 'postgres://elsewhere' }
  const plan = planFor('GET /me', handler, { imports, before, plan: { env } })
  const [request] = plannedOf(plan, 'happy').given.requests
  expect(request?.token?.secret).toEqual({ variable: 'JWT_SECRET', text: null })
  expect(request?.headers).toEqual({ 'x-key': 'k1' })
  expect(plan.environment).toEqual({})
})

it('sends the cookies that the code asks for', () => {
  const plan = planFor('GET /me', 'if (!req.cookies.theme) return res.sendStatus(400)\nres.json({ ok: true })', {
    imports: "import cookieParser from 'cookie-parser'",
    before: 'app.use(cookieParser())',
  })
  expect(plannedOf(plan, 'happy').given.requests[0]?.headers.cookie).toMatch(/^theme=./)
})

it('says in words who has to be signed in, where a row depends on it', () => {
  const handler = ANSWER.replace('req.user.sub', 'req.session.userId')
  const more = { imports: "import session from 'express-session'", before: "app.use(session({ secret: 'a' }))" }
  expect(openOf(planFor('GET /me', handler, more), 'happy').missing).toBe('a row in users for whoever is signed in')
})
