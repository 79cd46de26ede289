import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NO_SETTINGS } from '../../src/config/settings.ts'
import { startEngine } from '../../src/harness/engine/engine.ts'
import { findProjectFacts } from '../../src/harness/find-project-facts.ts'
import { type Told, type Trials, tryMutants } from '../../src/prove/try-mutants.ts'
import { copyFixture } from '../support/copy-fixture.ts'
import { mutant } from '../support/proof-factory.ts'

const FILE = 'src/routes/orders.ts'
const TEST = 'tests/orders.test.ts'

/** With a step of 0 it never ends, and asks for no mutant on the way. */
const LOOP = `
  const step = 1
  for (let left = 2; left > 0; left -= step) Math.random()

  if (!userId`

const QUICK = `import request from 'supertest'
import { expect, it } from 'vitest'
import { app } from '../src/app.js'

it('answers 400 without a user', async () => {
  const res = await request(app).post('/orders').send({ amountCents: 1 })
  expect(res.status).toBe(400)
})
`

/**
 * The one in the middle waits until every mutant has been claimed by a worker, unless the route is gone. What only the last
 * one notices is not known before.
 */
const SLOW = `import { existsSync, readFileSync } from 'node:fs'
${QUICK}
const { claims } = JSON.parse(readFileSync(process.env.ITEST_PROOF, 'utf8'))
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

it('answers the same after a while', { timeout: 30_000 }, async () => {
  const first = await request(app).post('/orders').send({ amountCents: 1 })
  if (first.status === 400) await pause(1000)
  while (first.status === 400 && !existsSync(claims + '/5')) await pause(10)
  const res = await request(app).post('/orders').send({ amountCents: 1 })
  expect(res.body).toEqual(first.body)
  expect(res.body.error).toContain('userId')
})

it('answers nothing but JSON', async () => {
  const res = await request(app).post('/orders').send({ amountCents: 1 })
  expect(res.body).toEqual({ error: 'userId and amountCents required' })
})
`

const WORDS = "'userId and amountCents required'"

function setUp(tests: string) {
  const copy = copyFixture('orders')
  onTestFinished(() => copy.remove())
  copy.patch(FILE, '\n  if (!userId', LOOP)
  copy.write(TEST, tests)
  const text = copy.read(FILE)
  const swap = (id: number, from: string, to: string) => {
    const start = text.indexOf(from)
    return mutant({ id, file: FILE, edits: [{ start, end: start + from.length, text: to, as: 'expression' }] })
  }
  const run = async (options: Pick<Trials, 'mutants'> & Partial<Trials>): Promise<Told> => {
    const facts = await findProjectFacts(copy.root, NO_SETTINGS)
    const signal = new AbortController().signal
    const engine = await startEngine({ preference: 'auto', project: { root: copy.root, facts }, signal })
    onTestFinished(() => engine.stop())
    return tryMutants({
      root: copy.root,
      route: { method: 'POST', path: '/orders' },
      tests: [path.join(copy.root, TEST)],
      texts: new Map([[FILE, text]]),
      engine,
      settings: { file: null, env: {} },
      signal,
      onProgress: () => {},
      slackMs: 300,
      ...options,
    })
  }
  return { swap, run }
}

/** Which tests were not green, by mutant. */
function listSaid({ events }: Told): Record<number, string[]> {
  const tried = events.filter((event) => event.kind === 'tried')
  return Object.fromEntries(tried.map(({ mutant, said }) => [mutant, said.map(({ name }) => name)]))
}

describe('a bug that keeps a worker busy for ever', () => {
  it('ends it, and another one goes on behind it', { timeout: 60_000 }, async () => {
    const { swap, run } = setUp(QUICK)
    const told = await run({ mutants: [swap(1, '1', '0'), swap(2, '400', '200')] })
    expect([...told.stuck]).toEqual([1])
    expect(told.baseline.tests.map(({ name, verdict }) => [name, verdict.status])).toEqual([
      ['answers 400 without a user', 'green'],
    ])
    expect(listSaid(told)).toEqual({ 2: ['answers 400 without a user'] })
  })

  it('leaves the other workers alone', { timeout: 60_000 }, async () => {
    const { swap, run } = setUp(QUICK)
    const others = [2, 3, 4, 5].map((id) => swap(id, '400', '200'))
    const told = await run({ mutants: [swap(1, '1', '0'), ...others], workers: 2 })
    expect([...told.stuck]).toEqual([1])
    expect(Object.keys(listSaid(told))).toEqual(['2', '3', '4', '5'])
  })
})

describe('while a test waits', () => {
  it('mutants are tried with the others, and with it where they need it', { timeout: 60_000 }, async () => {
    const { swap, run } = setUp(SLOW)
    const mutants = [
      swap(1, '400', '200'),
      swap(2, WORDS, "'userId'"),
      swap(3, WORDS, "'?'"),
      swap(4, '1', '2'),
      swap(5, '400', '(await new Promise((resolve) => setTimeout(resolve, 30)), 400)'),
    ]
    const told = await run({ mutants, workers: 3 })
    expect(told.stuck.size).toBe(0)
    expect(listSaid(told)).toEqual({
      1: ['answers 400 without a user'],
      2: ['answers nothing but JSON'],
      3: ['answers nothing but JSON'],
      4: [],
      5: [],
    })
    const { events } = told
    const first = events.findIndex((event) => event.kind === 'tried' && event.mutant === 1)
    const postponed = events.flatMap((event) => (event.kind === 'postponed' ? [event.mutant] : []))
    expect(first).toBeGreaterThan(-1)
    expect(postponed.toSorted()).toEqual([2, 3, 4, 5])
  })
})

/** Only the second one comes to the look at the amount, and it compares with what the first one got. */
const inOrder = (waitMs: number): string => `import request from 'supertest'
import { expect, it } from 'vitest'
import { app } from '../src/app.js'

let words

it('answers with words', async () => {
  words = (await request(app).post('/orders').send({ amountCents: 1 })).body.error
  expect(words).toContain('required')
})

it('answers 400 with the same words', async () => {
  const res = await request(app).post('/orders').send({ userId: 'u_1' })
  await new Promise((resolve) => setTimeout(resolve, ${waitMs}))
  expect([res.status, res.body.error]).toEqual([400, words])
})
`

describe('a test that needs what one before it leaves', () => {
  it.each([
    ['and answers at once', 0],
    ['and waits for something', 1000],
  ])('%s is asked with it, and notices what it notices in its file', { timeout: 60_000 }, async (_, waitMs) => {
    const { swap, run } = setUp(inOrder(waitMs))
    const told = await run({
      mutants: [swap(1, '400', '200'), swap(2, WORDS, "'required'"), swap(3, '!amountCents', '!(amountCents)')],
    })
    expect(listSaid(told)).toEqual({
      1: ['answers 400 with the same words'],
      2: [],
      3: [],
    })
  })
})
