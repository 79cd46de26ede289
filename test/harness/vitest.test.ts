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

/** Vite loads such a file, and what it imports, as for a browser. In one piece the word would count for this file. */
const PAGE = {
  'node_modules/vitest-environment-page/package.json': '{ "type": "module", "exports": "./page.js" }',
  'node_modules/vitest-environment-page/page.js':
    "export default { name: 'page', viteEnvironment: 'client', setup: () => ({ teardown() {} }) }",
  'tests/page.test.ts': `// @vitest-${'environment'} page
import { expect, it } from 'vitest'
it('is a page', () => { expect(expect.getState().environment).toBe('page') })`,
}

/** An app that lets in by a session with a double submit, and by a key; and a config that knows how. */
const SIGNS_IN = {
  'src/door.ts': `
import express from 'express'
import { db } from './db/index.js'
import { bookings } from './db/schema.js'
const roles = new Map<string, string>()
const cookie = (req: express.Request, name: string) => new RegExp(name + '=([^;]*)').exec(req.get('cookie') ?? '')?.[1]
export const door = express().use(express.json())
door.post('/login', async (req, res) => {
  const guests = await db.select().from(bookings)
  if (!guests.some(({ guest }) => guest === req.body.guest)) return void res.sendStatus(401)
  roles.set('s1', req.body.role)
  res.cookie('sid', 's1').cookie('XSRF-TOKEN', 't1').json({})
})
door.post('/role', (req, res) => {
  const role = req.get('x-api-key') === process.env.GREETING ? 'machine' : roles.get(cookie(req, 'sid') ?? '')
  const isSame = role === 'machine' || req.get('x-xsrf-token') === cookie(req, 'XSRF-TOKEN')
  if (!role || !isSame) return void res.sendStatus(401)
  res.json({ role })
})`,
  'itest.config.ts': `
import { auth, defineConfig } from 'itest-gen/config'
export default defineConfig({
  env: { GREETING: 'from the config', DATABASE_URL: 'postgres://127.0.0.1:1/never' },
  auth: {
    signIn: async ({ request, factory, as }) => {
      if (as.role === 'machine') return auth.apiKey('x-api-key', process.env.GREETING)
      if (as.role === 'nobody') return { cookie: as.sid }
      const { bookings } = await import('./src/db/schema.js')
      await factory.create(bookings, { guest: 'ada', roomId: 1 })
      const answer = await request.post('/login').send({ guest: 'ada', role: 'guest', ...as })
      return { ...auth.cookies(answer), ...auth.csrf(answer) }
    },
  },
})`,
  'tests/signs-in.test.ts': `
import request from 'supertest'
import { signIn } from 'itest-gen'
import { expect, it } from 'vitest'
import { door } from '../src/door.js'
const role = async (as?: { role: string }) => (await request(door).post('/role').set(await signIn(door, as))).body.role
it('signs in', async () => {
  expect([await role(), await role({ role: 'admin' }), await role({ role: 'machine' })]).toEqual(['guest', 'admin', 'machine'])
  expect((await request(door).post('/role')).status).toBe(401)
  await expect(signIn(door, { guest: 'nobody' })).rejects.toThrow('the app answered 401')
  await expect(signIn(door, { role: 'nobody' })).rejects.toThrow('itest.config.ts to return headers')
  expect(process.env.GREETING).toBe('from the config')
})`,
}

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
      ...SIGNS_IN,
    })
    expect(output).toContain('5 passed')
    expect(status).toBe(0)
    expect(left).toEqual([])
  })

  it('names the command that makes the missing facts', () => {
    const { status, output } = runVitest({ '.itest/harness.json': '' })
    expect(output).toContain('Expected the facts of the project in .itest/harness.json, but it is not JSON')
    expect(status).toBe(1)
  })

  it('takes the database from the config that it is told to read', () => {
    const { status, output } = runVitest({
      'vitest.config.ts': CONFIG.replace('itest(), ', "itest({ config: 'ci/itest.ts' }), "),
      'ci/itest.ts': "export default { database: { url: 'postgres://ada:secret@127.0.0.1:1/shop' } }",
    })
    expect(output).toContain('The database server at 127.0.0.1:1 let nobody in')
    expect(status).toBe(1)
  })

  it('starts no database for tests that need none, and says to the others why there is none', () => {
    const { status, output } = runVitest(
      {
        'vitest.config.ts': CONFIG.replace('itest(), ', "itest({ engine: 'postgres' }), "),
        'itest.config.js': "export default { database: { engine: 'pglite' } }",
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
afterAll(({}, file: any) => expect(JSON.parse(file.tasks[0].meta.itest.facts).requests).toBe(1))`.replace(
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
      { 'vitest.config.ts': config, 'tests/clock.test.ts': CLOCK, ...PAGE },
      { without: ['vitest'] },
    )
    expect(output).toContain('3 passed')
    expect(status).toBe(0)
  })
})
