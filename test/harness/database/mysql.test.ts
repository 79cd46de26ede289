import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectMysql, readColumn } from '../../../src/harness/database/mysql/driver-package.ts'
import { startEngine } from '../../../src/harness/engine/engine.ts'
import { findMysql } from '../../../src/harness/engine/mysql-binary.ts'
import type { RunFacts } from '../../../src/run/types.ts'
import { MYSQL_HEAD, mysqlFacts } from '../mysql-project.ts'
import { listFailures, mysqlPackage, runMysql } from '../run-mysql.ts'
import { repository } from '../sample-project.ts'

const LIMIT_MS = 120_000

const RESET = `${MYSQL_HEAD}
const rowsOf = async (sql: string) => (await pool.query(sql))[0] as Record<string, unknown>[]
it.each([1, 2, 3])('begins as the migrations left it, %i', async () => {
  expect(await rowsOf('select * from customers')).toEqual([
    { id: 1, name: 'ada', loud: 'ADA' }, { id: 2, name: 'bob', loud: 'BOB' },
  ])
  expect(await rowsOf('select * from a_names')).toHaveLength(2)
  expect(await rowsOf('select * from \`odd-log\`')).toEqual([])
  expect(await rowsOf('select hash, created_at from __drizzle_migrations')).toHaveLength(1)
  expect((await order('transaction', 'a')).body).toEqual({ id: 1 })
  await pool.query("insert into customers (name) values ('eve')")
  await pool.query("delete from customers where name = 'bob'")
  expect(await rowsOf('select id, what from \`odd-log\`')).toEqual([{ id: 1, what: 'gone' }])
  expect(await rowsOf('select max(id) as id from customers')).toEqual([{ id: 3 }])
})
it('lets Drizzle migrate again, with nothing to do', async () => {
  const { migrate } = await import('drizzle-orm/mysql2/migrator')
  const { drizzle } = await import('drizzle-orm/mysql2')
  await migrate(drizzle(pool), { migrationsFolder: 'drizzle' })
  expect(await db.$count(customers)).toBe(2)
})
it('makes rows, and reads them back', async () => {
  const stop = await factory.create(stops)
  expect(stop).toEqual({ parcelCode: expect.stringMatching(/./), position: expect.any(Number) })
  expect(await db.select().from(parcels)).toMatchObject([
    { code: stop.parcelCode, orderId: 1, weight: '49.99', isSent: true, labels: {}, due: new Date('2030-01-15T10:00:00Z') },
  ])
  const [first, second] = [await factory.create(orders), await factory.create(orders, { customerId: 1 })]
  expect([first.id, second.id, second.customerId]).toEqual([2, 3, 1])
  expect(first.sku).not.toBe(second.sku)
  const [written] = await db.insert(customers).values({ name: 'cy' }) as unknown as [{ insertId: number }]
  expect(written.insertId).toBe(5)
})
it('says who locks the tables', async () => {
  const connection = await pool.getConnection()
  await connection.beginTransaction()
  const [{ affectedRows }] = await connection.query("insert into orders (customer_id, sku) values (1, 'held')") as never
  expect(affectedRows).toBe(1)
})
it('comes after a lock', () => {})
`

/** Wherever the code says that its database is, and as whom it logs in. */
const PLACES = `${MYSQL_HEAD}
import mysql from 'mysql2/promise'
const ask = async (options: mysql.ConnectionOptions) => {
  const connection = await mysql.createConnection(options)
  const [rows] = await connection.query('select database() as name, @@hostname is null as none, (select count(*) from customers) as count')
  await connection.end()
  return rows as { name: string; count: number }[]
}
it('is the test\\'s own, wherever the code says that it is', async () => {
  const { DB_HOST: host, DB_PORT: port, DB_USER: user, DB_PASSWORD: password, DB_NAME: database } = process.env
  const own = await ask({ host, port: Number(port), user, password, database })
  expect(own).toMatchObject([{ name: expect.stringMatching(/^itest_/), count: 2 }])
  expect(await ask({ host: 'db.example.com', user: 'shop', password: 'secret', database: 'shop' })).toEqual(own)
  expect(await ask({ host: '127.0.0.1', port: 3306, user: 'root' })).toEqual(own)
  expect(await ask({ socketPath: '/var/run/mysqld/mysqld.sock', user: 'root', password: 'secret' })).toEqual(own)
  expect(await ask({ uri: process.env.DATABASE_URL, ssl: { rejectUnauthorized: false } })).toEqual(own)
})
it('is no other server', async () => {
  await expect(ask({ host: '127.0.0.1', port: 3307, user: 'root' })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
it('carries long values', async () => {
  const text = 'x'.repeat(100_000)
  await pool.query('create table if not exists long_texts (body longtext)')
  await pool.query('insert into long_texts values (?), (?)', [text, text])
  const [rows] = await pool.query('select body from long_texts')
  expect((rows as { body: string }[]).map(({ body }) => body.length)).toEqual([100_000, 100_000])
  await pool.query('drop table long_texts')
})
it('serves a pool that changes its user', async () => {
  const connection = await mysql.createConnection({ uri: process.env.DATABASE_URL })
  await connection.changeUser({ user: 'other', password: 'x' })
  expect((await connection.query('select 1 as one'))[0]).toEqual([{ one: 1 }])
  await connection.end()
})
`

describe.runIf(findMysql().status === 'found')('a MySQL server', { timeout: LIMIT_MS }, () => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await runMysql({ 'tests/reset.test.ts': RESET, 'tests/places.test.ts': PLACES })
  }, LIMIT_MS)

  it('gives each test what the migrations made, wherever the code looks for it', () => {
    expect(facts.fileErrors).toEqual([])
    expect(listFailures(facts)).toEqual([
      ['comes after a lock', 'ITEST_DATABASE_BUSY', 'the app left a transaction open that locks its tables'],
    ])
    expect(facts.tests).toHaveLength(11)
  })

  it('starts for itself, is reached by this machine only, and goes', async () => {
    const project = { root: repository, facts: mysqlFacts() }
    const engine = await startEngine({ preference: 'auto', project })
    expect(engine.facts).toMatchObject({ kind: expect.stringMatching(/^(?:mysql|mariadb)$/), limits: [] })
    const connection = await connectMysql(mysqlPackage(), engine.url ?? '')
    expect(await readColumn(connection, 'SELECT @@bind_address')).toEqual(['127.0.0.1'])
    expect(await readColumn(connection, 'SELECT version()')).toEqual([expect.stringContaining(engine.facts.version)])
    await connection.end()
    await engine.stop()
    expect(existsSync(engine.folder)).toBe(false)
    await expect(connectMysql(mysqlPackage(), engine.url ?? '')).rejects.toThrow('ECONNREFUSED')
  })
})

describe('without a MySQL server', () => {
  it('says what to install, and nothing takes its place', async () => {
    vi.stubEnv('ITEST_MYSQLBIN', join(tmpdir(), 'itest-no-such-folder'))
    onTestFinished(() => void vi.unstubAllEnvs())
    const project = { root: repository, facts: mysqlFacts() }
    await expect(startEngine({ preference: 'auto', project })).rejects.toMatchObject({
      message: "the project's tables are MySQL's, and no mariadbd or mysqld was found on this machine",
      hint: expect.stringContaining('ITEST_MYSQLBIN'),
    })
    await expect(startEngine({ preference: 'pglite', project })).rejects.toMatchObject({
      message: "--database pglite: the project's tables are MySQL's",
    })
  })
})
