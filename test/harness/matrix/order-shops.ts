import type { ProjectFacts } from '../../../src/harness/project-facts.ts'

/**
 * A shop that writes the same order directly, in a transaction and through a repository, once for each way in which such
 * an app may be built: its module format, its Express and its driver.
 */
export const DRIVERS = {
  postgres: ['node-postgres', 'postgres-js'],
  /** Postgres within the app. */
  pglite: ['pglite'],
  sqlite: ['better-sqlite3', 'libsql'],
} as const

export type Dialect = keyof typeof DRIVERS
type Driver = (typeof DRIVERS)[Dialect][number]

export const BUILDS = ['esm-express5', 'esm-express4', 'cjs-express5', 'cjs-express4'] as const
export type Build = (typeof BUILDS)[number]

/** What is imported as what: the same words stand in an `import` and before a `require`. */
type Imports = Readonly<Record<string, string>>

const POSTGRES_TABLES = {
  imports: { '{ integer, pgTable: table, serial, text }': 'drizzle-orm/pg-core' },
  id: "serial('id').primaryKey()",
}

const TABLES = {
  postgres: POSTGRES_TABLES,
  pglite: POSTGRES_TABLES,
  sqlite: {
    imports: { '{ integer, sqliteTable: table, text }': 'drizzle-orm/sqlite-core' },
    id: "integer('id').primaryKey({ autoIncrement: true })",
  },
} satisfies Record<Dialect, { imports: Imports; id: string }>

const DATABASES = {
  'node-postgres': {
    imports: { '{ drizzle }': 'drizzle-orm/node-postgres', pg: 'pg' },
    open: `new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 3, connectionTimeoutMillis: 1000,
      statement_timeout: 200 })`,
  },
  'postgres-js': {
    imports: { '{ drizzle }': 'drizzle-orm/postgres-js', postgres: 'postgres' },
    // After its crash in a transaction postgres-js 3.4 never writes to that connection again, so there must be others.
    open: `postgres(process.env.DATABASE_URL, { max: 20, connect_timeout: 1, connection: { statement_timeout: 200 },
      onnotice: () => {} })`,
  },
  pglite: {
    imports: { '{ drizzle }': 'drizzle-orm/pglite', '{ PGlite }': '@electric-sql/pglite' },
    open: "new PGlite('shop-data')",
  },
  'better-sqlite3': {
    imports: { '{ drizzle }': 'drizzle-orm/better-sqlite3', Database: 'better-sqlite3' },
    open: "new Database('shop.db')",
  },
  libsql: {
    imports: { '{ drizzle }': 'drizzle-orm/libsql', '{ createClient }': '@libsql/client' },
    open: "createClient({ url: 'file:shop.db' })",
  },
} satisfies Record<Driver, { imports: Imports; open: string }>

const ASYNC_TRANSACTION = `db.transaction(async (tx) => {
    const [order] = await tx.insert(orders).values({ customerId: 1, sku }).returning()
    for (const text of ['a', 'b']) await tx.insert(lines).values({ orderId: order.id, text })
    return order
  })`

const SYNC_TRANSACTION = `db.transaction((tx) => {
    const order = tx.insert(orders).values({ customerId: 1, sku }).returning().get()
    for (const text of ['a', 'b']) tx.insert(lines).values({ orderId: order.id, text }).run()
    return order
  })`

const appBody = (driver: Driver) => `
const db = drizzle(${DATABASES[driver].open})
class OrderRepository {
  constructor(database) { this.insert = database.insert.bind(database) }
  async add(sku) { return (await this.insert(orders).values({ customerId: 1, sku }).returning())[0] }
}
const ways = {
  direct: async (sku) => (await db.insert(orders).values({ customerId: 1, sku }).returning())[0],
  transaction: async (sku) => ${driver === 'better-sqlite3' ? SYNC_TRANSACTION : ASYNC_TRANSACTION},
  repository: (sku) => new OrderRepository(db).add(sku),
}
const answer = async (res, status, work) => {
  try {
    res.status(status).json(await work())
  } catch (error) {
    const { code, message } = error.cause ?? error
    res.status(503).json({ code, message })
  }
}
const app = express().use(express.json())
app.post('/:way', (req, res) => answer(res, 201, () => ways[req.params.way](req.body.sku)))
app.get('/customers', (req, res) => answer(res, 200, () => db.select().from(customers)))
`

const schemaBody = (dialect: Dialect) => `
const customers = table('customers', { id: ${TABLES[dialect].id}, name: text('name').notNull() })
const orders = table('orders', {
  id: ${TABLES[dialect].id},
  customerId: integer('customer_id').notNull().references(() => customers.id),
  sku: text('sku').notNull().unique(),
})
const lines = table('lines', {
  id: ${TABLES[dialect].id},
  orderId: integer('order_id').notNull().references(() => orders.id),
  text: text('text').notNull(),
})
`

function writeModule(format: 'esm' | 'cjs', module: { imports: Imports; body: string; names: string }): string {
  const heads = Object.entries(module.imports).map(([names, from]) =>
    format === 'esm' ? `import ${names.replaceAll(':', ' as')} from '${from}'` : `const ${names} = require('${from}')`,
  )
  const end = format === 'esm' ? `export ${module.names}` : `module.exports = ${module.names}`
  return [...heads, module.body, end].join('\n')
}

function writeApp(build: Build, driver: Driver): string {
  const [format, express] = build.startsWith('esm')
    ? (['esm', build.slice(4)] as const)
    : (['cjs', build.slice(4)] as const)
  const imports = {
    express: express === 'express4' ? 'express4' : 'express',
    ...DATABASES[driver].imports,
    '{ customers, lines, orders }': format === 'esm' ? './schema.js' : './schema.cjs',
  }
  return writeModule(format, { imports, body: appBody(driver), names: '{ app }' })
}

/** Where a test imports the shop from. */
export function appFile(build: Build, driver: Driver): string {
  return `${driver}-${build}.${build.startsWith('esm') ? 'js' : 'cjs'}`
}

const MIGRATIONS = {
  postgres: ['serial PRIMARY KEY', 'CONSTRAINT "orders_sku_unique" UNIQUE'],
  pglite: ['serial PRIMARY KEY', 'CONSTRAINT "orders_sku_unique" UNIQUE'],
  sqlite: ['integer PRIMARY KEY AUTOINCREMENT', 'UNIQUE'],
} satisfies Record<Dialect, readonly [string, string]>

function writeMigration(dialect: Dialect): string {
  const [id, unique] = MIGRATIONS[dialect]
  return `
CREATE TABLE "customers" ("id" ${id}, "name" text NOT NULL);
--> statement-breakpoint
CREATE TABLE "orders" ("id" ${id}, "customer_id" integer NOT NULL REFERENCES "customers" ("id"), "sku" text NOT NULL ${unique});
--> statement-breakpoint
CREATE TABLE "lines" ("id" ${id}, "order_id" integer NOT NULL REFERENCES "orders" ("id"), "text" text NOT NULL);
--> statement-breakpoint
INSERT INTO "customers" ("name") VALUES ('ada');`
}

function writeFacts(dialect: Dialect): ProjectFacts {
  return {
    schema: 'itest.harness/1',
    database: {
      dialect: dialect === 'pglite' ? 'postgres' : dialect,
      ...(dialect === 'sqlite' ? { driver: 'better-sqlite3' as const } : {}),
      ...(dialect === 'pglite' ? { isPglite: true } : {}),
      urlVariables: ['DATABASE_URL'],
      partVariables: {},
      migrations: 'drizzle',
      schemaFiles: ['src/schema.ts'],
    },
    environment: {},
  }
}

/** All shops of a dialect, in one project. */
export function shopFiles(dialect: Dialect): Record<string, string> {
  const schema = { imports: TABLES[dialect].imports, body: schemaBody(dialect), names: '{ customers, lines, orders }' }
  const apps = DRIVERS[dialect].flatMap((driver) =>
    BUILDS.map((build) => [
      `src/${appFile(build, driver).replace(/js$/, build.startsWith('esm') ? 'ts' : 'js')}`,
      writeApp(build, driver),
    ]),
  )
  return {
    ...Object.fromEntries(apps),
    'src/schema.ts': writeModule('esm', schema),
    'src/schema.cjs': writeModule('cjs', schema),
    'drizzle/0000_start.sql': writeMigration(dialect),
    'drizzle/meta/_journal.json': JSON.stringify({
      version: '7',
      dialect: dialect === 'sqlite' ? 'sqlite' : 'postgresql',
      entries: [{ idx: 0, version: '7', when: 1700000000000, tag: '0000_start', breakpoints: true }],
    }),
    '.itest/harness.json': JSON.stringify(writeFacts(dialect)),
  }
}
