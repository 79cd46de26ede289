import { beforeAll, describe, expect, it } from 'vitest'
import type { RunFacts } from '../../../src/run/types.ts'
import { makeApp, TEST_IMPORTS } from '../booking-app.ts'
import { LIMIT_MS, runProject } from '../run-project.ts'
import { facts as hotel } from '../sample-project.ts'

const files = {
  '.itest/harness.json': JSON.stringify({ ...hotel, database: { ...hotel.database, isPglite: true } }),
  'src/make-app.ts': makeApp('await db.select().from(bookings)'),
  'src/own.ts': `
    import { PGlite } from '@electric-sql/pglite'
    import { drizzle } from 'drizzle-orm/pglite'
    import { makeApp } from './make-app.js'
    export const client = new PGlite('./data')
    export const app = makeApp(drizzle(client))`,
  'src/of-drizzle.ts': `
    import { drizzle } from 'drizzle-orm/pglite'
    import { makeApp } from './make-app.js'
    export const app = makeApp(drizzle({ connection: { dataDir: './data' } }))`,
  'src/required.cts': `
    const { PGlite } = require('@electric-sql/pglite')
    const { drizzle } = require('drizzle-orm/pglite')
    exports.db = drizzle({ client: new PGlite('./data') })`,
  'src/waits-for-itself.ts': `
    import express from 'express'
    import { PGlite } from '@electric-sql/pglite'
    import { drizzle } from 'drizzle-orm/pglite'
    import { rooms } from './db/schema.js'
    const db = drizzle(new PGlite())
    export const app = express().post('/rooms', async (req, res) => {
      await db.transaction(async (tx) => {
        await tx.insert(rooms).values({ name: 'red' })
        res.json(await db.select().from(rooms))
      })
    }).get('/rooms', async (req, res) => res.json(await db.select().from(rooms)))`,
  'tests/waits-for-itself.test.ts': `
import request from 'supertest'
import { db as side } from 'itest-gen'
import { expect, it } from 'vitest'
import { rooms } from '../src/db/schema.js'
import { app } from '../src/waits-for-itself.js'
it('waits for a query beside its own transaction', async () => {
  expect((await request(app).post('/rooms')).status).toBe(200)
})
it('answers after that', async () => {
  expect((await request(app).get('/rooms')).body).toHaveLength(2)
  expect(await side.select().from(rooms)).toHaveLength(2)
})`,
  'tests/own.test.ts': `${TEST_IMPORTS}
import { PGlite } from '@electric-sql/pglite'
import { app, client } from '../src/own.js'
it('writes and reads what the test sees', async () => {
  expect((await request(app).post('/rooms').send({ name: 'red' })).body).toEqual({ id: 3, name: 'red' })
  expect(await side.select().from(rooms)).toHaveLength(3)
  expect(queries.count(rooms, 'insert')).toBe(1)
  const { body } = await request(app).post('/bookings').send({ roomId: 2 })
  expect(body).toEqual(JSON.parse(JSON.stringify(await side.select().from(bookings))))
  expect(body[1]).toMatchObject({ price: '49.90', night: '2030-01-15', tags: ['a', 'b'], details: { quiet: true } })
})
it('starts from the rows of the migrations, and undoes a transaction', async () => {
  expect(await side.select().from(rooms)).toHaveLength(2)
  expect((await request(app).post('/bookings').send({ roomId: 99 })).body).toEqual({ code: '23503', constraint: 'bookings_room_id_fkey' })
  expect(await side.select().from(bookings)).toEqual([])
})
it('meets faults', async () => {
  await faults.on(rooms, 'insert').fail()
  expect((await request(app).post('/rooms').send({ name: 'red' })).body).toEqual({ code: '53100' })
  faults.clear()
  await faults.on(rooms, 'insert').deadlock()
  expect((await request(app).post('/rooms').send({ name: 'red' })).body).toEqual({ code: '40P01' })
})
it('has no connection to break', async () => {
  await faults.on(rooms, 'insert').cutAfter()
})
it('keeps what PGlite gives', async () => {
  expect(client).toBeInstanceOf(PGlite)
  expect(client.constructor.name).toBe('PGlite')
  expect((await client.query('select 9007199254740993 as big, $1::int[] as list, null as none', [[1, 2]])).rows).toEqual([{ big: 9007199254740993n, list: [1, 2], none: null }])
  expect((await client.sql\`select \${'a'}::text as letter\`).rows).toEqual([{ letter: 'a' }])
  const results = await client.exec("select 1 as one; select 2 as two")
  expect(results.map(({ rows }) => rows)).toEqual([[{ one: 1 }], [{ two: 2 }]])
  await expect(client.query('select nothing')).rejects.toMatchObject({ code: '42703', query: 'select nothing' })
  const heard: string[] = []
  const stop = await client.listen('news', (text) => heard.push(text))
  await client.query("select pg_notify('news', 'hello')")
  await client.query('select 1')
  expect(heard).toEqual(['hello'])
  await stop()
})`,
  'tests/of-drizzle.test.ts': `${TEST_IMPORTS}
import { app } from '../src/of-drizzle.js'
it('of drizzle: writes and reads what the test sees', async () => {
  expect((await request(app).post('/rooms').send({ name: 'red' })).body).toEqual({ id: 3, name: 'red' })
  expect(await side.select().from(rooms)).toHaveLength(3)
})`,
  'tests/required.test.ts': `${TEST_IMPORTS}
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
const { db } = createRequire(import.meta.url)('../src/required.cjs')
it('required: writes what the test sees', async () => {
  await db.insert(rooms).values({ name: 'red' })
  expect(await side.select().from(rooms)).toHaveLength(3)
})`,
}

describe('an app that runs PGlite within itself', () => {
  let facts: RunFacts
  beforeAll(async () => {
    facts = await runProject({ ...files, 'src/required.cjs': files['src/required.cts'] })
  }, LIMIT_MS)

  it('runs with its own PGlite on the database of the test', () => {
    expect(facts.fileErrors).toEqual([])
    expect(facts.unhandled).toEqual([])
    expect(facts.tests.flatMap(({ name, errors }) => errors.map(({ message }) => `${name}: ${message}`))).toEqual([
      'has no connection to break: PGlite runs inside the app, so there is no connection to break',
      'waits for a query beside its own transaction: socket hang up',
      expect.stringMatching(
        /: POST \/rooms was not answered within 2500 ms; it waits for a query beside its own open trans/,
      ),
    ])
    expect(facts.tests).toHaveLength(9)
  })
})
