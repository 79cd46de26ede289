import { describe, expect, it } from 'vitest'
import { eventOf, readRoute, routesOf, type SourceOptions, scanFiles, show } from '../support/scan-source.ts'

const app = (routes: string, imports = ''): string =>
  `import express, { Router } from 'express'\n${imports}\nexport const app = express()\n${routes}`
const HANDLER = "(req, res) => res.json({ from: 'here' })"

/** The first response's body of GET /a. */
function bodyOf(files: Record<string, string>, options: SourceOptions = {}): string {
  return show(eventOf(readRoute(files, 'GET /a', options), 'respond').body)
}

describe('modules', () => {
  it('calls a method of a class singleton', () => {
    const files = {
      'src/app.ts': app("app.get('/a', controller.list)", "import controller from './controller.js'"),
      'src/controller.ts': `class Controller { list(req, res) { res.json({ from: 'singleton' }) } }
        const controller = new Controller()
        export default controller`,
    }
    expect(bodyOf(files)).toBe('{from: "singleton"}')
  })

  it('calls a static method', () => {
    const files = {
      'src/app.ts': app("app.get('/a', Controller.list)", "import { Controller } from './controller.js'"),
      'src/controller.ts': `export class Controller { static list(req, res) { res.json({ from: Controller.label }) } static label = 'static' }`,
    }
    expect(bodyOf(files)).toBe('{from: "static"}')
  })

  it('keeps this for an arrow property and for bind', () => {
    const files = {
      'src/app.ts':
        app(`class C { constructor(private label) {} one = (req, res) => res.json({ from: this.label }); two(req, res) { res.json({ from: this.label + '!' }) } }
        const c = new C('x'); app.get('/a', c.one); app.get('/b', c.two.bind(c))`),
    }
    expect(bodyOf(files)).toBe('{from: "x"}')
  })

  it('injects a service through a constructor', () => {
    const files = {
      'src/app.ts': app(
        "app.get('/a', (req, res) => new Controller(new Service()).get(req, res))\nclass Service { read() { return 'service' } }\nclass Controller { constructor(private readonly service) {} get(req, res) { res.json({ from: this.service.read() }) } }",
      ),
    }
    expect(bodyOf(files)).toBe('{from: "service"}')
  })

  it('inherits a method and calls super', () => {
    const files = {
      'src/app.ts': app(`
        class Base { label() { return 'base' } }
        class Derived extends Base { label() { return super.label() + '+derived' } }
        const derived = new Derived()
        app.get('/a', (req, res) => res.json({ from: derived.label() }))`),
    }
    expect(bodyOf(files)).toBe('{from: "base+derived"}')
  })

  it('reads a getter and a static block-free private field', () => {
    const files = {
      'src/app.ts': app(`class C { #label = 'private'; get label() { return this.#label } }
        const c = new C(); app.get('/a', (req, res) => res.json({ from: c.label }))`),
    }
    expect(bodyOf(files)).toBe('{from: "private"}')
  })

  it('runs an assignment through a setter', () => {
    const files = {
      'src/app.ts': app(`class C { kept = ''; set label(value) { this.kept = value + '!' } }
        const c = new C(); c.label = 'set'; app.get('/a', (req, res) => res.json({ from: c.kept }))`),
    }
    expect(bodyOf(files)).toBe('{from: "set!"}')
  })

  it('calls a member of an object of handlers', () => {
    const files = {
      'src/app.ts': app("app.get('/a', controller.list)", "import { controller } from './controller.js'"),
      'src/controller.ts': `export const controller = { list(req, res) { res.json({ from: 'object' }) } }`,
    }
    expect(bodyOf(files)).toBe('{from: "object"}')
  })

  it('reads import * as', () => {
    const files = {
      'src/app.ts': app("app.get('/a', Controller.list)", "import * as Controller from './controller.js'"),
      'src/controller.ts': `export const list = (req, res) => res.json({ from: 'namespace' })`,
    }
    expect(bodyOf(files)).toBe('{from: "namespace"}')
  })

  it('reads through barrels, renamed', () => {
    const files = {
      'src/app.ts': app(
        "app.get('/a', listAll)\napp.get('/b', things.list)",
        "import { listAll, things } from './barrel/index.js'",
      ),
      'src/barrel/index.ts': "export * from './middle.js'\nexport * as things from './controller.js'",
      'src/barrel/middle.ts': "export { list as listAll } from './controller.js'",
      'src/barrel/controller.ts': `export const list = (req, res) => res.json({ from: 'barrel' })`,
    }
    expect(bodyOf(files)).toBe('{from: "barrel"}')
    expect(routesOf(files)).toEqual(['GET /a', 'GET /b'])
  })

  it('finds names that a barrel passes on through two stars', () => {
    const files = {
      'src/app.ts': app(
        "for (const [name, handler] of Object.entries(all)) app.get('/' + name, handler)",
        "import * as all from './one.js'",
      ),
      'src/one.ts': "export * from './two.js'",
      'src/two.ts': "export * from './three.js'",
      'src/three.ts': `export const a = ${HANDLER}`,
    }
    expect(routesOf(files)).toEqual(['GET /a'])
  })

  it.each([
    ['an expression', `export default ${HANDLER}`],
    ['a named function', `export default function list(req, res) { res.json({ from: 'here' }) }`],
    ['an anonymous function', `export default function (req, res) { res.json({ from: 'here' }) }`],
    ['a constant', `const list = ${HANDLER}\nexport default list`],
    ['a clause', `const list = ${HANDLER}\nexport { list as default }`],
  ])('reads a default export that is %s', (_, text) => {
    const files = { 'src/app.ts': app("app.get('/a', list)", "import list from './list.js'"), 'src/list.ts': text }
    expect(bodyOf(files)).toBe('{from: "here"}')
  })

  it('reads a default export that is an anonymous class', () => {
    const files = {
      'src/app.ts': app("app.get('/a', new Thing().list)", "import Thing from './thing.js'"),
      'src/thing.ts': `export default class { list = ${HANDLER} }`,
    }
    expect(bodyOf(files)).toBe('{from: "here"}')
  })

  it.each([
    ['module.exports = {}', `module.exports = { list: ${HANDLER} }`],
    ['exports.name', `exports.list = ${HANDLER}`],
    ['module.exports.name', `module.exports.list = ${HANDLER}`],
  ])('reads CommonJS %s', (_, text) => {
    const files = {
      'app.js': `const express = require('express')\nconst { list } = require('./list')\nconst app = express()\napp.get('/a', list)\nmodule.exports = app`,
      'list.js': text,
    }
    expect(bodyOf(files, { compilerOptions: { module: 'commonjs', moduleResolution: 'node10', allowJs: true } })).toBe(
      '{from: "here"}',
    )
  })

  it('reads CommonJS router files and express.Router', () => {
    const files = {
      'app.js': `const express = require('express')\nconst app = express()\napp.use('/x', require('./router'))\nmodule.exports = app`,
      'router.js': `const router = require('express').Router()\nrouter.get('/a', ${HANDLER})\nmodule.exports = router`,
    }
    const options = { compilerOptions: { module: 'commonjs', moduleResolution: 'node10', allowJs: true } }
    expect(routesOf(files, options)).toEqual(['GET /x/a'])
    expect(scanFiles(files, options).routes[0]?.handler.file).toBe('router.js')
  })

  it('reads import = require and export =', () => {
    const files = {
      'src/app.ts': `import express = require('express')\nimport list = require('./list')\nconst app = express()\napp.get('/a', list)\nexport = app`,
      'src/list.ts': `const list = ${HANDLER}\nexport = list`,
    }
    expect(bodyOf(files, { compilerOptions: { module: 'commonjs', moduleResolution: 'node10' } })).toBe(
      '{from: "here"}',
    )
  })

  it('reports a require of a computed path', () => {
    const files = {
      'app.js': `const express = require('express')\nconst app = express()\napp.get('/a', ${HANDLER})\nfor (const name of process.env.NAMES.split(',')) app.use(require('./' + name))\nmodule.exports = app`,
    }
    expect(
      scanFiles(files, {
        compilerOptions: { module: 'commonjs', moduleResolution: 'node10', allowJs: true },
      }).unresolved.map((record) => record.what),
    ).toContain('require of a computed path')
  })

  it.each([
    ['with baseUrl', { baseUrl: '.', paths: { '@/*': ['src/*'] } }],
    ['without baseUrl', { paths: { '@/*': ['./src/*'] } }],
  ])('resolves tsconfig paths %s', (_, compilerOptions) => {
    const files = {
      'src/app.ts': app("app.get('/a', list)", "import { list } from '@/handlers/list'"),
      'src/handlers/list.ts': `export const list = ${HANDLER}`,
    }
    expect(
      bodyOf(files, { compilerOptions: { module: 'esnext', moduleResolution: 'bundler', ...compilerOptions } }),
    ).toBe('{from: "here"}')
  })

  it('resolves paths that an extended tsconfig holds', () => {
    const files = {
      'tsconfig.base.json': JSON.stringify({
        compilerOptions: { module: 'esnext', moduleResolution: 'bundler', paths: { '~/*': ['./src/*'] } },
      }),
      'tsconfig.json': JSON.stringify({ extends: './tsconfig.base.json' }),
      'src/app.ts': app("app.get('/a', list)", "import { list } from '~/list'"),
      'src/list.ts': `export const list = ${HANDLER}`,
    }
    expect(bodyOf(files)).toBe('{from: "here"}')
  })

  it('resolves the imports map of package.json', () => {
    const files = {
      'src/app.ts': app("app.get('/a', list)", "import { list } from '#handlers/list.js'"),
      'src/handlers/list.ts': `export const list = ${HANDLER}`,
    }
    expect(bodyOf(files, { packageJson: { type: 'module', imports: { '#handlers/*': './src/handlers/*' } } })).toBe(
      '{from: "here"}',
    )
  })

  it('reads an enum, a const enum-like object and a namespace import of them', () => {
    const files = {
      'src/app.ts': app(
        "app.get('/a', (req, res) => res.json({ from: Kind.Second, code: CODE.ok }))",
        "import { Kind, CODE } from './kinds.js'",
      ),
      'src/kinds.ts': "export enum Kind { First = 'first', Second = 'second' }\nexport const CODE = { ok: 7 } as const",
    }
    expect(bodyOf(files)).toBe('{from: "second", code: 7}')
  })

  it('awaits a dynamic import', () => {
    const files = {
      'src/app.ts': app(
        "app.get('/a', async (req, res) => { const { list } = await import('./list.js'); list(req, res) })",
      ),
      'src/list.ts': `export const list = ${HANDLER}`,
    }
    expect(bodyOf(files)).toBe('{from: "here"}')
  })

  it('survives modules that import each other', () => {
    const files = {
      'src/app.ts': app("app.get('/a', one)", "import { one } from './one.js'"),
      'src/one.ts':
        "import { two } from './two.js'\nexport const label = 'cyclic'\nexport function one(req, res) { res.json({ from: two() }) }",
      'src/two.ts': "import { label } from './one.js'\nexport const two = () => label",
    }
    expect(bodyOf(files)).toBe('{from: "cyclic"}')
  })

  it('survives barrels that pass each other on', () => {
    const files = {
      'src/app.ts': app(
        "app.get('/a', list)\napp.get('/b', (req, res) => res.json({ missing: nothing }))",
        "import { list, nothing } from './one.js'",
      ),
      'src/one.ts': `export * from './two.js'\nexport const list = ${HANDLER}`,
      'src/two.ts': "export * from './one.js'",
    }
    expect(bodyOf(files)).toBe('{from: "here"}')
  })

  it('reports an import that has no file', () => {
    const files = {
      'src/app.ts': app(
        "app.get('/a', gone)\napp.get('/b', (req, res) => res.json({}))",
        "import { gone } from './gone.js'",
      ),
    }
    expect(scanFiles(files).unresolved).toMatchObject([
      { what: "no file for the import './gone.js'", at: { file: 'src/app.ts', line: 2 } },
    ])
  })

  it('leaves out what follows a file that can not be required, where that is caught', () => {
    const files = {
      'src/app.ts': app(
        `try {
          app.use('/admin', require('./admin.js'))
          app.use('/gone', require('./gone.js'))
          app.get('/after', (req, res) => res.json({}))
        } catch (error) { app.get('/instead', (req, res) => res.json({ code: error.code })) }
        app.use('/other', require('./other.js'))
        app.get('/last', (req, res) => res.json({}))`,
      ),
      'src/admin.js': "module.exports = require('express').Router().get('/users', (req, res) => res.json([]))",
    }
    const { routes, unresolved } = scanFiles(files)
    expect(routes.map(({ path }) => path)).toEqual(['/admin/users', '/instead', '/last'])
    expect(unresolved.map(({ what }) => what)).toContain("no file for the import './gone.js'")
  })

  it('reports an import of a name that the file does not export', () => {
    const files = {
      'src/app.ts': app("app.get('/a', gone)", "import { gone } from './list.js'"),
      'src/list.ts': 'export const other = 1',
    }
    expect(scanFiles(files).unresolved.map((record) => record.what)).toContain("'./list.js' does not export gone")
  })
})
