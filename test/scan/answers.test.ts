import { describe, expect, it } from 'vitest'
import { appWith, eventOf, outline, readHandler, readRoute, show } from '../support/scan-source.ts'

describe('answers', () => {
  it('carry headers and cookies', () => {
    const answer = eventOf(
      readHandler(
        "res.set('X-Total', String(2)).cookie('sid', 'a').clearCookie('old').type('text/csv')\nres.setHeader('X-Gone', 1)\nres.removeHeader('X-Gone')\nres.send('a')",
      ),
      'respond',
    )
    expect(Object.entries(answer.headers).map(([name, value]) => `${name}: ${show(value)}`)).toEqual([
      'x-total: "2"',
      'content-type: "text/csv"',
    ])
    expect(answer.cookies).toEqual([
      { name: 'sid', action: 'set' },
      { name: 'old', action: 'clear' },
    ])
  })

  it.each(['expires: new Date(0)', 'maxAge: 0', "expires: new Date('Thu, 01 Jan 1970 00:00:00 GMT')"])(
    'take away a cookie with %s',
    (options) => {
      const dossier = readHandler(`res.cookie('sid', '', { path: '/', ${options} })\nres.end()`)
      expect(eventOf(dossier, 'respond').cookies).toEqual([{ name: 'sid', action: 'clear' }])
    },
  )

  it('redirect somewhere', () => {
    const answer = eventOf(readHandler("res.redirect(303, '/login')"), 'respond')
    expect([show(answer.status), show(answer.headers.location)]).toEqual(['303', '"/login"'])
  })

  it.each([
    ['written in parts', "res.writeHead(200, { 'Content-Type': 'text/event-stream' })\nres.write('data: 1')"],
    [
      'headers sent ahead',
      "res.set('Content-Type', 'text/event-stream')\nres.flushHeaders()\nres.write('a')\nres.end()",
    ],
    ['piped', "fs.createReadStream('a').pipe(res.type('text/event-stream'))"],
  ])('stream: %s', (_, handler) => {
    const dossier = readHandler(handler, { imports: "import fs from 'node:fs'" })
    const answer = eventOf(dossier, 'respond')
    expect([answer.via, show(answer.status), show(answer.headers['content-type'])]).toEqual([
      'stream',
      '200',
      '"text/event-stream"',
    ])
    expect(dossier.scenarios.map(({ end }) => end)).toEqual(dossier.scenarios.map(() => 'responded'))
  })

  it('throw when they are given twice, so that nothing after runs', () => {
    const dossier = readHandler(
      "if (!req.body.a) res.status(400).json({ error: 'a' })\nres.sendStatus(201)\nawait db.delete(orders).where(eq(orders.id, 1))",
    )
    expect(outline(dossier)).toContain('400 > throw ERR_HTTP_HEADERS_SENT')
  })

  it('may end twice', () => {
    expect(outline(readHandler('res.end()\nres.end()'))).toEqual(['200'])
  })
})

describe('leaving a router', () => {
  const LAST = "app.get('/a', (req, res) => res.sendStatus(204))"
  const ROUTER = 'const inner = express.Router()\napp.use(inner)'

  it("passes over the rest of it with next('router')", () => {
    const files = appWith(`${ROUTER}
      inner.use((req, res, next) => next('router'))
      inner.get('/a', (req, res) => res.sendStatus(500))
      ${LAST}`)
    expect(outline(readRoute(files, 'GET /a'))).toEqual(['204'])
  })

  it("passes over the rest of a route's handlers with next('route')", () => {
    const files = appWith(`${ROUTER}
      inner.get('/a', (req, res, next) => next('route'), (req, res) => res.sendStatus(500))
      ${LAST}`)
    expect(outline(readRoute(files, 'GET /a'))).toEqual(['204'])
  })

  it('asks error middleware inside first, and outside what it passes on', () => {
    const files = appWith(`
      const outer = express.Router()
      const inner = express.Router()
      inner.get('/a', (req) => { throw new RangeError('a') })
      inner.use((error, req, res, next) => error.name === 'TypeError' ? res.sendStatus(400) : next(error))
      outer.use('/in', inner)
      outer.use((error, req, res, next) => res.sendStatus(409))
      app.use('/out', outer)
      app.use((error, req, res, next) => res.sendStatus(500))`)
    const dossier = readRoute(files, 'GET /out/in/a')
    expect(outline(dossier)).toEqual(['throw RangeError > 409'])
    expect(dossier.failures[0]?.via.map(({ by }) => by)).toEqual(['error-middleware', 'next', 'error-middleware'])
  })
})

describe('queries', () => {
  it('of a batch run in order, in a transaction', () => {
    const dossier = readHandler(
      'await db.batch([db.insert(users).values({ email: "a" }), db.delete(orders)])\nres.sendStatus(201)',
    )
    expect(outline(dossier)).toEqual([
      'begin > insert users > delete orders > commit > 201',
      'begin > insert users fails > rollback > 500',
      'begin > insert users > delete orders fails > rollback > 500',
    ])
  })

  it('carry what shapes their rows', () => {
    const query = eventOf(
      readHandler(
        "res.json(await db.select().from(orders).innerJoin(users, eq(users.id, orders.userId)).orderBy(orders.id).limit(5).offset(10).for('update'))",
      ),
      'db',
    )
    expect([query.joins, query.orderBy.map(show), show(query.limit), show(query.offset), query.locks]).toEqual([
      ['users'],
      ['orders.id'],
      '5',
      '10',
      'update',
    ])
  })

  it('carry what happens on conflict', () => {
    const query = eventOf(
      readHandler(
        "await db.insert(users).values({ email: 'a' }).onConflictDoUpdate({ target: [users.email], set: { email: 'b' } })\nres.end()",
      ),
      'db',
    )
    expect(query.conflict).toMatchObject({ action: 'update', target: ['email'] })
    expect(show(query.conflict?.set)).toBe('{email: "b"}')
  })
})
