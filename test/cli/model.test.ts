import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listMutants } from '../../src/prove/find-survivors.ts'
import type { GenReport } from '../../src/report/types.ts'
import { readRoute } from '../../src/scan/read-project.ts'
import { renderSurvivors, type Survivors, survivorsPath } from '../../src/survivors.ts'
import { copyFixture, type FixtureCopy, repository } from '../support/copy-fixture.ts'
import { startFakeChatApi } from '../support/fake-chat-api.ts'
import { makeFakeClaude } from '../support/fake-claude.ts'
import { type ApiReply, type FakeMessagesApi, startFakeMessagesApi } from '../support/fake-messages-api.ts'
import type { CliEnd } from '../support/run-cli.ts'
import { genHere } from '../support/run-here.ts'

const LIMIT_MS = 120_000
const KEY = 'sk-ant-test-key-0123456789'

const SAVED = readFileSync(path.join(repository, 'test/replies/post-orders.json'), 'utf8')

async function genWith(root: string, api: FakeMessagesApi, more: readonly string[] = []): Promise<CliEnd> {
  return genHere(root, more, { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: api.url })
}

const WITHOUT_KEY = {
  title: 'sends no key when it gets none',
  code: "const res = await request(app).post('/orders').send({ userId: 'u1', amountCents: 4999 })\n\nexpect(res.status).toBe(201)\nexpect(payments.calls.map(({ headers }) => 'idempotency-key' in headers)).toEqual([false])",
}
const WITH_EMPTY_BODY = {
  title: 'answers 400 to an empty body',
  code: "const res = await request(app).post('/orders').send({})\n\nexpect(res.status).toBe(400)\nexpect(res.body).toEqual({ error: 'userId and amountCents required' })",
}

/** What a proof of weaker tests would have found; returns the paths of the last two. */
async function writeSurvivors(copy: FixtureCopy): Promise<string[]> {
  const route = { method: 'POST', path: '/orders' }
  const { dossier } = await readRoute(copy.root, { ...route, whole: true }, { app: null, cache: false })
  const { byId } = await listMutants(copy.root, dossier)
  const wanted = ['called `charge(…)` twice', 'took `idempotencyKey` for true', 'did without `?? {}`']
  const bugs = [...byId].filter(([, { change }]) => wanted.includes(change))
  const gone = { operator: 'literal', file: 'src/gone.ts', line: 1, change: 'was here' }
  const survivors = Object.fromEntries([
    ['literal-00000000', gone],
    ...bugs.map(([id, { operator, file, line, change }]) => [id, { operator, file, line, change }]),
  ])
  const record: Survivors = { schema: 'itest.survivors/1', route: 'POST /orders', survivors }
  copy.write(survivorsPath(route), renderSurvivors(record))
  return wanted.slice(1).map((change) => `survivor.${bugs.find(([, one]) => one.change === change)?.[0]}`)
}

describe('itest gen with a model that answers well', () => {
  let copy: FixtureCopy
  let api: FakeMessagesApi
  let end: CliEnd

  beforeAll(async () => {
    copy = copyFixture('orders')
    const [noticed = '', missed = ''] = await writeSurvivors(copy)
    const reply: { cases: object[]; left: object[] } = JSON.parse(SAVED)
    const cases = [...reply.cases, { pathId: noticed, ...WITHOUT_KEY }, { pathId: missed, ...WITH_EMPTY_BODY }]
    api = await startFakeMessagesApi([{ kind: 'message', text: JSON.stringify({ ...reply, cases }) }])
    end = await genWith(copy.root, api, ['--json'])
  }, LIMIT_MS)

  afterAll(async () => {
    copy.remove()
    await api.close()
  })

  it('takes the model because there is a key, and asks it once', () => {
    expect(api.seen).toHaveLength(1)
    expect(JSON.stringify(api.seen[0]?.body.messages)).toContain('idempotent-retry')
  })

  it('reports the writer and what it cost', () => {
    expect(JSON.parse(end.stdout).writer).toEqual({
      name: 'anthropic',
      model: api.seen[0]?.body.model,
      usage: {
        model: api.seen[0]?.body.model,
        inputTokens: 12,
        outputTokens: 34,
        cacheReadTokens: 0,
        cacheWriteTokens: 1500,
        costUsd: null,
      },
    })
  })

  it('comes to the same verdicts as the built-in writer', () => {
    const report = JSON.parse(end.stdout)
    const other = report.paths.filter(
      (one: { before: string; now: string }) => `${one.before} ${one.now}` !== 'red green' && one.now !== 'skipped',
    )
    const ofBugs = report.paths.filter(({ kind }: { kind: string }) => kind === 'survivor')

    expect(other).toMatchObject([
      { id: 'idempotent-retry', before: 'red', now: 'red', reason: 'expected 1 row in orders, found 2' },
    ])
    expect(report.paths.length - ofBugs.length).toBe(11)
    expect(end.exitCode).toBe(1)
  })

  it('believes a test for a bug that none noticed when it is red with the bug', () => {
    const report: GenReport = JSON.parse(end.stdout)
    const bugs = report.paths.flatMap(({ id, now, bug }) => (bug ? [{ ...bug, id, now }] : []))
    expect(bugs.map(({ now, change, noticedBy }) => [now, change, noticedBy])).toEqual([
      ['skipped', 'called `charge(…)` twice', expect.arrayContaining([expect.stringContaining('[happy]')])],
      ['green', 'took `idempotencyKey` for true', [`POST /orders > [${bugs[1]?.id}] ${WITHOUT_KEY.title}`]],
      ['green', 'did without `?? {}`', []],
    ])
    expect(report.findings).toEqual([
      {
        kind: 'misses-bug',
        pathId: bugs[2]?.id,
        message: 'its test is green with the bug that it is for, too (src/routes/orders.ts:9 did without `?? {}`)',
        line: null,
      },
    ])
    expect(report.hints).toContain(
      'Nothing noticed when src/gone.ts:1 was here, but that code is not there any more, and so its path is gone.',
    )
  })

  it('writes what the model wrote, into the frame that itest wrote', () => {
    const text = copy.read('tests/integration/post-orders.test.ts')

    expect(text).toContain("const response = await request(app).post('/orders').send(order)")
    expect(text).toMatch(/^import \{ clock, db, faults, mail, queries, stub, until \} from 'itest-gen'\n/)
  })

  it('shows the key nowhere', () => {
    expect(`${end.stdout}${end.stderr}${JSON.stringify(copy.list())}`).not.toContain(KEY)
  })
})

describe('itest gen with another backend', () => {
  const verdicts = ({ paths }: GenReport) => [...new Set(paths.map(({ before, now }) => `${before} ${now}`))]

  it('asks a chat server, whose key is optional', { timeout: LIMIT_MS }, async () => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    const api = await startFakeChatApi([{ kind: 'message', text: SAVED, usage: null }])
    onTestFinished(api.close)

    const more = ['--json', '--runs', '1', '--model', 'openai:qwen3:8b', '--effort', 'low']
    const { stdout } = await genHere(copy.root, more, { OPENAI_BASE_URL: `${api.url}/v1` })

    const report: GenReport = JSON.parse(stdout)
    expect(report.writer).toMatchObject({ name: 'openai', model: 'm-2026', usage: { inputTokens: null } })
    expect(verdicts(report)).toEqual(['red green', 'red red'])
    expect(api.seen.map(({ body }) => [body.model, body.reasoning_effort])).toEqual([['qwen3:8b', 'low']])
  })

  it('asks the command line of Claude Code, which says what it costs', { timeout: LIMIT_MS }, async () => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    const fake = makeFakeClaude([{ kind: 'result', result: { structured_output: JSON.parse(SAVED) } }])
    onTestFinished(fake.remove)

    const PATH = [fake.folder, process.env.PATH].join(path.delimiter)
    const { stdout } = await genHere(copy.root, ['--json', '--runs', '1', '--model', 'claude'], { PATH })

    const report: GenReport = JSON.parse(stdout)
    expect(report.writer).toMatchObject({ name: 'claude', model: 'claude-sonnet-5-5', usage: { costUsd: 0.0125 } })
    expect(verdicts(report)).toEqual(['red green', 'red red'])
    expect(fake.seen()).toHaveLength(1)
  })
})

describe('itest gen with a hostile model', () => {
  let copy: FixtureCopy
  let api: FakeMessagesApi
  let end: CliEnd
  let trap: string

  const ASSERTS = "const res = await request(app).post('/orders').send(order)\nexpect(res.status).toBe(201)\n"

  /** Each would leave a file in the trap, or pass without testing anything. */
  const hostile = (): Record<string, string> => {
    const touch = (name: string) => `writeFileSync('${path.join(trap, name)}', 'ran')`
    return {
      happy: `const { writeFileSync } = await import('node:fs')\n${touch('import')}\n${ASSERTS}expect(res.body).toEqual({})`,
      'validation.userId-missing': `${ASSERTS}expect(process.env.HOME).toBe('x')\nprocess.getBuiltinModule('fs').${touch('process')}`,
      'validation.amountCents-missing': `require('node:child_process').execSync('touch ${path.join(trap, 'require')}')\n${ASSERTS}expect(res.body).toEqual({})`,
      'external-fails.payments-connection-reset': `await fetch('https://stolen.example/')\n${ASSERTS}expect(res.body).toEqual({})`,
      'external-fails.payments-timeout': '',
      'external-fails.payments-answers-402': 'expect(true).toBe(true)',
      'external-fails.payments-answers-429': `${ASSERTS}})\nit.only('mine', async () => {\n${ASSERTS}`,
      'external-fails.payments-answers-503': `[].constructor.constructor("${touch('constructor').replaceAll("'", "\\'")}")()\n${ASSERTS}expect(res.body).toEqual({})`,
    }
  }

  beforeAll(async () => {
    copy = copyFixture('orders')
    trap = mkdtempSync(path.join(tmpdir(), 'itest-trap-'))
    const cases = hostile()
    const reply: { cases: { pathId: string; title: string; code: string }[] } = JSON.parse(SAVED)
    const changed = reply.cases.map((one) => ({ ...one, code: cases[one.pathId] ?? one.code }))
    api = await startFakeMessagesApi([{ kind: 'message', text: JSON.stringify({ cases: changed, left: [] }) }])
    end = await genWith(copy.root, api, ['--json'])
  }, LIMIT_MS)

  afterAll(async () => {
    copy.remove()
    rmSync(trap, { recursive: true, force: true })
    await api.close()
  })

  it('refuses each hostile case and says by which rule', () => {
    const { findings } = JSON.parse(end.stdout)
    const kindsOf = (pathId: string): string[] =>
      findings.flatMap((one: { pathId: string; kind: string }) => (one.pathId === pathId ? [one.kind] : []))

    expect(kindsOf('happy')).not.toEqual([])
    expect(kindsOf('validation.userId-missing')).toContain('allowed-names')
    expect(kindsOf('validation.amountCents-missing')).toContain('allowed-names')
    expect(kindsOf('external-fails.payments-connection-reset')).toContain('allowed-names')
    expect(kindsOf('external-fails.payments-answers-402')).toContain('sends-request')
    expect(kindsOf('external-fails.payments-answers-429')).toContain('parses')
    expect(kindsOf('external-fails.payments-answers-503')).toContain('allowed-members')
  })

  it('leaves their paths open, and runs the other cases', () => {
    const paths: { id: string; now: string; reason: string }[] = JSON.parse(end.stdout).paths
    const idsWith = (now: string): string[] => paths.flatMap((one) => (one.now === now ? [one.id] : []))

    expect(idsWith('open')).toEqual([...Object.keys(hostile())])
    expect(idsWith('green')).toEqual(['external-fails.payments-malformed-answer', 'db-fails-after-side-effect'])
    expect(idsWith('red')).toEqual(['idempotent-retry'])
    expect(end.exitCode).toBe(1)
  })

  it('never ran a line of them, and wrote none into the project', () => {
    expect(readdirSync(trap)).toEqual([])
    expect(api.seen.map((request) => request.path)).toEqual(['/v1/messages'])
    expect(copy.read('tests/integration/post-orders.test.ts')).not.toMatch(/trap|process|require|constructor|stolen/)
  })
})

describe('itest gen when the model fails', () => {
  const refusal = { category: 'cyber', explanation: 'not this one' }

  it.each<{ what: string; reply: ApiReply; says: string[] }>([
    {
      what: 'refuses the key',
      reply: { kind: 'error', status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
      says: ['refused the API key', '401', 'ANTHROPIC_API_KEY'],
    },
    {
      what: 'is overloaded',
      reply: { kind: 'error', status: 529, type: 'overloaded_error', headers: { 'x-should-retry': 'false' } },
      says: ['overloaded', '529', '--model none'],
    },
    {
      what: 'refuses the task',
      reply: { kind: 'message', text: '', stop: 'refusal', stopDetails: refusal },
      says: ['refused to write these tests', 'not this one', '--model none'],
    },
    {
      what: 'is cut off',
      reply: { kind: 'message', text: SAVED.slice(0, 400), stop: 'max_tokens' },
      says: ['cut at the limit', '--model none'],
    },
    {
      what: 'answers something else',
      reply: { kind: 'message', text: 'Sure, here are your tests!' },
      says: ["The model's reply is not JSON", 'Sure, here are'],
    },
  ])('exits with 4 and writes nothing when it $what', async ({ reply, says }) => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    const before = copy.list()
    const api = await startFakeMessagesApi([reply])
    onTestFinished(api.close)

    const { exitCode, stdout, stderr } = await genWith(copy.root, api)

    for (const words of says) expect(stderr).toContain(words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
    expect(stderr).not.toMatch(/^ +at /m)
    expect(stderr).not.toContain(KEY)
    expect(copy.list()).toEqual(before)
  })

  it('is not even asked when the test file is a person’s', async () => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    copy.write('tests/integration/post-orders.test.ts', '// by hand\n')
    const api = await startFakeMessagesApi([{ kind: 'message', text: SAVED }])
    onTestFinished(api.close)

    const { exitCode } = await genWith(copy.root, api)

    expect({ exitCode, asked: api.seen.length }).toEqual({ exitCode: 2, asked: 0 })
    expect(existsSync(path.join(copy.root, '.itest'))).toBe(false)
  })
})
