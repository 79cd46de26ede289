import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ReportedPath } from '../../src/report/types.ts'
import { copyFixture, type FixtureCopy } from '../support/copy-fixture.ts'
import { expectGolden } from '../support/golden.ts'
import { type CliEnd, cliEnvironment, gen } from '../support/run-cli.ts'
import { genHere } from '../support/run-here.ts'

const LIMIT_MS = 120_000
const TEST_FILE = 'tests/integration/post-orders.test.ts'
const WROTE = [
  '.itest/harness.json',
  'vitest.config.ts',
  TEST_FILE,
  '.itest/tests/integration/post-orders.test.json',
] as const

/** As a terminal shows it, and the exit code; the version of the database is the machine's. */
function transcript({ stdout, exitCode }: CliEnd): string {
  return `$ itest gen POST /orders\n${stdout.replace(/PostgreSQL [\d.]+/, 'PostgreSQL <version>')}[exit code ${exitCode}]\n`
}

/** Plain Vitest, as the user runs it, without itest. */
async function runVitest(root: string): Promise<{ exitCode: number | undefined; failed: string[]; passed: string[] }> {
  const options = { cwd: root, env: cliEnvironment(), extendEnv: false, reject: false }
  const { exitCode, stdout } = await execa('npx', ['vitest', 'run', '--reporter=json'], options)
  const results: { testResults: { assertionResults: { title: string; status: string }[] }[] } = JSON.parse(stdout)
  const tests = results.testResults.flatMap((file) => file.assertionResults)
  const idsWith = (status: string) =>
    tests.flatMap((test) => (test.status === status ? [test.title.split(' ')[0] ?? ''] : []))
  return { exitCode, failed: idsWith('failed'), passed: idsWith('passed') }
}

describe('itest gen POST /orders', () => {
  let copy: FixtureCopy
  let before: Record<string, string>
  let first: CliEnd

  beforeAll(async () => {
    copy = copyFixture('orders')
    before = copy.list()
    first = await gen(copy.root)
  }, LIMIT_MS)

  afterAll(() => copy.remove())

  it('finds the bug and prints the report', () => {
    expectGolden('cli/gen-post-orders.txt', transcript(first))
  })

  it('exits with 1 because a path is red', () => {
    expect(first.exitCode).toBe(1)
  })

  it('generates a file that a reviewer has approved', () => {
    expectGolden('post-orders.test.ts', copy.read(TEST_FILE))
  })

  it('writes the files that the report names and changes nothing else', () => {
    const after = copy.list()
    const written = Object.keys(after).filter((file) => !file.endsWith('/') && after[file] !== before[file])

    expect(written.sort()).toEqual([...WROTE].sort())
    expect(first.stdout.replace(/\s+/g, ' ')).toContain(`Wrote ${WROTE.join(', ')}`)
    expect(Object.keys(before).filter((file) => !(file in after))).toEqual([])
  })

  it('tells its progress on stderr, line by line, and prints no escape codes into a pipe', () => {
    expect(first.stderr.trimEnd().split('\n')).toEqual([
      'reading the code',
      'starting a database',
      'running 11 tests twice, before and now',
      'running them again, in another order',
    ])
    expect(first.stdout + first.stderr).not.toContain('\u001b')
  })

  it('prints the same when it runs again over its own file', { timeout: LIMIT_MS }, async () => {
    const files = copy.list()

    const second = await genHere(copy.root)

    // The config is there by now, so it is not written again.
    expect(second.stdout.replace(/\s+/g, ' ')).toBe(first.stdout.replace(/\s+/g, ' ').replace(' vitest.config.ts,', ''))
    expect(second.exitCode).toBe(1)
    expect(copy.list()).toEqual(files)
  })

  it('refuses to overwrite what a person has edited, until it is forced', { timeout: LIMIT_MS }, async () => {
    const written = copy.read(TEST_FILE)
    copy.write(TEST_FILE, `${written}// one more line\n`)
    const edited = copy.list()

    const refused = await genHere(copy.root)

    expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
    expect(refused.stderr).toContain(`error: ${TEST_FILE} has been edited since itest wrote it; it was left as it is\n`)
    expect(refused.stderr).toContain('--force')
    expect(copy.list()).toEqual(edited)
    expect(await genHere(copy.root, ['--force', '--runs', '1'])).toMatchObject({ exitCode: 1 })
    expect(copy.read(TEST_FILE)).toBe(written)
  })

  it('leaves a project in which plain Vitest says the same', { timeout: LIMIT_MS }, async () => {
    const { exitCode, failed, passed } = await runVitest(copy.root)

    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ['[idempotent-retry]'] })
    expect(passed).toHaveLength(10)
  })

  // What the tests guard: each was green on the code as it was and must see the change.
  it.each([
    {
      bug: 'a failed insert answers 500, another amount is stored, amountCents is not validated',
      patches: [
        ['res.status(503)', 'res.status(500)'],
        ['.values({ userId, amountCents,', '.values({ userId, amountCents: amountCents + 1,'],
        ['!userId || !amountCents', '!userId'],
      ],
      red: ['[happy]', '[validation.amountCents-missing]', '[db-fails-after-side-effect]'],
    },
    {
      bug: 'the order is stored before the charge',
      patches: [
        [
          '  let payment: Charge\n',
          "  await db.insert(orders).values({ userId, amountCents, paymentId: 'pending' })\n  let payment: Charge\n",
        ],
      ],
      red: [
        '[happy]',
        '[external-fails.payments-connection-reset]',
        '[external-fails.payments-timeout]',
        '[external-fails.payments-answers-402]',
        '[external-fails.payments-answers-429]',
        '[external-fails.payments-answers-503]',
        '[external-fails.payments-malformed-answer]',
        '[db-fails-after-side-effect]',
      ],
    },
  ])('leaves tests that are red when $bug', { timeout: LIMIT_MS }, async ({ patches, red }) => {
    const route = copy.read('src/routes/orders.ts')
    for (const [from = '', to = ''] of patches) copy.patch('src/routes/orders.ts', from, to)
    try {
      const { exitCode, failed } = await runVitest(copy.root)

      expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: [...red, '[idempotent-retry]'] })
    } finally {
      copy.write('src/routes/orders.ts', route)
    }
  })
})

describe('itest gen --json', () => {
  let copy: FixtureCopy
  let end: CliEnd

  beforeAll(async () => {
    copy = copyFixture('orders')
    copy.patch(
      'src/routes/orders.ts',
      "if (err instanceof PaymentError) return res.status(402).json({ error: 'payment_failed' })",
      `if (err instanceof PaymentError) {
      await db.transaction(async (tx) => {
        await tx.select().from(orders)
        await db.select().from(orders)
      })
      return res.status(402).json({ error: 'payment_failed' })
    }`,
    )
    end = await gen(copy.root, ['--json', '--runs', '1', '--database', 'pglite'])
  }, LIMIT_MS)

  afterAll(() => copy.remove())

  it('prints one object of the agreed shape and nothing else', () => {
    const report = JSON.parse(end.stdout)

    expect(report).toMatchObject({
      schema: 'itest.gen/1',
      route: { method: 'POST', path: '/orders', file: 'src/routes/orders.ts', line: 8 },
      file: TEST_FILE,
      writer: { name: 'none', model: null, usage: null },
      findings: [],
      wrote: WROTE,
      exitCode: 1,
    })
    expect(report.paths).toHaveLength(11)
    for (const path of report.paths.filter(({ now }: { now: string }) => now !== 'skipped')) {
      expect(path).toMatchObject({
        id: expect.any(String),
        kind: expect.any(String),
        title: expect.any(String),
        expects: { source: expect.stringMatching(/^(?:policy|code)$/), items: expect.any(Array) },
        before: 'red',
        now: path.id === 'idempotent-retry' ? 'red' : 'green',
      })
      expect(path.reason === null).toBe(path.now === 'green')
    }
    expect(end.exitCode).toBe(1)
  })

  it('says why the red path is red and who expects otherwise', () => {
    const path = JSON.parse(end.stdout).paths.find(({ id }: { id: string }) => id === 'idempotent-retry')

    expect(path).toMatchObject({
      kind: 'idempotent-retry',
      class: 'assertion',
      reason: 'expected 1 row in orders, found 2',
      violation: 'a repeated request with the same idempotencyKey has a second effect',
      expects: { source: 'policy' },
    })
  })

  it('runs on PGlite when told to, and states its limits', () => {
    const { engine } = JSON.parse(end.stdout)

    expect(engine.kind).toBe('pglite')
    expect(engine.limits).toContainEqual(expect.stringContaining('one session behind all connections'))
  })

  it('skips what PGlite can not do, neither red nor weaker, and says why', () => {
    const skipped = JSON.parse(end.stdout).paths.filter(({ now }: { now: string }) => now === 'skipped')

    expect(skipped.map(({ id, before, reason }: ReportedPath) => [id, before, reason])).toEqual(
      ['402', '429', '503'].map((status) => [
        `external-fails.payments-answers-${status}`,
        'red',
        expect.stringMatching(/^PGlite has one session .* a query beside an open transaction waits/),
      ]),
    )
    expect(copy.read(TEST_FILE)).toContain('[external-fails.payments-answers-503]')
  })

  it('keeps progress on stderr', () => {
    expect(end.stderr).toContain('reading the code\n')
  })
})

describe('itest gen on a route that answers its first request in another way', () => {
  it('accepts no test that says so in one order only', { timeout: LIMIT_MS }, async () => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    // Not by a variable that a handler changes: that is seen in the code already.
    copy.write(
      'src/app.ts',
      `${copy.read('src/app.ts')}
const { status } = express.response
const answered: number[] = []
express.response.status = function answer(code) {
  return status.call(this, answered.push(code) === 1 ? 418 : code)
}
`,
    )

    const { stdout, exitCode } = await genHere(copy.root, ['--json', '--runs', '2'])

    const { paths, runs } = JSON.parse(stdout)
    const flaky = paths.filter(({ now }: { now: string }) => now === 'flaky')
    expect(runs).toBe(2)
    expect(flaky.map(({ id, reason }: { id: string; reason: string }) => [id, reason])).toEqual([
      ['happy', expect.stringMatching(/^red \(assertion: .*\) in run 1; green in run 2, in another order$/)],
      ['idempotent-retry', expect.stringContaining('expected 418 to be 201')],
    ])
    expect(exitCode).toBe(1)
  })
})

describe('itest gen on a route without the bug', () => {
  let copy: FixtureCopy

  beforeAll(() => {
    copy = copyFixture('orders')
    copy.patch(
      'src/routes/orders.ts',
      "import { Router } from 'express'",
      "import { eq } from 'drizzle-orm'\nimport { Router } from 'express'",
    )
    copy.patch(
      'src/routes/orders.ts',
      '  let payment: Charge\n',
      `  if (idempotencyKey) {
    const [stored] = await db.select().from(orders).where(eq(orders.idempotencyKey, idempotencyKey))
    if (stored) return res.status(200).json(stored)
  }

  let payment: Charge
`,
    )
  })

  afterAll(() => copy.remove())

  it('reports every path green and exits with 0, and does what the config says', { timeout: LIMIT_MS }, async () => {
    copy.write(
      'itest.config.ts',
      `import { defineConfig } from 'itest-gen/config'
      if (globalThis.isLoaded) throw new Error('loaded again')
      Object.assign(globalThis, { isLoaded: true })
      export default defineConfig({
        env: { PAYMENTS_URL: process.env.SANDBOX ?? 'nowhere' },
        tests: { folder: 'specs', file: '{path}.{method}.test.ts' },
        skip: [
          { route: 'POST /orders', path: '*-429', reason: 'the provider sets no limits' },
          { route: 'POST /orders', path: 'timeouts', reason: 'none' },
        ],
        model: 'none',
      })`,
    )

    const env = { ANTHROPIC_API_KEY: 'sk-ant-of-nobody', SANDBOX: 'https://sandbox.example' }
    const { stdout, exitCode } = await gen(copy.root, ['--runs', '1'], env)

    expect(stdout).toMatch(/^ {2}idempotent-retry +red +green$/m)
    expect(stdout).toContain('All 10 paths are green.\n10 of 10 tests were seen red with the route answering 501.')
    expect(stdout).toContain(
      'Skipped by your config:\n  external-fails.payments-answers-429: the provider sets no limits\n',
    )
    expect(stdout).toContain('skip in your config: POST /orders has no path timeouts, so nothing is skipped by that.')
    expect(stdout).toContain('Writer: built in (no model)')
    expect(copy.read('specs/orders.post.test.ts')).toContain("stub('https://sandbox.example')")
    expect(copy.read('.itest/harness.json')).not.toContain('sandbox')
    expect(exitCode).toBe(0)
  })
})
