import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanProject } from '../../src/scan/scan.ts'
import type { Codebase } from '../../src/scan/types.ts'
import { routesOf, type SourceOptions, scanFiles, withProject } from '../support/scan-source.ts'

const OK = '(req, res) => res.json({})'
const app = (body = '', imports = ''): string =>
  `import express, { Router } from 'express'\n${imports}\nexport const app = express()\napp.get('/a', ${OK})\n${body}`
const ROUTER = `import { Router } from 'express'\nconst router = Router()\nrouter.get('/b', ${OK})\nexport default router`
const MOUNTED = app('app.use(router)', "import router from './b.js'")

const saidOf = ({ unresolved }: Codebase): string[] => unresolved.map(({ at, what }) => `${at.file}:${at.line} ${what}`)
const pathsOf = ({ routes }: Codebase): string[] => routes.map((route) => route.path)

describe('broken syntax', () => {
  it.each([
    ['that is imported', MOUNTED, { 'src/b.ts': `${ROUTER}\nconst = 1` }, ['/a', '/b'], 'src/b.ts:5 syntax error: '],
    ['that nobody imports', app(), { 'src/c.ts': 'function (' }, ['/a'], 'src/c.ts:1 syntax error: '],
    [
      'in the app itself',
      app('const = 1\napp.get("/z", (req, res) => {})'),
      {},
      ['/a', '/z'],
      'src/app.ts:5 syntax error: ',
    ],
    [
      'in a JSON file',
      app('app.get(settings.path)', "import settings from './s.json'"),
      { 'src/s.json': '{' },
      ['/a'],
      '',
    ],
  ])('%s is said, and the rest is read', (_, source, files, paths, said) => {
    const codebase = scanFiles({ 'src/app.ts': source, ...files })
    expect(pathsOf(codebase)).toEqual(paths)
    expect(saidOf(codebase).join('\n')).toContain(said)
  })
})

describe('settings', () => {
  it.each([
    [
      'a tsconfig with a missing base',
      { 'tsconfig.json': '{ "extends": "@acme/tsconfig/base.json" }' },
      /tsconfig.json:1 .*can not be read in full/,
    ],
    ['a broken tsconfig', { 'tsconfig.json': '{ "compilerOptions": ' }, /tsconfig.json:1 .*can not be read in full/],
    ['a tsconfig of another kind', { 'tsconfig.json': '[]' }, /^$|tsconfig/],
    ['an empty tsconfig', { 'tsconfig.json': '' }, /^$|tsconfig/],
    ['an empty jsconfig', { 'jsconfig.json': '{}' }, /^$/],
  ])('reads on with %s', (_, files, said) => {
    const codebase = scanFiles({ 'src/app.ts': MOUNTED, 'src/b.ts': ROUTER, ...files })
    expect(pathsOf(codebase)).toEqual(['/a', '/b'])
    expect(saidOf(codebase).join('\n')).toMatch(said)
  })

  it.each<[string, string]>([
    ['a byte order mark', '\uFEFF{ "dependencies": { "express": "^4.18.0" } }'],
    [
      'odd types',
      '{ "scripts": null, "dependencies": [], "devDependencies": { "express": "^4.0.0" }, "main": 7, "bin": [null], "exports": 3, "workspaces": "x", "imports": 1, "name": 5 }',
    ],
    [
      'scripts that are no text',
      '{ "scripts": { "start": null, "dev": ["node"], "x": {} }, "peerDependencies": { "express": "^4.0.0" } }',
    ],
    ['a version that is no text', '{ "dependencies": { "express": 4 } }'],
    ['aliases of odd types', '{ "_moduleAliases": { "@x": 4, "@y": null }, "dependencies": { "express": "4" } }'],
  ])('reads a package.json with %s', (_, text) => {
    expect(routesOf({ 'src/app.ts': MOUNTED, 'src/b.ts': ROUTER, 'package.json': text })).toEqual(['GET /a', 'GET /b'])
  })

  it('knows the version of Express without node_modules', () => {
    const { apps } = scanFiles({ 'src/app.ts': app() }, { express: 4 })
    expect(apps[0]?.expressMajor).toBe(4)
  })
})

describe('imports', () => {
  it('in another case are followed, and said', () => {
    const codebase = scanFiles({
      'src/app.ts': app('app.use(router)', "import router from './Users'"),
      'src/users.ts': ROUTER,
    })
    expect(pathsOf(codebase)).toEqual(['/a', '/b'])
    expect(saidOf(codebase)).toEqual([
      expect.stringMatching(/^src\/app\.ts:2 .*written in another case than users\.ts/),
    ])
  })

  it('of nothing are said', () => {
    const codebase = scanFiles({ 'src/app.ts': app('app.use(router)', "import router from './gone.js'") })
    expect(pathsOf(codebase)).toEqual(['/a'])
    expect(saidOf(codebase)).toContain("src/app.ts:2 no file for the import './gone.js'")
  })

  it('in circles are followed', () => {
    const codebase = scanFiles({
      'src/app.ts': app('app.use(one)', "import { one } from './one.js'"),
      'src/one.ts': `import { Router } from 'express'\nimport { two } from './two.js'\nexport * from './three.js'\nexport const one = Router()\none.use(two())`,
      'src/two.ts': `import { Router } from 'express'\nimport { one } from './one.js'\nexport const two = () => Router().get('/b', ${OK})\nexport const later = () => one`,
      'src/three.ts': "export * from './one.js'",
    })
    expect(pathsOf(codebase)).toEqual(['/a', '/b'])
  })
})

describe('files that are odd', () => {
  it.each([
    ['nothing in it', ''],
    ['bytes that are no text', '\u0000\u0001\uFFFD\u0000ELF\u0002'],
    ['a byte order mark and CRLF', `\uFEFFexport const x = 1\r\nexport const y = 2\r\n`],
    ['a shebang', '#!/usr/bin/env node\nexport const x = 1'],
    ['HTML-like comments', '<!-- one\nvar x = 1\n--> two'],
    ['a line of a megabyte', `export const x = '${'a'.repeat(1_000_000)}'`],
    ['a list of ten thousand', `export const x = [${'1,'.repeat(10_000)}]`],
  ])('with %s cost nothing else', (_, text) => {
    const files = { 'src/app.ts': app("app.get('/c', (req, res) => res.json(odd))", "import * as odd from './odd.js'") }
    expect(routesOf({ ...files, 'src/odd.ts': text })).toEqual(['GET /a', 'GET /c'])
  })

  it('read an app with a byte order mark, CRLF and a shebang', () => {
    const text = `#!/usr/bin/env node\r\n${app().replaceAll('\n', '\r\n')}`
    expect(routesOf({ 'src/app.ts': text })).toEqual(['GET /a'])
    expect(routesOf({ 'src/app.ts': `\uFEFF${app()}` })).toEqual(['GET /a'])
  })

  it('survive links in circles, a folder named like a file, and a link to nothing', () => {
    const codebase = withProject({ 'src/app.ts': MOUNTED, 'src/b.ts': ROUTER }, {}, (root) => {
      mkdirSync(path.join(root, 'src/x.ts'))
      symlinkSync(root, path.join(root, 'src/loop'))
      symlinkSync(path.join(root, 'nowhere.ts'), path.join(root, 'src/dangling.ts'))
      return scanProject(root).codebase
    })
    expect(pathsOf(codebase)).toEqual(['/a', '/b'])
  })

  it('that may not be read are said', ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may read everything')
    const codebase = withProject({ 'src/app.ts': MOUNTED, 'src/b.ts': ROUTER }, {}, (root) => {
      chmodSync(path.join(root, 'src/b.ts'), 0o000)
      return scanProject(root).codebase
    })
    expect(pathsOf(codebase)).toEqual(['/a'])
    expect(saidOf(codebase)).toContain('src/b.ts:1 this file can not be read')
  })
})

describe('rare syntax', () => {
  const commonJs: SourceOptions = { compilerOptions: { module: 'commonjs', allowJs: true } }

  it.each([
    [
      'declarations without values',
      "declare module 'x' { export const y: number }\ndeclare const z: number\ndeclare global { interface Window { a: 1 } }",
    ],
    ['a namespace', 'namespace N { export const path = "/n" }'],
    ['a const enum', "const enum E { A = 1, B = A << 1, C = 'x'.length }"],
    ['using', '{ using resource = { [Symbol.dispose]() {} } }'],
    ['top-level await', 'await Promise.all([import("node:fs"), Promise.resolve(1)])'],
    ['decorators', 'const d = (...x: any[]) => (t: any) => t\n@d(1) class C { @d() p = 1; @d() m(@d() x: number) {} }'],
    [
      'generators and labels',
      'function* g() { yield* [1]; } outer: for (const x of g()) { for (;;) { continue outer } }',
    ],
    [
      'accessors and private names',
      'class P { static #n = 1; accessor x = 1; static { P.#n++ } get [`k`]() { return #n in P } }',
    ],
    ['with and debugger', 'debugger\nvar o = {}; with (o) { x = 1 }'],
  ])('is passed by: %s', (_, text) => {
    expect(routesOf({ 'src/app.ts': app(`${text}\napp.get('/z', ${OK})`) })).toEqual(['GET /a', 'GET /z'])
  })

  it('reads JSX beside routes', () => {
    const files = {
      'src/app.tsx': app(
        "app.get('/page', (req, res) => res.send(render(<Page title={req.query.t}><b/></Page>)))",
        "import { Page } from './page.jsx'",
      ),
      'src/page.jsx': 'export const Page = ({ title }) => <><h1 {...title}>{title}</h1></>',
    }
    expect(routesOf(files, { compilerOptions: { jsx: 'react-jsx' } })).toEqual(['GET /a', 'GET /page'])
  })

  it.each([
    [
      'tsc',
      'Object.defineProperty(exports, "__esModule", { value: true });\nexports.router = void 0;\nconst express_1 = require("express");\nconst router = (0, express_1.Router)();\nrouter.get("/b", (req, res) => res.json({}));\nexports.router = router;\nexports.default = router;',
    ],
    [
      'a getter',
      'const router = require("express").Router();\nrouter.get("/b", (req, res) => res.json({}));\nObject.defineProperty(exports, "router", { enumerable: true, get: function () { return router } });\nexports.default = router',
    ],
    [
      'exports handed on',
      'const router = require("express").Router();\nrouter.get("/b", (req, res) => res.json({}));\nexports.default = router;\nmodule.exports = exports.default;\nmodule.exports.router = router',
    ],
  ])('reads CommonJS as made by %s', (_, text) => {
    const files = {
      'app.js': `const express = require('express')\nconst app = express()\nconst { router } = require('./b')\napp.use(router)\nmodule.exports = app`,
      'b.js': text,
    }
    expect(routesOf(files, commonJs)).toEqual(['GET /b'])
  })
})
