import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NO_SETTINGS, type Settings } from '../src/config/settings.ts'
import { parseOptions, parseProofOptions, parseRoute } from '../src/options.ts'

describe('parseRoute', () => {
  it.each([[['POST', '/orders']], [['POST /orders']], [['post', ' /orders ']], [['  POST   /orders  ']]])(
    'reads %j',
    (words) => {
      expect(parseRoute(words)).toEqual({ method: 'POST', path: '/orders' })
    },
  )

  it.each([
    { words: [], says: 'and a path, found nothing' },
    { words: [''], says: 'and a path, found ""' },
    { words: ['/orders'], says: 'expected a method (GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ALL) and a path' },
    { words: ['/orders', 'POST'], says: 'found "/orders POST"' },
    { words: ['GET'], says: 'found "GET": the path is missing' },
    { words: ['GET', 'orders'], says: 'the path must begin with /' },
    { words: ['GET', 'D:\\Git\\orders'], says: 'your shell turned the path into a file name' },
    { words: ['GET', '/a', '/b'], says: 'expected one route, found "GET /a /b"' },
  ])('refuses $words', ({ words, says }) => {
    expect(() => parseRoute(words)).toThrow(says)
  })
})

describe('parseOptions', () => {
  function folder(): string {
    const made = mkdtempSync(path.join(tmpdir(), 'itest-options-'))
    onTestFinished(() => rmSync(made, { recursive: true, force: true }))
    return made
  }

  it('leaves to the config what the command line leaves open', () => {
    const cwd = folder()
    const settings: Settings = {
      ...NO_SETTINGS,
      file: path.join(cwd, 'itest.config.ts'),
      app: 'src/config.ts',
      database: { engine: 'postgres', url: 'postgres://config/a' },
      tests: { folder: 'specs', file: '{path}-{method}.spec.ts' },
      model: 'none',
      promptBudget: 9000,
      env: { A: 'b' },
    }
    expect(parseOptions({}, cwd, settings)).toMatchObject({
      app: 'src/config.ts',
      out: 'specs',
      fileName: '{path}-{method}.spec.ts',
      database: 'postgres',
      databaseUrl: 'postgres://config/a',
      model: 'none',
      promptBudget: 9000,
      env: { A: 'b' },
    })
    expect(parseOptions({ promptBudget: '12_000' }, cwd, settings).promptBudget).toBe(12_000)
    expect(parseOptions({ draft: 'a.md' }, cwd, settings).draft).toBe(path.join(cwd, 'a.md'))
    const given = { app: 'src/a.ts', out: 'b', database: 'auto', databaseUrl: 'postgres://c/d', model: 'claude-e' }
    expect(parseOptions(given, cwd, settings)).toMatchObject(given)
    expect(() => parseOptions({}, cwd, { ...settings, tests: { folder: '../b', file: null } })).toThrow(
      'itest.config.ts: tests.folder ../b: expected a folder inside the project',
    )
  })

  it('has defaults', () => {
    const cwd = folder()

    expect(parseOptions({}, cwd)).toEqual({
      root: cwd,
      config: null,
      configKeys: [],
      app: null,
      out: 'tests/integration',
      fileName: '{method}-{path}.test.ts',
      database: 'auto',
      databaseUrl: null,
      env: {},
      skip: [],
      hasAuth: false,
      force: false,
      fresh: false,
      maxCostUsd: null,
      json: false,
      cache: true,
      stripComments: false,
      probe: false,
    })
  })

  it('takes --out relative to the root, absolute inside of it, or the root itself', () => {
    const cwd = folder()

    expect(parseOptions({ out: 'src/__tests__/' }, cwd).out).toBe('src/__tests__')
    expect(parseOptions({ out: path.join(cwd, 'specs') }, cwd).out).toBe('specs')
    expect(parseOptions({ out: '.' }, cwd).out).toBe('')
    expect(parseOptions({ out: '..specs' }, cwd).out).toBe('..specs')
  })

  it.each(['..', '../elsewhere', '/'])('refuses --out %s', (out) => {
    expect(() => parseOptions({ out }, folder())).toThrow(`--out ${out}: expected a folder inside the project`)
  })

  it('refuses a root that is not there or no folder', () => {
    const cwd = folder()
    writeFileSync(path.join(cwd, 'file'), '')

    expect(() => parseOptions({ root: 'nowhere' }, cwd)).toThrow('--root nowhere: expected a folder, found nothing')
    expect(() => parseOptions({ root: 'file' }, cwd)).toThrow('--root file: expected a folder, found a file')
  })

  it('refuses a database that it does not know', () => {
    expect(() => parseOptions({ database: 'oracle' }, folder())).toThrow(/^--database: /)
  })
})

describe('parseProofOptions', () => {
  it('has no tests, no limit and no wish by default', () => {
    expect(parseProofOptions({})).toEqual({ tests: [], minScore: null, strengthen: false })
    expect(parseProofOptions({ tests: ['a.test.ts'], minScore: '80', strengthen: true })).toEqual({
      tests: ['a.test.ts'],
      minScore: 80,
      strengthen: true,
    })
  })

  it.each(['much', '-1', '101', ''])('refuses the limit "%s"', (minScore) => {
    expect(() => parseProofOptions({ minScore })).toThrow('--min-score: expected a number from 0 to 100')
  })
})
