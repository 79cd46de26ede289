import { beforeAll, describe, expect, it } from 'vitest'
import { classifyTest } from '../../../../src/classify.ts'
import { findMysql } from '../../../../src/harness/engine/mysql-binary.ts'
import type { RunFacts } from '../../../../src/run/types.ts'
import { MYSQL_HEAD } from '../../mysql-project.ts'
import { listFailures, runMysql } from '../../run-mysql.ts'

const LIMIT_MS = 120_000

const server = findMysql()
const timedOut = server.status === 'found' && server.product === 'mysql' ? 3024 : 1969

/** Each row: what is armed, and what it does to an order outside of a transaction, and inside of one. */
const MATRIX = `${MYSQL_HEAD}
const on = (operation = 'insert', options = {}) => faults.on(orders, operation as 'insert', options)
const CASES: [string, () => Promise<void>, number | 'cut', rows?: number, inTransaction?: number][] = [
  ['fails', () => faults.on(orders, 'insert').fail(), 1021],
  ['fails with a message', () => on().fail({ sqlstate: '22001', column: 'sku', message: "it's \\u00fc" }), 1406],
  ['violates a constraint', () => on().violateUnique(), 1062],
  ['violates a foreign key', () => on().violateForeignKey(), 1452],
  ['deadlocks', () => on().deadlock(), 1213],
  ['conflicts', () => on().failSerialization(), 1213],
  ['waits for a lock', () => on().fail({ sqlstate: '55P03' }), 1205],
  ['times out', () => on().timeOut(), ${timedOut}],
  ['loses the statement', () => on().cutBefore(), 'cut'],
  ['loses the answer', () => on().cutAfter(), 'cut', 1, 0],
]
const inTransaction: typeof CASES = [
  ['fails late', () => faults.on(lines, 'insert', { nth: 2 }).fail(), 1021],
  ['fails with a row', () => faults.on(lines, 'insert', { row: { orderId: 1, text: 'b' } }).deadlock(), 1213],
  ['conflicts at commit', () => faults.onCommit().failSerialization(), 1213],
  ['loses the commit', () => faults.onCommit().cutBefore(), 'cut'],
  ['loses the answer to the commit', () => faults.onCommit().cutAfter(), 'cut', 1, 1],
]
describe.each(['direct', 'transaction', 'repository'])('%s', (way) => {
  const isTransaction = way === 'transaction'
  it.each(isTransaction ? [...CASES, ...inTransaction] : CASES)('%s', async (_, arm, code, rows = 0, own = rows) => {
    await arm()
    const res = await order(way, 'first')
    expect(res.status).toBe(503)
    // Drizzle still sends its rollback, and what the app gets to see is why that fails.
    if (code === 'cut') expect(res.body.code + res.body.message).toMatch(isTransaction ? 'closed state' : 'PROTOCOL_CONNECTION_LOST')
    else expect(res.body.errno).toBe(code)
    const left = await db.select().from(orders)
    expect(left).toHaveLength(isTransaction ? own : rows)
    faults.clear()
    expect((await order(way, 'second')).status).toBe(201)
    expect(await db.select().from(orders)).toHaveLength(left.length + 1)
    expect(await db.select().from(lines)).toHaveLength(isTransaction ? 2 * (left.length + 1) : 0)
  })
  it('gets no connection', async () => {
    expect((await order(way, 'first')).status).toBe(201)
    await faults.connections.refuse()
    expect((await order(way, 'second')).body).toMatchObject({ code: 'ER_CON_COUNT_ERROR', errno: 1040 })
    faults.clear()
    expect((await order(way, 'third')).status).toBe(201)
  })
  it('waits for a connection', async () => {
    await faults.connections.hang()
    expect((await order(way, 'first')).body.code).toBe('ETIMEDOUT')
  })
})
it('takes a deadlock as the server does: the transaction is over, and an error of a statement is not', async () => {
  const connection = await pool.getConnection()
  const rowsAfter = async () => {
    await connection.beginTransaction()
    await connection.query("insert into orders (customer_id, sku) values (1, 'first')")
    await connection.query("insert into orders (customer_id, sku) values (1, 'second')").catch(() => {})
    await connection.commit()
    return (await db.select().from(orders)).map(({ sku }) => sku)
  }
  await faults.on(orders, 'insert', { row: { sku: 'second' } }).deadlock()
  expect(await rowsAfter()).toEqual([])
  await faults.on(orders, 'insert', { row: { sku: 'second' } }).violateUnique()
  expect(await rowsAfter()).toEqual(['first'])
  connection.release()
})
it('delays as long as the app waits', async () => {
  await faults.on(orders, 'insert').delay(60_000)
  const sql = "insert into orders (customer_id, sku) values (1, 'slow')"
  await expect(pool.query({ sql, timeout: 100 })).rejects.toMatchObject({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
  faults.clear()
  expect(await db.$count(orders)).toBe(0)
})
it('fails a read, and a statement that the server keeps', async () => {
  await faults.on('customers', 'select', { row: { id: 1 } }).fail({ sqlstate: '58030' })
  expect((await request(app).get('/customers/1')).body.errno).toBe(1030)
  expect((await request(app).get('/customers/2')).body).toEqual([{ id: 2, name: 'bob' }])
  const find = (id: number | bigint) => pool.execute('select name from customers where id = ? and name <> ?', [id, 'x'])
  await expect(find(1)).rejects.toMatchObject({ errno: 1030 })
  expect((await find(2n))[0]).toEqual([{ name: 'bob' }])
  expect(queries.all.at(-1)).toMatchObject({ operation: 'select', parameters: ['2', 'x'] })
  expect(await db.$count(customers)).toBe(2)
})
it('fails in the middle of several statements', async () => {
  const connection = await pool.getConnection()
  await faults.on(lines, 'delete').fail({ sqlstate: '57P01' })
  await faults.on(orders, 'delete').violateForeignKey()
  const { createConnection } = await import('mysql2/promise')
  const many = await createConnection({ uri: process.env.DATABASE_URL, multipleStatements: true })
  const sql = "insert into orders (customer_id, sku) values (1, 'kept'); delete from \`lines\`; insert into orders (customer_id, sku) values (1, 'not')"
  await expect(many.query(sql)).rejects.toMatchObject({ errno: 1053, sqlState: '08S01' })
  expect((await db.select().from(orders)).map(({ sku }) => sku)).toEqual(['kept'])
  await expect(many.query('delete from orders')).rejects.toMatchObject({ errno: 1451, code: 'ER_ROW_IS_REFERENCED_2' })
  await many.end()
  connection.release()
})
it('says it in the words of the server', async () => {
  await order('direct', 'x')
  const real = (await order('direct', 'x')).body
  await on().violateUnique()
  expect((await order('direct', 'x')).body).toEqual(real)
  const insert = "insert into orders (customer_id, sku) values (7, 'z')"
  const message = (error: Error) => error.message
  faults.clear()
  const foreign = await pool.query(insert).catch(message)
  await on().violateForeignKey('orders_customer')
  expect(await pool.query(insert).catch(message)).toBe(foreign)
})
it('logs the statements of the app', async () => {
  expect((await order('transaction', 'x')).status).toBe(201)
  await db.select().from(orders)
  expect(queries.all.map(({ operation, tables }) => [operation, ...tables].join(' '))).toEqual([
    'begin', 'insert orders', 'insert lines', 'insert lines', 'commit',
  ])
  expect(queries.count(lines, 'insert')).toBe(2)
  expect(queries.all[1]?.request).toBe('POST /transaction')
})
`

const MISSES = `${MYSQL_HEAD}
it('misses', async () => {
  await faults.on(orders, 'insert', { nth: 2, row: { sku: 'b' } }).deadlock()
  await faults.onCommit().cutAfter()
  expect((await order('direct', 'b')).status).toBe(201)
})
it('does not know the constraint', async () => {
  await expect(faults.on(orders, 'insert').violateUnique('x')).rejects.toThrow(
    'Expected the unique constraint x of orders, found orders_sku_once, PRIMARY.')
  await expect(faults.on('nothing', 'insert').violateForeignKey()).rejects.toThrow('Expected a foreign key of nothing, found none.')
})
it('can not', async () => {
  await faults.on(orders, 'insert').fail({ sqlstate: '25P02' })
})
`

describe.runIf(server.status === 'found')('faults on a MySQL server', () => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await runMysql({ 'tests/matrix.test.ts': MATRIX, 'tests/misses.test.ts': MISSES })
  }, LIMIT_MS)

  it('happen in every style, are gone afterwards, and fail the test that does not meet them', () => {
    expect(facts.fileErrors).toEqual([])
    const reason = 'MySQL has no error that stands for 25P02'
    expect(listFailures(facts)).toEqual([
      [
        'misses',
        'ITEST_FAULT_NOT_REACHED',
        "the fault was not reached: the 2nd insert into orders with sku = 'b', commit",
      ],
      ['can not', 'ITEST_ENGINE_CANNOT', reason],
    ])
    expect(classifyTest(facts, 'can not', { ablated: false })).toEqual({ status: 'skipped', reason })
    expect(facts.tests).toHaveLength(50)
  })

  it('report what would crash the app', () => {
    expect(facts.unhandled).toEqual([])
    expect(
      facts.tests.flatMap(({ fullName, harness }) => (harness?.appCrashes ?? []).map((crash) => [fullName, crash])),
    ).toEqual([])
  })
})
