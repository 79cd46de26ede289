import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { generateAll } from '../../src/gen/all.ts'
import { parseMany } from '../../src/many-options.ts'
import { readGenOptions } from '../../src/options.ts'
import { renderAll } from '../../src/report/all-text.ts'
import { copyFixture, repository } from '../support/copy-fixture.ts'
import { type FakeBatchesApi, startFakeBatchesApi } from '../support/fake-batches-api.ts'

const SAVED = readFileSync(path.join(repository, 'test/replies/post-orders.json'), 'utf8')
const KEY = 'sk-ant-test-key-0123456789'

async function setUp(answer: () => string | null, polls: number) {
  const copy = copyFixture('orders')
  onTestFinished(copy.remove)
  const api = await startFakeBatchesApi(answer, polls)
  onTestFinished(api.close)
  return { root: copy.root, api }
}

async function generate(
  { root, api }: { root: string; api: FakeBatchesApi },
  { raw = {}, until = null }: { raw?: Record<string, unknown>; until?: RegExp | null } = {},
) {
  const given = { all: true, batch: true, root, runs: '1', model: 'claude-sonnet-5-5', ...raw }
  const options = await readGenOptions(given, root)
  const many = parseMany([], given)
  if (!many) throw new Error('expected several routes')
  const stop = new AbortController()
  const progress = (text: string): void => {
    if (until?.test(text)) stop.abort()
  }
  const environment = {
    ANTHROPIC_API_KEY: KEY,
    ANTHROPIC_BASE_URL: api.url,
    XDG_CACHE_HOME: path.join(root, 'node_modules/.cache-of-replies'),
  }
  return generateAll({ ...options, ...many, pollMs: 10 }, { environment, signal: stop.signal, progress, now: Date.now })
}

it('a batch answers all routes at half the price, also when it is waited for in two goes', {
  timeout: 120_000,
}, async () => {
  const place = await setUp(() => SAVED, 3)
  const interrupted = await generate(place, { until: /^waiting for batch msgbatch_1, 0 min/ }).catch((error) => error)
  expect(interrupted).toBeInstanceOf(Error)
  const report = await generate(place)

  expect(place.api.submitted.map((requests) => requests.length)).toEqual([1])
  expect(place.api.seen.filter((one) => one === 'POST /v1/messages')).toEqual([])
  expect(report.batch).toEqual({ id: 'msgbatch_1', requests: 1, failed: [], costUsd: 0.0035 })
  expect(report.costUsd).toBe(0.0035)
  const [route] = report.routes
  expect(route?.report?.writer).toMatchObject({ name: 'anthropic', requests: 0, cachedReplies: 1, givenUp: [] })
  expect(renderAll(report, { color: false, width: 80 })).toContain(
    'Batch msgbatch_1: 1 of 1 requests answered, at half the price.\n',
  )
})

it('a batch without an answer leaves the route to itself', { timeout: 120_000 }, async () => {
  const place = await setUp(() => null, 0)
  const report = await generate(place)
  expect(report.batch).toEqual({ id: 'msgbatch_1', requests: 1, failed: ['went wrong'], costUsd: 0 })
  // The fake knows no single requests.
  expect(report.routes[0]?.report?.writer.failure?.message).toContain('broke off')
  expect(report.exitCode).toBe(4)
})

it('a batch can be named', { timeout: 120_000 }, async () => {
  const place = await setUp(() => SAVED, 0)
  await generate(place, { until: /^waiting|^\d of/ }).catch(() => {})
  await generate(place, { raw: { batch: undefined, batchId: 'msgbatch_7' }, until: /^0 of/ }).catch(() => {})
  expect(place.api.seen).toContain('GET /v1/messages/batches/msgbatch_7')
  expect(place.api.submitted).toHaveLength(1)
})

it('a batch keeps within a limit of what may be spent', async () => {
  const place = await setUp(() => SAVED, 0)
  const failed = await generate(place, { raw: { maxCost: '0.001' } }).catch((error) => error)
  expect(failed.message).toContain('--max-cost 0.001')
  await generate(place, { raw: { maxCost: '0.1' }, until: /^waiting|^\d of/ }).catch(() => {})
  expect(place.api.submitted[0]?.[0]?.params.max_tokens).toBeLessThan(10_000)
})

it('a batch is refused for a writer that has none', async () => {
  const place = await setUp(() => SAVED, 0)
  await expect(generate(place, { raw: { model: 'none' } })).rejects.toThrow(
    "--batch is for models of Anthropic's API, and the writer is none",
  )
})
