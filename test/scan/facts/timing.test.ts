import { describe, expect, it } from 'vitest'
import type { TraceEvent } from '../../../src/scan/types.ts'
import { appWith, firstScenario, outline, readHandler, readRoute } from '../../support/scan-source.ts'

type Extra = Parameters<typeof readHandler>[1]

const A = "fetch('http://a/x', { method: 'POST' })"
const B = "fetch('http://b/x', { method: 'POST' })"
const INSERT = 'db.insert(orders).values({ userId: 1, total: 1 })'
const TRACK = `export async function track() { await ${A} }`

/** The timings of calls and queries in the usual way through a handler. */
function timings(handler: string, extra: Extra = {}): string[] {
  return firstScenario(readHandler(handler, extra)).events.flatMap(timingOf)
}

function timingOf(event: TraceEvent): string[] {
  return event.kind === 'external' || event.kind === 'db' ? [event.timing] : []
}

describe('timing', () => {
  it.each([
    ['what is awaited', `await ${A}\nawait ${INSERT}\nres.sendStatus(201)`, ['in-order', 'in-order']],
    ['Promise.all', `await Promise.all([${A}, ${INSERT}])\nres.sendStatus(201)`, ['concurrent', 'concurrent']],
    ['Promise.all of one', `await Promise.all([${A}])\nres.sendStatus(201)`, ['in-order']],
    [
      'two queries of Promise.all',
      'await Promise.all([db.select().from(users), db.select().from(orders)])\nres.sendStatus(200)',
      ['concurrent', 'concurrent'],
    ],
    [
      'a promise awaited after other work',
      `const call = ${A}\nawait ${INSERT}\nawait call\nres.sendStatus(201)`,
      ['concurrent', 'concurrent'],
    ],
    ['a promise awaited at once', `const call = ${A}\nawait call\nres.sendStatus(201)`, ['in-order']],
    [
      'a list of promises',
      `await Promise.all(req.body.items.map(async (item) => { await ${A} }))\nres.sendStatus(201)`,
      ['concurrent'],
    ],
    ['async callbacks of forEach', `[1].forEach(async () => { await ${A} })\nres.sendStatus(201)`, ['detached']],
    ['a race against a timer', `await Promise.race([${A}, new Promise(() => {})])\nres.sendStatus(201)`, ['in-order']],
    ['void', `void ${A}\nres.sendStatus(201)`, ['detached']],
    ['a statement', `${A}\nawait ${INSERT}\nres.sendStatus(201)`, ['detached', 'in-order']],
    ['.catch without await', `${A}.catch(() => {})\nres.sendStatus(201)`, ['detached']],
    ['a query that is run without await', `${INSERT}.execute()\nres.sendStatus(201)`, ['detached']],
    ['a query that is continued without await', `${INSERT}.catch(() => {})\nres.sendStatus(201)`, ['detached']],
    ['a query that nobody runs', `${INSERT}\nres.sendStatus(201)`, []],
    [
      'a continuation that answers',
      `${A}.then(() => ${INSERT}).then(() => res.sendStatus(201))`,
      ['in-order', 'in-order'],
    ],
    ['work after the answer', `res.sendStatus(201)\nawait ${A}`, ['deferred']],
    ['setTimeout', `setTimeout(() => ${A}, 10)\nres.sendStatus(201)`, ['deferred']],
    ['setImmediate', `setImmediate(() => ${A})\nres.sendStatus(201)`, ['deferred']],
    ['process.nextTick', `process.nextTick(() => ${A})\nres.sendStatus(201)`, ['deferred']],
    ['queueMicrotask', `queueMicrotask(() => ${A})\nres.sendStatus(201)`, ['deferred']],
    ["res.on('finish')", `res.on('finish', () => ${A})\nres.sendStatus(201)`, ['deferred']],
    ['a promise around callbacks', `await new Promise((done) => ${A}.then(done))\nres.sendStatus(201)`, ['in-order']],
  ])('of %s', (_, handler, expected) => {
    expect(timings(handler)).toEqual(expected)
  })

  it.each([
    ['called and forgotten', 'track()', 'detached'],
    ['called with void', 'void track()', 'detached'],
    ['awaited', 'await track()', 'in-order'],
    ['returned through others', 'await (() => track())()', 'in-order'],
  ])('of a function that is %s', (_, call, expected) => {
    expect(timings(`${call}\nres.sendStatus(201)`, { before: TRACK })).toEqual([expected])
  })

  it('takes a handler inside a wrapper for what the request waits for', () => {
    const files = appWith(`
      const wrap = (fn) => (req, res, next) => { Promise.resolve(fn(req, res, next)).catch(next) }
      app.get('/a', wrap(async (req, res, next) => { await ${INSERT}; next() }), wrap(async (req, res) => {
        await ${A}
        res.sendStatus(200)
      }))`)
    expect(firstScenario(readRoute(files, 'GET /a')).events.flatMap(timingOf)).toEqual(['in-order', 'in-order'])
  })

  it('of an SDK call that nobody awaits', () => {
    const imports = "import Stripe from 'stripe'\nconst stripe = new Stripe('k')"
    expect(timings('stripe.charges.create({ amount: 1 })\nres.sendStatus(201)', { imports })).toEqual(['detached'])
    expect(
      timings("const event = stripe.events.parse('x')\nres.json({ id: event.id })", { imports }),
      'an answer that is used at once is no promise',
    ).toEqual(['in-order'])
  })

  it.each([
    ['that answers', '(err) => (err ? res.sendStatus(500) : res.sendStatus(201))', 'in-order'],
    ['that does not answer', '(err) => {}); res.sendStatus(201', 'detached'],
  ])('of a call that tells a callback %s', (_, callback, expected) => {
    const imports = "import nodemailer from 'nodemailer'\nconst mailer = nodemailer.createTransport({})"
    expect(timings(`mailer.sendMail({}, ${callback})`, { imports })).toEqual([expected])
    expect(
      timings(`await new Promise((done) => mailer.sendMail({}, (err) => done(err)))\nres.sendStatus(201)`, { imports }),
    ).toEqual(['in-order'])
  })

  it('of listeners of a class that is an emitter', () => {
    const before = `class Bus extends EventEmitter {}\nconst bus = new Bus()\nbus.on('placed', () => ${A})`
    const imports = "import { EventEmitter } from 'node:events'"
    expect(timings("bus.emit('placed')\nres.sendStatus(201)", { before, imports })).toEqual(['detached'])
  })

  it('of listeners of an emitter', () => {
    const before = `const bus = new EventEmitter()\nbus.on('placed', async (order) => { await ${A} })`
    const imports = "import { EventEmitter } from 'node:events'"
    expect(timings("bus.emit('placed', {})\nres.sendStatus(201)", { before, imports })).toEqual(['detached'])
  })

  it('says with what something is concurrent', () => {
    const { events } = firstScenario(
      readHandler(`await Promise.all([${A}, ${B}])\nawait ${INSERT}\nres.sendStatus(201)`),
    )
    expect(events.flatMap((event) => ('concurrentWith' in event ? [event.concurrentWith] : []))).toEqual([[2], [1], []])
  })
})

describe('failure of what nobody awaits', () => {
  it('is an unhandled rejection and no 500', () => {
    const dossier = readHandler('void track()\nres.sendStatus(201)', { before: TRACK })
    expect(outline(dossier)).toEqual(['http > 201', 'http fails > 201'])
    expect(dossier.scenarios[1]?.events[0]).toMatchObject({ outcome: 'fails', failure: 'unhandled rejection' })
  })

  it('is nothing when it is caught', () => {
    const dossier = readHandler('track().catch(() => {})\nres.sendStatus(201)', { before: TRACK })
    expect(dossier.scenarios[1]?.events[0]).toMatchObject({ outcome: 'fails', failure: null })
  })
})

describe('where an event happens', () => {
  it('is told by the calls that led there and the decisions before', () => {
    const dossier = readHandler('if (req.body.paid) {\n  await track()\n}\nres.sendStatus(201)', { before: TRACK })
    const { events, decisions } = firstScenario(dossier)
    const [call, answer] = events
    expect(call?.stack.map(({ name }) => name)).toEqual(['(anonymous)', 'track'])
    expect(call?.stack[1]).toMatchObject({ file: 'src/app.ts' })
    expect(answer?.stack).toHaveLength(1)
    expect([call?.decided, answer?.decided, decisions.length]).toEqual([2, 2, 2])
  })
})
