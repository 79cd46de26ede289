import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preparePostgres } from '../../../src/harness/database/postgres-template.ts'
import { type Engine, startEngine } from '../../../src/harness/engine/engine.ts'
import { findPostgres } from '../../../src/harness/engine/postgres-binary.ts'

describe.runIf(findPostgres().status === 'found')('a template of Postgres', () => {
  let engine: Engine
  let admin: pg.Client
  const server = () => ({ url: engine.url ?? '', existing: null })
  const list = async () =>
    (await admin.query("SELECT datname FROM pg_database WHERE datname LIKE 'itest%' ORDER BY 1")).rows.map(
      ({ datname }) => datname,
    )

  beforeAll(async () => {
    engine = await startEngine({ preference: 'postgres' })
    admin = new pg.Client({ connectionString: `${engine.url}/postgres` })
    await admin.connect()
  })
  afterAll(async () => {
    await admin.end()
    await engine.stop()
  })

  it('is made once by all who make it at the same moment', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `itest_same_${index}`)
    for (const database of names) {
      // Each is filled before any is renamed, so that all of them try it at once.
      let filled = 0
      let open = (): void => {}
      const all = new Promise<void>((resolve) => {
        open = resolve
      })
      const fill = async (execute: (sql: string) => Promise<unknown>): Promise<void> => {
        await execute('CREATE TABLE seats (id int)')
        filled += 1
        if (filled === 3) open()
        await all
      }
      await Promise.all(names.slice(0, 3).map(() => preparePostgres({ ...server(), database }, fill)))
    }
    expect(await list()).toEqual(names)
  })

  it('is not there when its SQL fails, whatever the code', async () => {
    const twice = async (execute: (sql: string) => Promise<unknown>): Promise<void> => {
      await execute('CREATE TABLE seats (id int PRIMARY KEY); INSERT INTO seats VALUES (1), (1)')
    }
    const made = preparePostgres({ ...server(), database: 'itest_twice' }, twice)
    await expect(made).rejects.toMatchObject({ code: '23505' })
    expect((await list()).filter((name) => /twice|draft/.test(name))).toEqual([])
  })
})
