import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFlaky } from '../../src/flaky/flaky.ts'
import type { FlakyReport, FlakyTest } from '../../src/flaky/types.ts'
import { readFlakyOptions } from '../../src/options.ts'
import { makeShop } from './make-shop.ts'

const LIMIT_MS = 180_000

/** Every second run of a test goes the other way, by a number on disk. */
const APP = `
import { readFileSync, writeFileSync } from 'node:fs'
import express from 'express'
export const app = express()
app.get('/health', (req, res) => { res.json({ ok: true }) })
app.get('/dice', (req, res) => { res.json({ eyes: isOdd('dice') ? 1 : 6 }) })
app.get('/rows', (req, res) => { res.json(isOdd('rows') ? [{ id: 1 }, { id: 2 }] : [{ id: 2 }, { id: 1 }]) })
app.get('/opened', (req, res) => { res.json({ on: isOdd('opened') ? '2026-11-22' : '2026-11-23' }) })
app.get('/job', (req, res) => {
  if (isOdd('job')) setTimeout(() => { throw new Error('the job has no queue') }, 1)
  res.json({ ok: true })
})
function isOdd(name) {
  const file = new URL('../' + name + '.txt', import.meta.url)
  let count = 0
  try { count = Number(readFileSync(file, 'utf8')) } catch {}
  writeFileSync(file, String(count + 1))
  return count % 2 === 1
}
`

const TESTS = `
import request from 'supertest'
import { expect, it } from 'vitest'
import { app } from '../src/app.js'
it('is stable', async () => { expect((await request(app).get('/health')).status).toBe(200) })
it('is red', async () => { expect((await request(app).get('/health')).status).toBe(418) })
it('throws a six', async () => { expect((await request(app).get('/dice')).body).toEqual({ eyes: 6 }) })
it('lists rows', async () => { expect((await request(app).get('/rows')).body).toEqual([{ id: 1 }, { id: 2 }]) })
it('knows the day', async () => { expect((await request(app).get('/opened')).body).toEqual({ on: '2026-11-22' }) })
it('starts a job', async () => { expect((await request(app).get('/job')).status).toBe(200) })
it('waits', async () => {
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect((await request(app).get('/health')).status).toBe(200)
})
`

async function look(
  root: string,
  onProgress: (text: string) => void = () => {},
  stop = new AbortController(),
): Promise<FlakyReport> {
  const options = await readFlakyOptions({ root, runs: '4', seed: '3' }, root)
  const world = {
    environment: {},
    signal: stop.signal,
    progress: onProgress,
    now: () => performance.now(),
  }
  return findFlaky({ route: null, files: [] }, options, world)
}

describe('tests that fail now and then', () => {
  let root: string
  let report: FlakyReport

  beforeAll(async () => {
    root = makeShop({ 'src/app.js': APP, 'tests/shop.test.js': TESTS })
    report = await look(root)
  }, LIMIT_MS)

  afterAll(() => rmSync(root, { recursive: true, force: true }))

  const find = (name: string): FlakyTest | undefined => report.flaky.find((test) => test.name === name)

  it('are told apart from stable and from red ones', () => {
    expect(report.flaky.map(({ name }) => name).toSorted()).toEqual([
      'knows the day',
      'lists rows',
      'starts a job',
      'throws a six',
    ])
    expect(report.red.map(({ name, runs }) => [name, runs])).toEqual([['is red', 4]])
    expect(report).toMatchObject({ schema: 'itest.flaky/1', runs: 4, seed: 3, files: 1, tests: 7, exitCode: 1 })
    expect(report.ran).toEqual({ written: 1, shuffled: 2, loaded: 1, shared: 0 })
  })

  it.each([
    { name: 'throws a six', kind: 'random', evidence: 'alone: failed 1 of 2' },
    {
      name: 'lists rows',
      kind: 'unordered-rows',
      evidence: 'in 2 of 2 failures: expected and actual have the same items in another order',
    },
    {
      name: 'knows the day',
      kind: 'time',
      evidence: 'in 2 of 2 failures: expected and actual differ in nothing but moments',
    },
    {
      name: 'starts a job',
      kind: 'leak',
      evidence: 'in 2 of 2 failures: the error came of what was still at work when its test had ended',
    },
  ])('$name: $kind', ({ name, kind, evidence }) => {
    const test = find(name)
    expect(test?.counts).toEqual({ runs: 4, failed: 2 })
    expect(test?.cause.kind).toBe(kind)
    expect(test?.cause.evidence).toContain(evidence)
  })

  it('come with their first message, place and line', () => {
    expect(find('throws a six')).toMatchObject({
      file: 'tests/shop.test.js',
      line: 7,
      failures: [{ times: 2, class: 'assertion', at: { file: 'tests/shop.test.js', line: 7 } }],
    })
  })

  it('are named also when somebody interrupts the runs', { timeout: LIMIT_MS }, async () => {
    const stop = new AbortController()
    const progress = (text: string): void => {
      if (text.endsWith('3 of 4')) stop.abort()
    }
    const found = await look(root, progress, stop)
    expect(found).toMatchObject({ exitCode: 130, experiments: 0, ran: { written: 1, shuffled: 1, loaded: 0 } })
    expect(found.flaky.map(({ name }) => name)).toContain('throws a six')
    expect(found.flaky[0]?.cause).toMatchObject({
      evidence: expect.arrayContaining(['interrupted before it was looked into']),
    })
  })
})
