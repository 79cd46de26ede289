import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { GenReport } from '../../src/report/types.ts'
import { copyFixture, type FixtureCopy, repository } from '../support/copy-fixture.ts'
import { type FakeMessagesApi, startFakeMessagesApi } from '../support/fake-messages-api.ts'
import type { CliEnd } from '../support/run-cli.ts'
import { genHere, runHere } from '../support/run-here.ts'

const LIMIT_MS = 120_000
const KEY = 'sk-ant-test-key-0123456789'

const STRIPE = ['sk_', 'live_4eC39HqLyjWDarjtT1zdp7dc'].join('')
const SECRETS = {
  ofEnvironment: 'tr0ub4dor&3',
  commentedOut: 'an-older-one-1',
  stripe: STRIPE,
  named: 'hunter2!',
  inComment: 'gr33n-door',
  ofDatabase: 'p4ss-of-db',
}
const NOTE = 'never tell the partners about this'

/** Secrets where people leave them: `.env`, the code, comments. */
function plantSecrets(): FixtureCopy {
  const copy = copyFixture('orders')
  copy.write('.env', `WEBHOOK_SECRET='${SECRETS.ofEnvironment}'\n# WEBHOOK_SECRET=${SECRETS.commentedOut}\nPORT=3000\n`)
  copy.patch(
    'src/lib/payments.ts',
    'const response = await',
    [
      `// the admin password is ${SECRETS.inComment}; ${NOTE}`,
      `const stripe = '${SECRETS.stripe}'`,
      `const password = '${SECRETS.named}'`,
      `const known = ['${SECRETS.ofEnvironment}', '${SECRETS.commentedOut}']`,
      `const url = 'redis://shop:${SECRETS.ofDatabase}@cache:6379'`,
      'if (!stripe || !password || known.length === 0 || !url) throw new Error()',
      'const response = await',
    ].join('\n  '),
  )
  return copy
}

const COUNTS = [
  { kind: 'environment-value', count: 2 },
  { kind: 'password', count: 2 },
  { kind: 'stripe-key', count: 1 },
  { kind: 'url-password', count: 1 },
]

function expectClean(text: string): void {
  for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret)
  expect(text).not.toContain(KEY)
}

const saved = (): { cases: { pathId: string; title: string; code: string }[]; left: object[] } =>
  JSON.parse(readFileSync(path.join(repository, 'test/replies/post-orders.json'), 'utf8'))

const withoutNonce = (text: string): string => text.replaceAll(/\b[0-9a-f]{16}\b/g, 'NONCE')

describe('a project with secrets in it', () => {
  let copy: FixtureCopy
  let before: Record<string, string>
  let api: FakeMessagesApi
  let printed: { system: string; messages: { role: string; text: string }[]; [key: string]: unknown }
  let end: CliEnd

  beforeAll(async () => {
    copy = plantSecrets()
    before = copy.list()
    const { stdout } = await genHere(copy.root, ['--print-prompt', '--json', '--model', 'claude-opus-5-5'])
    printed = JSON.parse(stdout)
    const reply = saved()
    const left = { pathId: 'happy', title: 'a', code: "await request(app).get('/<redacted:stripe-key-1>')" }
    const cases = [left, ...reply.cases.slice(1)]
    api = await startFakeMessagesApi([{ kind: 'message', text: JSON.stringify({ ...reply, cases }) }])
  }, LIMIT_MS)

  afterAll(async () => {
    copy.remove()
    await api.close()
  })

  it('is shown to its owner as it would leave, without a key, and nothing is written', async () => {
    expect(printed).toMatchObject({
      schema: 'itest.print-prompt/1',
      sent: false,
      route: { method: 'POST', path: '/orders' },
      writer: 'anthropic',
      model: 'claude-opus-5-5',
      address: 'https://api.anthropic.com',
      redacted: COUNTS,
      comments: 'kept',
    })
    expectClean(JSON.stringify(printed))
    expect(printed.messages[0]?.text).toContain("const stripe = '<redacted:stripe-key-1>'")
    expect(printed.messages[0]?.text).toContain('<redacted:env-webhook-secret-1>')
    expect(copy.list()).toEqual(before)
  })

  it('is shown as text, too, with what would be done without a model', async () => {
    const { exitCode, stdout, stderr } = await genHere(copy.root, ['--print-prompt', '--model', 'none'])

    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Writer: built in \(no model\), so nothing would be sent\. What a model would get:\n/)
    expect(stdout).toContain(
      'Secrets: 6 secrets were redacted (2 environment values, 2 passwords, 1 stripe key, 1 url password). ',
    )
    expect(stdout).toContain(NOTE)
    expect(stdout).toContain(`\n----- system\n${printed.system}\n----- user\n# Route\n`)
    expectClean(stdout + stderr)
    expect(copy.list()).toEqual(before)
  })

  it('sends none of them, but what was shown, and counts them in the report', { timeout: LIMIT_MS }, async () => {
    const more = ['--json', '--runs', '1', '--model', 'claude-opus-5-5']
    end = await genHere(copy.root, more, { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: api.url })
    const [request] = api.seen
    const report: GenReport = JSON.parse(end.stdout)

    expectClean(JSON.stringify(api.seen.map(({ body }) => body)))
    expect(request?.body.model).toBe(printed.model)
    expect(request?.body.system.map(({ text }) => text)).toEqual([printed.system])
    expect(request?.body.messages.map(({ content }) => withoutNonce(String(content)))).toEqual(
      printed.messages.map(({ text }) => withoutNonce(text)),
    )
    expect(report.writer.redacted).toEqual(COUNTS)
    expect(report.writer.givenUp).toContainEqual({
      pathId: 'happy',
      says: ['it needs <redacted:stripe-key-1>, a secret that the model did not get'],
      isReplaced: true,
    })
  })

  it('is printed by `itest prompt` without them', async () => {
    const { stdout } = await runHere(['prompt', 'POST', '/orders', '--root', copy.root])
    const { stdout: json } = await runHere(['prompt', 'POST', '/orders', '--root', copy.root, '--json'])

    expect(stdout).toContain("const stripe = '<redacted:stripe-key-1>'")
    expectClean(stdout + json)
    expect(JSON.parse(json).redacted).toEqual(COUNTS)
  })

  it('keeps its comments to itself with --strip-comments, or when its config says so', async () => {
    const { stdout } = await genHere(copy.root, ['--print-prompt', '--json', '--strip-comments'])
    copy.write('itest.config.js', 'export default { stripComments: true }')
    const { stdout: prompt } = await runHere(['prompt', 'POST', '/orders', '--root', copy.root])

    expect(JSON.parse(stdout)).toMatchObject({ comments: 'stripped', writer: 'none', model: null })
    for (const text of [stdout, prompt]) {
      expect(text).toContain('const stripe = ')
      expect(text).not.toContain(NOTE)
    }
  })
})

describe('a key that the code names and the plan needs', () => {
  it('is not sent, and stands in the test that a model wrote', { timeout: LIMIT_MS }, async () => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    const guard = "if (req.headers['x-api-key'] !== 'partner-7f3a9c') return res.status(401).json({ error: 'who?' })"
    copy.patch('src/routes/orders.ts', 'const { userId', `${guard}\n  const { userId`)
    const mark = '<redacted:api-key-1>'
    const cases = saved().cases.map((one) => ({
      ...one,
      code: one.code.replace('.send(', `.set('x-api-key', '${mark}').send(`),
    }))
    const api = await startFakeMessagesApi([{ kind: 'message', text: JSON.stringify({ cases, left: [] }) }])
    onTestFinished(api.close)

    const { stdout } = await genHere(copy.root, ['--json'], { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: api.url })

    const report: GenReport = JSON.parse(stdout)
    expect(JSON.stringify(api.seen.map(({ body }) => body))).not.toContain('partner-7f3a9c')
    expect(report.paths.find(({ id }) => id === 'happy')).toMatchObject({ before: 'red', now: 'green' })
    expect(copy.read('tests/integration/post-orders.test.ts')).toContain("set('x-api-key', 'partner-7f3a9c')")
  })
})
