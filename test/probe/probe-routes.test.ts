import { describe, expect, it } from 'vitest'
import { outlineRoutes, probeFiles } from '../support/probe-source.ts'

const CONSTRUCTS = `import express from 'express'
const app = express()
const guard = (_req, _res, next) => next()
const answer = (_req, res) => res.json({})
app.use(express.json(), [guard, guard])
for (const method of ['get', 'post']) app[method]('/loop', answer)
app.get(['/a', '/b'], guard, answer)
app.all('/every', answer)
app.get(/^\\/digits$/, answer)
const users = express.Router()
users.use(guard)
users.route('/:id').all(guard).get(answer)
  .put(guard, answer)
app.use('/v1', users)
app.use(['/v2', '/v3'], guard, users)
const admin = express()
admin.get('/stats', answer)
app.use('/admin', admin)
app.use((_error, _req, res, _next) => res.status(500).end())
const nobody = express.Router()
nobody.get('/never', answer)
app.listen(3000, () => { app.get('/late', answer) })
export const setting = app.get('env')
`

const CONSTRUCTED = [
  'GET /loop src/app.ts:6 +3',
  'POST /loop src/app.ts:6 +3',
  'GET /a src/app.ts:7 +4',
  'GET /b src/app.ts:7 +4',
  'ALL /every src/app.ts:8 +3',
  'GET /^\\/digits$ src/app.ts:9 +3',
  'GET /v1/:id src/app.ts:12 +5',
  'PUT /v1/:id src/app.ts:13 +6',
  'GET /v2/:id src/app.ts:12 +6',
  'PUT /v2/:id src/app.ts:13 +7',
  'GET /v3/:id src/app.ts:12 +6',
  'PUT /v3/:id src/app.ts:13 +7',
  'GET /admin/stats src/app.ts:17 +3',
  'GET /late src/app.ts:22 +3',
]

describe('what was registered', () => {
  it.each([4, 5] as const)('has full paths, places and how much runs before, in Express %i', async (express) => {
    const result = await probeFiles({ files: { 'src/app.ts': CONSTRUCTS }, express })
    expect(result.status).toBe('complete')
    expect(outlineRoutes(result)).toEqual(CONSTRUCTED)
  })

  it('includes routers that are loaded by file name, with import and with require', async () => {
    const router = (path: string): string =>
      `import { Router } from 'express'\nconst router: Router = Router()\nrouter.get('${path}', (req, res) => { res.end() })\nexport default router`
    const result = await probeFiles({
      packageJson: { type: 'commonjs' },
      files: {
        'src/app.ts': `import { readdirSync } from 'node:fs'
          import path from 'node:path'
          import express from 'express'
          const app = express()
          for (const file of readdirSync(path.join(__dirname, 'routes')))
            app.use('/required', require(path.join(__dirname, 'routes', file)).default)
          async function main() {
            for (const file of readdirSync(path.join(__dirname, 'routes')))
              app.use('/imported', (await import(path.join(__dirname, 'routes', file))).default)
            app.listen(3000)
          }
          main()`,
        'src/routes/orders.ts': router('/orders'),
        'src/routes/users.ts': router('/users'),
      },
    })
    expect(result.status).toBe('complete')
    expect(outlineRoutes(result)).toEqual([
      'GET /required/orders src/routes/orders.ts:3 +0',
      'GET /required/users src/routes/users.ts:3 +0',
      'GET /imported/orders src/routes/orders.ts:3 +0',
      'GET /imported/users src/routes/users.ts:3 +0',
    ])
  })

  it('comes from a factory, and through the aliases of tsconfig', async () => {
    const result = await probeFiles({
      factory: 'createApp',
      files: {
        'src/app.ts': `import express from 'express'
          import { path } from '@/path'
          export async function createApp() { const app = express(); app.get(path, (req, res) => { res.end() }); return app }`,
        'src/path.ts': `import { inner } from '../packages/inner/path.ts'\nexport const path: string = '/aliased' + inner`,
        'tsconfig.json': `{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }`,
        'packages/inner/path.ts': `export { inner } from '@/lib/inner'`,
        'packages/inner/source/lib/inner.ts': `export const inner: string = '/inner'`,
        'packages/inner/tsconfig.json': `{ "compilerOptions": { "paths": { "@/*": ["./source/*"] } } }`,
      },
    })
    expect(outlineRoutes(result)).toEqual(['GET /aliased/inner src/app.ts:3 +0'])
  })
})

describe('an app that does not start', () => {
  const FIRST = `import express from 'express'\nconst app = express()\napp.get('/first', (req, res) => res.end())\n`

  it('is a result: what was registered before a throw, and where it was thrown', async () => {
    const result = await probeFiles({ files: { 'src/app.ts': `${FIRST}throw new Error('SECRET is missing')` } })
    expect(result).toMatchObject({ status: 'failed', reason: 'Error: SECRET is missing (src/app.ts:4)' })
    expect(outlineRoutes(result)).toEqual(['GET /first src/app.ts:3 +0'])
  })

  it('is stopped when its import never ends, asleep or busy', async () => {
    const asleep = `${FIRST}await new Promise(() => setInterval(() => {}, 1000))`
    const waiting = await probeFiles({ files: { 'src/app.ts': asleep }, options: { timeoutMs: 9000 } })
    expect(waiting).toMatchObject({ status: 'failed', reason: 'Error: src/app.ts was not loaded within 3 seconds' })
    expect(outlineRoutes(waiting)).toHaveLength(1)
    const busy = await probeFiles({ files: { 'src/app.ts': `${FIRST}for (;;) {}` }, options: { timeoutMs: 4000 } })
    expect(busy).toMatchObject({ status: 'failed', reason: 'the app was still starting when its time was over' })
    expect(outlineRoutes(busy)).toHaveLength(1)
  })

  it('is none for want of a compiled part of a package', async () => {
    const result = await probeFiles({
      files: {
        'src/app.ts': `import { hash } from './hash.cjs'\n${FIRST}app.get('/' + typeof hash.digest(), (req, res) => res.end())`,
        'src/hash.cjs': `exports.hash = require('./build/hash.node')`,
      },
    })
    expect(result).toMatchObject({ status: 'complete', blocked: ['native module hash.node (src/hash.cjs:1)'] })
    expect(outlineRoutes(result)).toEqual(['GET /first src/app.ts:4 +0', 'GET /function src/app.ts:5 +0'])
  })

  it('can not end the process', async () => {
    const code = `${FIRST}if (!process.env.JWT_SECRET) process.exit(1)`
    expect(await probeFiles({ files: { 'src/app.ts': code } })).toMatchObject({
      status: 'failed',
      reason: 'the app ended the process with code 1 (src/app.ts:4)',
    })
    const given = { environment: { JWT_SECRET: 'invented' } }
    expect(await probeFiles({ files: { 'src/app.ts': `${code}\napp.listen()` }, options: given })).toMatchObject({
      status: 'complete',
    })
  })

  it('is told from one whose database is missing after it listens', async () => {
    const result = await probeFiles({
      files: { 'src/app.ts': `${FIRST}app.listen(3000)\nvoid Promise.reject(new Error('no database'))` },
    })
    expect(result).toMatchObject({ status: 'complete', troubles: ['Error: no database (src/app.ts:5)'] })
  })
})

describe('what the app can not do', () => {
  it('connect, look up, send, start a process or a thread, or read .env', async () => {
    const result = await probeFiles({
      files: {
        'src/app.ts': `import { execSync, spawn } from 'node:child_process'
          import dgram from 'node:dgram'
          import dns, { promises } from 'node:dns'
          import { existsSync, readFileSync } from 'node:fs'
          import net from 'node:net'
          import { Worker } from 'node:worker_threads'
          import express from 'express'
          const tries: Record<string, () => unknown> = {
            connect: () => new Promise((done) => net.connect(5432, '192.0.2.1').on('error', (e) => done(e.code))),
            fetch: () => fetch('https://api.example.com').catch((e) => e.cause?.code),
            lookup: () => new Promise((done) => dns.lookup('example.com', (e) => done(e.code))),
            resolve: () => promises.resolve4('example.com').catch((e) => e.code),
            udp: () => new Promise((done) => dgram.createSocket('udp4').on('error', (e) => done(e.code)).send('x', 53, '192.0.2.1')),
            exec: () => { try { return execSync('true').length } catch (e) { return e.code } },
            spawn: () => { try { return spawn('true').pid } catch (e) { return e.code } },
            thread: () => new Worker('process.exit(0)', { eval: true }).threadId ?? 'none',
            env: () => existsSync('.env') && readFileSync('.env', 'utf8') === '' ? 'empty' : 'read',
          }
          const app = express()
          for (const [name, attempt] of Object.entries(tries)) app.get('/' + name + '/' + await attempt(), () => {})
          app.get('/' + (process.env.HOME_SECRET ?? 'unset'), () => {})`,
        '.env': 'TOKEN=real',
      },
      options: { parent: { ...process.env, HOME_SECRET: 'leaked' } },
    })
    expect(result.routes.map(({ path }) => path)).toEqual([
      '/connect/ECONNREFUSED',
      '/fetch/ECONNREFUSED',
      '/lookup/ENOTFOUND',
      '/resolve/ENOTFOUND',
      '/udp/ECONNREFUSED',
      '/exec/ECONNREFUSED',
      '/spawn/ECONNREFUSED',
      '/thread/none',
      '/env/empty',
      '/unset',
    ])
    expect(result.blocked).toContain('connect 192.0.2.1:5432 (src/app.ts:9)')
  })
})
