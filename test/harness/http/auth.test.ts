import { createHmac } from 'node:crypto'
import express from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { auth } from '../../../src/harness/http/auth.ts'

const SECRET = 'read from the environment'

/** Reads a token as jsonwebtoken does; null for one that is not to be trusted. */
function verify(token: string): unknown {
  const [head = '', body = '', signature] = token.split('.')
  if (createHmac('sha256', SECRET).update(`${head}.${body}`).digest('base64url') !== signature) return null
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  return claims.exp * 1000 > Date.now() ? claims : null
}

const cookie = (req: express.Request, name: string) =>
  new RegExp(`${name}=([^;]*)`).exec(req.get('cookie') ?? '')?.[1] ?? null

/** Lets in by a token, by a key, and by a session whose changes need a double submit. */
const app = express()
  .use(express.json())
  .get('/by-token', (req, res) => {
    const claims = verify(String(req.get('authorization')).replace('Bearer ', ''))
    res.status(claims === null ? 401 : 200).json(claims)
  })
  .get('/by-key', (req, res) => void res.sendStatus(req.get('x-api-key') === 'k1' ? 204 : 401))
  .post('/login', (req, res) => {
    if (req.body.password !== 'right') return void res.sendStatus(403)
    res.cookie('sid', 's1', { httpOnly: true }).cookie('XSRF-TOKEN', 't 1').json({})
  })
  .post('/orders', (req, res) => {
    const isSame = req.get('x-xsrf-token') === decodeURIComponent(cookie(req, 'XSRF-TOKEN') ?? '-')
    res.sendStatus(cookie(req, 'sid') !== 's1' ? 401 : isSame ? 201 : 403)
  })
  .post('/forgets', (_req, res) => void res.sendStatus(200))

describe('auth', () => {
  it('signs the same token for a cookie', async () => {
    const { Cookie = '' } = auth.tokenCookie('access_token', { secret: SECRET, claims: { sub: 'ada' } })
    expect(verify(Cookie.replace('access_token=', ''))).toMatchObject({ sub: 'ada' })
  })

  it('signs a token that the app trusts, with the claims of the test', async () => {
    const me = request(app).get('/by-token')
    const answer = await me.set(auth.bearer({ secret: SECRET, claims: { sub: 'ada', role: 'admin' } }))
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ sub: 'ada', role: 'admin' })])
  })

  it.each([
    ['another secret', { secret: 'another', claims: {} }],
    ['a time that is over', { secret: SECRET, claims: { exp: 1 } }],
  ])('is refused with %s', async (_, options) => {
    expect((await request(app).get('/by-token').set(auth.bearer(options))).status).toBe(401)
  })

  it('sends a key', async () => {
    expect((await request(app).get('/by-key').set(auth.apiKey('x-api-key', 'k1'))).status).toBe(204)
  })

  it('says what is not set', () => {
    expect(() => auth.bearer({ secret: undefined, claims: {} })).toThrow('Expected the secret, found nothing')
    expect(() => auth.apiKey('x-api-key', '')).toThrow('Expected the value of x-api-key, found nothing')
  })

  it('signs in by the own route of the app, keeps the cookie, and submits the token twice', async () => {
    const signIn = request.agent(app)
    let headers = {}
    const agent = await auth.cookieSession(signIn, async (one) => {
      const answer = await one.post('/login').send({ password: 'right' })
      headers = auth.csrf(answer)
      return answer
    })
    expect((await agent.post('/orders')).status).toBe(403)
    expect((await agent.post('/orders').set(headers)).status).toBe(201)
    expect((await request(app).post('/orders').set(headers)).status).toBe(401)
  })

  it('gives the cookies of several answers to a request without an agent, as the app sent them', async () => {
    const agent = request.agent(app)
    const answer = await agent.post('/login').send({ password: 'right' })
    const headers = { ...auth.cookies(answer), ...auth.csrf(answer) }
    expect((await request(app).post('/orders').set(headers)).status).toBe(201)
    const others = ['a=1; Path=/', 'sid=s%3A2.x+y%2F; HttpOnly'].map((line) => ({
      status: 204,
      headers: { 'set-cookie': [line] },
    }))
    expect(auth.cookies(answer, ...others)).toEqual({ Cookie: 'sid=s%3A2.x+y%2F; XSRF-TOKEN=t%201; a=1' })
    expect(() => auth.cookies(answer, { status: 403, headers: {} })).toThrow('the app answered 403')
  })

  it('fails when nobody is signed in', async () => {
    const agent = request.agent(app)
    const wrong = auth.cookieSession(agent, (one) => one.post('/login').send({ password: 'wrong' }))
    await expect(wrong).rejects.toThrow('the app answered 403')
    await expect(auth.cookieSession(agent, (one) => one.post('/forgets'))).rejects.toThrow('200 without one')
    expect(() => auth.csrf({ status: 200, headers: { 'set-cookie': ['a=1'] } })).toThrow(
      'XSRF-TOKEN in the answer, found a.',
    )
  })
})
