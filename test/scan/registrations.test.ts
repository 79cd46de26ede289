import { describe, expect, it } from 'vitest'
import { outline, readRoute, routesOf, scanFiles } from '../support/scan-source.ts'

const OK = '(req, res) => res.json({})'

const plain = (body: string, files: Record<string, string> = {}): Record<string, string> => ({
  'src/app.ts': `import express, { Router } from 'express'\nexport const app = express()\n${body}`,
  ...files,
})

describe('ways of writing a registration', () => {
  it.each([
    ['app.use.apply', `const r = Router(); r.get('/a', ${OK}); app.use.apply(app, ['/x', r])`, ['GET /x/a']],
    ['app.get.call', `app.get.call(app, '/a', ${OK})`, ['GET /a']],
    ['app.get.bind', `const get = app.get.bind(app); get('/a', ${OK})`, ['GET /a']],
    ['a bound verb with its path', `const a = app.get.bind(app, '/a'); a(${OK})`, ['GET /a']],
    ['a method name in lower case', `const method = 'POST'; app[method.toLowerCase()]('/a', ${OK})`, ['POST /a']],
    ['a member in brackets', `app['get']('/a', ${OK})`, ['GET /a']],
    ['app.del of Express 4', `app.del('/a', ${OK})`, ['DELETE /a']],
    [
      'the rare methods of HTTP',
      `app.search('/a', ${OK}); app.propfind('/a', ${OK}); app['m-search']('/a', ${OK})`,
      ['SEARCH /a', 'PROPFIND /a', 'M-SEARCH /a'],
    ],
    ['route() with a computed verb', `for (const m of ['get', 'put']) app.route('/a')[m](${OK})`, ['GET /a', 'PUT /a']],
    [
      'guards and a router in a list',
      `const mw = (req, res, next) => next(); const r = Router(); r.get('/a', ${OK}); app.use('/x', mw, [mw, r])`,
      ['GET /x/a'],
    ],
    [
      'a chain from Router()',
      `app.use('/x', express.Router().use((req, res, next) => next()).get('/a', ${OK}).post('/b', ${OK}))`,
      ['GET /x/a', 'POST /x/b'],
    ],
    ['new express.Router()', `const r = new express.Router(); r.get('/a', ${OK}); app.use(r)`, ['GET /a']],
    [
      'new Router()',
      `const r = new Router({ mergeParams: true }); r.get('/a', ${OK}); app.use('/:id', r)`,
      ['GET /:id/a'],
    ],
    [
      'a router with mergeParams',
      `const r = Router({ mergeParams: true }); r.get('/b/:b', ${OK}); app.use('/a/:a', r)`,
      ['GET /a/:a/b/:b'],
    ],
    ['a sub-app', `const admin = express(); admin.get('/a', ${OK}); app.use('/admin', admin)`, ['GET /admin/a']],
    [
      'a function that gives nothing back',
      `const add = (r) => { r.get('/a', ${OK}) }; const r = Router(); add(r); app.use('/x', r)`,
      ['GET /x/a'],
    ],
    [
      'Object.keys of a table',
      `const routes = { '/a': Router().get('/', ${OK}), '/b': Router().get('/', ${OK}) }
       Object.keys(routes).forEach((path) => app.use(path, routes[path]))`,
      ['GET /a', 'GET /b'],
    ],
    [
      'Object.entries of controllers',
      `class C { constructor(private name) {} list = ${OK} }
       const controllers = { users: new C('users'), orders: new C('orders') }
       Object.entries(controllers).map(([name, c]) => app.get('/' + name, c.list))`,
      ['GET /users', 'GET /orders'],
    ],
    [
      'Array.from of a Map',
      `const map = new Map([['/a', ${OK}]]); Array.from(map, ([path, handler]) => app.get(path, handler))`,
      ['GET /a'],
    ],
    [
      'Array.from of a length',
      `Array.from({ length: 2 }, (_, i) => app.get('/v' + (i + 1), ${OK}))`,
      ['GET /v1', 'GET /v2'],
    ],
    [
      'a Set of routers',
      `const a = Router().get('/a', ${OK}); const b = Router().get('/b', ${OK})
       for (const r of new Set([a, b])) app.use('/1', r)
       app.use('/2', ...new Set([a, b])); app.use('/3', [...new Set([a, b])]); new Set([a]).forEach((r) => app.use('/4', r))`,
      ['GET /1/a', 'GET /1/b', 'GET /2/a', 'GET /2/b', 'GET /3/a', 'GET /3/b', 'GET /4/a'],
    ],
    [
      'reduce over routers',
      `const a = Router().get('/a', ${OK}); const b = Router().get('/b', ${OK}); [a, b].reduce((to, r) => to.use(r), app)`,
      ['GET /a', 'GET /b'],
    ],
    [
      'functions put together',
      `const pipe = (...steps) => (start) => steps.reduce((value, step) => step(value), start)
       const get = (path) => (r) => r.get(path, ${OK})
       app.use('/x', pipe(get('/a'), get('/b'))(Router()))`,
      ['GET /x/a', 'GET /x/b'],
    ],
    [
      'concat and flat',
      `const a = [['/a']]; a.concat([['/b']]).flat().forEach((path) => app.get(path, ${OK}))`,
      ['GET /a', 'GET /b'],
    ],
  ])('reads %s', (_, body, routes) => {
    expect(routesOf(plain(body))).toEqual(routes)
  })

  it('calls a module that is a function of the app', () => {
    const files = {
      'app.js': `const express = require('express')\nconst app = express()\napp.use('/x', require('./x')(app))\nmodule.exports = app`,
      'x.js': `const { Router } = require('express')\nmodule.exports = (app) => { app.get('/own', ${OK}); return Router().get('/a', ${OK}) }`,
    }
    expect(routesOf(files)).toEqual(['GET /own', 'GET /x/a'])
  })

  it('says that what a router is asked for inside a middleware is not listed', () => {
    const { routes, unresolved, dead } = scanFiles(
      plain(
        `app.get('/known', ${OK})
         const lazy = (load) => async (req, res, next) => (await load()).default(req, res, next)
         app.use('/admin', lazy(() => import('./admin.js')))`,
        {
          'src/admin.ts': `import { Router } from 'express'\nconst router = Router()\nrouter.get('/a', ${OK})\nexport default router`,
        },
      ),
    )
    expect(routes.map((route) => route.path)).toEqual(['/known'])
    expect(dead).toEqual([])
    expect(unresolved).toMatchObject([
      {
        what: 'its file is loaded while the app runs, at src/app.ts:5, and may be mounted then',
        at: { file: 'src/admin.ts', line: 3 },
      },
    ])
  })
})

describe('app.param()', () => {
  const LOAD = `(req, res, next, id) => { if (id === 'none') return res.sendStatus(404); req.item = id; next() }`

  it('runs before the handlers of a route with that parameter, with its value', () => {
    const files = plain(`app.param('id', ${LOAD})\napp.get('/a/:id', (req, res) => res.json({ id: req.item }))`)
    const dossier = readRoute(files, 'GET /a/:id')
    expect(outline(dossier)).toEqual(['404', '200'])
    expect(dossier.scenarios[0]?.decisions).toMatchObject([
      {
        condition: {
          name: '===',
          operands: [
            { kind: 'input', from: 'params', path: ['id'] },
            { kind: 'literal', value: 'none' },
          ],
        },
      },
    ])
    expect(dossier.route.middleware).toMatchObject([{ file: 'src/app.ts', line: 3 }])
  })

  it('leaves other routes, and those of inner routers, alone', () => {
    const files = plain(`
      app.param('id', (req, res) => res.sendStatus(418))
      app.get('/plain', ${OK})
      app.get('/other/:name', ${OK})
      const inner = Router(); inner.get('/:id', ${OK}); app.use('/inner', inner)`)
    for (const route of ['GET /plain', 'GET /other/:name', 'GET /inner/:id'])
      expect(outline(readRoute(files, route))).toEqual(['200'])
  })

  it('runs once for a request, before a mount with that parameter', () => {
    const files = plain(`
      app.param(['id', 'page'], (req, res, next, value, name) => { console.log(name); db(); next() })
      const db = () => fetch('http://counter/')
      const inner = Router({ mergeParams: true }); inner.get('/', ${OK})
      app.use('/a/:id', (req, res, next) => next()); app.use('/a/:id', inner)`)
    expect(outline(readRoute(files, 'GET /a/:id'))[0]).toBe('http > 200')
  })

  it('runs for its own method only', () => {
    const files = plain(`
      const router = Router(); router.param('id', (req, res) => res.sendStatus(418))
      router.get('/:id', ${OK}); app.use(router); app.post('/:id', ${OK})`)
    expect(outline(readRoute(files, 'GET /:id'))).toEqual(['418'])
    expect(outline(readRoute(files, 'POST /:id'))).toEqual(['200'])
  })

  it('hands an error to the error handlers', () => {
    const files = plain(`
      app.param('id', (req, res, next) => next(new Error('no')))
      app.get('/:id', ${OK})
      app.use((error, req, res, next) => res.sendStatus(400))`)
    expect(outline(readRoute(files, 'GET /:id'))).toEqual(['400'])
  })

  it('says when the name is not known', () => {
    const { unresolved } = scanFiles(plain(`app.param(process.env.NAME, ${LOAD})\napp.get('/a/:id', ${OK})`))
    expect(unresolved.map(({ what }) => what)).toEqual(['which parameter this is for is not known before a run'])
  })
})
