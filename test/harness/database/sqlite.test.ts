import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type EnginePreference, startEngine } from '../../../src/harness/engine/engine.ts'
import { runTests } from '../../../src/run/run.ts'
import type { RunFacts } from '../../../src/run/types.ts'
import {
  DATABASES,
  MIGRATION,
  makeSqliteProject,
  SCHEMA,
  SQLITE_HEAD,
  type SqliteDriver,
  sqliteFacts,
} from '../sqlite-project.ts'

const LIMIT_MS = 120_000
const DRIVERS = ['better-sqlite3', 'libsql'] as const

const LIVES = `${SQLITE_HEAD}
import { client } from '../src/db/index.js'
it('books', async () => {
  const res = await book('ada')
  expect(res.body).toMatchObject({ id: 1, roomId: 1, guest: 'ada', isPaid: false })
  expect(await db.select().from(bookings)).toMatchObject([{ id: 1, guest: 'ada', createdAt: expect.any(Date) }])
  expect(await db.$count(rooms)).toBe(2)
})
it('starts from the template again', async () => {
  expect(await db.select().from(bookings)).toEqual([])
  expect(await db.select().from(rooms)).toEqual([{ id: 1, name: 'blue' }, { id: 2, name: 'green' }])
  await db.delete(rooms)
  expect((await book('bob')).body.message).toContain('FOREIGN KEY constraint failed')
})
it('maps values as the app does', async () => {
  const values = {
    roomId: 2, guest: 'eve', isPaid: true, price: 1.5, details: { n: [1] }, photo: Buffer.from('x'),
    createdAt: new Date(1700000000000),
  }
  expect(await db.insert(bookings).values(values).returning()).toEqual([{ id: 1, ...values }])
  expect((await request(app).get('/bookings')).body).toMatchObject([{ guest: 'eve', isPaid: true, details: { n: [1] } }])
})
it('leaves a transaction open', async () => {
  const statement = "INSERT INTO rooms (name) VALUES ('red')"
  if ('prepare' in client) client.exec('BEGIN; ' + statement)
  else await (await client.transaction('write')).execute(statement)
  expect(await db.$count(rooms)).toBe(2)
})
it('is told so', () => { expect(1).toBe(1) })
it('is not disturbed', async () => { expect((await book('ada')).status).toBe(201) })
it('attaches no file of the user', async () => {
  const attach = async () => ('prepare' in client ? client.exec("ATTACH 'other.db' AS other") : client.execute("ATTACH 'other.db' AS other"))
  await expect(attach()).rejects.toMatchObject({ code: 'ITEST_ENGINE_CANNOT' })
})`

/** Ways to name a database that is not the test's: each of them must end in the test's file all the same. */
const OPENS = {
  'better-sqlite3': `
import Database, { SqliteError } from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
const required = createRequire(import.meta.url)('better-sqlite3')
class Traced extends Database {}
const ways = {
  'a file': () => drizzle(new Database('hotel.db')),
  'a file that does not exist, in a folder that does not either': () => drizzle(new Database('./data/new.db')),
  'memory': () => drizzle(new Database(':memory:')),
  'a call without new': () => drizzle(Database('hotel.db', { fileMustExist: true })),
  'a class of the app': () => drizzle(new Traced('hotel.db')),
  'the constructor of another connection': () => drizzle(new (new Database('hotel.db').constructor)('hotel.db')),
  'require': () => drizzle(new required('hotel.db')),
  'a path for Drizzle': () => drizzle('hotel.db'),
  'options for Drizzle': () => drizzle({ connection: { source: 'hotel.db', readonly: true } }),
}
it('keeps the package as it is', () => {
  expect(new Database('hotel.db')).toBeInstanceOf(Database)
  expect(new Traced('hotel.db')).toBeInstanceOf(Traced)
  expect(() => new Database('hotel.db').exec('SELEC')).toThrow(SqliteError)
  expect(required).toBe(Database)
})`,
  libsql: `
import { createClient } from '@libsql/client'
import Database from 'libsql'
import { drizzle } from 'drizzle-orm/libsql'
const required = createRequire(import.meta.url)('@libsql/client')
const ways = {
  'a file': () => drizzle(createClient({ url: 'file:hotel.db' })),
  'a file that does not exist, in a folder that does not either': () => drizzle(createClient({ url: 'file:data/new.db' })),
  'memory': () => drizzle(createClient({ url: ':memory:' })),
  'require': () => drizzle(required.createClient({ url: 'file:hotel.db' })),
  'a replica of a remote database': () =>
    drizzle(createClient({ url: 'file:hotel.db', syncUrl: 'libsql://hotel.turso.io', authToken: 'secret' })),
  'an encrypted file': () => drizzle(createClient({ url: 'file:hotel.db', encryptionKey: 'secret' })),
  'a URL for Drizzle': () => drizzle('file:hotel.db'),
  'options for Drizzle': () => drizzle({ connection: { url: 'file:hotel.db' } }),
}
it('keeps the package as it is', async () => {
  expect(new Database('hotel.db')).toBeInstanceOf(Database)
  expect(await createClient({ url: 'file:hotel.db', syncUrl: 'libsql://hotel.turso.io' }).sync()).toBeDefined()
})`,
} satisfies Record<SqliteDriver, string>

const EACH_WAY = `
it.each(Object.entries(ways))('is the test file by way of %s', async (_way, open) => {
  await db.insert(rooms).values({ name: 'red' })
  expect((await open().select().from(rooms)).map(({ name }) => name)).toEqual(['blue', 'green', 'red'])
})`

/** A table that only the user's own file has, and what proves that nobody wrote to it. */
function makeOwnFile(root: string, driver: SqliteDriver): () => string {
  const file = join(root, 'hotel.db')
  const Database = createRequire(import.meta.url)(driver)
  const own = new Database(file)
  own.exec(
    "PRAGMA journal_mode = DELETE; CREATE TABLE rooms (id integer, name text); INSERT INTO rooms VALUES (7, 'mine')",
  )
  own.close()
  const seal = () => `${statSync(file).mtimeMs} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`
  const before = seal()
  return () => (seal() === before ? 'untouched' : 'written to')
}

async function run(driver: SqliteDriver, files: Record<string, string>, tests: readonly string[]): Promise<RunFacts> {
  const project = makeSqliteProject(driver, files)
  onTestFinished(project.remove)
  const ownFile = makeOwnFile(project.root, driver)
  const facts = JSON.parse(readFileSync(join(project.root, '.itest/harness.json'), 'utf8'))
  const engine = await startEngine({ preference: 'auto', project: { root: project.root, facts } })
  try {
    const ran = await runTests({
      root: project.root,
      files: tests,
      engine,
      route: { method: 'POST', path: '/bookings' },
      ablate: false,
      timeoutMs: LIMIT_MS,
      signal: new AbortController().signal,
    })
    expect(ownFile()).toBe('untouched')
    expect(readdirSync(project.root).filter((name) => /data|\.db./.test(name))).toEqual([])
    expect(readdirSync(engine.folder).filter((name) => name.startsWith('itest_'))).toEqual([])
    return ran
  } finally {
    await engine.stop()
    expect(existsSync(engine.folder)).toBe(false)
  }
}

describe('a database in a file', { timeout: LIMIT_MS }, () => {
  it.each(DRIVERS)("is the app's own by %s, and back to the template for each test", async (driver) => {
    const facts = await run(driver, { 'tests/lives.test.ts': LIVES }, ['tests/lives.test.ts'])
    expect(facts.tests.map(({ name, state, errors }) => [name, state, errors[0]?.code ?? errors[0]?.message])).toEqual([
      ['books', 'passed', undefined],
      ['starts from the template again', 'passed', undefined],
      ['maps values as the app does', 'passed', undefined],
      ['leaves a transaction open', 'passed', undefined],
      ['is told so', 'failed', 'ITEST_DATABASE_BUSY'],
      ['is not disturbed', 'passed', undefined],
      ['attaches no file of the user', 'passed', undefined],
    ])
  })

  it.each(DRIVERS)("is the test's, whatever the app opens by %s, and the user's own is not touched", async (driver) => {
    const imports = "import { createRequire } from 'node:module'"
    const files = { 'tests/opens.test.ts': `${imports}${SQLITE_HEAD}${OPENS[driver]}${EACH_WAY}` }
    const facts = await run(driver, files, ['tests/opens.test.ts'])
    expect(facts.tests.length).toBeGreaterThan(8)
    expect(facts.tests.filter(({ state }) => state !== 'passed').map(({ name, errors }) => [name, errors])).toEqual([])
  })

  it('keeps what only migrations can make, such as triggers and a full-text index', async () => {
    const source = `${SQLITE_HEAD}
import { client } from '../src/db/index.js'
const count = (table) => client.prepare('SELECT count(*) AS n FROM ' + table).get().n
it.each([1, 2])('run %s', async () => {
  expect([count('log'), count('seen'), count("words WHERE words MATCH 'ada'")]).toEqual([0, 1, 0])
  expect((await book('ada')).status).toBe(201)
  expect([count('log'), count('seen'), count("words WHERE words MATCH 'ada'")]).toEqual([1, 1, 1])
  await db.delete(bookings)
  expect([count('log'), count('seen')]).toEqual([2, 1])
  expect((await db.insert(rooms).values({ name: 'red' }).returning())[0].id).toBe(10)
  client.exec('CREATE TABLE made_by_the_app (id); INSERT INTO made_by_the_app VALUES (1)')
  client.exec('DROP TABLE made_by_the_app')
})`
    const more = `${MIGRATION}
--> statement-breakpoint
INSERT INTO rooms (id, name) VALUES (9, 'gone');
--> statement-breakpoint
DELETE FROM rooms WHERE id = 9;
--> statement-breakpoint
CREATE TABLE log (what text);
--> statement-breakpoint
CREATE TABLE seen (id integer PRIMARY KEY, upper_name text GENERATED ALWAYS AS (upper(name)) STORED, name text, kept integer DEFAULT 1);
--> statement-breakpoint
INSERT INTO seen (name) VALUES ('first');
--> statement-breakpoint
CREATE VIRTUAL TABLE words USING fts5(guest);
--> statement-breakpoint
CREATE TRIGGER logs AFTER INSERT ON bookings BEGIN
  INSERT INTO log VALUES ('in;serted'); INSERT INTO words VALUES (new.guest);
END;
--> statement-breakpoint
CREATE TRIGGER logs_too AFTER DELETE ON bookings BEGIN INSERT INTO log VALUES ('deleted'); END;
--> statement-breakpoint
CREATE TRIGGER never BEFORE DELETE ON seen BEGIN SELECT raise(ABORT, 'kept'); END;`
    const files = { 'tests/keeps.test.ts': source, 'drizzle/0000_start.sql': more }
    const facts = await run('better-sqlite3', files, ['tests/keeps.test.ts'])
    expect(facts.tests.map(({ state, errors }) => [state, errors])).toEqual(Array(2).fill(['passed', []]))
  })

  it('is made from the schema where there are no migrations, also when that file opens the database', async () => {
    const database = DATABASES['better-sqlite3']
    const files = {
      'src/db/schema.ts': `${SCHEMA}${database}
client.exec('CREATE TABLE IF NOT EXISTS made_at_start (id)')`,
      'src/db/index.ts': "export * from './schema.js'",
      '.itest/harness.json': JSON.stringify(sqliteFacts('better-sqlite3', { migrations: null, urlVariables: [] })),
      'tests/books.test.ts': `${SQLITE_HEAD}
it('books', async () => {
  await db.insert(rooms).values({ name: 'blue' })
  expect((await book('ada')).status).toBe(201)
})`,
    }
    const facts = await run('better-sqlite3', files, ['tests/books.test.ts'])
    expect(facts.fileErrors).toEqual([])
    expect(facts.tests).toMatchObject([{ state: 'passed', errors: [] }])
  })

  it.each(DRIVERS)('finds the work of the migrator done when the app migrates at start by %s', async (driver) => {
    const migrates = `
import { migrate } from 'drizzle-orm/${driver}/migrator'
import { client, db } from './db/index.js'
await migrate(db, { migrationsFolder: 'drizzle' })
export const address = process.env.DB_FILE
export { app } from './app.js'`
    const files = {
      'src/db/index.ts': DATABASES[driver].replaceAll(/process.env.DB_FILE \?\? '[^']*'/g, "':memory:'"),
      'src/migrates.ts': migrates,
      'tests/books.test.ts': `${SQLITE_HEAD.replace('../src/app.js', '../src/migrates.js')}
import { address } from '../src/migrates.js'
it('books', async () => {
  expect((await book('ada')).status).toBe(201)
  expect(address).toMatch(${driver === 'libsql' ? '/^file:[/].*sqlite$/' : '/^[/].*sqlite$/'})
})`,
    }
    const facts = await run(driver, files, ['tests/books.test.ts'])
    expect(facts.tests).toMatchObject([{ state: 'passed', errors: [] }])
  })

  it('says which package is missing, and that no server fits', async () => {
    const project = makeSqliteProject('libsql', {}, { without: ['libsql', '@libsql'] })
    onTestFinished(project.remove)
    const start = (preference: EnginePreference) =>
      startEngine({ preference, project: { root: project.root, facts: sqliteFacts('libsql') } })
    await expect(start('auto')).rejects.toThrow('Expected the package @libsql/client')
    await expect(start('postgres')).rejects.toThrow("--database postgres: the project's tables are SQLite's")
  })
})
