import { beforeAll, describe, expect, it } from 'vitest'
import type { RunFacts, TestFacts } from '../../../src/run/types.ts'
import { LIMIT_MS, runProject } from '../run-project.ts'

const IMPORTS = `
import request from 'supertest'
import { bootApp, db, until } from 'itest-gen'
import { expect, it } from 'vitest'
`

/** Apps whose database is where their code says, and not where a variable does. */
const hardCoded = {
  'src/hard-coded/pg.ts': `
    import express from 'express'
    import { drizzle } from 'drizzle-orm/node-postgres'
    import pg from 'pg'
    import { rooms } from '../db/schema.js'
    const pool = new pg.Pool({ host: 'db.prod.example', port: 6432, user: 'app', password: 'secret', database: 'prod', ssl: true })
    const db = drizzle(pool)
    export const app = express().post('/rooms', async (req, res) => {
      res.status(201).json(await db.insert(rooms).values({ name: 'by pg' }).returning())
    })`,
  'src/hard-coded/postgres-js.ts': `
    import express from 'express'
    import { drizzle } from 'drizzle-orm/postgres-js'
    import postgres from 'postgres'
    import { rooms } from '../db/schema.js'
    const db = drizzle(postgres('postgres://app:secret@127.0.0.1:5432/prod?sslmode=require&options=project%3Dhotel'))
    export default express().post('/rooms', async (req, res) => {
      res.status(201).json(await db.insert(rooms).values({ name: 'by postgres-js' }).returning())
    })`,
  'tests/hard-coded.test.ts': `${IMPORTS}
import { app } from '../src/hard-coded/pg.js'
import other from '../src/hard-coded/postgres-js.js'
import { rooms } from '../src/db/schema.js'
it('writes to the database of the test, whatever the code names', async () => {
  expect((await request(app).post('/rooms')).status).toBe(201)
  expect((await request(other).post('/rooms')).status).toBe(201)
  expect((await db.select().from(rooms)).map(({ name }) => name)).toEqual(['blue', 'green', 'by pg', 'by postgres-js'])
})`,
}

/** Apps that give up, or would, when they are loaded. */
const givingUp = {
  'src/gives-up.ts': `
    console.error('Invalid environment:', { SECRET: ['Required'] })
    process.exit(1)`,
  'src/gives-up-later.ts': `
    import express from 'express'
    import net from 'node:net'
    process.on('uncaughtException', () => process.exit(1))
    process.on('unhandledRejection', () => process.exit(1))
    export const ended = { count: 0 }
    net.connect(6379, 'cache.example').on('error', () => { ended.count += 1; process.exit(1) })
    export const app = express().get('/', (req, res) => { res.json({ alive: true }) })`,
  'node_modules/ioredis/package.json': '{ "name": "ioredis", "main": "index.js" }',
  'node_modules/ioredis/index.js': `
    const net = require('node:net')
    module.exports = (state) => net.connect(6379, 'cache.example').on('error', () => {
      state.refused = true
      Promise.reject(new Error('Connection is closed.'))
    })`,
  'src/queue.ts': `
    import connect from 'ioredis'
    export const state = { refused: false }
    connect(state)`,
  'tests/gives-up.test.ts': `${IMPORTS}
it('says why an app does not start', async () => {
  const message = 'the app ended the process with code 1; before that it printed: Invalid environment: {"SECRET":["Required"]}'
  await expect(import('../src/gives-up.js')).rejects.toThrow(message)
})`,
  'tests/survives.test.ts': `${IMPORTS}
import { app, ended } from '../src/gives-up-later.js'
it('keeps an app alive that ends the process when a connection is refused', async () => {
  await until(() => expect(ended.count).toBe(1))
  expect((await request(app).get('/')).body).toEqual({ alive: true })
})`,
  'tests/queue.test.ts': `${IMPORTS}
import { state } from '../src/queue.js'
it('is not held to what a queue makes of a refused connection', async () => {
  await until(() => expect(state.refused).toBe(true))
})`,
}

/** What runs beside the requests. */
const schedulers = {
  'node_modules/node-cron/package.json': '{ "name": "node-cron", "main": "index.js" }',
  'node_modules/node-cron/index.js': `exports.schedule = (_when, job) => setTimeout(job, 1)`,
  'src/schedules.ts': `
    import cron from 'node-cron'
    import { setInterval as every } from 'node:timers'
    export const ran: string[] = []
    cron.schedule('* * * * * *', () => ran.push('cron'))
    setInterval(() => ran.push('interval'), 1000)
    every(() => ran.push('interval of node:timers'), 1000)
    const ready = setInterval(() => { ran.push('ready'); clearInterval(ready) }, 5)`,
  'tests/schedules.test.ts': `${IMPORTS}
import { ran } from '../src/schedules.js'
it('runs what the start waits for, and no job in the middle of a test', async () => {
  await until(() => expect(ran).toContain('ready'))
  expect(ran).toEqual(['ready'])
})`,
}

const LISTENING = `
  import express from 'express'
  export const app = express()
  app.get('/', (req, res) => { res.json({ alive: true }) })
  app.get('/again', async (req, res) => {
    const answer = await fetch('http://localhost:3000/')
    res.json(await answer.json())
  })`

/** Apps that listen by themselves, at once, late, or not at all. */
const listening = {
  'src/listening.ts': `${LISTENING}\napp.listen(3000)`,
  'src/guarded.cjs': `
    const express = require('express')
    const app = express().get('/', (req, res) => { res.json({ alive: true }) })
    if (require.main === module) app.listen(3000)
    module.exports = app`,
  'src/unbuilt.ts': `
    import express from 'express'
    import { createServer } from 'node:http'
    const app = express()
    void (async () => {
      const server = createServer(app)
      app.get('/', (req, res) => { res.json({ alive: true }) })
      await Promise.resolve()
      if (app.get('env') !== 'development') throw new Error('Could not find the build directory')
      server.listen(3000)
    })()`,
  'src/broken.ts': `
    void (async () => { throw new Error('no settings') })()
    export {}`,
  'src/late.mts': `
    import express from 'express'
    const app = express()
    const orders = express.Router().get('/:id', (req, res) => { res.json({ id: req.params.id }) })
    const connect = () => new Promise((resolve) => setTimeout(resolve, 60))
    const startServer = async () => {
      await connect()
      const server = app.listen({ port: 3000, host: '0.0.0.0' }, async () => {
        await connect()
        app.use('/api/orders', orders)
      })
      // As Socket.IO does.
      const own = server.listeners('request')
      server.removeAllListeners('request')
      server.on('request', (...args) => { for (const listener of own) listener.apply(server, args) })
    }
    void startServer()`,
  ...Object.fromEntries(
    ['one', 'other'].map((name) => [
      `tests/listening-${name}.test.ts`,
      `${IMPORTS}
import { app } from '../src/listening.js'
it('listens on a port that is free, and reaches itself on the one it asked for: ${name}', async () => {
  expect((await request(app).get('/')).body).toEqual({ alive: true })
  await until(async () => expect((await request(app).get('/again')).body).toEqual({ alive: true }))
})`,
    ]),
  ),
  'tests/listening-late.test.ts': `${IMPORTS}
it('serves an app that is exported and does not listen in a test', async () => {
  const app = await bootApp(() => import('../src/guarded.cjs'))
  expect((await request(app).get('/')).body).toEqual({ alive: true })
})
it('serves what an app has made when its start fails later', async () => {
  const app = await bootApp(() => import('../src/unbuilt.js'))
  expect((await request(app).get('/')).body).toEqual({ alive: true })
})
it('says what broke the start of an app', async () => {
  await expect(bootApp(() => import('../src/broken.js'))).rejects.toThrow('The app failed before it listened: no settings')
})
it('waits for a route that comes after the server listens', async () => {
  const app = await bootApp(() => import('../src/late.mjs'), { route: 'GET /api/orders/:id' })
  expect((await request(app).get('/api/orders/7')).body).toEqual({ id: '7' })
})`,
}

const environment = {
  '.env': 'PRIVATE=of-the-developer\nDATABASE_URL=postgres://localhost:5432/mine',
  '.env.local': 'PRIVATE=of-the-developer',
  '.env.test': 'SHARED=of-the-tests',
  'src/environment.ts': `
    import fs, { readFileSync } from 'node:fs'
    import { readFile } from 'node:fs/promises'
    process.loadEnvFile()
    process.loadEnvFile('.env.test')
    export const read = [readFileSync('.env', 'utf8'), String(fs.readFileSync('./.env.local')), await readFile('.env', 'utf8')]
    export const env = { PRIVATE: process.env.PRIVATE, SHARED: process.env.SHARED, isThere: fs.existsSync('.env.production') }`,
  'node_modules/reflect-metadata/package.json': '{ "name": "reflect-metadata", "main": "index.js" }',
  'node_modules/reflect-metadata/index.js': 'Reflect.getMetadata = () => "of a decorator"',
  'tests/environment.test.ts': `${IMPORTS}
import { env, read } from '../src/environment.js'
it('has what decorators need before the app is loaded', () => {
  expect(Reflect.get(Reflect, 'getMetadata')()).toBe('of a decorator')
})
it('reads .env.test, and a .env that is there and empty', () => {
  expect(read).toEqual(['', '', ''])
  expect(env).toEqual({ PRIVATE: undefined, SHARED: 'of-the-tests', isThere: true })
})`,
}

const files: Record<string, string> = { ...hardCoded, ...givingUp, ...schedulers, ...listening, ...environment }

const APPS = [
  { express: 'express', files },
  { express: 'express4', files: listening },
]

describe.each(APPS)('booting apps of $express', ({ express, files }) => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await runProject(files, { express, route: { method: 'POST', path: '/rooms' } })
  }, LIMIT_MS)

  it('loads every file, and has no error outside of the tests', () => {
    expect(facts.fileErrors).toEqual([])
    expect(facts.unhandled).toEqual([])
    expect(facts.reason).toBe('passed')
  })

  it.each(Object.values(files).flatMap(titlesOf))('%s', (title) => {
    const test = facts.tests.find(({ name }) => name === title)
    expect(outcomeOf(test)).toEqual({ state: 'passed', errors: [] })
  })
})

function titlesOf(text: string): string[] {
  return [...text.matchAll(/^it\('([^']+)'/gm)].map(([, title = '']) => title)
}

function outcomeOf(test: TestFacts | undefined): unknown {
  return { state: test?.state, errors: test?.errors.map(({ message }) => message) }
}
