import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { BootEnvironment } from '../src/boot-environment.ts'
import { assertTablesFit, describeProject, describeVitestConfig } from '../src/project-setup.ts'
import type { DatabaseFacts } from '../src/scan/types.ts'
import { table } from './support/dossier-factory.ts'
import { plan } from './support/plan-factory.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'itest-setup-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
})

const boot: BootEnvironment = { values: {}, without: [] }

function database(overrides: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return {
    driver: 'pg',
    dialect: 'postgres',
    tableDialects: ['postgres', 'sqlite', 'mysql'],
    casing: null,
    connections: ['DATABASE_URL'],
    ambiguous: [],
    unmade: [],
    furtherMigrations: [],
    urlVariables: ['DATABASE_URL'],
    partVariables: {},
    migrations: 'drizzle',
    schemaFiles: ['src/db/schema.ts'],
    ...overrides,
  }
}

function environmentAfter(environment: Record<string, string>): unknown {
  return JSON.parse(describeProject(root, database(), { plan: plan({ environment }), boot }).text).environment
}

describe('describeProject', () => {
  it('writes down what the harness needs to boot the project', () => {
    const { file, text } = describeProject(root, database(), {
      plan: plan({ environment: { PAYMENTS_URL: 'https://a.example' } }),
      boot,
    })

    expect(file).toBe('.itest/harness.json')
    expect(JSON.parse(text)).toEqual({
      schema: 'itest.harness/1',
      database: {
        dialect: 'postgres',
        urlVariables: ['DATABASE_URL'],
        partVariables: {},
        migrations: 'drizzle',
        schemaFiles: ['src/db/schema.ts'],
      },
      environment: { PAYMENTS_URL: 'https://a.example' },
    })
  })

  it('refuses two databases that both have a table of a name, and no other two', () => {
    const connections = ['DATABASE_URL', 'STATS_URL']
    const describeWith = (overrides: Partial<DatabaseFacts>) => () =>
      JSON.parse(describeProject(root, database(overrides), { plan: plan(), boot }).text).database
    expect(describeWith({ connections, ambiguous: ['users'] })).toThrow(
      'the app connects to DATABASE_URL and STATS_URL, and the code has two different tables users',
    )
    expect(describeWith({ ambiguous: ['users'] })).not.toThrow()
    expect(describeWith({ connections, furtherMigrations: ['stats'] })()).toMatchObject({
      furtherMigrations: ['stats'],
    })
  })

  it('refuses a route with tables of another dialect than the database that tests get', () => {
    const audit = table({ name: 'audit', dialect: 'sqlite' })
    expect(() => assertTablesFit([table(), audit], database())).toThrow(
      'the route uses audit, of sqlite, and tests get one database, of postgres',
    )
    expect(() => assertTablesFit([table()], database())).not.toThrow()
  })

  it('keeps the variables that the tests of another route need', () => {
    const earlier = describeProject(root, database(), {
      plan: plan({ environment: { DEPOSITS_URL: 'https://b.example', A: '1' } }),
      boot,
    })
    mkdirSync(path.join(root, '.itest'))
    writeFileSync(path.join(root, earlier.file), earlier.text)

    expect(environmentAfter({ A: '2' })).toEqual({ DEPOSITS_URL: 'https://b.example', A: '2' })
  })

  it("prefers what the project's tests set to a stand-in", () => {
    const set = { values: { API_KEYS: '[]' }, without: [] }
    const invented = plan({ environment: { API_KEYS: 'itest-value-0', OTHER_KEY: 'itest-value-0' } })
    const { facts } = describeProject(root, database(), { plan: invented, boot: set })
    expect(facts.environment).toEqual({ API_KEYS: '[]', OTHER_KEY: 'itest-value-0' })
  })

  it('takes no notice of facts that it can not read', () => {
    mkdirSync(path.join(root, '.itest'))
    writeFileSync(path.join(root, '.itest/harness.json'), '{ "schema": "itest.harness/9" }')

    expect(environmentAfter({ A: '2' })).toEqual({ A: '2' })
  })

  it('sets DATABASE_URL when the code shows no variable', () => {
    const { text } = describeProject(root, database({ urlVariables: [] }), { plan: plan(), boot })

    expect(JSON.parse(text).database.urlVariables).toEqual(['DATABASE_URL'])
  })

  it('names the package that opens a SQLite file, and what the sample says of its address', () => {
    writeFileSync(
      path.join(root, '.env.example'),
      'DB=file:local.db\nPLAIN=local.db\nTURSO=libsql://a.turso.io?authToken=x\n',
    )
    const sqlite = database({
      dialect: 'sqlite',
      driver: 'libsql/node',
      urlVariables: ['DB', 'PLAIN', 'TURSO'],
      migrations: null,
    })
    expect(JSON.parse(describeProject(root, sqlite, { plan: plan(), boot }).text)).toEqual({
      schema: 'itest.harness/1',
      database: {
        dialect: 'sqlite',
        driver: 'libsql',
        urlVariables: ['DB', 'PLAIN', 'TURSO'],
        partVariables: {},
        migrations: null,
        schemaFiles: ['src/db/schema.ts'],
      },
      environment: { DB: 'file:local.db', TURSO: 'libsql://a.turso.io' },
    })
  })

  it.each(['d1', 'bun-sqlite', 'libsql/web', null])('refuses SQLite by %s', (driver) => {
    expect(() => describeProject(root, database({ dialect: 'sqlite', driver }), { plan: plan(), boot })).toThrow(
      `the app opens SQLite by ${driver ?? 'an unknown driver'}`,
    )
  })

  it.each(['planetscale-serverless', 'tidb-serverless'])('refuses MySQL by %s', (driver) => {
    expect(() => describeProject(root, database({ dialect: 'mysql', driver }), { plan: plan(), boot })).toThrow(
      `the app opens MySQL by ${driver}`,
    )
  })

  it('takes MySQL by mysql2', () => {
    const mysql = database({ dialect: 'mysql', driver: 'mysql2', urlVariables: [] })
    expect(describeProject(root, mysql, { plan: plan(), boot }).facts.database).toMatchObject({
      dialect: 'mysql',
      urlVariables: ['DATABASE_URL'],
    })
  })

  it('refuses a project without tables', () => {
    expect(() => describeProject(root, database({ dialect: null }), { plan: plan(), boot })).toThrow(
      'no Drizzle table found',
    )
  })
})

describe('describeVitestConfig', () => {
  function installItest(): void {
    mkdirSync(path.join(root, 'node_modules/itest-gen'), { recursive: true })
    writeFileSync(path.join(root, 'node_modules/itest-gen/package.json'), '{ "name": "itest-gen" }')
  }

  it('is no config that could not be loaded, but the command that makes it possible', async () => {
    expect(await describeVitestConfig(root)).toEqual({
      file: null,
      hint: expect.stringContaining('npm install -D itest-gen vitest supertest'),
    })
  })

  it.each([
    ['{ "type": "module" }', 'vitest.config.ts'],
    ['{}', 'vitest.config.mts'],
  ])('is a config with one line when there is none: in %s it is %s', async (manifest, name) => {
    installItest()
    writeFileSync(path.join(root, 'package.json'), manifest)
    const { file, hint } = await describeVitestConfig(root)

    expect(file?.file).toBe(name)
    expect(file?.text).toContain('plugins: [itest()]')
    expect(hint).toBeNull()
  })

  it.each(['vitest.config.mts', 'vite.config.js'])('leaves %s alone and says which line it lacks', async (name) => {
    writeFileSync(path.join(root, name), 'export default {}\n')

    expect(await describeVitestConfig(root)).toEqual({
      file: null,
      hint: `For plain \`vitest run\`, add itest() of 'itest-gen/vitest' to the plugins in ${name}.`,
    })
  })

  it('says nothing when the line is there', async () => {
    writeFileSync(path.join(root, 'vitest.config.ts'), "import { itest } from 'itest-gen/vitest'\n")

    expect(await describeVitestConfig(root)).toEqual({ file: null, hint: null })
  })
})
