import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HEAD, makeProject, repository } from './sample-project.ts'

const LIMIT_MS = 120_000
const VITEST = join(repository, 'node_modules', 'vitest')

const CONFIG = `
import { itest } from 'itest-gen/vitest'
import { defineConfig } from 'vitest/config'
export default defineConfig({ plugins: [itest(), itest()] })`

const BOOKS = `${HEAD}
it('books', async () => {
  expect((await book('ada')).status).toBe(201)
  expect(await db.select().from(bookings)).toHaveLength(1)
})`

/** Uses nothing of ours: the database is there when the app connects. */
const CONNECTS = `
import { expect, it } from 'vitest'
import { pool } from '../src/db/index.js'
it('connects', async () => {
  expect((await pool.query('SELECT count(*)::int AS rooms FROM rooms')).rows).toEqual([{ rooms: 2 }])
})`

const ADDS = `
import { expect, it } from 'vitest'
import { app } from '../src/app.js'
it('adds', () => { expect([typeof app, 1 + 1]).toEqual(['function', 2]) })`

const CLOCK = `
import { clock } from 'itest-gen'
import { expect, it, vi } from 'vitest'
it('sets the date', () => {
  clock.set('2030-01-31T23:59:59Z')
  expect([vi.isFakeTimers(), new Date().getUTCFullYear()]).toEqual([true, 2030])
})`

/** Files that Vite by itself does not find: each import says how it is meant. */
const IMPORTS = {
  'package.json': JSON.stringify({
    name: 'bookings',
    type: 'module',
    workspaces: ['packages/*'],
    dependencies: { '@hotel/prices': '*', '@hotel/taxes': '*' },
    imports: { '#kept/*': './src/kept/*.ts', '#built/*': './dist/kept/*.js' },
  }),
  'tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
  'tsconfig.app.json':
    '{ "extends": "./tsconfig.base.json", "compilerOptions": { "outDir": "dist", "rootDir": "src" } }',
  'tsconfig.base.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"] } } }',
  'packages/prices/package.json':
    '{ "name": "@hotel/prices", "type": "module", "exports": { "./all": "./src/all.ts" } }',
  'packages/prices/tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
  'packages/prices/src/all.ts': "export { price } from '@/price.js'",
  'packages/prices/src/price.ts': "export const price: string = 'package in TypeScript'",
  'packages/taxes/package.json': '{ "name": "@hotel/taxes", "exports": { ".": { "import": "./dist/index.js" } } }',
  'packages/taxes/src/index.ts': "export const tax: string = 'package that is not built'",
  'src/kept/alias.ts': "export const alias: string = 'alias of a referenced tsconfig'",
  'src/kept/map.ts': "export const map: string = 'import map'",
  'src/kept/output.ts': "export const output: string = 'import map to the output'",
  'src/kept/base.ts': "export const base: string = 'baseUrl'",
  'src/kept/module.mts': "export const module: string = 'mts'",
  'src/kept/common.cts':
    "import path = require('node:path')\nconst common: string = path.basename('/x/cts')\nexport = { common }",
  'tests/imports.test.ts': `
import { price } from '@hotel/prices/all'
import { tax } from '@hotel/taxes'
import { alias } from '@/kept/alias'
import { map } from '#kept/map'
import { output } from '#built/output'
import { base } from 'src/kept/base'
import { module } from '../src/kept/module.mjs'
import { common } from '../src/kept/common.cjs'
import { expect, it } from 'vitest'
it('finds what a compiler would find', () => {
  expect([price, tax, alias, map, output, base, module, common]).toEqual([
    'package in TypeScript', 'package that is not built', 'alias of a referenced tsconfig', 'import map',
    'import map to the output', 'baseUrl', 'mts', 'cts',
  ])
})`,
}

function runVitest(
  files: Record<string, string>,
  options: { without?: string[]; isNew?: boolean; hasCopy?: boolean; environment?: Record<string, string> } = {},
): { status: number | null; output: string; left: string[] } {
  const project = makeProject({ 'vitest.config.ts': CONFIG, 'tests/books.test.ts': BOOKS, ...files }, options)
  onTestFinished(project.remove)
  for (const name of files['packages/prices/package.json'] ? ['prices', 'taxes'] : []) {
    mkdirSync(join(project.root, 'node_modules/@hotel'), { recursive: true })
    symlinkSync(join(project.root, 'packages', name), join(project.root, 'node_modules/@hotel', name))
  }
  if (options.isNew) rmSync(join(project.root, '.itest'), { recursive: true })
  const own = join(project.root, 'node_modules/vitest')
  if (options.without?.includes('vitest')) cpSync(VITEST, own, { recursive: true })
  if (options.hasCopy) copyPackage(join(project.root, 'node_modules/itest-other'))
  const temporary = join(project.root, 'temporary')
  mkdirSync(temporary)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(own, 'vitest.mjs'), 'run', '--reporter=verbose'],
    {
      cwd: project.root,
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: temporary, NO_COLOR: '1', ...options.environment },
    },
  )
  return { status, output: stdout + stderr, left: readdirSync(temporary).filter((name) => name.startsWith('itest-')) }
}

/** The command line, most of the package, is not needed. */
function copyPackage(target: string): void {
  const isNeeded = (file: string): boolean => !file.startsWith(join(repository, 'dist/cli'))
  cpSync(join(repository, 'dist'), join(target, 'dist'), { recursive: true, filter: isNeeded })
  cpSync(join(repository, 'package.json'), join(target, 'package.json'))
}

describe('itest(), the Vitest plugin', { timeout: LIMIT_MS }, () => {
  it('is all that plain `vitest run` needs, also when it is there twice', () => {
    const { status, output, left } = runVitest({
      'tests/more.test.ts': BOOKS,
      'tests/connects.test.ts': CONNECTS,
      ...IMPORTS,
    })
    expect(output).toContain('4 passed')
    expect(status).toBe(0)
    expect(left).toEqual([])
  })

  it('names the command that makes the missing facts', () => {
    const { status, output } = runVitest({ '.itest/harness.json': '' })
    expect(output).toContain('Expected the facts of the project in .itest/harness.json, but it is not JSON')
    expect(status).toBe(1)
  })

  it('starts no database for tests that need none, and says to the others why there is none', () => {
    const { status, output } = runVitest(
      {
        'vitest.config.ts': CONFIG.replace('itest(), ', "itest({ engine: 'postgres' }), "),
        'tests/adds.test.ts': ADDS,
        'tests/connects.test.ts': CONNECTS,
      },
      { environment: { ITEST_PGBIN: '/nowhere' } },
    )
    expect(output).toMatch(/✓ tests\/adds\.test\.ts/)
    const reason = 'no postgres and initdb were found on this machine'
    for (const file of ['books', 'connects']) {
      expect(output).toMatch(new RegExp(`FAIL +tests/${file}\\.test\\.ts[^]*?${reason}`))
    }
    expect(status).toBe(1)
  })

  it('lends supertest to a project without it, and reads the code of one where `itest gen` never ran', () => {
    const { status, output } = runVitest({}, { without: ['supertest'], isNew: true })
    expect(output).toContain('1 passed')
    expect(status).toBe(0)
  })

  it('is there in two copies, of which the first does all', () => {
    const twice = CONFIG.replace('itest(), itest()', 'itest(), other({ requestTimeoutMs: 1000 })')
    const config = `import { itest as other } from 'itest-other/vitest'${twice}`
    const books = `${BOOKS}
afterAll(({}, file: any) => expect(file.tasks[0].meta.itest.requests).toBe(1))`.replace(
      'beforeEach,',
      'afterAll, beforeEach,',
    )
    const { status, output } = runVitest(
      { 'vitest.config.ts': config, 'tests/books.test.ts': books },
      { hasCopy: true },
    )
    expect(output).toContain('1 passed')
    expect(status).toBe(0)
  })

  it("is linked into a project, whose Vitest is another copy than this package's", () => {
    const config = CONFIG.replace('] })', '], test: { expect: { requireAssertions: true } } })')
    const { status, output } = runVitest(
      { 'vitest.config.ts': config, 'tests/clock.test.ts': CLOCK },
      { without: ['vitest'] },
    )
    expect(output).toContain('2 passed')
    expect(status).toBe(0)
  })
})
