import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GenReport } from '../../src/report/types.ts'
import { copyFixture, type FixtureCopy } from '../support/copy-fixture.ts'
import { type FakeMessagesApi, startFakeMessagesApi } from '../support/fake-messages-api.ts'
import { BENCHES, type Step, toMessages } from '../support/model-benches.ts'
import { SCENARIOS } from '../support/model-scenarios.ts'
import { genHere } from '../support/run-here.ts'

const KEY = 'sk-ant-test-key-0123456789'

/** All that is known of it is its status, so that nothing can be written without a model. */
const OPAQUE = `  const { quote } = await import(String(process.env.QUOTES))
  return res.status(201).json(await quote(req.body))
`

let copy: FixtureCopy
let before: Record<string, string>
let api: FakeMessagesApi | null = null

beforeAll(() => {
  copy = copyFixture('orders')
  copy.patch(
    'src/routes/orders.ts',
    "ordersRouter.post('/', async (req, res) => {\n",
    `ordersRouter.post('/', async (req, res) => {\n${OPAQUE}`,
  )
  before = copy.list()
})

afterAll(() => copy.remove())

afterEach(async () => {
  await api?.close()
  vi.restoreAllMocks()
})

async function gen(script: readonly Step[] | FakeMessagesApi, more: readonly string[] = []) {
  api = 'url' in script ? script : await startFakeMessagesApi(script.map(toMessages))
  const { exitCode, stdout, stderr } = await genHere(copy.root, ['--json', ...more], {
    ANTHROPIC_API_KEY: KEY,
    ANTHROPIC_BASE_URL: api.url,
    XDG_CACHE_HOME: path.join(copy.root, 'node_modules/.cache-of-replies'),
  })
  expect(stdout + stderr).not.toContain(KEY)
  const report: GenReport = JSON.parse(stdout)
  return { exitCode, report, asked: api.seen.length, origin: api.url }
}

const expected = (words: string | RegExp): unknown => (typeof words === 'string' ? words : expect.stringMatching(words))

describe('itest gen with a model that gives no whole reply', () => {
  const [bench] = BENCHES
  const scenarios = SCENARIOS.filter(({ ends, not = [] }) => ends !== 'well' && !not.includes('anthropic'))

  it.each(scenarios)('says so, exits with 4 and leaves no file: $what', async ({ script, limits, ends }) => {
    // The SDK tells the terminal what it could not read.
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const more = [
      ...(limits?.maxTokens ? ['--max-tokens', String(limits.maxTokens)] : []),
      ...(limits?.idleMs ? ['--model-timeout', String(limits.idleMs / 1000)] : []),
    ]
    const { exitCode, report, origin } = await gen(script, more)
    if (ends === 'well' || !bench) throw new Error('expected a failure of the first backend')

    const { message, hint } = ends({ ...bench, server: bench.name, address: origin })
    expect(report.writer.failure).toEqual({ message: expected(message), hint: expected(hint) })
    expect({ exitCode, file: report.file, wrote: report.wrote }).toEqual({ exitCode: 4, file: null, wrote: [] })
    expect(copy.list()).toEqual(before)
  })
})

it.each([
  ['anthropic', 'There is no API key for Anthropic.', 'Set ANTHROPIC_API_KEY.'],
  ['openai:gpt-5', 'There is no API key for OpenAI.', 'Set OPENAI_API_KEY.'],
])('itest gen with %s and no key says so and exits with 4', async (model, message, hint) => {
  const { exitCode, stdout } = await genHere(copy.root, ['--json', '--model', model])
  const report: GenReport = JSON.parse(stdout)
  expect(report.writer.failure).toEqual({ message, hint: expect.stringContaining(hint) })
  expect(exitCode).toBe(4)
  expect(copy.list()).toEqual(before)
})

describe('itest gen with a model whose reply is of no use', () => {
  const ACT = "const res = await request(app).post('/orders').send({})\n"
  const one = (code: string, pathId = 'happy') => ({ pathId, title: 'answers 201', code })
  const GOOD = `${ACT}expect(res.status).toBe(201)\nexpect(res.body).toEqual({ id: 1 })`
  const reply = (cases: readonly object[], left: readonly object[] = []): Step => ({
    kind: 'reply',
    text: JSON.stringify({ cases, left }),
  })

  it.each<{ what: string; step: Step; asked: number; exitCode: number; says: RegExp }>([
    { what: 'no JSON', step: { kind: 'reply', text: 'Sure!' }, asked: 3, exitCode: 4, says: /is not JSON/ },
    {
      what: 'another shape',
      step: { kind: 'reply', text: '{"tests": []}' },
      asked: 3,
      exitCode: 4,
      says: /does not have the agreed shape/,
    },
    { what: 'no case and no reason', step: reply([]), asked: 3, exitCode: 1, says: /neither a test nor a reason/ },
    {
      what: 'a reason alone',
      step: reply([], [{ pathId: 'happy', reason: 'no body is known' }]),
      asked: 1,
      exitCode: 4,
      says: /wrote none of the 1 tests that were asked for\. happy: no body is known/,
    },
    {
      what: 'two tests for one path',
      step: reply([one(GOOD), one(`${GOOD}\n`.replace('201', '202'))]),
      asked: 3,
      exitCode: 1,
      says: /2 different tests/,
    },
    { what: 'a path of its own', step: reply([one(GOOD, 'sad')]), asked: 3, exitCode: 1, says: /neither a test/ },
    { what: 'a skipped path', step: reply([one(GOOD, 'validation')]), asked: 3, exitCode: 1, says: /neither a test/ },
    { what: 'code that does not parse', step: reply([one(`${ACT}expect(`)]), asked: 3, exitCode: 1, says: /^parses: / },
    {
      what: 'code that ends its test early',
      step: reply([one(`${GOOD}\n})\nit('more', async () => {`)]),
      asked: 3,
      exitCode: 1,
      says: /^parses: /,
    },
    {
      what: 'code that reaches outside',
      step: reply([one(`${GOOD}\nawait fetch('https://a.example')`)]),
      asked: 3,
      exitCode: 1,
      says: /^allowed-names: /,
    },
    {
      what: 'a test that asserts nothing',
      step: reply([one(ACT)]),
      asked: 3,
      exitCode: 1,
      says: /^asserts-outcome: /,
    },
  ])('$what', async ({ step, asked, exitCode, says }) => {
    const end = await gen([step, step, step])
    const { failure, givenUp } = end.report.writer

    expect(failure?.message ?? givenUp[0]?.says[0]).toMatch(says)
    expect({ asked: end.asked, exitCode: end.exitCode, wrote: end.report.wrote }).toEqual({
      asked,
      exitCode,
      wrote: [],
    })
    expect(copy.list()).toEqual(before)
  })

  it('is waited for as long as it gives signs of life', async () => {
    const drip: Step = { kind: 'slow', pings: 16, everyMs: 50 }
    const { asked, report } = await gen([drip], ['--model-timeout', '0.6', '--attempts', '1'])
    expect({ asked, failure: report.writer.failure }).toEqual({ asked: 1, failure: null })
  })

  it('stops at as many attempts as it may have', async () => {
    const { asked } = await gen([reply([one(ACT)]), reply([one(ACT)])], ['--attempts', '2', '--fresh'])
    expect(asked).toBe(2)
  })

  it('is not paid for twice', async () => {
    const useless = reply([one(ACT)])
    await gen([useless, useless, useless])
    if (!api) throw new Error('expected the server of the first run')
    const { asked, report } = await gen(api)
    expect(asked).toBe(3)
    expect(report.writer).toMatchObject({ requests: 0, cachedReplies: 3, usage: null, costUsd: 0 })
  })

  it('is not asked for more than it may cost', async () => {
    const { asked, exitCode, report } = await gen([reply([one(GOOD)])], ['--max-cost', '0.0001'])
    expect({ asked, exitCode, file: report.file }).toEqual({ asked: 0, exitCode: 4, file: null })
    expect(report.writer.failure?.message).toContain('--max-cost 0.0001')
  })
})
