import { describe, expect, it } from 'vitest'
import type { Column, Table } from '../../src/scan/types.ts'
import { appWith, readHandler, readRoute, type SourceOptions, scanFiles } from '../support/scan-source.ts'

const PG =
  "import { boolean, integer, jsonb, numeric, pgEnum, pgSchema, pgTable, pgTableCreator, primaryKey, serial, text, timestamp, uniqueIndex, uuid, varchar } from 'drizzle-orm/pg-core'"

function tablesOf(schema: string, imports = PG): readonly Table[] {
  return scanFiles({
    ...appWith("app.get('/', (req, res) => res.json({}))"),
    'src/schema.ts': `${imports}\n${schema}\nexport const users = pgTable('users', { id: serial('id').primaryKey() })\nexport const orders = users`,
  }).tables.filter((table) => table.name !== 'users')
}

function columnOf(builder: string): Column {
  const [table] = tablesOf(
    `const kind = pgEnum('kind', ['a', 'b'])\nexport const things = pgTable('things', { it: ${builder} })`,
  )
  const [column] = table?.columns ?? []
  if (!column) throw new Error('no column')
  return column
}

describe('tables', () => {
  it.each([
    ["text('it_name').notNull()", { name: 'it_name', type: 'text', json: 'string', notNull: true, hasDefault: false }],
    ['text().notNull()', { key: 'it', name: 'it' }],
    ["integer('n').default(3)", { json: 'number', hasDefault: true, defaultValue: 3, notNull: false }],
    ["serial('id').primaryKey()", { primaryKey: true, notNull: true, hasDefault: true, unique: true }],
    ["uuid('id').defaultRandom().primaryKey()", { type: 'uuid', hasDefault: true, json: 'string' }],
    ["timestamp('at').defaultNow()", { json: 'date', hasDefault: true, defaultValue: null }],
    ["timestamp('at', { mode: 'string' })", { json: 'string' }],
    ["varchar('v', { length: 5 }).unique()", { type: 'varchar', unique: true }],
    ["varchar('v', { enum: ['x', 'y'] })", { enumValues: ['x', 'y'] }],
    ["numeric('n')", { json: 'string' }],
    ["jsonb('j').$type<string[]>()", { json: 'object' }],
    ["boolean('b').default(false)", { json: 'boolean', defaultValue: false }],
    ["text('tags').array().notNull()", { type: 'text[]', json: 'unknown', notNull: true }],
    ["kind('k').array()", { type: 'enum[]', json: 'unknown', enumValues: null }],
    ["kind('k').notNull()", { type: 'enum', enumValues: ['a', 'b'], name: 'k' }],
    ["integer('n').generatedAlwaysAsIdentity()", { hasDefault: true }],
    ["text('t').$defaultFn(() => 'x')", { hasDefault: true, defaultValue: null }],
    [
      "integer('u').references(() => users.id, { onDelete: 'cascade' })",
      { references: { table: 'users', column: 'id' } },
    ],
  ])('reads %s', (builder, expected) => {
    expect(columnOf(builder)).toMatchObject(expected)
  })

  it('reads shared columns that are spread', () => {
    const [table] = tablesOf(
      "const times = { createdAt: timestamp('created_at').defaultNow() }\nexport const a = pgTable('a', { id: serial('id'), ...times })",
    )
    expect(table?.columns.map((column) => column.key)).toEqual(['id', 'createdAt'])
  })

  it('reads columns given as a function', () => {
    const [table] = tablesOf("export const a = pgTable('a', (t) => ({ id: t.serial().primaryKey() }))")
    expect(table?.columns).toMatchObject([{ key: 'id', type: 'serial', primaryKey: true }])
  })

  it('names tables through pgTableCreator and pgSchema', () => {
    const tables = tablesOf(
      `const made = pgTableCreator((name) => \`app_\${name}\`)\nexport const a = made('a', { id: serial('id') })\nexport const b = pgSchema('auth').table('b', { id: serial('id') })`,
    )
    expect(tables.map((table) => [table.name, table.exportName])).toEqual([
      ['app_a', 'a'],
      ['auth.b', 'b'],
    ])
  })

  it('says where a table is exported', () => {
    const [table] = tablesOf("export const a = pgTable('a', { id: serial('id') })")
    expect(table).toMatchObject({ exportName: 'a', dialect: 'postgres', at: { file: 'src/schema.ts' } })
  })

  it('lists the tables that a query joins', () => {
    const join = 'res.json(await db.select({ id: users.id }).from(users).leftJoin(orders, eq(orders.userId, users.id)))'
    expect(readHandler(join).tables.map((table) => table.name)).toEqual(['orders', 'users'])
  })

  it('lists the tables of a route with the parents of their foreign keys', () => {
    const dossier = readRoute(
      appWith("app.get('/a', async (req, res) => res.json(await db.select().from(orders)))"),
      'GET /a',
    )
    expect(dossier.tables.map((table) => table.name)).toEqual(['orders', 'users'])
  })
})

/** The database facts of a project whose db.ts is this. */
function databaseOf(text: string, options: SourceOptions = {}): ReturnType<typeof scanFiles>['database'] {
  return scanFiles({ ...appWith("app.get('/', (req, res) => res.json({}))"), 'src/db.ts': text }, options).database
}

describe('database', () => {
  it.each([
    [
      "import { drizzle } from 'drizzle-orm/node-postgres'\nexport const db = drizzle(process.env.DATABASE_URL!)",
      'node-postgres',
      ['DATABASE_URL'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/node-postgres'\nexport const db = drizzle({ connection: { connectionString: process.env.PG_URL, ssl: true } })",
      'node-postgres',
      ['PG_URL'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/node-postgres'\nimport { Pool } from 'pg'\nconst pool = new Pool({ connectionString: process.env.PG_URL ?? 'postgres://x' })\nexport const db = drizzle(pool, { schema: {} })",
      'node-postgres',
      ['PG_URL'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/node-postgres'\nimport pg from 'pg'\nexport const db = drizzle({ client: new pg.Pool({ connectionString: process.env.PG_URL || 'x' }) })",
      'node-postgres',
      ['PG_URL'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/postgres-js'\nimport postgres from 'postgres'\nexport const db = drizzle(postgres(process.env.URL!))",
      'postgres-js',
      ['URL'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/postgres-js'\nimport postgres from 'postgres'\nconst { URL: url } = process.env\nexport const db = drizzle(postgres(url))",
      'postgres-js',
      ['URL'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/postgres-js'\nimport postgres from 'postgres'\nconst pick = () => { switch (process.env.NODE_ENV) { case 'test': return process.env.TEST_URL || 'x'; default: return process.env.URL } }\nexport const db = drizzle(postgres(pick()))",
      'postgres-js',
      ['TEST_URL'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/better-sqlite3'\nexport const db = drizzle({ connection: { source: process.env.DB_FILE, timeout: 1 } })",
      'better-sqlite3',
      ['DB_FILE'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/better-sqlite3'\nimport Database from 'better-sqlite3'\nexport const db = drizzle(new Database(process.env.DB_FILE ?? 'app.db'))",
      'better-sqlite3',
      ['DB_FILE'],
    ],
    [
      "import { drizzle } from 'drizzle-orm/libsql'\nimport { createClient } from '@libsql/client'\nexport const db = drizzle(createClient({ url: process.env.TURSO_URL!, authToken: process.env.TOKEN }))",
      'libsql',
      ['TURSO_URL'],
    ],
    [
      `import { drizzle } from 'drizzle-orm/libsql'\nimport { createClient } from '@libsql/client'\nexport const db = drizzle(createClient({ url: \`\${process.env.TURSO_URL}\`, authToken: String(process.env.TOKEN) }))`,
      'libsql',
      ['TURSO_URL'],
    ],
  ])('finds driver and variable of %s', (text, driver, urlVariables) => {
    const dialect = /sqlite|libsql/.test(driver) ? 'sqlite' : 'postgres'
    expect(databaseOf(text)).toMatchObject({ driver, urlVariables, dialect, tableDialects: ['postgres'] })
  })

  it('finds a database that a function of another file makes', () => {
    const { boot, database } = scanFiles(
      appWith("app.get('/', async (req, res) => res.json(await db.select().from(orders)))", {
        files: {
          'src/connection.ts': `
            import { drizzle } from 'drizzle-orm/node-postgres'
            import { Pool } from 'pg'
            export const createConnection = () => drizzle(new Pool({ connectionString: process.env.DB_ADDRESS }))`,
          'src/db.ts': "import { createConnection } from './connection.js'\nexport const db = createConnection()",
        },
      }),
    )
    expect(database).toMatchObject({ driver: 'node-postgres', urlVariables: ['DB_ADDRESS'] })
    expect(boot.environment.map(({ name, usedFor }) => [name, usedFor])).toEqual([['DB_ADDRESS', 'database']])
  })

  it('finds the variable behind a validated environment', () => {
    const text =
      "import { drizzle } from 'drizzle-orm/node-postgres'\nimport { z } from 'zod'\nconst env = z.object({ DB: z.string() }).parse(process.env)\nexport const db = drizzle(env.DB)"
    expect(databaseOf(text).urlVariables).toEqual(['DB'])
  })

  it('finds the variables of the parts of a connection', () => {
    const text =
      "import { drizzle } from 'drizzle-orm/node-postgres'\nimport { Pool } from 'pg'\nexport const db = drizzle(new Pool({ host: process.env.H, port: Number(process.env.P ?? 5432), user: process.env.U, password: process.env.W, database: process.env.N }))"
    expect(databaseOf(text)).toMatchObject({
      urlVariables: [],
      partVariables: { host: 'H', port: 'P', user: 'U', password: 'W', database: 'N' },
    })
  })

  it('finds the variables of an address that is put together', () => {
    const text = `import { drizzle } from 'drizzle-orm/postgres-js'\nimport postgres from 'postgres'\nexport const db = drizzle(postgres(\`postgres://\${process.env.U}:\${process.env.W}@localhost:\${process.env.P}/\${process.env.N}\`))`
    expect(databaseOf(text)).toMatchObject({
      urlVariables: [],
      partVariables: { port: 'P', user: 'U', password: 'W', database: 'N' },
    })
  })

  it('tells the connections of an app apart, and follows reads through a replica', () => {
    const text = `import { drizzle } from 'drizzle-orm/node-postgres'
      import { withReplicas } from 'drizzle-orm/pg-core'
      import { Pool } from 'pg'
      const primary = drizzle(process.env.DATABASE_URL!)
      export const seeds = drizzle(new Pool({ connectionString: process.env.DATABASE_URL }))
      export const stats = drizzle(new Pool({ host: process.env.STATS_HOST, database: 'stats' }))
      export const db = withReplicas(primary, [drizzle(process.env.REPLICA_URL ?? process.env.DATABASE_URL!)])`
    expect(databaseOf(text)).toMatchObject({
      connections: ['DATABASE_URL', 'STATS_HOST', 'REPLICA_URL or DATABASE_URL'],
      ambiguous: [],
    })
  })

  it('names tables that are declared twice and differ', () => {
    const makes = (columns: string) =>
      `import { integer, pgTable, text } from 'drizzle-orm/pg-core'\nexport const guests = pgTable('guests', { ${columns} })`
    const files = appWith("app.get('/', (req, res) => res.json({}))")
    const ambiguousOf = (other: string) =>
      scanFiles({ ...files, 'src/a.ts': makes("id: integer('id')"), 'src/b.ts': makes(other) }).database.ambiguous
    expect(ambiguousOf("id: integer('id'), name: text('name')")).toEqual(['guests'])
    expect(ambiguousOf("id: integer('id')")).toEqual([])
  })

  it('finds the migrations of a second config, if they make other tables', () => {
    const files = {
      ...appWith("app.get('/', (req, res) => res.json({}))"),
      'drizzle.config.ts': "export default { out: './sql/main' }",
      'drizzle.prod.config.ts': "export default { out: './sql/prod' }",
      'config/drizzle-stats.config.ts': 'export default { "out": "sql/stats/" }',
      'sql/main/0000.sql': 'CREATE TABLE "users" ("id" serial)',
      'sql/prod/0000.sql': 'CREATE TABLE IF NOT EXISTS "users" ("id" serial);',
      'sql/stats/0000.sql': 'create table visits (id serial);',
    }
    expect(scanFiles(files).database).toMatchObject({ migrations: 'sql/main', furtherMigrations: ['sql/stats'] })
  })

  it('names the tables that no migration makes', () => {
    const declare = (dialect: string, name: string) =>
      `import { text, ${dialect} } from 'drizzle-orm/${dialect === 'pgTable' ? 'pg' : 'sqlite'}-core'\nexport const t = ${dialect}('${name}', { id: text('id') })`
    const files = {
      ...appWith("app.get('/', (req, res) => res.json({}))"),
      'src/a.ts': declare('pgTable', 'guests'),
      'src/b.ts': declare('pgTable', 'guest'),
      'src/c.ts': declare('pgTable', 'stays'),
      'src/d.ts': declare('sqliteTable', 'cache'),
    }
    const unmadeOf = (more: Record<string, string>) => scanFiles({ ...files, ...more }).database.unmade
    const sql =
      'CREATE TABLE "guests" (id text); CREATE TABLE users (); CREATE TABLE "Orders" ();\nALTER TABLE guests RENAME TO guests;'
    expect(unmadeOf({ 'drizzle/0000.sql': sql })).toEqual(['guest', 'stays'])
    expect(
      unmadeOf({ 'drizzle/0000_start/migration.sql': `${sql} create table hotel.stays ()`, 'drizzle/0000.sql': '-' }),
    ).toEqual(['guest'])
    expect(unmadeOf({})).toEqual([])
    // Those of the database that it had before make nothing, so the tables come from the code.
    expect(unmadeOf({ 'drizzle/0000.sql': sql, 'drizzle/meta/_journal.json': '{ "dialect": "mysql" }' })).toEqual([])
  })

  it('finds the migrations that drizzle.config names, else the usual folder', () => {
    const files = appWith("app.get('/', (req, res) => res.json({}))")
    expect(
      scanFiles({
        ...files,
        'drizzle.config.ts': "export default { out: './sql/out' }",
        'sql/out/0000.sql': '',
        'drizzle/0000.sql': '',
      }).database.migrations,
    ).toBe('sql/out')
    expect(scanFiles({ ...files, 'drizzle/0000.sql': '' }).database.migrations).toBe('drizzle')
    expect(scanFiles(files).database.migrations).toBeNull()
  })
})

describe('app', () => {
  const route = "app.get('/', (req, res) => res.json({}))"
  const base = { 'src/schema.ts': '', 'src/db.ts': '' }
  const entryOf = (files: Record<string, string>, wanted = 'GET /', options: SourceOptions = {}) =>
    readRoute({ ...base, ...files }, wanted, options).app

  it.each([
    [
      'a named export',
      `import express from 'express'\nexport const app = express()\n${route}`,
      { how: 'exported', exportName: 'app' },
    ],
    [
      'a default export',
      `import express from 'express'\nconst app = express()\n${route}\nexport default app`,
      { how: 'exported', exportName: 'default' },
    ],
    [
      'a factory',
      `import express from 'express'\nexport function createApp() { const app = express(); ${route}; return app }`,
      { how: 'factory', exportName: 'createApp' },
    ],
    [
      'a module that listens',
      `import express from 'express'\nconst app = express()\n${route}\napp.listen(3000)`,
      { how: 'listens', exportName: null },
    ],
    [
      'an app inside main()',
      `import express from 'express'\nasync function main() { const app = express(); ${route}; app.listen(3000) }\nvoid main()`,
      { how: 'listens', exportName: null },
    ],
    [
      'a server of node:http',
      `import express from 'express'\nimport http from 'node:http'\nconst app = express()\n${route}\nhttp.createServer(app).listen(3000)`,
      { how: 'listens' },
    ],
    [
      'a server that is kept',
      `import express from 'express'\nimport { createServer } from 'http'\nconst app = express()\n${route}\nconst server = createServer(app)\nserver.listen(3000)`,
      { how: 'listens' },
    ],
    [
      'a file that listens outside tests only',
      `import express from 'express'\nexport const app = express()\n${route}\nif (process.env.NODE_ENV !== 'test') app.listen(3000)`,
      { how: 'exported', exportName: 'app' },
    ],
  ])('gets %s', (_, text, expected) => {
    expect(entryOf({ 'src/app.ts': text })).toMatchObject({ file: 'src/app.ts', ...expected })
  })

  it('prefers the module of the app to the one that listens', () => {
    const files = {
      'src/server.ts': "import { app } from './app.js'\napp.listen(3000)",
      'src/app.ts': `import express from 'express'\nexport const app = express()\n${route}`,
    }
    expect(entryOf(files)).toMatchObject({ file: 'src/app.ts', how: 'exported' })
  })

  it('prefers the factory to the file that calls it and listens', () => {
    const files = {
      'src/server.ts': "import { createApp } from './app.js'\nconst app = createApp()\napp.listen(3000)",
      'src/app.ts': `import express from 'express'\nexport const createApp = () => { const app = express(); ${route}; return app }`,
    }
    expect(entryOf(files)).toMatchObject({ file: 'src/app.ts', how: 'factory', exportName: 'createApp' })
  })

  it('prefers the factory to the function that starts what it makes', () => {
    const files = {
      'src/index.ts': "import { startServer } from './server.js'\nstartServer()",
      'src/server.ts':
        "import { createApp } from './app.js'\nexport function startServer() { const app = createApp(); app.listen(3000) }",
      'src/app.ts': `import express from 'express'\nexport const createApp = () => { const app = express(); ${route}; return app }`,
    }
    expect(entryOf(files)).toMatchObject({ file: 'src/app.ts', how: 'factory', exportName: 'createApp' })
    const together = {
      'src/index.ts': files['src/index.ts'],
      'src/server.ts': `import express from 'express'\nexport function startServer() { const app = express(); ${route}; app.listen(3000) }`,
    }
    expect(entryOf(together)).toMatchObject({ file: 'src/index.ts', how: 'listens' })
  })

  it('does not offer a factory that needs arguments', () => {
    const files = {
      'src/server.ts': "import { createApp } from './app.js'\ncreateApp({ port: 1 }).listen(3000)",
      'src/app.ts': `import express from 'express'\nexport const createApp = (options) => { const app = express(); ${route}; return app }`,
    }
    expect(entryOf(files)).toMatchObject({ file: 'src/server.ts', how: 'listens' })
  })

  it('keeps several apps apart', () => {
    const codebase = scanFiles({
      ...base,
      'src/index.ts': "import './public.js'\nimport './admin.js'",
      'src/public.ts':
        "import express from 'express'\nexport const app = express()\napp.get('/a', (req, res) => res.json({}))\napp.get('/b', (req, res) => res.json({}))\napp.listen(1)",
      'src/admin.ts':
        "import express from 'express'\nexport const admin = express()\nadmin.get('/a', (req, res) => res.json({}))\nadmin.listen(2)",
    })
    expect(codebase.routes.map((found) => [found.path, found.app])).toEqual([
      ['/a', 'src/public.ts:2'],
      ['/b', 'src/public.ts:2'],
      ['/a', 'src/admin.ts:2'],
    ])
  })

  it.each([
    [4, 4],
    [5, 5],
  ] as const)('reads Express %i from package.json', (express, expected) => {
    expect(
      entryOf({ 'src/app.ts': `import express from 'express'\nexport const app = express()\n${route}` }, 'GET /', {
        express,
      }).expressMajor,
    ).toBe(expected)
  })

  it('finds the entry that a script of package.json names', () => {
    const files = { 'service/run.ts': `import express from 'express'\nexport const app = express()\n${route}` }
    expect(entryOf(files, 'GET /', { packageJson: { scripts: { dev: 'tsx watch service/run.ts' } } }).file).toBe(
      'service/run.ts',
    )
  })

  it('lists the environment that the route needs', () => {
    const dossier = readRoute(appWith("app.get('/', (req, res) => res.json({ key: process.env.API_KEY }))"), 'GET /')
    expect(dossier.environment).toEqual(expect.arrayContaining(['API_KEY']))
  })
})
