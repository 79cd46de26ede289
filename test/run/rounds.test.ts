import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startEngine } from '../../src/harness/engine/engine.ts'
import { readProjectFacts } from '../../src/harness/read-project-facts.ts'
import type { Order } from '../../src/run/round.ts'
import { type RoundFacts, type Rounds, startRounds } from '../../src/run/rounds.ts'
import { makeShop } from '../flaky/make-shop.ts'
import { makeProject } from '../harness/sample-project.ts'
import { makeSqliteProject } from '../harness/sqlite-project.ts'

const LIMIT_MS = 60_000

/** A server that nobody closes: its file ends when the other one has had its chance, too. */
const LISTENS = `
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { expect, it, vi } from 'vitest'
it('listens', async () => {
  const [own, other] = OWN_AND_OTHER.map((name) => new URL('../' + name + '.txt', import.meta.url))
  try {
    await once(createServer().listen(43917), 'listening')
    expect(1).toBe(1)
  } finally {
    writeFileSync(own, '')
    await vi.waitUntil(() => existsSync(other), 10_000)
  }
}, 15_000)
`

const ORDER = `
import { describe, expect, it } from 'vitest'
const seen = []
it('a', () => { seen.push('a') })
describe('group', () => {
  it('b', () => { seen.push('b') })
  it('c', () => { seen.push('c') })
})
it('last', () => { expect(seen).toEqual([]) })
`

const FILES = {
  'src/app.js': `import express from 'express'\nexport const app = express()\n`,
  'vitest.config.js': 'export default { test: { maxWorkers: 2, fileParallelism: true } }\n',
  'tests/one.test.js': LISTENS.replace('OWN_AND_OTHER', `['one', 'two']`),
  'tests/two.test.js': LISTENS.replace('OWN_AND_OTHER', `['two', 'one']`),
  'tests/order.test.js': ORDER,
}

describe('rounds in one process of Vitest', { timeout: LIMIT_MS }, () => {
  let root: string
  let rounds: Rounds

  beforeAll(() => {
    root = makeShop(FILES)
    rounds = startRounds({
      root,
      files: Object.keys(FILES).filter((file) => file.startsWith('tests/')),
      engine: null,
      settings: { file: null, env: {} },
      route: null,
      ablate: false,
      isGuest: true,
      signal: new AbortController().signal,
      limitMs: LIMIT_MS,
    })
  })

  afterAll(async () => {
    await rounds.end()
    rmSync(root, { recursive: true, force: true })
  })

  const namesOf = ({ tests, ran }: RoundFacts): (string | undefined)[] => ran.map((place) => tests[place]?.fullName)
  const statesOf = ({ tests }: RoundFacts): string[] => tests.map(({ fullName, state }) => `${fullName}: ${state}`)

  it('run what they are asked for, in that order, in a fresh worker', async () => {
    const files = ['tests/order.test.js']
    const run = (keys: readonly string[] | null, order: Order = null): Promise<RoundFacts> =>
      rounds.run({ files, order, orders: keys ? { 'tests/order.test.js': keys } : {}, shared: null })
    const whole = await run(null)
    expect(namesOf(whole)).toEqual(['a', 'group > b', 'group > c', 'last'])
    expect(whole.tests.at(-1)).toMatchObject({ state: 'failed', errors: [{ actual: '[\n  "a",\n  "b",\n  "c",\n]' }] })
    const alone = await run(['last\n0'])
    expect(
      alone.tests.filter(({ state }) => state !== 'pending').map(({ fullName, state }) => [fullName, state]),
    ).toEqual([['last', 'passed']])
    const some = await run(['group > c\n0', 'a\n0', 'last\n0'])
    expect(some.tests.at(-1)?.errors[0]?.actual).toBe('[\n  "c",\n  "a",\n]')
    expect(namesOf(await run(null, 7))).toEqual(namesOf(await run(null, 7)))
    expect(namesOf(await run(null, 'reversed'))).toEqual(['last', 'group > c', 'group > b', 'a'])
  })

  it('let files share their ports only where they are asked to', async () => {
    const files = ['tests/one.test.js', 'tests/two.test.js']
    const apart = await rounds.run({ files, order: null, orders: {}, shared: null })
    expect(statesOf(apart)).toEqual(['listens: passed', 'listens: passed'])
    for (const name of ['one.txt', 'two.txt']) rmSync(`${root}/${name}`)
    const shared = await rounds.run({ files, order: null, orders: {}, shared: 'shared_1_test' })
    expect(statesOf(shared).toSorted()).toEqual(['listens: failed', 'listens: passed'])
    expect(shared.tests.flatMap(({ errors }) => errors.map(({ code }) => code))).toEqual(['EADDRINUSE'])
  })
})

/** The file that looks last sees the other's row. */
const BOOKS = `
import { existsSync, writeFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { db } from '../src/db/index.js'
import { bookings } from '../src/db/schema.js'
it('books', async () => {
  const [own, other] = OWN_AND_OTHER.map((name) => new URL('../' + name + '.txt', import.meta.url))
  await db.insert(bookings).values({ roomId: 1, guest: String(process.pid) })
  writeFileSync(own, '')
  await vi.waitUntil(() => existsSync(other), 10_000)
  expect(await db.select().from(bookings)).toHaveLength(1)
}, 15_000)
`

const HOTEL = {
  'vitest.config.js': FILES['vitest.config.js'],
  'tests/one.test.ts': BOOKS.replace('OWN_AND_OTHER', `['one', 'two']`),
  'tests/two.test.ts': BOOKS.replace('OWN_AND_OTHER', `['two', 'one']`),
}

describe('rounds with a database', { timeout: LIMIT_MS }, () => {
  it.each([
    { engine: 'Postgres', make: () => makeProject(HOTEL) },
    { engine: 'SQLite', make: () => makeSqliteProject('better-sqlite3', HOTEL) },
  ])('let files share it only where they are asked to: $engine', async ({ make }) => {
    const { root, remove } = make()
    onTestFinished(remove)
    const engine = await startEngine({ preference: 'auto', project: { root, facts: readProjectFacts(root) } })
    onTestFinished(() => engine.stop())
    const files = ['tests/one.test.ts', 'tests/two.test.ts']
    const signal = new AbortController().signal
    const rounds = startRounds({
      root,
      files,
      engine,
      settings: { file: null, env: {} },
      route: null,
      ablate: false,
      isGuest: true,
      signal,
      limitMs: LIMIT_MS,
    })
    onTestFinished(rounds.end)
    const run = async (shared: string | null): Promise<string[]> => {
      for (const name of ['one.txt', 'two.txt']) rmSync(`${root}/${name}`, { force: true })
      const { tests } = await rounds.run({ files, order: null, orders: {}, shared })
      return tests.map(({ state }) => state)
    }

    expect(await run(null)).toEqual(['passed', 'passed'])
    // PGlite is a part of each worker.
    const isOne = engine.kind === 'pglite' ? 'passed' : 'failed'
    expect(await run('shared_1_test')).toEqual([isOne, isOne])
    expect(await run('shared_2_test')).toEqual([isOne, isOne])
  })
})
