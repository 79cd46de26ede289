import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, startEngine } from '../../src/harness/engine/engine.ts'
import { type RunOptions, runTests } from '../../src/run/run.ts'
import type { RunFacts, TestFacts } from '../../src/run/types.ts'
import { HEAD, hasPackage, makeProject, type SampleProject } from '../harness/sample-project.ts'

const LIMIT_MS = 120_000

const route = { method: 'POST', path: '/hotels/:hotelId/bookings' }

function run(project: SampleProject, engine: Engine, options: Partial<RunOptions> = {}): Promise<RunFacts> {
  const signal = new AbortController().signal
  const base = { root: project.root, files: [], engine, route, ablate: false, timeoutMs: LIMIT_MS, signal }
  return runTests({ ...base, ...options })
}

function find(facts: RunFacts, name: string): TestFacts {
  const found = facts.tests.find((test) => test.name === name)
  if (!found) throw new Error(`no test named ${name} in ${JSON.stringify(facts)}`)
  return found
}

const HAPPY = `${HEAD}
it('books', async () => {
  const res = await book('ada')
  expect(res.status).toBe(201)
  expect(res.body).toMatchObject({ id: 1, guest: 'ada' })
  expect(pay.calls).toMatchObject([{ method: 'POST', path: '/v1/charges', query: {}, body: { guest: 'ada' } }])
  expect(await db.select().from(bookings)).toMatchObject([{ id: 1, roomId: 1, createdAt: expect.any(Date) }])
  expect(await db.$count(rooms)).toBe(2)
})
it('starts from the template again', async () => {
  expect(await db.select().from(bookings)).toEqual([])
  expect(await db.select().from(rooms)).toHaveLength(2)
  expect((await book('bob')).body.id).toBe(1)
})
it('maps values as the app does', async () => {
  const values = { roomId: 2, guest: 'eve', night: '2026-01-02', price: '1.50', tags: ['a', 'b'], details: { n: 1 } }
  expect(await db.insert(bookings).values(values).returning()).toMatchObject([values])
})
it('fails the insert', async () => {
  await faults.on(bookings, 'insert').fail()
  const res = await book('ada')
  expect(res.status).toBe(503)
  expect(res.body).toEqual({ error: 'database', code: '53100' })
  await db.insert(bookings).values({ roomId: 1, guest: 'by the test itself' })
  expect(await db.$count(bookings)).toBe(1)
})
it('fails the insert with a chosen state', async () => {
  await faults.on(bookings, 'insert').fail({ sqlstate: '40001', message: "it's busy" })
  expect((await book('ada')).body.code).toBe('40001')
})
it('cuts the connection', async () => {
  pay.on('POST', '/v1/charges').resetConnection()
  expect((await book('ada')).body).toEqual({ error: 'payment' })
})
it('declines', async () => {
  pay.on('POST', '/v1/charges').reply(402, 'no')
  expect((await book('ada')).status).toBe(402)
})`

const files = {
  'tests/happy.test.ts': HAPPY,
  'tests/misses-fault.test.ts': `${HEAD}
it('never writes', async () => {
  await faults.on(bookings, 'update').fail()
  expect((await book('ada')).status).toBe(201)
})`,
  'tests/unstubbed.test.ts': `${HEAD}
it('hides an unstubbed call', async () => {
  const { app: other } = await import('../src/swallows.js')
  expect((await request(other).get('/')).status).toBe(200)
})`,
  'src/swallows.ts': `
import express from 'express'
export const app = express().get('/', async (req, res) => {
  await fetch('http://mail.example:8025/send?to=ada').catch(() => {})
  res.json({})
})`,
  'tests/network.test.ts': `${HEAD}
import https from 'node:https'
import net from 'node:net'
const failure = (port: number, host: string) => new Promise<any>((resolve) => net.connect(port, host).on('error', resolve))
it('reaches no server of others', async () => {
  expect(await failure(6379, '127.0.0.1')).toMatchObject({ code: 'ECONNREFUSED', port: 6379 })
  expect(await failure(5432, 'db.example')).toMatchObject({ code: 'ECONNREFUSED' })
})
it('stubs a server on this machine', async () => {
  const local = stub('http://localhost:4010')
  local.on('get', '/ping').reply(200, 'pong')
  const answer = await fetch('http://127.0.0.1:4010/ping?x=1')
  expect(await answer.text()).toBe('pong')
  expect(local.calls).toMatchObject([{ method: 'GET', path: '/ping', query: { x: '1' } }])
})
it('stubs node:https for clients that wait for TLS', async () => {
  const body = await new Promise<string>((resolve, reject) => {
    const outgoing = https.request('https://pay.example/v1/charges', { method: 'POST' }, (res) => {
      res.setEncoding('utf8').on('data', resolve)
    })
    outgoing.on('error', reject)
    outgoing.once('socket', (socket) => socket.once('secureConnect', () => outgoing.end('a=1')))
  })
  expect(JSON.parse(body)).toEqual({ id: 'ch_1' })
  expect(pay.calls[0]).toMatchObject({ method: 'POST', body: 'a=1' })
})
it('sees what the facts say and no secret', () => {
  expect(process.env.GREETING).toBe('from the facts')
  expect(process.env.DATABASE_URL).toContain('@127.0.0.1:')
  expect(JSON.stringify(process.env)).not.toContain('hunter2')
})`,
  'tests/misbehaves.test.ts': `${HEAD}
it('hangs', async () => {
  expect((await book('hang').timeout(300)).status).toBe(201)
})
it('leaves a call hanging', async () => {
  pay.on('POST', '/v1/charges').hang()
  expect((await book('ada').timeout(300)).status).toBe(201)
})
it('is not disturbed by the tests before', async () => {
  expect((await book('ada')).status).toBe(201)
  expect(await db.$count(bookings)).toBe(1)
  expect(pay.calls).toHaveLength(1)
})
it('exits', async () => {
  expect((await book('exit')).status).toBe(201)
})
it('asserts nothing', () => {})`,
  'tests/import-throws.test.ts': `import '../src/missing.js'\nimport { it } from 'vitest'\nit('x', () => {})`,
  'tests/syntax.test.ts': `import { it } from 'vitest'\nit('x', () => {`,
  'tests/hook.test.ts': `${HEAD}
describe('suite', () => {
  beforeEach(() => { throw new Error('hook broke') })
  it('has a broken hook', () => { expect(1).toBe(1) })
})`,
  'tests/boots.test.ts': `
import request from 'supertest'
import { bootApp } from 'itest-gen'
import { expect, it } from 'vitest'
it('catches the server', async () => {
  const server = await bootApp(() => import('../src/listens.js'))
  const res = await request(server).get('/')
  expect(res.body).toEqual({ port: 3000 })
})
it('says that the app gave up', async () => {
  await expect(bootApp(() => import('../src/gives-up.js'))).rejects.toThrow('ended the process with code 3')
})`,
  'src/listens.ts': `
import express from 'express'
const port = 3000
express().get('/', (req, res) => { res.json({ port }) }).listen(port, '0.0.0.0')`,
  'src/gives-up.ts': `Promise.resolve().then(() => process.exit(3)).catch(() => {})`,
}

describe('runTests', () => {
  let engine: Engine
  let project: SampleProject
  let facts: RunFacts
  const progress: string[] = []

  beforeAll(async () => {
    process.env.ITEST_SAMPLE_SECRET = 'hunter2'
    engine = await startEngine({ preference: 'auto' })
    project = makeProject(files)
    const names = Object.keys(files).filter((name) => name.startsWith('tests/'))
    facts = await run(project, engine, { files: names, onProgress: ({ fullName }) => progress.push(fullName) })
  }, LIMIT_MS)

  afterAll(async () => {
    delete process.env.ITEST_SAMPLE_SECRET
    project.remove()
    await engine.stop()
  })

  it('runs the app for real: database, faults, stubs, a fresh state per test', () => {
    const happy = facts.tests.filter((test) => test.file === 'tests/happy.test.ts')
    expect(happy.map(({ name, state, errors }) => [name, state, errors])).toEqual(
      happy.map(({ name }) => [name, 'passed', []]),
    )
    expect(happy).toHaveLength(7)
    expect(find(facts, 'books').harness).toEqual({
      requests: 1,
      requestsBefore: 0,
      log: [
        {
          method: 'POST',
          path: '/hotels/7/bookings',
          status: 201,
          route: 'POST /hotels/7/bookings',
          isApp: true,
          isGivenUp: false,
        },
      ],
      assertions: [13, 14, 15, 16, 17].map((line) => ({
        frame: { file: 'tests/happy.test.ts', line, column: expect.any(Number) },
        passed: 1,
        failed: 0,
        messages: [],
      })),
      uncaught: [],
      exits: [],
      hasFrozenTimers: false,
      tampered: [],
      routeHits: 1,
      unansweredRequests: [],
      unstubbedCalls: [],
      blockedConnections: [],
      unreachedFaults: [],
      appCrashes: [],
      isAfterCrash: false,
    })
    expect(progress).toContain('books')
  })

  it('ends with the reason of Vitest and its exit code', () => {
    expect(facts).toMatchObject({ reason: 'failed', exitCode: 1 })
    expect(facts.vitest).toMatch(/^\d+\.\d+/)
  })

  it('fails a test whose fault nothing hit', () => {
    expect(find(facts, 'never writes')).toMatchObject({
      state: 'failed',
      errors: [{ code: 'ITEST_FAULT_NOT_REACHED', message: 'the fault was not reached: update of bookings' }],
      harness: { unreachedFaults: ['update of bookings'] },
    })
  })

  it('fails a test with an unstubbed call, also when the app swallows it', () => {
    expect(find(facts, 'hides an unstubbed call')).toMatchObject({
      state: 'failed',
      errors: [{ code: 'ITEST_UNSTUBBED_CALL' }],
      harness: { unstubbedCalls: ['GET http://mail.example:8025/send?to=ada'], routeHits: 0, requests: 1 },
    })
  })

  it('refuses every connection that is not its own', () => {
    const test = find(facts, 'reaches no server of others')
    expect(test).toMatchObject({
      state: 'passed',
      harness: { blockedConnections: ['127.0.0.1:6379', 'db.example:5432'] },
    })
    expect(find(facts, 'stubs a server on this machine').errors).toEqual([])
    expect(find(facts, 'stubs node:https for clients that wait for TLS').errors).toEqual([])
  })

  it('hides the environment of the parent', () => {
    expect(find(facts, 'sees what the facts say and no secret').errors).toEqual([])
  })

  it('reports requests that nobody answered, and keeps them out of the next test', () => {
    for (const name of ['hangs', 'leaves a call hanging']) {
      expect(find(facts, name)).toMatchObject({
        state: 'failed',
        errors: [{ code: 'ECONNABORTED' }],
        harness: { unansweredRequests: ['POST /hotels/7/bookings'] },
      })
    }
    expect(find(facts, 'is not disturbed by the tests before').errors).toEqual([])
  })

  it('survives an app that ends the process', () => {
    expect(find(facts, 'exits')).toMatchObject({ state: 'failed', errors: [{ expected: '201', actual: '500' }] })
  })

  it('counts the assertions of every test', () => {
    expect(find(facts, 'asserts nothing')).toMatchObject({ state: 'passed', harness: { assertions: [] } })
  })

  it('reports files that can not be loaded', () => {
    const broken = new Map(facts.fileErrors.map(({ file, error }) => [file, error.message]))
    expect(broken.get('tests/import-throws.test.ts')).toContain('missing.js')
    expect(broken.has('tests/syntax.test.ts')).toBe(true)
  })

  it('reports a broken hook with its frame', () => {
    const [error] = find(facts, 'has a broken hook').errors
    expect(error).toMatchObject({ message: 'hook broke', hasComparison: false })
    expect(error?.frames[0]?.file).toBe('tests/hook.test.ts')
  })

  it('catches the server of an app that listens when it is imported', () => {
    expect(find(facts, 'catches the server').errors).toEqual([])
    expect(find(facts, 'says that the app gave up').errors).toEqual([])
  })

  it('leaves nothing of a run behind', () => {
    expect(readdirSync(engine.folder).filter((name) => name.startsWith('run-'))).toEqual([])
  })

  describe.each(['express', 'express4'].filter(hasPackage))('with %s', (express) => {
    it('answers 501 instead of the route when it is ablated', { timeout: LIMIT_MS }, async () => {
      const other = makeProject(files, { express })
      const ablated = await run(other, engine, { files: ['tests/happy.test.ts'], ablate: true })
      other.remove()
      expect(find(ablated, 'books')).toMatchObject({
        state: 'failed',
        errors: [{ expected: '201', actual: '501', hasComparison: true }],
        harness: { requests: 1, routeHits: 1 },
      })
      expect(find(ablated, 'maps values as the app does').state).toBe('passed')
    })
  })
})
