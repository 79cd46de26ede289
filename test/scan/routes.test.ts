import { describe, expect, it } from 'vitest'
import { appWith, routesOf, scanFiles } from '../support/scan-source.ts'

const plain = (body: string, files: Record<string, string> = {}): Record<string, string> => ({
  'src/app.ts': `import express, { Router } from 'express'\nexport const app = express()\n${body}`,
  ...files,
})

describe('routes', () => {
  it('composes the prefixes of nested mounts', () => {
    const files = plain(`
      const api = Router(); const items = express.Router()
      items.get('/:id', (req, res) => { res.json({}) })
      api.use('/orders/:orderId/items/', items)
      app.use('/api', api)`)
    expect(routesOf(files)).toEqual(['GET /api/orders/:orderId/items/:id'])
  })

  it('lists the verbs of a route() chain and takes its .all() for a guard', () => {
    const files = plain(`
      const guard = (req, res, next) => next()
      app.route('/users').all(guard).get((req, res) => res.json([])).post(guard, (req, res) => res.json({}))`)
    const { routes } = scanFiles(files)
    expect(routes.map((route) => [route.method, route.middleware.map((fn) => fn.name)])).toEqual([
      ['GET', ['guard']],
      ['POST', ['guard', 'guard']],
    ])
  })

  it('takes app.all() for a route', () => {
    expect(routesOf(plain(`app.all('/any', (req, res) => res.json({}))`))).toEqual(['ALL /any'])
  })

  it('registers every path and every handler of arrays', () => {
    const files = plain(`
      const first = (req, res, next) => next()
      const guards = [first, (req, res, next) => next()]
      app.post(['/a', '/b'], [guards, first], (req, res) => res.json({}))`)
    const { routes } = scanFiles(files)
    expect(routes.map((route) => [route.path, route.middleware.length])).toEqual([
      ['/a', 3],
      ['/b', 3],
    ])
  })

  it('follows spread guards', () => {
    const files = plain(`
      const guards = [(req, res, next) => next()]
      app.put('/a', ...guards, (req, res) => res.json({}))`)
    expect(scanFiles(files).routes[0]?.middleware).toHaveLength(1)
  })

  it('mounts Object.values of an object of routers', () => {
    const files = plain(`
      const users = Router(); users.get('/users', (req, res) => res.json([]))
      const orders = Router(); orders.get('/orders', (req, res) => res.json([]))
      app.use('/v1', Object.values({ users, orders }))`)
    expect(routesOf(files)).toEqual(['GET /v1/users', 'GET /v1/orders'])
  })

  it('mounts several routers of one use()', () => {
    const files = plain(`
      const a = Router(); a.get('/a', (req, res) => res.json([]))
      const b = Router(); b.get('/b', (req, res) => res.json([]))
      app.use('/v1', a, b)`)
    expect(routesOf(files)).toEqual(['GET /v1/a', 'GET /v1/b'])
  })

  it('unrolls forEach and for..of over a table of routes', () => {
    const files = plain(`
      const table = [{ method: 'get', path: '/a' }, { method: 'post', path: '/b' }]
      table.forEach(({ method, path }) => app[method](path, (req, res) => res.json({})))
      for (const [path, handler] of Object.entries({ '/c': (req, res) => res.json({}) })) app.delete(path, handler)`)
    expect(routesOf(files)).toEqual(['GET /a', 'POST /b', 'DELETE /c'])
  })

  it('unrolls a Map of routes', () => {
    const files = plain(`
      const table = new Map([['/a', (req, res) => res.json({})], ['/b', (req, res) => res.json({})]])
      for (const [path, handler] of table) app.get(path, handler)
      table.forEach((handler, path) => app.post(path, handler))`)
    expect(routesOf(files)).toEqual(['GET /a', 'GET /b', 'POST /a', 'POST /b'])
  })

  it('runs a counting loop', () => {
    const files = plain(
      `for (let version = 1; version <= 2; version++) app.get(\`/v\${version}\`, (req, res) => res.json({}))`,
    )
    expect(routesOf(files)).toEqual(['GET /v1', 'GET /v2'])
  })

  it('runs a router factory that hands the router to a callback', () => {
    const files = plain(`
      const createRouter = (define) => { const router = Router(); define(router); return router }
      app.use('/users', createRouter((router) => { router.get('/', (req, res) => res.json([])) }))`)
    expect(routesOf(files)).toEqual(['GET /users'])
  })

  it('keeps two routers of one factory apart', () => {
    const files = plain(`
      const crud = (name) => { const router = Router(); router.get('/' + name, (req, res) => res.json([])); return router }
      app.use(crud('a')); app.use('/x', crud('b'))`)
    expect(routesOf(files)).toEqual(['GET /a', 'GET /x/b'])
  })

  it('builds paths from template literals, constants and shared objects', () => {
    const files = plain(
      `import { PATHS } from './paths.js'\nconst V = '/v1'\napp.get(\`\${V}\${PATHS.users.one}\`, (req, res) => res.json([]))`,
      {
        'src/paths.ts': "export const PATHS = { users: { one: '/users/:id' } } as const",
      },
    )
    expect(routesOf(files)).toEqual(['GET /v1/users/:id'])
  })

  it('reports a path that only a run knows', () => {
    const { routes, unresolved } = scanFiles(
      plain(`
      app.get('/known', (req, res) => res.json([]))
      app.get(process.env.SECRET_PATH, (req, res) => res.json([]))`),
    )
    expect(routes.map((route) => route.path)).toEqual(['/known'])
    expect(unresolved).toMatchObject([
      { what: 'the path of this route is not known before a run', at: { file: 'src/app.ts', line: 5 } },
    ])
  })

  it('lists a regular expression as a path by its source', () => {
    const { routes, unresolved } = scanFiles(
      plain(`
      app.get('/known', (req, res) => res.json([]))
      const api = Router(); api.get(/^\\/secret/, (req, res) => res.json([])); app.use('/api', api)
      app.use(/^\\/kno/, function only(req, res, next) { next() })`),
    )
    expect(routes.map((route) => route.path)).toEqual(['/known', '/api/^\\/secret/'])
    expect(unresolved).toEqual([])
  })

  it('asks a middleware whose path is a regular expression where it matches', () => {
    const { routes } = scanFiles(
      plain(`
      app.use(/^\\/kno/i, function only(req, res, next) { next() })
      app.get('/Known/:id', (req, res) => res.json([])); app.get('/other', (req, res) => res.json([]))`),
    )
    expect(routes.map((route) => route.middleware.map(({ name }) => name))).toEqual([['only'], []])
  })

  it('reports a computed verb', () => {
    const { unresolved } = scanFiles(
      plain(`app.get('/a', (req, res) => res.json([]))\napp[process.env.VERB]('/b', (req, res) => res.json([]))`),
    )
    expect(unresolved[0]).toMatchObject({ what: 'call of a computed member', at: { line: 4 } })
  })

  it('leaves out code in strings, comments, clients and modules nobody mounts', () => {
    const files = plain(
      `
      import axios from 'axios'
      const api = axios.create({ baseURL: 'http://x' }); api.get('/client')
      // app.get('/comment', handler)
      const text = \`app.get('/text', handler)\`
      app.get('/real', (req, res) => res.json([]))`,
      {
        'src/unused.ts':
          "import { Router } from 'express'\nconst r = Router()\nr.get('/unused', (req, res) => res.json([]))\nexport default r",
      },
    )
    expect(routesOf(files)).toEqual(['GET /real'])
  })

  it('leaves out a router that is made but not mounted', () => {
    expect(
      routesOf(plain(`const lost = Router(); lost.get('/lost', () => {}); app.get('/a', (req, res) => res.json([]))`)),
    ).toEqual(['GET /a'])
  })

  it('mounts a sub-app', () => {
    expect(
      routesOf(plain(`const admin = express(); admin.get('/x', (req, res) => res.json({})); app.use('/admin', admin)`)),
    ).toEqual(['GET /admin/x'])
  })

  it('does not take app.get of a setting for a route', () => {
    expect(
      routesOf(plain(`app.set('port', 1); const port = app.get('port'); app.get('/a', (req, res) => res.json({}))`)),
    ).toEqual(['GET /a'])
  })

  it('names the line of each verb in a chain', () => {
    const { routes } = scanFiles(
      plain(`app\n  .route('/a')\n  .get((req, res) => res.json({}))\n  .post((req, res) => res.json({}))`),
    )
    expect(routes.map((route) => route.line)).toEqual([5, 6])
  })

  it('keeps a duplicate and a shadowed route', () => {
    const files = plain(
      `app.get('/a/:id', (req, res) => res.json({})); app.get('/a/b', (req, res) => res.json({})); app.get('/a/b', (req, res) => res.json({}))`,
    )
    expect(routesOf(files)).toEqual(['GET /a/:id', 'GET /a/b', 'GET /a/b'])
  })

  it('registers routes in functions that get the app passed down', () => {
    const files = plain(`import { registerRoutes } from './routes.js'\nregisterRoutes(app)`, {
      'src/routes.ts': `import { Router } from 'express'
        export function registerRoutes(server) { const r = Router(); inner(r); server.use('/api', r) }
        function inner(target) { target.get('/deep', (req, res) => res.json({})) }`,
    })
    expect(routesOf(files)).toEqual(['GET /api/deep'])
  })

  it('registers routes inside an awaited async function', () => {
    const files = {
      'src/app.ts': `import express from 'express'
      async function main() { const server = express(); await connect(); server.get('/a', (req, res) => res.json({})); server.listen(3000) }
      async function connect() { await Promise.resolve() }
      main().catch((error) => { console.error(error); process.exit(1) })`,
    }
    expect(routesOf(files)).toEqual(['GET /a'])
  })

  it('registers routes inside an async IIFE', () => {
    const files = {
      'src/index.ts': `import express from 'express'
      ;(async () => { const app = express(); app.get('/a', (req, res) => res.json({})); app.listen(3000) })()`,
    }
    expect(routesOf(files)).toEqual(['GET /a'])
  })

  it('says which way it took where only a run decides about routes', () => {
    const files = plain(`
      if (process.env.FEATURE?.startsWith('on')) app.get('/on', (req, res) => res.json({}))
      else app.get('/off', (req, res) => res.json({}))`)
    const { routes, unresolved } = scanFiles(files)
    expect(routes.map(({ path, when }) => [path, when[0]?.holds])).toEqual([
      ['/off', false],
      ['/on', true],
    ])
    expect(unresolved).toMatchObject([{ what: 'only a run decides this condition; analysis took it as true' }])
  })

  it('finds the routes in the order in which they are registered', () => {
    expect(
      routesOf(appWith(`app.get('/b', (req, res) => res.json({})); app.get('/a', (req, res) => res.json({}))`)),
    ).toEqual(['GET /b', 'GET /a'])
  })
})
