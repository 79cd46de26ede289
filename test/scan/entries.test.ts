import { describe, expect, it } from 'vitest'
import { scanProject } from '../../src/scan/scan.ts'
import type { AppEntry } from '../../src/scan/types.ts'
import { scanFiles, withProject } from '../support/scan-source.ts'

const IMPORT = "import express from 'express'"
const ROUTE = "app.get('/orders', (req, res) => { res.json([]) })"
const SERVICES = {
  'src/database/index.ts': 'export const db = {}',
  'src/logger.ts': 'const logger = console\nexport { logger }',
}

/** Everything about the first app but its place. */
function entryOf(files: Record<string, string>): Partial<AppEntry> {
  const { how, file, exportName, property, parameters } = scanFiles(files).apps[0] ?? {}
  const given = { property, parameters }
  return JSON.parse(JSON.stringify({ how, file, exportName, ...given }))
}

describe('how a test gets the app', () => {
  it('is the file that starts it, when that fills the container that routes ask', () => {
    const files = {
      'src/app.ts': `${IMPORT}
        import { container } from 'tsyringe'
        export function createApp() {
          const app = express()
          app.get('/orders', async (req, res) => { res.json(await container.resolve('orders').list()) })
          return app
        }`,
      'src/container.ts': `import { container } from 'tsyringe'
        export const fill = () => { container.register('orders', { useValue: { list: () => [] } }) }`,
    }
    const start = (prepare: string): string => `import { createApp } from './app.js'
      import { fill } from './container.js'
      ${prepare}
      createApp().listen(3000)`
    expect(entryOf({ ...files, 'src/server.ts': start('fill()') })).toMatchObject({
      how: 'listens',
      file: 'src/server.ts',
    })
    expect(entryOf({ ...files, 'src/server.ts': start('') })).toMatchObject({ how: 'factory', file: 'src/app.ts' })
  })

  it('is the file that starts it, when only that imports what fills the container', () => {
    const app = (first: string): string => `${first}${IMPORT}
      import { container } from 'tsyringe'
      const orders = container.resolve('orders')
      export const app = express().get('/orders', async (req, res) => { res.json(await orders.list()) })`
    const files = {
      'src/container.ts': `import { container } from 'tsyringe'
        container.register('orders', { useValue: { list: () => [] } })`,
      'src/setup.ts': "import './container.js'",
      'src/server.ts': "import './setup.js'\nimport { app } from './app.js'\napp.listen(3000)",
    }
    expect(entryOf({ ...files, 'src/app.ts': app('') })).toMatchObject({ how: 'listens', file: 'src/server.ts' })
    expect(entryOf({ ...files, 'src/app.ts': app("import './setup.js'\n") })).toMatchObject({
      how: 'exported',
      file: 'src/app.ts',
    })
  })

  it('is the file that starts it, when the user names that one', () => {
    const files = {
      'src/app.ts': `${IMPORT}\nexport const app = express()\n${ROUTE}`,
      'src/server.ts': "import { app } from './app.js'\napp.listen(3000)",
    }
    expect(entryOf(files)).toMatchObject({ how: 'exported', file: 'src/app.ts' })
    const named = (file: string): unknown =>
      withProject(files, {}, (root) => scanProject(root, { app: file }).codebase.apps[0])
    expect(named('src/server.ts')).toMatchObject({ how: 'listens', file: 'src/server.ts' })
    expect(named('src/app.ts')).toMatchObject({ how: 'exported', file: 'src/app.ts' })
  })

  it('is a factory with exports of the project for what it needs', () => {
    const db = { name: 'db', from: { file: 'src/database/index.ts', exportName: 'db' } }
    const logger = { name: 'logger', from: { file: 'src/logger.ts', exportName: 'logger' } }
    const make = (parameter: string): Record<string, string> => ({
      ...SERVICES,
      'src/app.ts': `${IMPORT}
        interface Services { db: object; logger: object; clock?: object }
        export function createApp(${parameter}) { const app = express(); ${ROUTE}; return app }`,
    })
    const factory = { how: 'factory', file: 'src/app.ts', exportName: 'createApp' }
    const both = [{ kind: 'fields', needs: [db, logger] }]
    expect(entryOf(make('db, logger, port = 3000'))).toEqual({
      ...factory,
      parameters: [
        { kind: 'value', need: db },
        { kind: 'value', need: logger },
      ],
    })
    expect(entryOf(make('{ db, logger: log, clock = Date }'))).toEqual({ ...factory, parameters: both })
    expect(entryOf(make('services: Services'))).toEqual({ ...factory, parameters: both })
    expect(entryOf(make('mailer: object'))).toEqual({
      ...factory,
      parameters: [{ kind: 'value', need: { name: 'mailer', from: null } }],
    })
  })

  it('is the file that calls such a factory, where there is one', () => {
    const files = {
      'src/app.ts': `${IMPORT}\nexport function createApp(db) { const app = express(); ${ROUTE}; return app }`,
      'src/index.ts': "import { createApp } from './app.js'\ncreateApp({}).listen(3000)",
    }
    expect(entryOf(files)).toEqual({ how: 'listens', file: 'src/index.ts', exportName: null })
  })

  it.each([
    ['app = express()', 'app'],
    ['private app = express()\n getServer() { return this.app }', 'getServer()'],
    ['#app = express()\n get server() { return this.#app }', 'server'],
  ])('is what a class or its instance has: %s', (members, property) => {
    const of = members.startsWith('#') ? 'this.#app' : 'this.app'
    const body = `class App { ${members}\n constructor() { const app = ${of}; ${ROUTE} } }`
    const files = (last: string): Record<string, string> => ({ 'src/app.ts': `${IMPORT}\n${last}` })
    const expected = { file: 'src/app.ts', exportName: 'default', property }
    expect(entryOf(files(`export default ${body}`))).toEqual({ ...expected, how: 'class' })
    expect(entryOf(files(`${body}\nexport default new App()`))).toEqual({ ...expected, how: 'instance' })
  })

  it('is what a CommonJS file exports, also when that file can listen', () => {
    const code = `const express = require('express')\nconst app = express()\n${ROUTE}\nif (require.main === module) app.listen(1)`
    const exported = { how: 'exported', file: 'src/app.js' }
    expect(entryOf({ 'src/app.js': `${code}\nmodule.exports = app` })).toEqual({ ...exported, exportName: 'default' })
    expect(entryOf({ 'src/app.js': `${code}\nmodule.exports = { app }` })).toEqual({ ...exported, exportName: 'app' })
    expect(
      entryOf({ 'src/app.cts': `import express = require('express')\nconst app = express()\n${ROUTE}\nexport = app` }),
    ).toEqual({
      how: 'exported',
      file: 'src/app.cts',
      exportName: 'default',
    })
  })
})
