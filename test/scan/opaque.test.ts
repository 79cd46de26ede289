import { describe, expect, it } from 'vitest'
import { scanFiles } from '../support/scan-source.ts'

const mounts = (body: string): string[] =>
  scanFiles({
    'src/app.ts': `import express, { Router } from 'express'\nexport const app = express()\n${body}\napp.get('/a', (req, res) => res.json({}))`,
  }).opaque.map(({ path, what, why }) => `${path} ${what}: ${why}`)

describe('mounts that are no routes and answer', () => {
  it.each([
    [
      "import { toNodeHandler } from 'better-auth/node'\napp.all('/api/auth/*', toNodeHandler(auth))",
      '/api/auth/* better-auth/node.toNodeHandler: the package better-auth/node answers here',
    ],
    [
      "import * as trpc from '@trpc/server/adapters/express'\napp.use('/trpc', trpc.createExpressMiddleware({}))",
      '/trpc @trpc/server/adapters/express.createExpressMiddleware: the package @trpc/server/adapters/express answers here',
    ],
    ["app.use('/files', express.static('public'))", '/files express.static: serves files of a folder'],
    ["app.use(express.static('public'))", '/ express.static: serves files of a folder'],
    [
      "import magic from 'magic-router'\napp.use('/magic', magic())",
      '/magic magic-router: whether the package magic-router answers here or passes requests on is not known',
    ],
    [
      "app.use('*', function page(req, res) { res.sendFile('index.html') })",
      '/* page: answers every request that comes this far',
    ],
    [
      "app.use('*', async function page(req, res, next) { try { res.send(await render(req.url)) } catch (error) { next(error) } })",
      '/* page: answers every request that comes this far',
    ],
    [
      "const refuse = () => { throw new Error('no such path') }\napp.use('/api', function missing(req, res) { refuse() })",
      '/api missing: no request gets past it: it throws, or leaves the answer to other code',
    ],
    [
      'app.use(function missing(req, res, next) { if (res.headersSent) return next(); res.status(404).json({}) })',
      '/ missing: answers every request that comes this far',
    ],
    [
      'app.use(function missing(req, res, next) { const error = new Error(req.path); error.status = 404; next(error) })',
      '/ missing: passes every request that comes this far on as an error',
    ],
    [
      "app.use(function health(req, res, next) { if (req.path === '/health') return res.send('ok'); next() })",
      '/ health: a middleware that tells paths apart by itself and may answer',
    ],
  ])('%s', (body, expected) => {
    expect(mounts(body)).toEqual([expected])
  })

  it.each([
    [
      'parsers and guards of packages',
      "import cors from 'cors'\nimport limit from 'express-rate-limit'\napp.use(cors()); app.use('/api', limit()); app.use(express.json())",
    ],
    [
      'guards of the project',
      "app.use('/api', (req, res, next) => { if (!req.headers.authorization) return res.sendStatus(401); next() })",
    ],
    ['error handlers', 'app.use((error, req, res, next) => res.status(500).json({}))'],
    ['routers', "const r = Router(); r.get('/x', (req, res) => res.json({})); app.use('/api', r)"],
  ])('leaves out %s', (_, body) => {
    expect(mounts(body)).toEqual([])
  })

  it('says that a package that is given the app may add routes', () => {
    const { unresolved } = scanFiles({
      'src/app.ts': `import express from 'express'\nimport { addRoutes } from 'magic'\nimport { createServer } from 'node:http'\nexport const app = express()\naddRoutes(app)\ncreateServer(app)\napp.get('/a', (req, res) => res.json({}))`,
    })
    expect(unresolved.map(({ what, at }) => `${at.line} ${what}`)).toEqual([
      '5 the package magic is given the app and may add routes to it',
    ])
  })
})
