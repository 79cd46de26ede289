import { beforeAll, describe, expect, it } from 'vitest'
import type { RunFacts } from '../../../../src/run/types.ts'
import { outcomes, runSqlite } from '../../run-sqlite.ts'
import { SQLITE_HEAD } from '../../sqlite-project.ts'

const LIMIT_MS = 120_000

const SOURCE = `${SQLITE_HEAD}
const guests = async () => (await db.select().from(bookings)).map(({ guest }) => guest)

it('fails a write as a full disk does', async () => {
  await faults.on(bookings, 'insert').fail()
  const res = await book('ada')
  expect(res.status).toBe(503)
  expect(res.body).toMatchObject({ code: 'SQLITE_FULL', message: expect.stringContaining('database or disk is full') })
  await db.insert(bookings).values({ roomId: 1, guest: 'by the test itself', createdAt: new Date() })
  faults.clear()
  expect((await book('ada')).status).toBe(201)
})
it('violates a unique constraint as the database does', async () => {
  await book('ada')
  const { body: real } = await book('ada')
  await faults.on(bookings, 'insert').violateUnique()
  expect((await book('bob')).body).toEqual(real)
  expect(real.message).toContain('UNIQUE constraint failed: bookings.guest')
})
it('violates a foreign key as the database does', async () => {
  await db.delete(rooms)
  const { body: real } = await book('ada')
  await db.insert(rooms).values({ id: 1, name: 'blue' })
  await faults.on(bookings, 'insert').violateForeignKey()
  expect((await book('bob')).body).toEqual(real)
  expect(real.message).toContain('FOREIGN KEY constraint failed')
})
it('fails a read', async () => {
  await faults.on(bookings, 'select').fail({ sqlstate: '58030' })
  expect((await request(app).get('/bookings')).body.code).toBe('SQLITE_IOERR')
})
it('fails the statement that writes a certain row', async () => {
  await faults.on(bookings, 'insert', { row: { guest: 'bob' } }).deadlock()
  expect((await book('ada')).status).toBe(201)
  expect((await book('bob')).body).toMatchObject({ code: 'SQLITE_BUSY', message: expect.stringContaining('database is locked') })
  expect(await guests()).toEqual(['ada'])
})
it('fails the second write of a transaction, which the app takes back', async () => {
  await faults.on(bookings, 'insert').fail({ sqlstate: '40001' })
  expect((await move('ada')).body.code).toBe('SQLITE_BUSY')
  expect(await db.$count(rooms)).toBe(2)
})
it('keeps a transaction open after a statement that failed, as SQLite does', async () => {
  await faults.on(bookings, 'insert').fail({ sqlstate: '40001' })
  expect((await move('ada', '?goOn')).status).toBe(204)
  expect(await db.$count(rooms)).toBe(3)
})
it('ends a transaction when the disk is full, as SQLite does', async () => {
  await faults.on(bookings, 'insert').fail()
  expect((await move('ada', '?goOn')).status).toBe(503)
  expect(await db.$count(rooms)).toBe(2)
})
it('loses a commit', async () => {
  await faults.onCommit().fail()
  expect((await move('ada')).body.code).toBe('SQLITE_FULL')
  expect([await db.$count(rooms), await guests()]).toEqual([2, []])
  faults.clear()
  expect((await move('ada')).status).toBe(204)
})
it('delays', async () => {
  await faults.on(bookings, 'insert').delay(50)
  const start = performance.now()
  expect((await book('ada')).status).toBe(201)
  expect(performance.now() - start).toBeGreaterThan(50)
})
it('says what SQLite has nothing of', async () => {
  const cannot = { code: 'ITEST_ENGINE_CANNOT' }
  await expect(faults.on(bookings, 'insert').cutBefore()).rejects.toMatchObject(cannot)
  await expect(faults.onCommit().cutAfter()).rejects.toMatchObject(cannot)
  await expect(faults.on(bookings, 'insert').timeOut()).rejects.toMatchObject(cannot)
  await expect(faults.on(bookings, 'insert').fail({ sqlstate: '57P01' })).rejects.toMatchObject(cannot)
  await expect(faults.on(bookings, 'insert').violateUnique('no_such')).rejects.toThrow('bookings_guest_unique, PRIMARY KEY')
  await expect(faults.on(rooms, 'insert').violateForeignKey()).rejects.toThrow('found none')
  expect(queries.count()).toBe(0)
})
it('refuses no connection', async () => {
  await expect(faults.connections.refuse()).rejects.toMatchObject({ code: 'ITEST_ENGINE_CANNOT' })
})
it('logs the queries of the app', async () => {
  await move('ada')
  await request(app).get('/bookings')
  await db.select().from(rooms)
  expect([queries.count(), queries.count(bookings), queries.count(bookings, 'insert')]).toEqual([3, 2, 1])
  expect(queries.all.map(({ operation, request }) => [operation, request])).toEqual([
    ['begin', 'POST /moves'], ['insert', 'POST /moves'], ['insert', 'POST /moves'], ['commit', 'POST /moves'],
    ['select', 'GET /bookings'],
  ])
  expect(queries.all[1]).toMatchObject({ tables: ['rooms'], parameters: ['new'] })
})
it('misses the fault', async () => {
  await faults.on(rooms, 'delete').fail()
  expect((await book('ada')).status).toBe(201)
})`

describe.each(['better-sqlite3', 'libsql'] as const)('faults of SQLite, by %s', { timeout: LIMIT_MS }, (driver) => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await runSqlite(driver, { 'tests/faults.test.ts': SOURCE })
  }, LIMIT_MS)

  it("are the package's own errors, and leave transactions as SQLite would", () => {
    const found = Object.entries(outcomes(facts, 'tests/faults.test.ts'))
    expect(found).toHaveLength(14)
    expect(found.filter(([, outcome]) => outcome !== null)).toEqual([['misses the fault', 'ITEST_FAULT_NOT_REACHED']])
  })
})
