import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROMPT_BUDGET } from '../../src/prompt.ts'
import { copyFixture, type FixtureCopy, repository } from '../support/copy-fixture.ts'
import { CLI, cliEnvironment, gen } from '../support/run-cli.ts'
import { genHere, runHere } from '../support/run-here.ts'

const LIMIT_MS = 120_000
const SAVED = readFileSync(path.join(repository, 'test/replies/post-orders.json'), 'utf8')

let copy: FixtureCopy

beforeAll(() => {
  copy = copyFixture('orders')
})

afterAll(() => copy.remove())

const prompt = (more: readonly string[] = []) => runHere(['prompt', 'POST', '/orders', '--root', copy.root, ...more])

describe('itest prompt', () => {
  it('prints what can be pasted, and says beside it how long it is and where the answer goes', async () => {
    const { exitCode, stdout, stderr } = await prompt()

    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^You write integration tests.*\n# Answer\n\nOne JSON object and nothing else.*\n# Route\n/s)
    expect(stdout.trimEnd()).toMatch(/\n>>>>>>>> \w{16}$/)
    expect(stderr).toMatch(/^The route part has about \d+ tokens of at most 30000\.\n/)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('`itest gen POST /orders --draft FILE` checks and runs the answer')
  })

  it('shows a test of the project as data, and leaves it out first when all is too long', async () => {
    const test = "it('takes an order', async () => {\n  expect(await post('/orders')).toBe(201)\n})"
    copy.write('test/orders.test.ts', `import { post } from './post.js'\n\n${test}\n`)
    try {
      const whole = JSON.parse((await prompt(['--json'])).stdout)
      const cut = JSON.parse((await prompt(['--json', '--prompt-budget', String(whole.tokens - 10)])).stdout)
      const least = JSON.parse((await prompt(['--json', '--prompt-budget', '1000'])).stdout)

      expect(whole).toMatchObject({ schema: 'itest.prompt/1', budget: PROMPT_BUDGET, cut: [] })
      expect(whole.user.slice(whole.user.indexOf('<<<<<<<<'))).toContain(
        `----- style reference, tests that people wrote, test/orders.test.ts:3\n${test}\n>>>>>>>>`,
      )
      expect(cut.cut).toEqual([
        {
          what: 'test/orders.test.ts:3 style reference',
          lines: 3,
          tokens: expect.any(Number),
          why: 'it shows only how the project words its tests',
        },
      ])
      expect(cut.user).toContain('\n(test/orders.test.ts:3 style reference, 3 lines, left out for length)\n')
      expect(cut.tokens).toBeLessThanOrEqual(cut.budget)
      expect(cut.system).toBe(whole.system)
      expect(least.cut.length).toBeGreaterThan(2)
      // What must stay is there in spite of the budget: each path, the file, the handler.
      expect(least.tokens).toBeGreaterThan(1000)
      expect(least.user).toContain('### idempotent-retry\n')
      expect(least.user).toContain("describe('POST /orders'")
      expect(least.user).toContain('if (err instanceof PaymentError)')
    } finally {
      rmSync(path.join(copy.root, 'test'), { recursive: true })
    }
  })

  it('says when even what must stay is too long', async () => {
    const { exitCode, stderr } = await prompt(['--prompt-budget', '1000'])
    expect(exitCode).toBe(0)
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /Prompt: about \d+ tokens, over the budget of 1000, even with \d+ parts left out: its paths, tables, file and handler are always sent/,
    )
  })

  it.each(['0', '999', 'many', '1e9', '-5'])('refuses a budget of %s', async (budget) => {
    const { exitCode, stderr } = await prompt([`--prompt-budget=${budget}`])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`--prompt-budget: expected a whole number of tokens, at least 1000, found ${budget}\n`)
  })
})

describe('itest gen --draft', () => {
  it(
    'checks and runs an answer like that of a model',
    async () => {
      copy.write('answer.md', `Here you are:\n\n\`\`\`json\n${SAVED}\n\`\`\`\n`)
      const { exitCode, stdout } = await genHere(copy.root, [
        '--draft',
        path.join(copy.root, 'answer.md'),
        '--json',
        '--runs',
        '1',
      ])
      const report = JSON.parse(stdout)

      expect(report.writer).toMatchObject({ name: 'draft', model: null, requests: 0, usage: null, prompt: null })
      expect(report.paths.filter(({ now }: { now: string }) => now === 'green')).toHaveLength(10)
      expect(report.paths.find(({ now }: { now: string }) => now === 'red').id).toBe('idempotent-retry')
      expect(exitCode).toBe(1)
    },
    LIMIT_MS,
  )

  it('refuses a draft and a model at once', async () => {
    const { exitCode, stderr } = await gen(copy.root, ['--draft', 'answer.md', '--model', 'none'])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        'error: --draft and --model: expected one of them, found both\nWith --draft the tests come from the file, and no model is asked.\n',
    })
  })

  it('reads standard input, and writes nothing when that is no answer', async () => {
    const before = copy.list()
    const args = [CLI, 'gen', 'POST', '/orders', '--root', copy.root, '--draft', '-', '--force']
    const { exitCode, stderr } = await execa(process.execPath, args, {
      input: 'I would rather not.',
      env: cliEnvironment(),
      extendEnv: false,
      reject: false,
    })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('--draft: standard input can not be used.')
    expect(copy.list()).toEqual(before)
  })
})
