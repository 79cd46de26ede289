import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkNode } from '../../src/doctor/check-packages.ts'
import { checkWriter } from '../../src/doctor/check-writer.ts'
import { examine } from '../../src/doctor/doctor.ts'
import type { Check, DoctorReport } from '../../src/doctor/types.ts'
import { findPostgres } from '../../src/harness/engine/postgres-binary.ts'
import { parseOptions, readOptions } from '../../src/options.ts'
import { renderDoctor } from '../../src/report/doctor-text.ts'
import type { WriterOptions } from '../../src/write/choose-writer.ts'
import { copyFixture } from '../support/copy-fixture.ts'
import { makeFakeClaude } from '../support/fake-claude.ts'

const LIMIT_MS = 120_000
const world = { environment: {}, signal: new AbortController().signal }

function examineFolder(root: string, raw: Record<string, unknown> = {}): Promise<DoctorReport> {
  return examine(parseOptions({ root, cache: false, ...raw }, root), world)
}

function named({ checks }: DoctorReport, name: string): Check | undefined {
  return checks.find((check) => check.name === name)
}

function makeFolder(files: Record<string, string>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-doctor-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text)
  return root
}

describe('examine', { timeout: LIMIT_MS }, () => {
  it('finds all that gen needs in a complete project', async () => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    const before = copy.list()
    const report = await examineFolder(copy.root)
    expect(report.exitCode).toBe(0)
    expect(report.checks.map(({ name, status }) => [name, status])).toEqual([
      ['Node', 'ok'],
      ['Config', 'ok'],
      ['Writer', 'ok'],
      ['Vitest', 'ok'],
      ['Express', 'ok'],
      ['Drizzle', 'ok'],
      ['App', 'ok'],
      ['Environment', 'ok'],
      ['Schema', 'ok'],
      ['Database', findPostgres().status === 'found' ? 'ok' : 'warning'],
      ['Plugin', 'ok'],
    ])
    expect(named(report, 'App')?.found).toBe('src/app.ts:4, Express 5, 1 route; tests import it')
    expect(copy.list()).toEqual(before)
  })

  it('says which config is used, what it sets, and what of it leads nowhere', async () => {
    const root = makeFolder({
      'package.json': JSON.stringify({ dependencies: { express: '5' } }),
      'app.js': `import express from 'express'
        export const app = express().get('/', (req, res) => res.json({ at: process.env.PLACE }))
        app.set('place', new URL(process.env.PLACE))`,
      'itest.config.mjs': `export default {
        env: { PLACE: 'https://here.example' },
        skip: [{ route: 'GET /gone', path: '*', reason: 'gone' }],
      }`,
    })
    const report = examine(await readOptions({ root, cache: false }, root), world)
    expect((await report).checks.filter(({ name }) => name === 'Config')).toEqual([
      { name: 'Config', status: 'ok', found: 'itest.config.mjs sets env, skip', todo: null },
      {
        name: 'Config',
        status: 'warning',
        found: 'skip names a route that the app does not have: GET /gone',
        todo: '`itest routes` lists those that it has.',
      },
    ])
    expect(named(await report, 'Environment')).toMatchObject({ status: 'ok', found: '1 variable set for tests: PLACE' })
  })

  it('says what the degraded database can not do', async () => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    const database = named(await examineFolder(copy.root, { database: 'pglite' }), 'Database')
    expect(database).toMatchObject({ status: 'warning', todo: expect.stringContaining('Install PostgreSQL') })
    expect(database?.found).toMatch(/started PGlite [\d.]+, with limits: .*one session behind all connections/)
  })

  it('names what is not installed, and what else the app starts', async () => {
    const root = makeFolder({
      'package.json': JSON.stringify({ name: 'x', main: 'app.js', dependencies: { express: '5', 'drizzle-orm': '1' } }),
      'app.js': `
        import express from 'express'
        import Redis from 'ioredis'
        export const redis = new Redis(process.env.CACHE_HOST)
        export const store = process.env.NODE_ENV === 'test' ? new Map() : redis
        export const app = express()
        app.get('/', (req, res) => res.json({}))`,
    })
    const report = await examineFolder(root)
    expect(report.exitCode).toBe(1)
    expect(report.checks.filter(({ status }) => status === 'problem')).toEqual([
      { name: 'Express', status: 'problem', found: 'not installed', todo: 'Run `npm install` in the project.' },
      { name: 'Drizzle', status: 'problem', found: 'not installed', todo: 'Run `npm install` in the project.' },
      { name: 'Schema', status: 'problem', found: 'neither migrations nor Drizzle tables', todo: expect.any(String) },
      {
        name: 'Database',
        status: 'problem',
        found: expect.stringContaining('no Drizzle table'),
        todo: expect.any(String),
      },
    ])
    expect(named(report, 'Environment')).toMatchObject({
      status: 'warning',
      found: 'none needed; read and without a value: CACHE_HOST (app.js:4)',
    })
    expect(named(report, 'Test mode')?.found).toContain("process.env.NODE_ENV === 'test' (app.js:5)")
    expect(named(report, 'Starts')).toEqual({
      name: 'Starts',
      status: 'warning',
      found: 'ioredis (redis): connections are refused in tests; app.js:4',
      todo: null,
    })
  })

  it('reports a folder that is no project like anything else', async () => {
    const report = await examineFolder(makeFolder({ 'notes.txt': '' }))
    expect(report.exitCode).toBe(1)
    expect(named(report, 'App')).toMatchObject({ status: 'problem', found: expect.stringContaining('no package.json') })
  })
})

describe('single checks', () => {
  it.each([
    ['20.18.3', 'problem'],
    ['20.19.0', 'ok'],
    ['24.1.0', 'ok'],
  ])('Node %s: %s', (version, status) => expect(checkNode(version).status).toBe(status))

  it.each<[WriterOptions, Partial<Check>]>([
    [
      {},
      {
        status: 'ok',
        found:
          'anthropic, model claude-sonnet-5-5, at https://api.anthropic.com, with the key of ANTHROPIC_API_KEY, because that key is set',
      },
    ],
    [
      { model: 'openai:qwen3', effort: 'low' },
      {
        status: 'ok',
        found:
          'openai, model qwen3, effort low, at http://localhost:1/v1, without a key, because --model or the config says so',
      },
    ],
    [
      { model: 'none' },
      { status: 'ok', found: 'built in, no model, because --model or the config says so', todo: null },
    ],
    [{ model: 'gpt' }, { status: 'problem', found: 'unknown model gpt' }],
    [{ model: 'claude' }, { status: 'problem', found: 'claude was asked for, and is not on the PATH' }],
  ])('says which writer would be used, and why: %j', async (options, check) => {
    const environment = {
      ANTHROPIC_API_KEY: 'sk-ant-hidden',
      OPENAI_BASE_URL: 'http://user:hidden@localhost:1/v1',
      PATH: '/nowhere',
    }
    const writer = await checkWriter(options, environment)
    expect(writer).toMatchObject(check)
    expect(JSON.stringify(writer)).not.toContain('hidden')
  })

  it('says what a model would need', async () => {
    expect(await checkWriter({}, {})).toMatchObject({
      status: 'ok',
      found: 'built in, no model, because ANTHROPIC_API_KEY is not set',
      todo: expect.stringContaining('Set ANTHROPIC_API_KEY'),
    })
    expect(await checkWriter({ model: 'anthropic' }, {})).toMatchObject({
      status: 'problem',
      todo: expect.stringContaining('Set ANTHROPIC_API_KEY'),
    })
  })

  it('says which command line was found, without asking it anything', async () => {
    const fake = makeFakeClaude([])
    onTestFinished(fake.remove)
    expect(await checkWriter({ model: 'claude:opus' }, { PATH: fake.folder })).toMatchObject({
      status: 'ok',
      found:
        'claude 2.1.329 (Claude Code), model opus, with the login that it has, because --model or the config says so',
    })
    expect(fake.seen()).toEqual([])
  })
})

describe('renderDoctor', () => {
  it('keeps columns at 60 characters and says the sum', () => {
    const checks: Check[] = [
      { name: 'Node', status: 'ok', found: '20.20.2', todo: null },
      {
        name: 'Vitest',
        status: 'warning',
        found: '4.1.12, that of itest, because the project has none',
        todo: 'For plain `vitest run`: npm install -D vitest@latest itest-gen supertest',
      },
      { name: 'Express', status: 'problem', found: 'not installed', todo: 'Run `npm install` in the project.' },
    ]
    expect(renderDoctor({ schema: 'itest.doctor/1', checks, exitCode: 1 }, { color: false, width: 60 })).toBe(`\
ok       Node     20.20.2
warning  Vitest   4.1.12, that of itest, because the project
                  has none
                  -> For plain \`vitest run\`: npm install -D
                     vitest@latest itest-gen supertest
problem  Express  not installed
                  -> Run \`npm install\` in the project.

1 problem keeps \`itest gen\` from working here.
`)
  })
})
