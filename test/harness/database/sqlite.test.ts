import { createRequire } from 'node:module'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { assertCaught, redirectSqlite } from '../../../src/harness/database/sqlite/redirect.ts'
import { type EnginePreference, startEngine } from '../../../src/harness/engine/engine.ts'
import type { RunFacts } from '../../../src/run/types.ts'
import { outcomes, runSqlite } from '../run-sqlite.ts'
import {
  DATABASES,
  JOURNAL,
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

/** An app that keeps its tables in memory and makes them when it starts. */
function migratesAtStart(driver: SqliteDriver): Record<string, string> {
  const database = DATABASES[driver].replaceAll(/process.env.DB_FILE \?\? '[^']*'/g, "':memory:'")
  return {
    'src/migrates.ts': `${database}
import { migrate } from 'drizzle-orm/${driver}/migrator'
import { bookings } from './db/schema.js'
await migrate(db, { migrationsFolder: 'drizzle' })
export const address = process.env.DB_FILE`,
    'tests/migrates.test.ts': `${SQLITE_HEAD}
import { address, db as ofApp } from '../src/migrates.js'
it('finds the work done', async () => {
  await ofApp.insert(bookings).values({ roomId: 1, guest: 'ada' })
  expect(await db.$count(bookings)).toBe(1)
  expect(address).toMatch(${driver === 'libsql' ? '/^file:[/].*sqlite$/' : '/^[/].*sqlite$/'})
})`,
  }
}

describe.each(DRIVERS)('a database in a file, by %s', { timeout: LIMIT_MS }, (driver) => {
  let facts: RunFacts

  beforeAll(async () => {
    const imports = "import { createRequire } from 'node:module'"
    facts = await runSqlite(driver, {
      'tests/lives.test.ts': LIVES,
      'tests/opens.test.ts': `${imports}${SQLITE_HEAD}${OPENS[driver]}${EACH_WAY}`,
      ...migratesAtStart(driver),
    })
  }, LIMIT_MS)

  it("is the app's own, and back to the template for each test", () => {
    expect(outcomes(facts, 'tests/lives.test.ts')).toEqual({
      books: null,
      'starts from the template again': null,
      'maps values as the app does': null,
      'leaves a transaction open': null,
      'is told so': 'ITEST_DATABASE_BUSY',
      'is not disturbed': null,
      'attaches no file of the user': null,
    })
  })

  it('is the file of the test, whatever the app opens', () => {
    const ways = Object.values(outcomes(facts, 'tests/opens.test.ts'))
    expect(ways.length).toBeGreaterThan(8)
    expect(ways.filter((outcome) => outcome !== null)).toEqual([])
  })

  it('has the work of the migrator done when the app migrates at start', () => {
    expect(outcomes(facts, 'tests/migrates.test.ts')).toEqual({ 'finds the work done': null })
  })
})

describe('the tables of a SQLite project', { timeout: LIMIT_MS }, () => {
  it('keep what only migrations can make, such as triggers and a full-text index', async () => {
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
    const facts = await runSqlite('better-sqlite3', files)
    expect(outcomes(facts, 'tests/keeps.test.ts')).toEqual({ 'run 1': null, 'run 2': null })
  })

  it('are made from the schema where the migrations are of another database, also when that file opens this one', async () => {
    const database = DATABASES['better-sqlite3']
    const files = {
      'drizzle/meta/_journal.json': JOURNAL.replace('sqlite', 'postgresql'),
      'src/db/schema.ts': `${SCHEMA}${database}
client.exec('CREATE TABLE IF NOT EXISTS made_at_start (id)')`,
      'src/db/index.ts': "export * from './schema.js'",
      '.itest/harness.json': JSON.stringify(sqliteFacts('better-sqlite3', { urlVariables: [] })),
      'tests/books.test.ts': `${SQLITE_HEAD}
it('books', async () => {
  await db.insert(rooms).values({ name: 'blue' })
  expect((await book('ada')).status).toBe(201)
})`,
    }
    const facts = await runSqlite('better-sqlite3', files)
    expect(outcomes(facts, 'tests/books.test.ts')).toEqual({ books: null })
  })
})

describe('a SQLite package', () => {
  it('is refused where it was loaded before it could be redirected', () => {
    createRequire(import.meta.url)('better-sqlite3')
    const redirect = redirectSqlite('unused.sqlite')
    expect(() => assertCaught(redirect)).toThrow('better-sqlite3/lib/index.js is loaded')
  })

  it('must be installed, and no server stands in for it', async () => {
    const project = makeSqliteProject('libsql', {}, { without: ['libsql', '@libsql'] })
    onTestFinished(project.remove)
    const start = (preference: EnginePreference) =>
      startEngine({ preference, project: { root: project.root, facts: sqliteFacts('libsql') } })
    await expect(start('auto')).rejects.toThrow('Expected the package @libsql/client')
    await expect(start('postgres')).rejects.toThrow("--database postgres: the project's tables are SQLite's")
  })
})
