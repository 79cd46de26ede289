import { describe, expect, it } from 'vitest'
import { HARNESS_NAMES } from '../../src/harness-api.ts'
import type { AppEntry } from '../../src/scan/types.ts'
import { buildScaffold } from '../../src/write/scaffold.ts'
import { column, dossier, table } from '../support/dossier-factory.ts'
import { plan, plannedPath, stubbed } from '../support/plan-factory.ts'

const STYLE = { semicolons: false, singleQuotes: true, importExtension: '.js', printWidth: 120 } as const
const FILE = 'tests/integration/post-orders.test.ts'

function header(app: Partial<AppEntry>, options: { file?: string; importExtension?: '' | '.js' | '.ts' } = {}): string {
  const { file = FILE, importExtension = '.js' } = options
  const entry = { ...dossier().app, ...app }
  const style = { ...STYLE, importExtension }
  return buildScaffold(plan(), dossier({ app: entry }), { file, style }).scaffold.header
}

describe('buildScaffold', () => {
  it('imports app and table, stubs the host, and gives the good body and answer', () => {
    const { scaffold } = buildScaffold(plan(), dossier(), { file: FILE, style: STYLE, hasAuth: true })

    expect(scaffold).toEqual({
      file: FILE,
      header: `import { app } from '../../src/app.js'
import { orders } from '../../src/db/schema.js'

const payments = stub('https://api.payments.example')`,
      fixtures: `const order = { userId: 'u1', amountCents: 4999 }

beforeEach(() => {
  payments.on('POST', '/v1/charges').reply(201, { id: 'ch_1' })
})`,
      suite: 'POST /orders',
      names: ['app', 'request', 'expect', ...HARNESS_NAMES, 'orders', 'payments', 'order'],
    })
  })

  it('gives signIn only to a project that says how', () => {
    const { scaffold } = buildScaffold(plan(), dossier(), { file: FILE, style: STYLE })
    expect(HARNESS_NAMES.filter((name) => !scaffold.names.includes(name))).toEqual(['signIn'])
  })

  it.each<{ app: Partial<AppEntry>; says: string }>([
    { app: { exportName: 'server' }, says: "import { server as app } from '../../src/app.js'" },
    { app: { exportName: 'default' }, says: "import app from '../../src/app.js'" },
    {
      app: { how: 'factory', exportName: 'buildApp' },
      says: "import { buildApp } from '../../src/app.js'",
    },
    { app: { how: 'factory', exportName: 'buildApp' }, says: 'const app = await buildApp()' },
    { app: { how: 'factory', exportName: 'default' }, says: "import createApp from '../../src/app.js'" },
    {
      app: { how: 'listens', exportName: null },
      says: "const app = await bootApp(() => import('../../src/app.js'))",
    },
  ])('gets the app by $says', ({ app, says }) => {
    expect(header(app).split('\n')).toContain(says)
  })

  it('gives a table that is the default export a name of its own', () => {
    const at = { file: 'src/models/user.ts', line: 1 }
    const tables = [
      table({ name: 'orders', exportName: 'default', at: { file: 'src/models/order.ts', line: 1 } }),
      table({ name: 'user_roles', exportName: 'default', at }),
      table({ name: 'users', exportName: 'payments', at }),
      table({ name: 'payments', exportName: 'default', at: { file: 'src/models/payment.ts', line: 1 } }),
    ]
    const { scaffold, tables: names } = buildScaffold(plan(), dossier({ tables }), { file: FILE, style: STYLE })
    expect(scaffold.header.split('\n').filter((line) => line.includes('/models/'))).toEqual([
      "import orders from '../../src/models/order.js'",
      "import userRoles, { payments } from '../../src/models/user.js'",
      "import paymentsTable from '../../src/models/payment.js'",
    ])
    expect(names.get('user_roles')).toBe('userRoles')
  })

  it.each([
    { importExtension: '.js', says: "from '../../src/app.js'" },
    { importExtension: '.ts', says: "from '../../src/app.ts'" },
    { importExtension: '', says: "from '../../src/app'" },
  ] as const)('writes imports as the project does: $says', ({ importExtension, says }) => {
    expect(header({}, { importExtension })).toContain(says)
  })

  it('imports from beside itself and from the root of the project', () => {
    expect(header({}, { file: 'src/post-orders.test.ts' })).toContain("from './app.js'")
    expect(header({}, { file: 'post-orders.test.ts' })).toContain("from './src/app.js'")
  })

  it('gives a factory what it needs, under a name that is free', () => {
    const db = { name: 'db', from: { file: 'src/db.ts', exportName: 'db' } }
    const logger = { name: 'logger', from: { file: 'src/logger.ts', exportName: 'default' } }
    const factory = { how: 'factory', exportName: 'createApp' } as const
    expect(header({ ...factory, parameters: [{ kind: 'fields', needs: [db, logger] }] })).toContain(
      `import { createApp } from '../../src/app.js'
import { db as appDb } from '../../src/db.js'
import logger from '../../src/logger.js'`,
    )
    expect(header({ ...factory, parameters: [{ kind: 'fields', needs: [db, logger] }] })).toContain(
      'const app = await createApp({ db: appDb, logger })',
    )
    expect(header({ ...factory, parameters: [{ kind: 'value', need: db }] })).toContain('await createApp(appDb)')
  })

  it('takes the app from a class or an instance', () => {
    const held = { exportName: 'App', property: 'getServer()' }
    expect(header({ ...held, how: 'class' })).toContain('const app = new App().getServer()')
    const instance = header({ how: 'instance', exportName: 'default', property: 'app' })
    expect(instance).toContain("import holder from '../../src/app.js'")
    expect(instance).toContain('const app = holder.app')
  })

  it('names the route to wait for where the app goes on after it listens', () => {
    const about = dossier({ app: { ...dossier().app, how: 'listens' } })
    const boot = {
      ...about.boot,
      apps: [
        {
          ...about.app,
          madeAt: about.app,
          madeIn: null,
          holder: null,
          listensAt: [],
          startFile: null,
          isFilledAfterListen: true,
        },
      ],
    }
    const { scaffold } = buildScaffold(plan(), { ...about, boot }, { file: FILE, style: STYLE })
    expect(scaffold.header).toContain("bootApp(() => import('../../src/app.js'), { route: 'POST /orders' })")
  })

  it('turns an .mts file into .mjs', () => {
    expect(header({ file: 'src/app.mts' })).toContain("from '../../src/app.mjs'")
  })

  it('never leaves out the ending of a .cts file', () => {
    expect(header({ file: 'src/app.cts' }, { importExtension: '' })).toContain("from '../../src/app.cjs'")
  })

  it('names a row that two paths need, and a body whose own name is taken', () => {
    const rooms = table({ name: 'rooms', exportName: 'rooms', columns: [column({ key: 'id', primaryKey: true })] })
    const seeds = [{ table: 'rooms', row: { id: 'r1' } }]
    const given = { ...plannedPath().given, seeds }
    const planned = plan({ paths: [plannedPath({ given }), plannedPath({ id: 'other', given })] })
    const about = dossier({ tables: [table({ exportName: 'order' }), rooms] })

    const { body, rows, scaffold } = buildScaffold(planned, about, { file: FILE, style: STYLE })

    expect(body?.name).toBe('validBody')
    expect(rows).toEqual([{ name: 'room', table: 'rooms', row: { id: 'r1' }, isNarrow: false }])
    expect(scaffold.fixtures).toContain("const room = { id: 'r1' }\nconst validBody = {")
  })

  it('gives no stub, body or row to a route that needs none', () => {
    const requests = [{ method: 'GET', path: '/orders', query: {}, headers: {}, body: null }]
    const given = { seeds: [], stubs: [], fault: null, requests, needs: [] }

    expect(
      buildScaffold(plan({ paths: [plannedPath({ given })] }), dossier(), { file: FILE, style: STYLE }),
    ).toMatchObject({
      scaffold: { fixtures: '' },
      body: null,
      rows: [],
      stubs: [],
    })
  })

  it('stubs a host once, whatever it is asked', () => {
    const stubs = [stubbed(), stubbed({ path: '/v1/refunds' })]
    const planned = plan({ paths: [plannedPath({ given: { ...plannedPath().given, stubs } })] })

    const { scaffold } = buildScaffold(planned, dossier(), { file: FILE, style: STYLE })

    expect(scaffold.header.match(/stub\(/g)).toHaveLength(1)
    expect(scaffold.fixtures).toContain("payments.on('POST', '/v1/refunds')")
  })
})
