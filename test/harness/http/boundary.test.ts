import { beforeAll, describe, expect, it } from 'vitest'
import type { RunFacts, TestFacts } from '../../../src/run/types.ts'
import { LIMIT_MS, runProject } from '../run-project.ts'

const CLIENT_IMPORTS = `
import axios from 'axios'
import got from 'got'
import http from 'node:http'
import https from 'node:https'
import superagent from 'superagent'
import tls from 'node:tls'
import { Agent, Client, fetch as ownFetch, getGlobalDispatcher, ProxyAgent, request as ownRequest, setGlobalDispatcher } from 'undici'
import { listCalls, stub } from 'itest-gen'
import { expect, it } from 'vitest'
`

/** Each gets what \`/v1/things\` answers, parsed. */
const CLIENTS = `
const send = (module: any, url: string, options: object = {}) => new Promise<any>((resolve, reject) => {
  const outgoing = module.request(url, options, (res: any) => {
    let text = ''
    res.on('data', (chunk: any) => { text += chunk }).on('end', () => resolve(JSON.parse(text))).on('error', reject)
  })
  outgoing.on('error', reject).end()
})
const connect = ({ host }: any) => tls.connect({ host, port: 443, servername: host })
const url = 'https://api.example/v1/things'
const clients: Record<string, () => Promise<any>> = {
  fetch: async () => (await fetch(url)).json(),
  'undici with an agent of its own': async () => (await ownFetch(url, { dispatcher: new Agent() })).json(),
  'a client of undici': async () => (await new Client('https://api.example').request({ path: '/v1/things', method: 'GET' })).body.json(),
  'a proxy agent of undici': async () => (await ownRequest(url, { dispatcher: new ProxyAgent('http://proxy.example:3128') })).body.json(),
  'fetch after the app chose the global dispatcher': async () => {
    const before = getGlobalDispatcher()
    setGlobalDispatcher(new Agent({ keepAliveTimeout: 10 }))
    try { return await (await fetch(url)).json() } finally { setGlobalDispatcher(before) }
  },
  'node:https': () => send(https, url),
  'node:https without an agent': () => send(https, url, { agent: false }),
  'node:https with an agent that keeps connections': () => send(https, url, { agent: new https.Agent({ keepAlive: true }) }),
  'node:https with createConnection': () => send(https, url, { createConnection: connect }),
  'node:https with raw headers': () => send(https, url, { headers: ['host', 'api.example', 'x-a', '1'] }),
  'node:http on an unusual port': () => send(http, 'http://api.example:8025/v1/things'),
  'undici on an unusual port': async () => (await ownRequest('http://api.example:8025/v1/things')).body.json(),
  axios: async () => (await axios.get(url)).data,
  got: async () => got(url, { retry: { limit: 0 } }).json(),
  superagent: async () => (await superagent.get(url)).body,
}
`

const files = {
  'tests/clients.test.ts': `${CLIENT_IMPORTS}${CLIENTS}
const port = (name: string) => (name.includes('unusual') ? 'http://api.example:8025' : 'https://api.example')
for (const [name, call] of Object.entries(clients)) {
  it('answers ' + name, async () => {
    stub(port(name)).on('GET', '/v1/:things').reply(200, { ok: true })
    expect(await call()).toEqual({ ok: true })
    expect(listCalls()).toMatchObject([{ origin: port(name).replace(/:443$/, ''), method: 'GET', path: '/v1/things' }])
    expect(Object.keys(listCalls()[0].headers).filter((header) => header.startsWith('x-itest'))).toEqual([])
  })
}`,
  // A file of its own: here no stub is declared, so nothing but the call itself says what it is.
  'tests/unstubbed.test.ts': `${CLIENT_IMPORTS}${CLIENTS}
for (const [name, call] of Object.entries(clients)) {
  it('notices ' + name, async () => {
    expect(await call().catch(() => 'swallowed')).toBe('swallowed')
  })
}`,
  'tests/answers.test.ts': `
import axios from 'axios'
import Stripe from 'stripe'
import { db, stub } from 'itest-gen'
import { expect, it } from 'vitest'
import { rooms } from '../src/db/schema.js'
const api = stub('https://api.example')
const get = () => fetch('https://api.example/v1/things/7?page=2')
it('answers in turn, and the last answer stays', async () => {
  api.on('GET', '/v1/things/:id').reply(429, undefined, { 'retry-after': '1' }).reply(503, 'later').reply(200, { id: 7 })
  const answers = [await get(), await get(), await get(), await get()]
  expect(answers.map(({ status }) => status)).toEqual([429, 503, 200, 200])
  expect(answers[0].headers.get('retry-after')).toBe('1')
  expect(answers[1].headers.get('content-type')).toContain('text/plain')
})
it('matches paths, queries and whatever else matters', async () => {
  api.on('ALL', '/v1/*').reply(200, 'any')
  api.on('GET', '/v1/things/:id?page=2').reply(200, 'page two')
  api.on('POST', '/v1/things', (call) => call.body.size > 3).reply(200, 'large')
  const post = (size: number) => axios.post('https://api.example/v1/things', { size })
  expect(await (await get()).text()).toBe('page two')
  expect(await (await fetch('https://api.example/v1/things/7')).text()).toBe('any')
  expect([(await post(4)).data, (await post(1)).data]).toEqual(['large', 'any'])
})
it('cuts the body', async () => {
  api.on('GET', '/v1/things/7').cutBody(200, { id: 7 })
  await expect(get().then((res) => res.json())).rejects.toMatchObject({ message: 'terminated', cause: { code: 'UND_ERR_SOCKET' } })
  await expect(axios.get('https://api.example/v1/things/7')).rejects.toMatchObject({ message: 'stream has been aborted' })
})
it('resets the connection', async () => {
  api.on('GET', '/v1/things/7').resetConnection()
  await expect(get()).rejects.toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNRESET' } })
})
it('hangs, before or after the headers', async () => {
  api.on('GET', '/v1/things/7').hang().hang({ afterHeaders: true })
  await expect(axios.get('https://api.example/v1/things/7', { timeout: 100 })).rejects.toMatchObject({ code: 'ECONNABORTED' })
  const res = await fetch('https://api.example/v1/things/7', { signal: AbortSignal.timeout(300) })
  expect(res.status).toBe(200)
  await expect(res.text()).rejects.toMatchObject({ name: 'TimeoutError' })
})
it('streams', async () => {
  api.on('GET', '/v1/things/7').stream(200, ['data: 1\\n\\n', 'data: 2\\n\\n'], { 'content-type': 'text/event-stream' })
  const res = await get()
  expect([res.headers.get('content-type'), await res.text()]).toEqual(['text/event-stream', 'data: 1\\n\\ndata: 2\\n\\n'])
})
it('acts while the app waits', async () => {
  api.on('GET', '/v1/things/7').reply(async (call) => {
    await db.insert(rooms).values({ name: 'in between, page ' + call.query.page })
    return { status: 201, body: { rooms: await db.$count(rooms) } }
  })
  expect(await (await get()).json()).toEqual({ rooms: 3 })
})
it('has a handler that throws', async () => {
  api.on('GET', '/v1/things/7').reply(() => { throw new Error('the handler broke') })
  expect(await get().catch(() => 'swallowed')).toBe('swallowed')
})
it('has an assertion in a handler', async () => {
  api.on('GET', '/v1/things/7').reply((call) => { expect(call.path).toBe('/v2'); return { status: 200 } })
  expect(await get().catch(() => 'swallowed')).toBe('swallowed')
})
it('reads forms and files', async () => {
  api.on('POST', '/*').reply(204)
  const post = (body: any) => fetch('https://api.example/x', { method: 'POST', body })
  await post(new URLSearchParams([['metadata[id]', '1'], ['tag', 'a'], ['tag', 'b']]))
  const form = new FormData()
  form.append('title', 'ä')
  form.append('file', new File(['content'], 'a.txt', { type: 'text/plain' }))
  await post(form)
  await post('{"half":')
  expect(api.calls.map(({ body }) => body)).toEqual([
    { 'metadata[id]': '1', tag: ['a', 'b'] },
    { title: 'ä', file: { filename: 'a.txt', type: 'text/plain', text: 'content' } },
    '{"half":',
  ])
})
it('speaks with the real Stripe client', async () => {
  const stripe = stub('https://api.stripe.com')
  stripe.on('POST', '/v1/payment_intents').reply(500, { error: { message: 'down' } }).reply(200, { id: 'pi_1' })
  for (const httpClient of [Stripe.createNodeHttpClient(), Stripe.createFetchHttpClient()]) {
    const client = new Stripe('sk_test_1', { httpClient, maxNetworkRetries: 1 })
    const intent = { amount: 500, currency: 'usd', metadata: { order: 'o1' } }
    expect(await client.paymentIntents.create(intent, { idempotencyKey: 'key-1' })).toMatchObject({ id: 'pi_1' })
  }
  const [first] = stripe.calls
  expect(first).toMatchObject({ headers: { 'idempotency-key': 'key-1' }, body: { amount: '500', 'metadata[order]': 'o1' } })
  expect(stripe.calls).toHaveLength(3)
})
it('stands for every host below a name', async () => {
  const storage = stub('https://*.storage.example')
  storage.on('PUT', '/a').reply(200)
  await fetch('https://bucket.storage.example/a', { method: 'PUT', body: 'x' })
  expect(storage.calls).toMatchObject([{ origin: 'https://bucket.storage.example', body: 'x' }])
})`,
  'src/late.ts': `
import express from 'express'
import nodemailer from 'nodemailer'
const post = nodemailer.createTransport({ host: 'smtp.example', port: 587 })
const gate = () => { let open = () => {}; return { passed: new Promise<void>((resolve) => { open = resolve }), open: () => open() } }
export const testIsOver = gate()
export const appIsDone = gate()
export const app = express()
  .get('/at-once', (req, res) => { res.json({}); fetch('https://audit.example/at-once').catch(() => {}) })
  .get('/late', async (req, res) => { res.json({}); await testIsOver.passed; await fetch('https://audit.example/late').catch(() => {})
    await post.sendMail({ from: 'a@b.example', to: 'c@d.example', text: 'late' }).catch(() => {})
    appIsDone.open() })`,
  'tests/late.test.ts': `
import request from 'supertest'
import { listCalls, mail, stub } from 'itest-gen'
import { expect, it } from 'vitest'
import { app, appIsDone, testIsOver } from '../src/late.js'
it('calls after its answer', async () => {
  expect((await request(app).get('/at-once')).status).toBe(200)
})
it('calls when its test is over', async () => {
  expect((await request(app).get('/late')).status).toBe(200)
})
it('is the test after', async () => {
  const audit = stub('https://audit.example')
  audit.on('GET', '/*').reply(200)
  testIsOver.open()
  await appIsDone.passed
  expect(audit.calls).toEqual([])
  expect(listCalls()).toEqual([])
  expect(mail.sent).toEqual([])
})`,
  'tests/mail.test.ts': `
import nodemailer from 'nodemailer'
import { mail } from 'itest-gen'
import { expect, it } from 'vitest'
const ways = {
  plain: { host: 'smtp.example', port: 587, auth: { user: 'u', pass: 'p' } },
  secure: { host: 'smtp.example', port: 465, secure: true },
  'upgraded to TLS': { host: 'smtp.example', port: 587, requireTLS: true },
  'a catcher on this machine': { host: 'localhost', port: 1025 },
  pooled: { service: 'gmail', pool: true, auth: { user: 'u', pass: 'p' } },
}
const letter = {
  from: 'Ada <ada@shop.example>', to: 'bob@customer.example', bcc: 'archive@shop.example', subject: 'Grüße — your order',
  text: 'Line ä\\n.\\nend', html: '<b>ü</b>', attachments: [{ filename: 'a.txt', content: 'attached' }],
}
for (const [name, options] of Object.entries(ways)) {
  it('takes mail that is ' + name, async () => {
    await nodemailer.createTransport(options).sendMail(letter)
    expect(mail.sent).toMatchObject([{
      from: 'ada@shop.example', to: ['bob@customer.example', 'archive@shop.example'], subject: 'Grüße — your order',
      text: 'Line ä\\n.\\nend', html: '<b>ü</b>', headers: { to: 'bob@customer.example' },
      attachments: [{ filename: 'a.txt', type: 'text/plain', text: 'attached' }],
    }])
  })
}
const fail = () => nodemailer.createTransport({ ...ways.plain, greetingTimeout: 200 }).sendMail(letter).then(() => 'sent', (error) => error)
it('refuses mail', async () => {
  mail.reject(450, 'later')
  expect(await fail()).toMatchObject({ code: 'EENVELOPE', responseCode: 450 })
  mail.reject(535)
  expect(await fail()).toMatchObject({ code: 'EAUTH', responseCode: 535 })
  mail.refuseConnection()
  expect((await fail()).message).toContain('ECONNREFUSED')
  mail.resetConnection()
  expect((await fail()).message).toContain('ECONNRESET')
  mail.hang()
  expect(await fail()).toMatchObject({ code: 'ETIMEDOUT' })
  expect(mail.sent).toEqual([])
})
it('takes mail again in the next test', async () => {
  expect(await fail()).toBe('sent')
})`,
}

describe('the boundary around the app', () => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await runProject(files)
  }, LIMIT_MS)

  const inFile = (file: string): TestFacts[] => facts.tests.filter((test) => test.file === `tests/${file}.test.ts`)
  const messages = (name: string): string[] | undefined =>
    facts.tests.find((test) => test.name === name)?.errors.map((error) => error.message)

  it('answers every client', () => {
    const tests = inFile('clients')
    expect(tests).toHaveLength(15)
    expect(tests.flatMap((test) => test.errors.map((error) => [test.name, error.message]))).toEqual([])
  })

  it('fails a test whose call nothing answers, whatever client made it and swallowed the error', () => {
    const tests = inFile('unstubbed')
    expect(tests).toHaveLength(15)
    for (const { name, errors, harness } of tests) {
      const origin = name.includes('unusual') ? 'http://api.example:8025' : 'https://api.example'
      expect([name, errors[0]?.code]).toEqual([name, 'ITEST_UNSTUBBED_CALL'])
      expect([name, harness?.unstubbedCalls]).toEqual([name, [`GET ${origin}/v1/things`]])
    }
  })

  it('answers as the test says', () => {
    const failed = inFile('answers').filter((test) => test.state === 'failed' && !test.name.startsWith('has a'))
    expect(failed.map((test) => [test.name, test.errors[0]?.message])).toEqual([])
    expect(inFile('answers')).toHaveLength(12)
  })

  it('fails a test with the words of its own handler', () => {
    expect(messages('has a handler that throws')).toEqual(['the handler broke'])
    expect(messages('has an assertion in a handler')?.[0]).toContain("expected '/v1/things/7' to be '/v2'")
  })

  it('lets a call after the answer count for its own test', () => {
    expect(messages('calls after its answer')).toEqual([
      'the test stubbed no answer for: GET https://audit.example/at-once',
    ])
    expect(messages('calls when its test is over')).toEqual([])
    expect(messages('is the test after')).toEqual([])
    expect(facts.fileErrors).toMatchObject([
      {
        file: 'tests/late.test.ts',
        error: {
          code: 'ITEST_LATE_CALL',
          message:
            'after its test had ended, the app still did this: ' +
            'GET https://audit.example/late (by "calls when its test is over"), ' +
            'mail over smtp.example:587 (by "calls when its test is over")',
        },
      },
    ])
  })

  it('takes all mail, or fails it', () => {
    expect(inFile('mail')).toHaveLength(7)
    expect(inFile('mail').flatMap((test) => test.errors.map((error) => [test.name, error.message]))).toEqual([])
  })
})
