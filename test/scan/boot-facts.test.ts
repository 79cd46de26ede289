import { describe, expect, it } from 'vitest'
import { scanProject } from '../../src/scan/scan.ts'
import type { BootFacts, EnvironmentVariable } from '../../src/scan/types.ts'
import { appWith, DATABASE, dossierOf, SCHEMA, withProject } from '../support/scan-source.ts'

type Files = Readonly<Record<string, string>>

function bootOf(files: Files): BootFacts {
  return withProject(files, {}, (root) => scanProject(root).codebase.boot)
}

/** `DATABASE_URL required zod throws`: one line a variable. */
function outlineEnvironment(boot: BootFacts): string[] {
  return boot.environment.map(outlineVariable)
}

function outlineVariable(variable: EnvironmentVariable): string {
  const required = variable.required === null ? 'maybe' : variable.required ? 'required' : 'optional'
  const stand = variable.default === null ? [] : [`default ${variable.default}`]
  return [variable.name, required, ...stand, variable.validation?.by ?? '-', variable.whenMissing].join(' ')
}

function outlineStarts(boot: BootFacts): string[] {
  return boot.starts.map(({ kind, what, part, at }) => `${kind} ${what} ${part} ${at.file}:${at.line}`)
}

const ROUTE = `app.get('/orders', (req, res) => { res.json([]) })`

describe('environment', () => {
  it('reads the rules of a zod schema, and that a failed parse throws', () => {
    const boot = bootOf(
      appWith(`${ROUTE}\napp.listen(env.PORT)`, {
        imports: `import { env } from './env.js'`,
        files: {
          'src/env.ts': `
            import { z } from 'zod'
            const schema = z.object({
              DATABASE_URL: z.string().url(),
              PORT: z.coerce.number().default(3000),
              LOG_LEVEL: z.enum(['debug', 'info']).optional(),
            })
            export const env = schema.parse(process.env)
          `,
        },
      }),
    )
    expect(outlineEnvironment(boot)).toEqual([
      'DATABASE_URL required zod throws',
      'LOG_LEVEL optional zod undefined',
      'PORT optional default 3000 zod undefined',
    ])
    const [url] = boot.environment
    expect(url).toMatchObject({
      usedFor: 'database',
      readAt: [{ file: 'src/db.ts' }, { file: 'src/env.ts' }],
      validation: { shape: { type: 'string', format: 'url' }, text: 'string().url()' },
    })
  })

  it('says that a failed safeParse ends the process when the code after it does', () => {
    const boot = bootOf(
      appWith(ROUTE, {
        imports: `import './env.js'`,
        files: {
          'src/env.ts': `
            import { z } from 'zod'
            const parsed = z.object({ JWT_SECRET: z.string().min(32) }).safeParse(process.env)
            if (!parsed.success) { console.error(parsed.error); process.exit(1) }
            export const env = parsed.data
          `,
        },
      }),
    )
    expect(outlineEnvironment(boot)).toContain('JWT_SECRET required zod exits')
    expect(boot.environment.find(({ name }) => name === 'JWT_SECRET')?.usedFor).toBe('secret')
  })

  it('reads envalid, and knows the variables of what it gives', () => {
    const boot = bootOf(
      appWith(`${ROUTE}\napp.get('/x', (req, res) => { res.json({ key: env.API_KEY }) })`, {
        imports: `import { cleanEnv, port, str, url } from 'envalid'
          const env = cleanEnv(process.env, { PORT: port({ default: 8080 }), API_KEY: str(), SITE_URL: url() })
          if (env.isProduction) console.log('live')`,
      }),
    )
    expect(outlineEnvironment(boot)).toEqual([
      'API_KEY required envalid exits',
      'DATABASE_URL maybe - undefined',
      'PORT optional default 8080 envalid undefined',
      'SITE_URL required envalid exits',
    ])
  })

  it('shows no secret that stands in for a variable', () => {
    const boot = bootOf(
      appWith(ROUTE, {
        imports: `import { z } from 'zod'
          const env = z.object({ APP_SECRET: z.string().default('hunter2') }).parse(process.env)
          const key = process.env.API_KEY ?? 'hunter2'
          const mirror = process.env.MIRROR_URL ?? 'https://ada:hunter2@mirror.example'`,
      }),
    )
    expect(JSON.stringify(boot)).not.toContain('hunter2')
    expect(outlineEnvironment(boot)).toContain('MIRROR_URL optional default https://ada:***@mirror.example - undefined')
  })

  it('reads createEnv of t3-env', () => {
    const boot = bootOf(
      appWith(ROUTE, {
        imports: `import { createEnv } from '@t3-oss/env-core'
          import { z } from 'zod'
          export const env = createEnv({ server: { REDIS_URL: z.string().url() }, runtimeEnv: process.env })`,
      }),
    )
    expect(outlineEnvironment(boot)).toContain('REDIS_URL required @t3-oss/env throws')
  })

  it('reads checks by hand: one at a time, in a helper, and over a list', () => {
    const boot = bootOf(
      appWith(ROUTE, {
        imports: `import './config.js'`,
        files: {
          'src/config.ts': `
            if (!process.env.JWT_SECRET) { console.error('JWT_SECRET is missing'); process.exit(1) }
            function need(name: string): string {
              const value = process.env[name]
              if (!value) throw new Error(name + ' is missing')
              return value
            }
            export const stripe = need('STRIPE_KEY')
            if (process.env.SMTP_HOST === undefined) throw new Error('SMTP_HOST')
            const user = process.env.SMTP_USER || ''
            if (!user) throw new Error('SMTP_USER')
            const missing = ['A_URL', 'B_URL'].filter((name) => !process.env[name])
            if (missing.length > 0) throw new Error(missing.join())
            if (process.env.READ_ONLY) console.log('read only')
            export const port = Number(process.env.PORT) || 4000
            export const { HOST = 'localhost' } = process.env
          `,
        },
      }),
    )
    expect(outlineEnvironment(boot)).toEqual([
      'A_URL required code throws',
      'B_URL required code throws',
      'DATABASE_URL maybe - undefined',
      'HOST optional default localhost - undefined',
      'JWT_SECRET required code exits',
      'PORT optional default 4000 - undefined',
      'READ_ONLY maybe - undefined',
      'SMTP_HOST required code throws',
      'SMTP_USER required code throws',
      'STRIPE_KEY required code throws',
    ])
  })

  it.each(["if (!key) throw new Error('no key')", "if (key === '') throw new Error('no key')"])(
    'takes an empty text that is refused for no default: %s',
    (check) => {
      const held = `class Mail { constructor() { const key = process.env.MAIL_KEY || ''; ${check} } }\nnew Mail()`
      expect(outlineEnvironment(bootOf(appWith(`${held}\n${ROUTE}`)))).toContain('MAIL_KEY required code throws')
    },
  )

  it('does not take a switch for something required', () => {
    const boot = bootOf(appWith(`if (process.env.DISABLED) process.exit(0)\n${ROUTE}`))
    expect(outlineEnvironment(boot)).toContain('DISABLED maybe - undefined')
  })

  it('leaves out what scripts and tests read', () => {
    const boot = bootOf(
      appWith(ROUTE, {
        files: {
          'scripts/seed.ts': `import { db } from '../src/db.js'\nconst rows = process.env.SEED_ROWS\nif (!rows) throw new Error()`,
          'src/app.test.ts': `import './app.js'\nconst token = process.env.TEST_TOKEN`,
        },
      }),
    )
    expect(outlineEnvironment(boot)).toEqual(['DATABASE_URL maybe - undefined'])
  })

  it('gives a dossier the same variables, whichever was read before', () => {
    const files = appWith(
      `app.get('/a', (req, res) => { res.json({ key: process.env.A_KEY }) })
       app.get('/b', async (req, res) => { const { b } = await import('./b.js'); res.json({ b }) })`,
      { files: { 'src/b.ts': 'export const b = process.env.B_KEY' } },
    )
    const read = (order: string[]): Record<string, readonly string[]> =>
      withProject(files, {}, (root) => {
        const scan = scanProject(root)
        return Object.fromEntries(order.map((route) => [route, dossierOf(scan, route).environment]))
      })
    const forwards = read(['GET /a', 'GET /b'])
    expect(forwards).toEqual(read(['GET /b', 'GET /a']))
    expect(forwards).toEqual({ 'GET /a': ['B_KEY', 'DATABASE_URL', 'A_KEY'], 'GET /b': ['B_KEY', 'DATABASE_URL'] })
  })
})

describe('what else starts', () => {
  it('tells what the app starts from what only the server starts', () => {
    const boot = bootOf(
      appWith(ROUTE, {
        imports: `import './telemetry.js'`,
        files: {
          'src/telemetry.ts': `import * as Sentry from '@sentry/node'\nSentry.init({ dsn: process.env.SENTRY_DSN })`,
          'src/server.ts': `
            import cron from 'node-cron'
            import { Redis } from 'ioredis'
            import { Worker } from 'bullmq'
            import { app } from './app.js'
            const redis = new Redis(process.env.REDIS_URL)
            new Worker('mail', async () => {}, { connection: redis })
            cron.schedule('* * * * *', () => {})
            setInterval(() => {}, 1000)
            process.on('SIGTERM', () => process.exit(0))
            const server = app.listen(3000)
            server.on('error', () => process.exit(1))
          `,
        },
      }),
    )
    expect(outlineStarts(boot)).toEqual([
      'redis Redis server src/server.ts:6',
      'queue Worker server src/server.ts:7',
      'cron schedule server src/server.ts:8',
      'timer setInterval server src/server.ts:9',
      'process-listener process.on(SIGTERM) server src/server.ts:10',
      'telemetry init app src/telemetry.ts:2',
    ])
    expect(outlineEnvironment(boot)).toContain('REDIS_URL maybe - undefined')
  })

  it('counts what a factory starts for the app, whoever calls it', () => {
    const boot = bootOf({
      'src/app.ts': `
        import express from 'express'
        import { Redis } from 'ioredis'
        export function createApp() {
          const redis = new Redis(process.env.REDIS_URL)
          const app = express()
          ${ROUTE}
          return app
        }
      `,
      'src/server.ts': `
        import { createApp } from './app.js'
        setInterval(() => {}, 1000)
        createApp().listen(3000)
      `,
    })
    expect(outlineStarts(boot)).toEqual(['redis Redis app src/app.ts:5', 'timer setInterval server src/server.ts:3'])
    expect(boot.environment).toMatchObject([{ name: 'REDIS_URL', part: 'app' }])
  })

  it('sees connections, migrations and sockets that open before a request', () => {
    const boot = bootOf({
      'src/schema.ts': SCHEMA,
      'src/db.ts': `
        import pg from 'pg'
        import { drizzle } from 'drizzle-orm/node-postgres'
        import { migrate } from 'drizzle-orm/node-postgres/migrator'
        export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
        pool.connect().catch(() => process.exit(1))
        export const db = drizzle(pool)
        await migrate(db, { migrationsFolder: 'drizzle' })
      `,
      'src/server.ts': `
        import http from 'node:http'
        import express from 'express'
        import { Server } from 'socket.io'
        import { db } from './db.js'
        const app = express()
        ${ROUTE}
        const server = http.createServer(app)
        new Server(server)
        server.listen(3000)
      `,
    })
    expect(outlineStarts(boot)).toEqual([
      'database Pool.connect app src/db.ts:6',
      'migration migrate app src/db.ts:8',
      'websocket Server app src/server.ts:9',
    ])
  })

  it('sees what files start that are loaded by a path that the code makes', () => {
    const boot = bootOf(
      appWith(`fs.readdirSync(__dirname + '/routes').forEach((file) => require('./routes/' + file)(app))\n${ROUTE}`, {
        imports: `import fs from 'node:fs'`,
        files: {
          'src/routes/jobs.js': `
            const { queue } = require('../queue')
            module.exports = (app) => { app.post('/jobs', async (req, res) => res.json(await queue.add(req.body))) }
          `,
          'src/queue.js': `const Queue = require('bull')\nexports.queue = new Queue('jobs')`,
        },
      }),
    )
    expect(outlineStarts(boot)).toEqual(['queue bull app src/queue.js:2'])
  })

  it('names the file that dotenv reads', () => {
    const boot = bootOf(
      appWith(ROUTE, { imports: `import dotenv from 'dotenv'\ndotenv.config({ path: '.env.local' })` }),
    )
    expect(boot.configFiles).toEqual([{ path: '.env.local', at: { file: 'src/app.ts', line: 7 } }])
    const computed = bootOf(
      appWith(`config({ path: path.join(__dirname, '../.env') })\n${ROUTE}`, {
        imports: `import { config } from 'dotenv'\nimport path from 'node:path'`,
      }),
    )
    expect(computed.configFiles.map(({ path }) => path)).toEqual(['.env'])
    const bare = bootOf(appWith(ROUTE, { imports: `import 'dotenv/config'` }))
    expect(bare.configFiles).toEqual([{ path: '.env', at: { file: 'src/app.ts', line: 6 } }])
  })
})

describe('database address', () => {
  it('shows an address in the code without its password', () => {
    const db = DATABASE.replace('process.env.DATABASE_URL!', `'postgres://shop:hunter2@db.shop.example:5432/shop'`)
    expect(bootOf({ ...appWith(ROUTE), 'src/db.ts': db }).hardCoded).toEqual([
      { text: 'postgres://shop:***@db.shop.example:5432/shop', isFallback: false, at: { file: 'src/db.ts', line: 3 } },
    ])
  })

  it('tells a fallback and a host from an address that is always used', () => {
    const db = DATABASE.replace(
      'process.env.DATABASE_URL!',
      `{ connection: { host: 'db.internal', user: process.env.DB_USER, password: process.env.DB_PASS ?? 'x' } }`,
    )
    expect(bootOf({ ...appWith(ROUTE), 'src/db.ts': db }).hardCoded).toMatchObject([
      { text: 'db.internal', isFallback: false },
    ])
    const url = DATABASE.replace('process.env.DATABASE_URL!', `process.env.DATABASE_URL ?? 'postgres://localhost/shop'`)
    expect(bootOf({ ...appWith(ROUTE), 'src/db.ts': url }).hardCoded).toMatchObject([
      { text: 'postgres://localhost/shop', isFallback: true },
    ])
  })
})

describe('the app', () => {
  it('is held by a class', () => {
    const boot = bootOf({
      'src/app.ts': `
        import express from 'express'
        export class App {
          public app: express.Application
          constructor() { this.app = express(); this.app.get('/orders', (req, res) => { res.json([]) }) }
          listen() { this.app.listen(3000) }
        }
      `,
      'src/server.ts': `import { App } from './app.js'\nnew App().listen()`,
    })
    expect(boot.apps).toMatchObject([
      {
        madeAt: { file: 'src/app.ts', line: 5 },
        madeIn: { name: 'constructor' },
        holder: { className: 'App', property: 'app', exportName: 'App', isInstance: false },
        listensAt: [{ file: 'src/app.ts', line: 6 }],
      },
    ])
  })

  it('is made in an async function that runs at once', () => {
    const boot = bootOf({
      'src/index.ts': `
        import express from 'express'
        ;(async () => {
          const app = express()
          app.get('/orders', (req, res) => { res.json([]) })
          app.listen(3000)
        })()
      `,
    })
    expect(boot.apps).toMatchObject([{ madeIn: { isAsync: true, isImmediate: true, parameters: [] }, holder: null }])
  })

  it('is made by a function that needs something', () => {
    const boot = bootOf({
      'src/app.ts': `
        import express from 'express'
        export function createApp(deps: { now: () => Date }) {
          const app = express()
          app.get('/orders', (req, res) => { res.json(deps.now()) })
          return app
        }
      `,
      'src/server.ts': `import { createApp } from './app.js'\ncreateApp({ now: () => new Date() }).listen(3000)`,
    })
    expect(boot.apps).toMatchObject([
      { madeIn: { name: 'createApp', parameters: ['deps'], isAsync: false, isImmediate: false } },
    ])
  })

  it('is filled after it listens', () => {
    const listening = `app.listen(3000)\n${ROUTE}`
    expect(bootOf(appWith(listening)).apps).toMatchObject([{ isFilledAfterListen: true }])
    expect(bootOf(appWith(`${ROUTE}\napp.listen(3000)`)).apps).toMatchObject([{ isFilledAfterListen: false }])
  })
})
