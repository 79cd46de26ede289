import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkConnections, checkEngine, checkSchema } from '../../src/doctor/check-database.ts'
import { findMysql } from '../../src/harness/engine/mysql-binary.ts'
import { repository } from '../harness/sample-project.ts'
import { databaseFacts } from '../support/dossier-factory.ts'

const LIMIT_MS = 60_000
const options = { preference: 'auto', databaseUrl: null, signal: new AbortController().signal } as const

const facts = databaseFacts({
  driver: 'mysql2',
  dialect: 'mysql',
  tableDialects: ['mysql'],
  migrations: null,
  schemaFiles: ['src/db/schema.ts'],
})

describe('checkSchema', () => {
  it('names tables that no migration makes', () => {
    const drifted = { ...facts, migrations: 'drizzle', unmade: ['audit', 'visits'] }
    expect(checkSchema(repository, drifted)).toMatchObject({
      status: 'warning',
      found: 'migrations in drizzle, which make none of these tables of the code: audit, visits',
      todo: expect.stringContaining('npx drizzle-kit generate'),
    })
  })
})

describe('checkConnections', () => {
  it('says which tables no test can use, since they are of another database', () => {
    const found = checkConnections({ ...facts, tableDialects: ['mysql', 'sqlite'] })
    expect(found).toMatchObject([{ status: 'warning', found: expect.stringContaining('tables of sqlite') }])
    expect(checkConnections(facts)).toEqual([])
  })
})

describe('checkEngine', { timeout: LIMIT_MS }, () => {
  afterEach(() => void vi.unstubAllEnvs())

  it.runIf(findMysql().status === 'found')('starts the MySQL that tests would get', async () => {
    expect(await checkEngine(repository, facts, options)).toEqual([
      {
        name: 'Database',
        status: 'ok',
        found: expect.stringMatching(
          /^the project uses mysql through mysql2; started (?:MySQL|MariaDB) \d+\.\d+\.\d+$/,
        ),
        todo: null,
      },
    ])
  })

  it('says which faults an app that runs PGlite can not meet', async () => {
    const pglite = { ...facts, driver: 'pglite', dialect: 'postgres', tableDialects: ['postgres'] } as const
    const faults = (await checkEngine(repository, pglite, options)).find(({ name }) => name === 'Faults')
    expect(faults?.found).toContain('PGlite runs inside the app, so there is no connection to break')
  })

  it('says what to install where there is none', async () => {
    vi.stubEnv('ITEST_MYSQLBIN', join(tmpdir(), 'itest-no-such-folder'))
    expect(await checkEngine(repository, facts, options)).toMatchObject([
      {
        status: 'problem',
        found: expect.stringContaining('no mariadbd or mysqld was found'),
        todo: expect.stringContaining('apt-get install mariadb-server'),
      },
    ])
  })
})
