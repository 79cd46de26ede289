import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { scanProject } from '../../src/scan/scan.ts'
import { scanFiles, withProject } from '../support/scan-source.ts'

const appFile = (path: string, more = ''): string =>
  `import express from 'express'\nconst app = express()\napp.get('${path}', (req, res) => res.json({}))\n${more}\nexport default app\n`
const DEPENDENCIES = { express: '^5.0.0', 'drizzle-orm': '^0.45.0' }

describe('apps', () => {
  it('keeps several apart, those that listen first', () => {
    const files = {
      'src/admin.ts': appFile('/admin'),
      'src/server.ts': appFile('/api', 'app.listen(3000)'),
    }
    const { routes, apps } = scanFiles(files)
    expect(routes.map(({ path, app }) => [path, app])).toEqual([
      ['/api', 'src/server.ts:2'],
      ['/admin', 'src/admin.ts:2'],
    ])
    expect(apps.map(({ file, how }) => [file, how])).toEqual([
      ['src/server.ts', 'listens'],
      ['src/admin.ts', 'exported'],
    ])
  })

  it.each([
    ['a script', { scripts: { start: 'node --enable-source-maps dist/boot/run.js' } }],
    ['main', { main: './build/boot/run.js' }],
    ['exports', { exports: { '.': { import: './lib/boot/run.mjs', types: './lib/boot/run.d.ts' } } }],
    ['bin', { bin: { api: 'dist/boot/run.js' } }],
  ])('finds an entry that %s names by what it is built to', (_, packageJson) => {
    const files = { 'src/boot/run.ts': appFile('/a').replace("from 'express'", "from 'express' // entry") }
    expect(scanFiles(files, { packageJson }).routes.map(({ path }) => path)).toEqual(['/a'])
  })

  it('leaves out apps of tests and tools', () => {
    const files = { 'src/app.ts': appFile('/a'), 'test/app.ts': appFile('/t'), 'scripts/mock.ts': appFile('/m') }
    expect(scanFiles(files).routes.map(({ path }) => path)).toEqual(['/a'])
  })

  it('makes an app that only a factory with arguments makes, once', () => {
    const files = {
      'src/app.ts':
        "import express from 'express'\nexport function createApp({ db, log }) { log.info('x'); const app = express(); app.get('/a', (req, res) => res.json({})); return app }",
    }
    expect(scanFiles(files).routes.map(({ path }) => path)).toEqual(['/a'])
    const called = {
      ...files,
      'src/index.ts': "import { createApp } from './app.js'\ncreateApp({ db: 1, log: console }).listen(1)",
    }
    expect(scanFiles(called).routes.map(({ path }) => path)).toEqual(['/a'])
  })

  it('lists the routes of one factory once, whoever calls it', () => {
    const files = {
      'src/app.ts':
        "import express from 'express'\nexport function createApp() { const app = express(); app.get('/a', (req, res) => res.json({})); return app }\nexport default createApp()",
      'src/server.ts': "import { createApp } from './app.js'\ncreateApp().listen(1)",
      'api/index.ts': "import { createApp } from '../src/app.js'\nexport default createApp()",
    }
    const { routes, apps } = scanFiles(files)
    expect(routes.map(({ path }) => path)).toEqual(['/a'])
    expect(apps[0]).toMatchObject({ file: 'src/app.ts', line: 2 })
  })

  it('goes on where something seems to throw while the app is made', () => {
    const files = {
      'src/app.ts':
        "import express from 'express'\nimport { connect } from './connect.js'\nexport function createApp() { connect(); const app = express(); app.get('/a', (req, res) => res.json({})); return app }\ncreateApp().listen(1)",
      'src/connect.ts':
        "const state = { ready: false }\nexport function connect() { if (!state.ready) throw new Error('no') }",
    }
    const { routes, unresolved } = scanFiles(files)
    expect(routes.map(({ path }) => path)).toEqual(['/a'])
    expect(unresolved.map(({ what }) => what)).toContain(
      'throws here as far as analysis can tell, and is taken to go on',
    )
  })

  it('runs a callback that goes on making the app', () => {
    const files = {
      'src/index.ts':
        "import express from 'express'\nimport next from 'next'\nnext({}).prepare().then(() => { const app = express(); app.get('/a', (req, res) => res.json({})); app.listen(1) })",
    }
    expect(scanFiles(files).routes.map(({ path }) => path)).toEqual(['/a'])
  })

  it('reads the app that --app names, and no other', () => {
    withProject({ 'src/a.ts': appFile('/a'), 'src/b.ts': appFile('/b') }, {}, (root) => {
      const paths = (app: string): string[] => scanProject(root, { app }).codebase.routes.map(({ path }) => path)
      expect([paths('src/a.ts'), paths('./src/b.ts')]).toEqual([['/a'], ['/b']])
    })
  })

  it.each([
    ['src/none.ts', '--app src/none.ts: expected a file of the project, found nothing at'],
    ['src', '--app src: expected a file of the project, found a folder at'],
    ['src/empty.ts', 'no Express app with routes in src/empty.ts or what it imports'],
  ])('explains why %s is no app', (app, message) => {
    withProject({ 'src/a.ts': appFile('/a'), 'src/empty.ts': 'export {}' }, {}, (root) => {
      expect(() => scanProject(root, { app })).toThrow(UserError)
      expect(() => scanProject(root, { app })).toThrow(message)
    })
  })
})

describe('monorepos', () => {
  const MONOREPO = {
    'package.json': JSON.stringify({ name: 'root', private: true, workspaces: ['apps/*', 'packages/*'] }),
    'apps/api/package.json': JSON.stringify({
      name: 'api',
      dependencies: { ...DEPENDENCIES, '@acme/routes': 'workspace:*' },
    }),
    'apps/api/tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
    'apps/api/src/server.ts':
      "import { orders } from '@acme/routes/orders'\nimport { prefix } from '@/prefix'\nimport express from 'express'\nconst app = express()\napp.use(prefix, orders)\napp.listen(1)",
    'apps/api/src/prefix.ts': "export const prefix = '/v1'",
    'apps/web/package.json': JSON.stringify({ name: 'web', dependencies: { react: '1' } }),
    'apps/web/src/index.ts': "import express from './not-express'",
    'packages/routes/package.json': JSON.stringify({ name: '@acme/routes', exports: { './*': './dist/*.js' } }),
    'packages/routes/src/orders.ts':
      "import { Router } from 'express'\nexport const orders = Router()\norders.get('/orders', (req, res) => res.json([]))",
  }

  it('finds the app from the root, through packages that nobody built or installed', () => {
    const { routes } = scanFiles(MONOREPO)
    expect(routes).toMatchObject([
      { method: 'GET', path: '/v1/orders', file: 'packages/routes/src/orders.ts', line: 3 },
    ])
  })

  it('finds it from the package, with the neighbours relative to it', () => {
    withProject(MONOREPO, {}, (root) => {
      const { routes } = scanProject(`${root}/apps/api`).codebase
      expect(routes).toMatchObject([{ path: '/v1/orders', file: '../../packages/routes/src/orders.ts' }])
    })
  })

  it('finds packages side by side without a workspace', () => {
    const files = {
      'package.json': '{ "name": "root" }',
      'server/package.json': JSON.stringify({ dependencies: DEPENDENCIES }),
      'server/src/index.ts': appFile('/a', 'app.listen(1)'),
      'client/package.json': '{ "dependencies": {} }',
    }
    expect(scanFiles(files).routes.map(({ path, file }) => `${path} ${file}`)).toEqual(['/a server/src/index.ts'])
  })

  it('takes express for the package in a project that calls itself express', () => {
    const packageJson = { name: 'express', main: 'src/app.ts', dependencies: DEPENDENCIES }
    expect(scanFiles({ 'src/app.ts': appFile('/a') }, { packageJson }).routes.map(({ path }) => path)).toEqual(['/a'])
  })
})

describe('imports', () => {
  const pathsWith = (
    files: Record<string, string>,
    specifier: string,
    packageJson = {},
  ): { paths: string[]; notes: string[] } => {
    const app = `import express from 'express'\nimport { router } from '${specifier}'\nexport const app = express()\napp.use('/r', router)\napp.get('/a', (req, res) => res.json({}))`
    const { routes, unresolved } = scanFiles({ 'src/app.ts': app, ...files }, { packageJson })
    return { paths: routes.map(({ path }) => path), notes: unresolved.map(({ what }) => what) }
  }
  const ROUTER =
    "import { Router } from 'express'\nexport const router = Router()\nrouter.get('/x', (req, res) => res.json({}))"

  it('follows one in the wrong case and says so', () => {
    expect(pathsWith({ 'src/Users.ts': ROUTER }, './users')).toEqual({
      paths: ['/r/x', '/a'],
      notes: ["'./users': written in another case than Users.ts: Linux does not find it"],
    })
  })

  it('takes an alias as usual where the tsconfig that declares it is missing, and says so', () => {
    const { paths, notes } = pathsWith(
      { 'tsconfig.json': '{ "extends": "./gone.json" }', 'src/users.ts': ROUTER },
      '@/users',
    )
    expect(paths).toEqual(['/r/x', '/a'])
    expect(notes).toEqual([
      expect.stringContaining('this tsconfig can not be read in full'),
      "'@/users': no tsconfig that can be read says where this alias points; taken as it is usually meant",
    ])
  })

  it('reads aliases of referenced tsconfigs, of module-alias and of the imports map', () => {
    const referenced = {
      'tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
      'tsconfig.app.json': '{ "compilerOptions": { "paths": { "~lib/*": ["./src/lib/*"] } } }',
      'src/lib/users.ts': ROUTER,
    }
    expect(pathsWith(referenced, '~lib/users')).toEqual({ paths: ['/r/x', '/a'], notes: [] })
    const aliased = { dependencies: DEPENDENCIES, _moduleAliases: { '@r': 'dist/routes' } }
    expect(pathsWith({ 'src/routes/users.ts': ROUTER }, '@r/users', aliased)).toEqual({
      paths: ['/r/x', '/a'],
      notes: [],
    })
    const mapped = { dependencies: DEPENDENCIES, imports: { '#routes/*': './src/routes/*.js' } }
    expect(pathsWith({ 'src/routes/users.ts': ROUTER }, '#routes/users', mapped)).toEqual({
      paths: ['/r/x', '/a'],
      notes: [],
    })
  })

  it('reports one that leads nowhere', () => {
    expect(pathsWith({}, './gone.js')).toEqual({ paths: ['/a'], notes: ["no file for the import './gone.js'"] })
  })

  it('reads JSON', () => {
    const files = {
      'src/config.json': '{ "prefix": "/v2" }',
      'src/app.ts': `import express from 'express'\nimport config from './config.json'\nexport const app = express()\napp.get(config.prefix + '/a', (req, res) => res.json({}))`,
    }
    expect(scanFiles(files).routes.map(({ path }) => path)).toEqual(['/v2/a'])
  })
})
