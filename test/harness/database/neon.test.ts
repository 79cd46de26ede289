import { beforeAll, describe, expect, it } from 'vitest'
import type { RunFacts } from '../../../src/run/types.ts'
import { makeApp, TEST_IMPORTS } from '../booking-app.ts'
import { LIMIT_MS, runProject } from '../run-project.ts'
import { hasPackage, facts as hotel } from '../sample-project.ts'

const files = {
  '.itest/harness.json': JSON.stringify({ ...hotel, database: { ...hotel.database, isNeon: true } }),
  'src/make-app.ts': makeApp('(await db.select().from(bookings)).length'),
  'src/http.ts': `
    import { neon } from '@neondatabase/serverless'
    import { drizzle } from 'drizzle-orm/neon-http'
    import { rooms } from './db/schema.js'
    import { makeApp } from './make-app.js'
    export const db = drizzle(neon(process.env.DATABASE_URL!))
    export const app = makeApp(db)`,
  'src/socket.ts': `
    import { neonConfig, Pool } from '@neondatabase/serverless'
    import { drizzle } from 'drizzle-orm/neon-serverless'
    import ws from 'ws'
    import { makeApp } from './make-app.js'
    neonConfig.webSocketConstructor = ws
    export const app = makeApp(drizzle(new Pool({ connectionString: 'postgresql://owner:secret@ep-cool-1.eu.aws.neon.tech/hotel?sslmode=require' })))`,
  'tests/http.test.ts': `${TEST_IMPORTS}
import { app, db } from '../src/http.js'
it('http: writes and reads what the test sees', async () => {
  expect((await request(app).post('/rooms').send({ name: 'red' })).body).toEqual({ id: 3, name: 'red' })
  expect(await side.select().from(rooms)).toHaveLength(3)
  expect(queries.count(rooms, 'insert')).toBe(1)
})
it('http: runs a batch as one transaction', async () => {
  const row = { roomId: 1, guest: 'Ada', night: '2030-01-15', price: '49.90', tags: ['a', 'b'], details: { quiet: true } }
  await expect(db.batch([db.insert(bookings).values(row), db.insert(bookings).values({ ...row, roomId: 99 })])).rejects.toMatchObject({ code: '23503' })
  expect(await side.select().from(bookings)).toEqual([])
  const [[made], all] = await db.batch([db.insert(bookings).values(row).returning(), db.select().from(bookings)])
  expect(all).toEqual([made])
  expect(made).toMatchObject({ ...row, createdAt: expect.any(Date) })
})
it('http: meets faults', async () => {
  await faults.on(rooms, 'insert').fail()
  expect((await request(app).post('/rooms').send({ name: 'red' })).body).toEqual({ code: '53100' })
  faults.clear()
  await faults.on(rooms, 'insert').cutAfter()
  expect((await request(app).post('/rooms').send({ name: 'red' })).status).toBe(503)
  expect(await side.select().from(rooms)).toHaveLength(3)
})`,
  'tests/socket.test.ts': `${TEST_IMPORTS}
import { app } from '../src/socket.js'
it('socket: writes and reads what the test sees', async () => {
  expect((await request(app).post('/rooms').send({ name: 'red' })).body).toEqual({ id: 3, name: 'red' })
  expect((await request(app).post('/bookings').send({ roomId: 2 })).body).toBe(2)
  expect(await side.select().from(bookings)).toHaveLength(2)
})
it('socket: undoes a transaction', async () => {
  expect((await request(app).post('/bookings').send({ roomId: 99 })).body).toMatchObject({ code: '23503' })
  expect(await side.select().from(bookings)).toEqual([])
})
it('socket: meets faults', async () => {
  await faults.on(rooms, 'insert').fail()
  expect((await request(app).post('/rooms').send({ name: 'x'.repeat(70000) })).body).toEqual({ code: '53100' })
})`,
}

describe.runIf(hasPackage('@neondatabase/serverless'))('apps on neon', () => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await runProject(files, { route: { method: 'POST', path: '/rooms' } })
  }, LIMIT_MS)

  it('run on the database of the test, over HTTP and over web sockets', () => {
    expect(facts.fileErrors).toEqual([])
    expect(facts.unhandled).toEqual([])
    expect(facts.tests.flatMap(({ name, errors }) => errors.map(({ message }) => `${name}: ${message}`))).toEqual([])
    expect(facts.tests).toHaveLength(6)
  })
})
