import { describe, expect, it } from 'vitest'
import {
  appWith,
  bodyFor,
  eventOf,
  firstScenario,
  outline,
  readHandler,
  readRoute,
  show,
} from '../support/scan-source.ts'

const THROW = "throw new Error('boom')"

describe('errors', () => {
  it('hangs when an async handler rejects on Express 4', () => {
    expect(outline(readHandler(THROW, {}, { express: 4 }))).toEqual(['throw Error > hangs'])
  })

  it('answers 500 when an async handler rejects on Express 5', () => {
    const dossier = readHandler(THROW)
    expect(outline(dossier)).toEqual(['throw Error > 500'])
    expect(eventOf(dossier, 'respond').via).toBe('default-error-handler')
  })

  it('answers 500 when a sync handler throws, on Express 4 too', () => {
    expect(outline(readHandler(THROW, { async: false }, { express: 4 }))).toEqual(['throw Error > 500'])
  })

  it('hangs when a sync Express 4 handler returns a rejected promise', () => {
    expect(outline(readHandler("return Promise.reject(new Error('x'))", { async: false }, { express: 4 }))).toEqual([
      'hangs',
    ])
  })

  it('hangs when a handler neither answers nor calls next', () => {
    expect(outline(readHandler('const unused = 1'))).toEqual(['hangs'])
  })

  it('answers 404 when every handler passes on', () => {
    expect(outline(readHandler('next()'))).toEqual(['404'])
  })

  it('waits for async handlers on Express 4 with express-async-errors', () => {
    expect(outline(readHandler(THROW, { imports: "import 'express-async-errors'" }, { express: 4 }))).toEqual([
      'throw Error > 500',
    ])
  })

  it.each([
    [
      'try and catch',
      'const wrap = (fn) => async (req, res, next) => { try { await fn(req, res, next) } catch (error) { next(error) } }',
    ],
    ['a promise', 'const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next)'],
    [
      'a catch with an arrow',
      'const wrap = (fn) => (req, res, next) => { fn(req, res, next).catch((error) => next(error)) }',
    ],
  ])("follows the project's own wrapper made with %s", (_, wrapper) => {
    const files = appWith(`${wrapper}\napp.post('/a', wrap(async (req, res) => { ${THROW} }))`)
    expect(outline(readRoute(files, 'POST /a', { express: 4 }))).toEqual(['throw Error > 500'])
  })

  it('follows the wrapper of a package', () => {
    const files = appWith(`app.post('/a', asyncHandler(async (req, res) => { ${THROW} }))`, {
      imports: "import asyncHandler from 'express-async-handler'",
    })
    expect(outline(readRoute(files, 'POST /a', { express: 4 }))).toEqual(['throw Error > 500'])
  })

  it('takes the error to the middleware behind the route', () => {
    const dossier = readHandler("next(new Error('boom'))", {
      after: 'app.use((error, req, res, next) => res.status(418).json({ error: error.message }))',
    })
    expect(bodyFor(dossier, 418)).toBe('{error: "boom"}')
  })

  it('does not take the error to middleware in front of the route', () => {
    const dossier = readHandler(THROW, { before: 'app.use((error, req, res, next) => res.status(418).end())' })
    expect(outline(dossier)).toEqual(['throw Error > 500'])
  })

  it('runs error middleware in order, through a rethrow', () => {
    const dossier = readHandler(THROW, {
      after: `app.use((error, req, res, next) => { throw Object.assign(new Error('mapped'), { status: 409 }) })
        app.use((error, req, res, next) => res.status(error.status).json({ error: error.message }))`,
    })
    expect(bodyFor(dossier, 409)).toBe('{error: "mapped"}')
  })

  it('goes on after a handler that keeps the error to itself when next is called once more', () => {
    const dossier = readHandler("res.json({ user: req.user ?? 'nobody' })", {
      before: `app.use(async (req, res, next) => { try { req.user = await db.select().from(orders) } catch (error) { next(error) } next() })
        app.use((error, req, res, next) => { if (error.name === 'UnauthorizedError') res.sendStatus(401) })`,
    })
    expect(outline(dossier)).toEqual(['select orders > 200', 'select orders fails > 200'])
  })

  it('skips ordinary middleware and a 404 catch-all while there is an error', () => {
    const dossier = readHandler(THROW, {
      after: `app.use((req, res) => res.sendStatus(404))\napp.use((error, req, res, next) => res.sendStatus(503))`,
    })
    expect(outline(dossier)).toEqual(['throw Error > 503'])
  })

  it('asks the error middleware of the router that the error comes from, then those outside', () => {
    const files = appWith(`
      const inner = express.Router()
      inner.get('/a', () => { ${THROW} })
      inner.use((error, req, res, next) => next(Object.assign(new Error('inner'), { status: 410 })))
      app.use('/x', inner)
      const sibling = express.Router()
      sibling.use((error, req, res, next) => res.status(501).end())
      app.use('/x', sibling)
      app.use((error, req, res, next) => res.status(error.status ?? 500).end())`)
    expect(outline(readRoute(files, 'GET /x/a'))).toEqual(['throw Error > 410'])
  })

  it("says of Express's own answer where the route is registered, also inside a function", () => {
    const dossier = readRoute(
      appWith(`function register(app) {\n  app.post(\n    '/a',\n    () => { ${THROW} },\n  )\n}\nregister(app)`),
      'POST /a',
    )
    expect(dossier.scenarios[0]?.events.at(-1)?.at.line).toBe(dossier.route.line)
  })

  it('reads the status of an error class through its base', () => {
    const dossier = readHandler("throw new NotFound('no order')", {
      before: `class AppError extends Error { constructor(message, public status) { super(message); this.name = new.target ? 'AppError' : '' } }
        class NotFound extends AppError { constructor(message) { super(message, 404) } }`,
      after: `app.use((error, req, res, next) => error instanceof AppError ? res.status(error.status).json({ error: error.message }) : res.sendStatus(500))`,
    })
    expect(outline(dossier)).toEqual(['throw NotFound > 404'])
    expect(bodyFor(dossier, 404)).toBe('{error: "no order"}')
  })

  it('tells classes apart in a catch', () => {
    const dossier = readHandler(
      `try { if (req.body.a) throw new Left(); throw new Right() }
       catch (error) { if (error instanceof Left) return res.sendStatus(400); res.sendStatus(500) }`,
      { before: 'class Left extends Error {}\nclass Right extends Error {}' },
    )
    expect(outline(dossier)).toEqual(['throw Left > 400', 'throw Right > 500'])
  })

  it('shows of an error in JSON only what JSON shows', () => {
    const dossier = readHandler("res.status(400).json({ error: new Failure('words') })", {
      before: "class Failure extends Error { code = 'E1' }",
    })
    expect(bodyFor(dossier, 400)).toBe('{error: {code: "E1"}}')
  })

  it.each([
    ["createError(409, 'taken')", '409', '"taken"'],
    ["createError.NotFound('gone')", '404', '"gone"'],
    ["new createError.BadRequest('bad')", '400', '"bad"'],
    ['createError(403)', '403', '"Forbidden"'],
  ])('reads %s of http-errors', (made, status, message) => {
    const dossier = readHandler(`throw ${made}`, {
      imports: "import createError from 'http-errors'",
      after: 'app.use((error, req, res, next) => res.status(error.status).json({ error: error.message }))',
    })
    expect(bodyFor(dossier, Number(status))).toBe(`{error: ${message}}`)
  })

  it('runs finally, also when the catch throws', () => {
    const dossier = readHandler(
      `try { throw new Error('first') } catch { throw new Error('second') } finally { await db.delete(orders) }`,
    )
    expect(outline(dossier)[0]).toBe('throw Error > throw Error > delete orders > 500')
  })

  it('catches what an awaited call throws, not what a returned promise rejects with', () => {
    const awaited = readHandler('try { return await fail() } catch { res.sendStatus(400) }', {
      before: `const fail = async () => { ${THROW} }`,
    })
    const returned = readHandler('try { return fail() } catch { res.sendStatus(400) }', {
      before: `const fail = async () => { ${THROW} }`,
    })
    expect([outline(awaited), outline(returned)]).toEqual([['throw Error > 400'], ['throw Error > 500']])
  })

  it('throws a TypeError where a method lost its object', () => {
    const files = appWith(
      `class C { label = 'x'; get(req, res) { res.json({ label: this.label }) } }\nconst c = new C()\napp.get('/a', c.get)`,
    )
    expect(outline(readRoute(files, 'GET /a'))).toEqual(['500'])
  })

  it('passes what middleware put on the request and on res.locals', () => {
    const dossier = readHandler('res.json({ user: req.user.id, tenant: res.locals.tenant })', {
      before: "app.use((req, res, next) => { req.user = { id: 7 }; res.locals.tenant = 't1'; next() })",
    })
    expect(bodyFor(dossier, 200)).toBe('{user: 7, tenant: "t1"}')
  })

  it('forgets between scenarios what a run wrote', () => {
    const dossier = readHandler(
      `seen.push(req.body.a); cache.last = req.body.a; cache.list[0] = 'changed'
       if (req.body.a) return res.json({ seen: seen.length, list: cache.list, last: Object.keys(cache) })
       res.status(201).json({ seen: seen.length, list: cache.list, first: seen.shift() })`,
      {
        before:
          "const seen = []; const cache = { list: ['kept'] }; app.use((req, res, next) => { res.locals.before = cache.list[0]; next() })",
      },
    )
    expect(bodyFor(dossier, 200)).toBe('{seen: 1, list: ["changed"], last: ["list", "last"]}')
    expect(bodyFor(dossier, 201)).toBe('{seen: 1, list: ["changed"], first: body.a}')
  })

  it.each([
    ['sort', 'list.sort()'],
    ['reverse', 'list.reverse()'],
    ['unshift', "list.unshift('z')"],
    ['splice', 'list.splice(0, 1)'],
    ['pop', 'list.pop()'],
    ['an element', "list[0] = 'z'"],
  ])('undoes %s after a run', (_, change) => {
    const dossier = readHandler(
      `const before = list.join(); ${change}\nreq.body.a ? res.json({ before }) : res.status(201).json({ before })`,
      { before: "const list = ['c', 'a', 'b']" },
    )
    expect([bodyFor(dossier, 200), bodyFor(dossier, 201)]).toEqual(['{before: "c,a,b"}', '{before: "c,a,b"}'])
  })

  it('does not run a route whose literal segment stands where this one has a parameter', () => {
    const files = appWith(
      "app.get('/users/me', (req, res) => res.json({ me: 1 }))\napp.get('/users/:id', (req, res) => res.json({ id: req.params.id }))",
    )
    expect(show(eventOf(readRoute(files, 'GET /users/:id'), 'respond').body)).toBe('{id: params.id}')
  })

  it('runs the earlier of two routes that answer the same request', () => {
    const files = appWith(
      "app.get('/a/:id', (req, res) => res.json({ first: 1 }))\napp.get('/a/b', (req, res) => res.json({ second: 2 }))",
    )
    expect(show(eventOf(readRoute(files, 'GET /a/b'), 'respond').body)).toBe('{first: 1}')
  })

  it('leaves out middleware of another prefix', () => {
    const files = appWith(
      "app.use('/admin', (req, res) => res.sendStatus(401))\napp.get('/a', (req, res) => res.sendStatus(204))",
    )
    expect(outline(readRoute(files, 'GET /a'))).toEqual(['204'])
  })

  it('goes on after middleware of a package that it does not know, and says so', () => {
    const files = appWith(
      "app.use(limiter())\napp.get('/a', (req, res) => res.sendStatus(204))\napp.get('/b', (req, res) => res.sendStatus(204))",
      { imports: "import limiter from 'express-brute'" },
    )
    for (const route of ['GET /a', 'GET /b']) {
      const dossier = readRoute(files, route)
      expect(outline(dossier)).toEqual(['204'])
      expect(dossier.unresolved).toMatchObject([
        { what: 'middleware of the package express-brute: whether it lets a request pass is not known' },
      ])
    }
  })

  it('says the same of middleware that is called with the request in hand', () => {
    const dossier = readHandler('res.sendStatus(204)', {
      imports: "import multer from 'multer'",
      before: "const upload = multer()\napp.use((req, res, next) => upload.single('file')(req, res, next))",
    })
    expect(outline(dossier)).toEqual(['204'])
    expect(dossier.unresolved).toHaveLength(1)
  })

  it('does not pretend to know how a package answers', () => {
    const files = appWith("app.get('/a', shop.handler())", {
      imports: "import shop from 'shop-pages'",
    })
    const dossier = readRoute(files, 'GET /a')
    expect(outline(dossier)).toEqual(['cut'])
    expect(dossier.unresolved).toMatchObject([{ what: 'how the package shop-pages answers is not known' }])
  })

  it('answers an early return of a guard and runs the rest otherwise', () => {
    const dossier = readHandler('res.sendStatus(204)', {
      before: 'app.use((req, res, next) => req.headers.authorization ? next() : res.sendStatus(401))',
    })
    expect(outline(dossier)).toEqual(['204', '401'])
    expect(firstScenario(dossier).end).toBe('responded')
  })

  it.each([
    ['sync', 'try { req.user = jwt.verify(req.headers.authorization, KEY); next() } catch { res.sendStatus(401) }'],
    ['through a function', 'try { req.user = check(req.headers.authorization); next() } catch { res.sendStatus(401) }'],
    [
      'with a callback',
      'jwt.verify(req.headers.authorization, KEY, (error, user) => { if (error) return res.sendStatus(401); req.user = user; next() })',
    ],
  ])('refuses a token that does not verify, %s', (_, guard) => {
    const dossier = readHandler('res.json({ id: req.user.id })', {
      imports: "import jwt from 'jsonwebtoken'",
      before: `const KEY = process.env.KEY\nconst check = (token) => jwt.verify(token, KEY)\napp.use((req, res, next) => { ${guard} })`,
    })
    expect(outline(dossier)).toEqual(['200', '401'])
  })
})
