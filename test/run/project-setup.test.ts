import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Engine, startEngine } from '../../src/harness/engine/engine.ts'
import { runTests } from '../../src/run/run.ts'
import type { RunFacts } from '../../src/run/types.ts'
import { HEAD, makeProject, facts as projectFacts } from '../harness/sample-project.ts'

const LIMIT_MS = 120_000

const BOOKS = `${HEAD}
it('books', async () => {
  expect((await book('ada')).status).toBe(201)
  expect(await db.select().from(bookings)).toHaveLength(1)
})`

function projectFactsWith(database: Partial<typeof projectFacts.database>): string {
  return JSON.stringify({ ...projectFacts, database: { ...projectFacts.database, ...database } })
}

describe('runTests, project by project', { timeout: LIMIT_MS }, () => {
  let engine: Engine

  beforeAll(async () => {
    engine = await startEngine({ preference: 'auto' })
  }, LIMIT_MS)

  afterAll(() => engine.stop())

  const run = async (files: Record<string, string>, on: Engine = engine): Promise<RunFacts> => {
    const project = makeProject({ 'tests/books.test.ts': BOOKS, ...files })
    onTestFinished(project.remove)
    return runTests({
      root: project.root,
      files: ['tests/books.test.ts'],
      engine: on,
      route: { method: 'POST', path: '/hotels/:hotelId/bookings' },
      ablate: false,
      timeoutMs: LIMIT_MS,
      signal: new AbortController().signal,
    })
  }

  const passed = { reason: 'passed', exitCode: 0, tests: [{ name: 'books', state: 'passed', errors: [] }] }

  it('runs on PGlite as well', async () => {
    const pglite = await startEngine({ preference: 'pglite' })
    onTestFinished(() => pglite.stop())
    expect(pglite.facts.limits.length).toBeGreaterThan(0)
    const source = `${BOOKS}
it('fails the insert', async () => {
  await faults.on(bookings, 'insert').fail()
  expect((await book('ada')).body).toEqual({ error: 'database', code: '53100' })
  await db.insert(bookings).values({ roomId: 1, guest: 'by the test itself' })
})
it('misses the fault', async () => {
  expect(await db.$count(bookings)).toBe(0)
  await faults.on(rooms, 'delete').fail()
})`
    expect(await run({ 'tests/books.test.ts': source }, pglite)).toMatchObject({
      tests: [
        { name: 'books', state: 'passed', errors: [] },
        { name: 'fails the insert', state: 'passed', errors: [] },
        { name: 'misses the fault', state: 'failed', errors: [{ code: 'ITEST_FAULT_NOT_REACHED' }] },
      ],
    })
  })

  it('makes the tables from the Drizzle schema when there are no migrations', async () => {
    const seeded = BOOKS.replace(
      "it('books'",
      "beforeEach(() => db.insert(rooms).values({ name: 'blue' }))\nit('books'",
    )
    const facts = projectFactsWith({ migrations: null })
    expect(await run({ '.itest/harness.json': facts, 'tests/books.test.ts': seeded })).toMatchObject(passed)
  })

  it('applies plain SQL files in name order', async () => {
    const facts = projectFactsWith({ migrations: 'sql' })
    const files = {
      'sql/002.sql': "INSERT INTO rooms (name) VALUES ('blue'); CREATE INDEX ON bookings (guest);",
      'sql/001.sql': `CREATE TABLE rooms (id serial PRIMARY KEY, name text);
        CREATE TABLE bookings (id serial PRIMARY KEY, room_id int, guest text, night date, price numeric, tags text[],
          details jsonb, created_at timestamptz DEFAULT now());`,
    }
    expect(await run({ '.itest/harness.json': facts, ...files })).toMatchObject(passed)
  })

  it('finds the work of the migrator done when the app migrates at start, and one database behind all connections', async () => {
    const migrates = `
      import { drizzle } from 'drizzle-orm/node-postgres'
      import { migrate } from 'drizzle-orm/node-postgres/migrator'
      import { pgTable, serial, withReplicas } from 'drizzle-orm/pg-core'
      import { db } from './db/index.js'
      export const shared = withReplicas(db, [drizzle(process.env.REPLICA_URL)])
      export const analytics = drizzle('postgres://stats:secret@stats.internal:6432/stats')
      export const visits = pgTable('visits', { id: serial('id').primaryKey() })
      await migrate(db, { migrationsFolder: 'drizzle' })
      await migrate(analytics, { migrationsFolder: 'stats' })
      export { app } from './app.js'`
    const source = `${BOOKS.replace('../src/app.js', '../src/migrates.js')}
import { analytics, shared, visits } from '../src/migrates.js'
it('has what the other database has', async () => {
  expect((await book('ada')).status).toBe(201)
  expect(await shared.select().from(bookings)).toHaveLength(1)
  await analytics.insert(visits).values({})
  expect(await db.$count(visits)).toBe(1)
})`
    const facts = projectFactsWith({ urlVariables: ['DATABASE_URL', 'REPLICA_URL'], furtherMigrations: ['stats'] })
    const files = {
      'src/migrates.ts': migrates,
      'tests/books.test.ts': source,
      '.itest/harness.json': facts,
      'stats/0000_visits.sql': 'CREATE TABLE "visits" ("id" serial PRIMARY KEY)',
      'stats/meta/_journal.json': JSON.stringify({
        version: '7',
        dialect: 'postgresql',
        entries: [{ idx: 0, version: '7', when: 1600000000000, tag: '0000_visits', breakpoints: true }],
      }),
    }
    expect((await run(files)).tests).toMatchObject([
      { name: 'books', state: 'passed', errors: [] },
      { name: 'has what the other database has', state: 'passed', errors: [] },
    ])
  })

  it('keeps the configuration of the user, but for what would keep our file from running', async () => {
    const config = `
      import { itest } from 'itest-gen/vitest'
      import { defineConfig } from 'vitest/config'
      export default defineConfig({
        plugins: [itest()],
        resolve: { alias: { '@app': new URL('./src/app.ts', import.meta.url).pathname } },
        test: {
          include: ['unit/**'], exclude: ['tests/**'], environment: 'jsdom', retry: 3, setupFiles: './unit/setup.ts',
          projects: [{ test: { name: 'unit' } }],
        },
      })`
    const files = {
      'vitest.config.ts': config,
      'unit/setup.ts': `
        if (!process.env.DATABASE_URL?.includes('@127.0.0.1:')) throw new Error('the setup of the user runs too early')
        globalThis.fromUser = 'set up'`,
      'tests/books.test.ts': `${BOOKS.replace('../src/app.js', '@app')}
        it('has the setup of the user', () => { expect(globalThis.fromUser).toBe('set up') })
        it('fails once', () => { expect(1).toBe(2) })`,
    }
    expect((await run(files)).tests).toMatchObject([
      { name: 'books', state: 'passed', errors: [] },
      { name: 'has the setup of the user', state: 'passed' },
      { name: 'fails once', state: 'failed', retries: 0 },
    ])
  })

  it('follows the paths of the tsconfig', async () => {
    const files = {
      'tsconfig.base.json': '{ "compilerOptions": { "paths": { "#/*": ["./none/*", "./src/*"] } } } // comment',
      'tsconfig.json': '{ "extends": "./tsconfig.base.json" }',
      'tests/books.test.ts': BOOKS.replace('../src/app.js', '#/app.js'),
    }
    expect(await run(files)).toMatchObject(passed)
  })

  it('says which statement of which migration failed', async () => {
    const broken = 'CREATE TABLE a (id int);\n--> statement-breakpoint\nCREATE TABEL b (id int);'
    await expect(run({ 'drizzle/0000_start.sql': broken })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('Statement 2 of drizzle/0000_start.sql failed: syntax error at or near "TABEL"'),
    })
  })

  it('says when the facts of the project are missing or are not what they should be', async () => {
    const broken = { '.itest/harness.json': '{ "schema": "itest.harness/0" }' }
    await expect(run(broken)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('.itest/harness.json'),
      hint: expect.stringContaining('itest gen'),
    })
  })

  it('reports a configuration that ends the process', async () => {
    expect(await run({ 'vitest.config.js': 'process.exit(0)' })).toMatchObject({
      reason: null,
      tests: [],
      unhandled: [{ test: null, error: { code: 'ITEST_RUN_CRASHED' } }],
    })
  })

  it('reports a configuration that throws', async () => {
    expect(await run({ 'vitest.config.js': "throw new Error('broken config')" })).toMatchObject({
      reason: null,
      unhandled: [{ error: { code: 'ITEST_VITEST_FAILED', message: expect.stringContaining('broken config') } }],
    })
  })
})
