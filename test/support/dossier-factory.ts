import type { Column, DatabaseFacts, Dossier, Table } from '../../src/scan/types.ts'
import type { Scaffold } from '../../src/write/types.ts'

export function column(overrides: Partial<Column> & Pick<Column, 'key'>): Column {
  return {
    name: overrides.key,
    type: 'text',
    sqlType: null,
    json: 'string',
    mode: null,
    length: null,
    precision: null,
    scale: null,
    withTimezone: false,
    notNull: false,
    hasDefault: false,
    defaultValue: null,
    defaultSource: null,
    defaultSql: null,
    onUpdate: null,
    generated: null,
    identity: null,
    primaryKey: false,
    unique: false,
    enumValues: null,
    references: null,
    ...overrides,
  }
}

/** A table whose lists of constraints follow from its columns. */
export function table(overrides: Partial<Table> = {}): Table {
  const columns = overrides.columns ?? [
    column({ key: 'id', type: 'serial', json: 'number', notNull: true, hasDefault: true, primaryKey: true }),
    column({ key: 'userId', name: 'user_id', notNull: true }),
  ]
  const unique = columns.filter((candidate) => candidate.unique && !candidate.primaryKey)
  return {
    name: 'orders',
    schema: null,
    exportName: 'orders',
    at: { file: 'src/db/schema.ts', line: 3 },
    dialect: 'postgres',
    primaryKey: columns.filter((candidate) => candidate.primaryKey).map(({ key }) => key),
    uniques: unique.map(({ key }) => ({
      name: `orders_${key}_unique`,
      columns: [key],
      expressions: [],
      partial: false,
      where: null,
      nullsNotDistinct: false,
    })),
    foreignKeys: columns.flatMap(({ key, references }) =>
      references
        ? [
            {
              name: null,
              columns: [key],
              table: references.table,
              foreignColumns: [references.column],
              onDelete: references.onDelete,
              onUpdate: references.onUpdate,
            },
          ]
        : [],
    ),
    checks: [],
    indexes: [],
    ...overrides,
    columns,
  }
}

export function dossier(overrides: Partial<Dossier> = {}): Dossier {
  return {
    route: {
      method: 'POST',
      path: '/orders',
      file: 'src/routes/orders.ts',
      line: 12,
      app: 'app',
      handler: { name: 'createOrder', file: 'src/routes/orders.ts', line: 12 },
      middleware: [{ name: 'requireUser', file: 'src/auth.ts', line: 4 }],
      when: [],
      shadowedBy: null,
    },
    app: { file: 'src/app.ts', line: 5, how: 'exported', exportName: 'app', expressMajor: 5 },
    scenarios: [],
    inputs: [],
    gates: [],
    sessions: [],
    harmless: [],
    effects: [],
    failures: [],
    access: { authentication: [], ownership: [], roles: [] },
    idempotency: { keys: [], upserts: [] },
    pagination: null,
    tables: [table()],
    confirmation: [],
    sources: [{ name: 'createOrder', at: { file: 'src/routes/orders.ts', line: 12 }, text: 'async (req, res) => {}' }],
    boot: {
      apps: [],
      environment: [],
      named: [],
      configFiles: [],
      starts: [],
      assumed: [],
      assumedTexts: [],
      hardCoded: [],
    },
    assumed: [],
    environment: [],
    unresolved: [],
    ...overrides,
  }
}

export function scaffold(overrides: Partial<Scaffold> = {}): Scaffold {
  return {
    file: 'tests/integration/post-orders.test.ts',
    header: "import { app } from '../../src/app.js'\n\nconst payments = stub('https://api.payments.example')",
    fixtures: "const order = { userId: 'u1', amountCents: 4999 }",
    suite: 'POST /orders',
    names: ['app', 'request', 'expect', 'vi', 'db', 'faults', 'orders', 'payments', 'order'],
    ...overrides,
  }
}

/** A Postgres project with migrations. */
export function databaseFacts(overrides: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return {
    driver: 'pg',
    dialect: 'postgres',
    tableDialects: ['postgres'],
    casing: null,
    connections: [],
    ambiguous: [],
    unmade: [],
    furtherMigrations: [],
    urlVariables: [],
    partVariables: {},
    migrations: 'drizzle',
    schemaFiles: [],
    ...overrides,
  }
}
