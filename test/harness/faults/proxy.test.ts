import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Engine, startEngine } from '../../../src/harness/engine/engine.ts'
import { findPostgres } from '../../../src/harness/engine/postgres-binary.ts'
import { accessTo } from '../../../src/harness/engine/server-access.ts'
import { clearBoard, clearFaults, createBoard, type FaultBoard } from '../../../src/harness/faults/board.ts'
import type { Effect, Failure } from '../../../src/harness/faults/effects.ts'
import { type FaultProxy, startProxy } from '../../../src/harness/faults/postgres/proxy.ts'
import { armFault, type FaultTarget } from '../../../src/harness/faults/rules.ts'

const LIMIT_MS = 120_000

describe.runIf(findPostgres().status === 'found')('the fault proxy', { timeout: LIMIT_MS }, () => {
  let engine: Engine
  let proxy: FaultProxy
  let side: pg.Client
  const board: FaultBoard = createBoard(() => null)

  beforeAll(async () => {
    engine = await startEngine({ preference: 'postgres' })
    proxy = await startProxy(async () => access(), board)
    side = await connect(access().port)
    await side.query('CREATE TABLE orders (id int, sku text)')
  }, LIMIT_MS)

  beforeEach(async () => {
    clearBoard(board)
    await side.query('TRUNCATE orders')
  })

  afterAll(async () => {
    await side.end()
    await engine.stop()
  })

  const access = () => accessTo({ url: `${engine.url}`, existing: null }, 'postgres')

  async function connect(port: number, options: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', ...options })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  async function open(options: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = await connect(proxy.port, options)
    onTestFinished(() => client.end())
    return client
  }

  function arm(effect: Effect, target: Partial<FaultTarget> = {}): void {
    const base: FaultTarget = { table: { schema: null, name: 'orders' }, operation: 'insert', nth: null, row: null }
    board.faults.push(armFault({ ...base, ...target }, effect))
  }

  const fail = (failure: Failure): Effect => ({ kind: 'fail', failure, details: {} })
  const insert = (id: number) => ({ text: 'INSERT INTO orders VALUES ($1)', values: [id] })

  async function readIds(): Promise<number[]> {
    return (await side.query<{ id: number }>('SELECT id FROM orders ORDER BY id')).rows.map(({ id }) => id)
  }

  /** The SQLSTATE that a promise is rejected with, or the message where it has none. */
  async function codeOf(promise: Promise<unknown>): Promise<string> {
    const error: unknown = await promise.then(
      () => 'no error',
      (thrown) => thrown,
    )
    return error instanceof pg.DatabaseError ? `${error.code}` : error instanceof Error ? error.message : String(error)
  }

  it('leaves a failed transaction as the server would', async () => {
    const client = await open()
    arm(fail('deadlock'), { nth: 2 })
    await client.query('BEGIN')
    await client.query(insert(1))
    await client.query('SAVEPOINT a')
    expect(await codeOf(client.query(insert(2)))).toBe('40P01')
    expect(await codeOf(client.query('SELECT 1'))).toBe('25P02')
    await client.query('ROLLBACK TO SAVEPOINT a')
    await client.query(insert(3))
    await client.query('COMMIT')
    expect(await readIds()).toEqual([1, 3])
  })

  it('counts no statement that the server refuses anyway', async () => {
    const client = await open()
    arm(fail('deadlock'), { nth: 1 })
    await client.query('BEGIN')
    await codeOf(client.query('SELECT broken'))
    expect(await codeOf(client.query(insert(1)))).toBe('25P02')
    await client.query('ROLLBACK')
    expect(board.faults[0]?.hits).toBe(0)
    expect(await codeOf(client.query(insert(1)))).toBe('40P01')
  })

  it('carries out what comes before in the same text, and takes it back with the rest', async () => {
    const client = await open()
    arm(fail('serialization-failure'), { row: { id: 2 } })
    const text = (id: number) => `INSERT INTO orders (id) VALUES (${id})`
    expect(await codeOf(client.query(`${text(1)}; ${text(2)}; ${text(3)}`))).toBe('40001')
    expect(await readIds()).toEqual([])
    expect(await codeOf(client.query(`${text(1)}; ${text(1)}; SELECT broken; ${text(2)}`))).toBe('42703')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('ends the transaction when its commit fails', async () => {
    const client = await open()
    arm(fail('serialization-failure'), { table: null, operation: 'commit' })
    await client.query('BEGIN')
    await client.query(insert(1))
    expect(await codeOf(client.query({ name: 'prepared', text: 'COMMIT' }))).toBe('40001')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect(await readIds()).toEqual([])
  })

  it('keeps prepared statements, also those that failed', async () => {
    const client = await open()
    arm(fail('disk-full'), { nth: 1 })
    const prepared = (id: number) => client.query({ name: 'add', text: 'INSERT INTO orders VALUES ($1)', values: [id] })
    expect(await codeOf(prepared(1))).toBe('53100')
    await prepared(2)
    expect(await readIds()).toEqual([2])
  })

  it('lets a client give up waiting, and never carries its statement out', async () => {
    arm({ kind: 'delay', milliseconds: 60_000 })
    const client = await open({ query_timeout: 50 })
    expect(await codeOf(client.query(insert(1)))).toBe('Query read timeout')
    await client.end()
    clearFaults(board)
    await expect.poll(countSleepers).toBe(0)
    expect(await readIds()).toEqual([])
  })

  it('wakes what still sleeps when the test ends', async () => {
    arm({ kind: 'delay', milliseconds: 60_000 })
    const client = await open()
    const answer = codeOf(client.query(insert(1)))
    await expect.poll(countSleepers).toBe(1)
    proxy.release()
    expect(await answer).toBe('57014')
  })

  it('delays, and then carries out', async () => {
    arm({ kind: 'delay', milliseconds: 20 })
    const client = await open()
    await client.query('INSERT INTO orders (id) VALUES (1)')
    await client.query(insert(2))
    expect(await readIds()).toEqual([1, 2])
  })

  async function countSleepers(): Promise<number> {
    const sql = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    return (await side.query(sql)).rows.length
  }

  it('fails one of several statements that wait for each other', async () => {
    arm(fail('deadlock'), { row: { id: 2 } })
    const sql = postgres({ host: '127.0.0.1', port: proxy.port, user: 'postgres', database: 'postgres', max: 1 })
    onTestFinished(() => sql.end())
    const ids = [1, 2, 3, 4]
    const ends = await Promise.allSettled(ids.map((id) => sql`INSERT INTO orders (id) VALUES (${id})`))
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(await readIds()).toEqual([1, 3, 4])
    const batches: number[] = []
    await sql`SELECT id FROM orders`.cursor(2, (rows) => void batches.push(rows.length))
    expect(batches).toEqual([2, 1])
    expect(board.queries).toHaveLength(5)
  })

  it('passes on long rows, notifications and answers to no question', async () => {
    const client = await open()
    const notified = new Promise((resolve) => client.on('notification', resolve))
    await client.query('LISTEN news')
    await side.query("NOTIFY news, 'x'")
    expect(await notified).toMatchObject({ payload: 'x' })
    const { rows } = await client.query<{ text: string }>(
      "SELECT repeat('x', 5000000) AS text FROM generate_series(1, 3)",
    )
    expect(rows.map(({ text }) => text.length)).toEqual([5_000_000, 5_000_000, 5_000_000])
    const long = 'y'.repeat(5_000_000)
    await client.query({ text: 'INSERT INTO orders (sku) VALUES ($1)', values: [long] })
    expect((await side.query('SELECT length(sku) AS n FROM orders')).rows).toEqual([{ n: 5_000_000 }])
    expect(board.queries.map(({ operation }) => operation)).toEqual(['other', 'select', 'insert'])
  })

  it('leads to the database of the test, whatever database, user and password a client names', async () => {
    const client = await open({ database: 'production', user: 'owner', password: 'secret', options: 'project=shop' })
    const { rows } = await client.query('SELECT current_database() AS database, current_user AS user')
    expect(rows).toEqual([{ database: 'postgres', user: 'postgres' }])
  })

  it('lets nobody in where the server does not speak the TLS that was asked for', async () => {
    const tls = { mode: 'require', servername: 'localhost', files: {} } as const
    const strict = await startProxy(async () => ({ ...access(), tls }), board)
    await expect(connect(strict.port)).rejects.toThrow('terminated')
  })

  it('ends a connection that does not speak the protocol, and one whose server is gone', async () => {
    const client = await open()
    await side.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
    expect(await codeOf(client.query('SELECT 1'))).toMatch(/57P01|not queryable|terminated/)
  })
})
