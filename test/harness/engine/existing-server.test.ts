import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Engine, startEngine } from '../../../src/harness/engine/engine.ts'
import { startPostgres } from '../../../src/harness/engine/postgres.ts'
import { findPostgres } from '../../../src/harness/engine/postgres-binary.ts'
import { runTests } from '../../../src/run/run.ts'
import { HEAD, makeProject } from '../sample-project.ts'

const LIMIT_MS = 120_000

/** What the app of the sample does, on tables with rows that the migrations left and a trigger that resets must not fire. */
const files = {
  'drizzle/0000_start.sql': `
CREATE TABLE "rooms" ("id" serial PRIMARY KEY, "name" text NOT NULL);
CREATE TABLE "bookings" (
  "id" serial PRIMARY KEY, "room_id" integer NOT NULL REFERENCES "rooms" ("id"), "guest" text NOT NULL,
  "night" date, "price" numeric, "tags" text[], "details" jsonb, "created_at" timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE "audit" ("id" serial PRIMARY KEY, "what" text NOT NULL);
CREATE FUNCTION note() RETURNS trigger AS $$ BEGIN INSERT INTO audit (what) VALUES (TG_TABLE_NAME); RETURN NEW; END $$ LANGUAGE plpgsql;
INSERT INTO "rooms" ("name") VALUES ('blue'), ('green');
INSERT INTO "bookings" ("room_id", "guest") VALUES (2, 'seed');
CREATE TRIGGER audit_rooms AFTER INSERT ON rooms FOR EACH ROW EXECUTE FUNCTION note();`,
  'tests/first.test.ts': `${HEAD}
import { sql } from 'drizzle-orm'
import pg from 'pg'
for (const test of ['one', 'two']) {
  it('starts from the template in test ' + test, async () => {
    expect((await db.select().from(bookings)).map(({ id, guest }) => [id, guest])).toEqual([[1, 'seed']])
    expect(await db.$count(rooms)).toBe(2)
    expect((await db.execute(sql.raw('SELECT * FROM audit')))).toEqual([])
    await db.delete(bookings)
    await db.insert(rooms).values({ name: 'red' })
    expect((await book('ada')).body.id).toBe(2)
  })
}
it('gets no other database, whatever it asks for', async () => {
  const client = new pg.Client({ connectionString: String(process.env.DATABASE_URL).replace(/[^/]*$/, 'shop'), application_name: '' })
  await client.connect()
  expect((await client.query('SELECT current_database() AS name')).rows[0].name).toMatch(/^itest_/)
  await client.end()
})
it('has faults', async () => {
  await faults.on(bookings, 'insert').cutBefore()
  expect((await book('ada')).status).toBe(503)
})`,
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** Who gets in how: one role by TLS alone, one by the local socket alone, both with a password. */
const ACCESS = `
hostssl all admin all md5
host all admin all ${hasOpenssl ? 'reject' : 'md5'}
local all limited scram-sha-256
host all limited all scram-sha-256
local all all trust
host all all all trust
`

const binary = findPostgres()

describe.runIf(binary.status === 'found')("a server of the user's", { timeout: LIMIT_MS }, () => {
  let server: Engine
  let root: pg.Client
  const sockets = mkdtempSync(path.join(tmpdir(), 'itest-sockets-'))

  /** Their server, which is not started by `databaseUrl`; another process knows it by its URL alone. */
  beforeAll(async () => {
    chmodSync(sockets, 0o777)
    if (binary.status !== 'found') return
    server = await startPostgres(binary, { unix_socket_directories: sockets })
    root = new pg.Client({ connectionString: `${server.url}/postgres` })
    await root.connect()
    await root.query("CREATE ROLE limited LOGIN CREATEDB PASSWORD 'secret'")
    await root.query("SET password_encryption = 'md5'; CREATE ROLE admin LOGIN SUPERUSER PASSWORD 'secret'")
    await root.query('CREATE ROLE poor LOGIN')
    await root.query('CREATE DATABASE shop OWNER limited')
    await inShop("CREATE TABLE orders (id serial PRIMARY KEY, sku text); INSERT INTO orders (sku) VALUES ('mine')")
    await demandPasswords()
  }, LIMIT_MS)

  afterAll(async () => {
    await root.end()
    await server.stop()
    rmSync(sockets, { recursive: true, force: true })
  })

  const inData = (name: string) => path.join(server.folder, 'data', name)

  async function demandPasswords(): Promise<void> {
    writeFileSync(inData('pg_hba.conf'), ACCESS)
    if (hasOpenssl) {
      const out = ['-keyout', inData('server.key'), '-out', inData('server.crt')]
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2']
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...out, ...subject], { stdio: 'pipe' })
      const { uid, gid } = statSync(inData('pg_hba.conf'))
      chownSync(inData('server.key'), uid, gid)
      chmodSync(inData('server.key'), 0o600)
      await root.query('ALTER SYSTEM SET ssl = on')
    }
    await root.query('SELECT pg_reload_conf()')
  }

  const urlAs = (role: string) => `${server.url}/shop`.replace(/\/\/.*@/, `//${role}:secret@`)
  const bySocket = () => `postgres://limited:secret@/shop?host=${sockets}&port=${new URL(`${server.url}`).port}`
  const byTls = (more: string) => `${urlAs('admin').replace('127.0.0.1', 'localhost')}?${more}`

  async function inShop(sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: `${server.url}/shop` })
    await client.connect()
    const { rows } = await client.query(sql)
    await client.end()
    return rows
  }

  /** Rows, catalog, and how many rows were ever written: nothing that somebody does there leaves all of them as they are. */
  const seal = async () => ({
    rows: await inShop("SELECT md5(string_agg(orders::text, '|' ORDER BY id)) FROM orders"),
    catalog: await inShop(
      "SELECT oid, relname, relfilenode, relnatts FROM pg_class WHERE relkind IN ('r', 'S', 'i') ORDER BY oid",
    ),
    written: await inShop('SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables'),
    schemas: await inShop('SELECT nspname FROM pg_namespace ORDER BY oid'),
  })

  const listDatabases = async () =>
    (await root.query<{ datname: string }>('SELECT datname FROM pg_database ORDER BY datname')).rows.map(
      ({ datname }) => datname,
    )

  it.each([
    ['a superuser by TLS', () => byTls(hasOpenssl ? 'sslmode=require' : 'sslmode=prefer'), []],
    ['a role that may only make databases by a socket', bySocket, [expect.stringContaining('TRUNCATE')]],
  ])('serves %s, and is left as it was', async (_, databaseUrl, limits) => {
    const before = { seal: await seal(), databases: await listDatabases() }
    const engine = await startEngine({ preference: 'auto', databaseUrl: databaseUrl() })
    const project = makeProject(files)
    onTestFinished(project.remove)
    const facts = await runTests({
      root: project.root,
      files: ['tests/first.test.ts'],
      engine,
      route: { method: 'POST', path: '/hotels/:hotelId/bookings' },
      ablate: false,
      timeoutMs: LIMIT_MS,
      signal: new AbortController().signal,
    })
    const during = await listDatabases()
    await engine.stop()
    expect(facts.tests.map(({ name, errors }) => [name, errors])).toEqual(facts.tests.map(({ name }) => [name, []]))
    expect(facts.tests).toHaveLength(4)
    expect(engine.facts).toMatchObject({ kind: 'postgres', limits, place: expect.stringMatching(/^on the server at /) })
    expect(during.filter((name) => !before.databases.includes(name))).toEqual([expect.stringMatching(/^itest_/)])
    expect({ seal: await seal(), databases: await listDatabases() }).toEqual(before)
  })

  it('loses what killed runs left, and nothing that somebody may still use', async () => {
    const before = await listDatabases()
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim()
    const engine = await startEngine({ preference: 'auto', databaseUrl: urlAs('limited') })
    const own = engine.existing?.prefix ?? ''
    const now = Date.now().toString(36)
    const old = (Date.now() - 100_000_000).toString(36)
    const stale = [own.replace(/_\d+_/, `_${dead}_`), `itest_00000000_1_${old}_`]
    const used = [own, `itest_00000000_1_${now}_`, 'itest_of_somebody']
    for (const name of [...stale, ...used]) await root.query(`CREATE DATABASE ${name}x OWNER limited`)
    await (await startEngine({ preference: 'auto', databaseUrl: urlAs('limited') })).stop()
    expect((await listDatabases()).filter((name) => !before.includes(name))).toEqual(
      used.map((name) => `${name}x`).sort(),
    )
    await engine.stop()
    for (const name of used.slice(1)) await root.query(`DROP DATABASE ${name}x`)
    expect(await listDatabases()).toEqual(before)
  })

  it.each([
    ['poor', "The role poor can't create databases on this server."],
    ['nobody', 'let nobody in: role "nobody" does not exist'],
  ])('refuses %s with a reason', async (role, message) => {
    await expect(startEngine({ preference: 'auto', databaseUrl: urlAs(role) })).rejects.toThrow(message)
  })

  it.runIf(hasOpenssl)('believes the certificate that it is told to, and no other', async () => {
    const start = (more: string) =>
      startEngine({ preference: 'auto', databaseUrl: byTls(`sslmode=verify-full${more}`) })
    await expect(start('')).rejects.toThrow(/let nobody in: self.signed certificate/)
    await (await start(`&sslrootcert=${inData('server.crt')}`)).stop()
    await expect(start('&sslrootcert=/nowhere.crt')).rejects.toThrow("/nowhere.crt as sslrootcert, which can't be read")
    await expect(startEngine({ preference: 'auto', databaseUrl: urlAs('admin') })).rejects.toThrow('no encryption')
  })

  it.each([
    ['not a url', 'is none'],
    ['mysql://root@localhost/shop', 'begins with mysql:'],
    ['postgres://u@localhost/shop?sslmode=perhaps', 'an sslmode that is none: perhaps'],
    ['postgres:///shop', 'neither a host nor a socket'],
    ['postgres://u@no-such-host.invalid/shop', 'has no address'],
  ])('does not take %s', async (databaseUrl, message) => {
    await expect(startEngine({ preference: 'auto', databaseUrl })).rejects.toThrow(message)
  })
})
