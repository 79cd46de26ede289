import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { scanProject } from '../../src/scan/scan.ts'
import { appWith, outline, readHandler, readRoute, routesOf, scanFiles, withProject } from '../support/scan-source.ts'

const ROUTE = "app.get('/a', (req, res) => res.json({}))"

describe('input that can not be read', () => {
  const messageOf = (files: Record<string, string>, packageJson: Record<string, unknown> = {}): string => {
    try {
      scanFiles(files, { packageJson })
    } catch (error) {
      if (error instanceof UserError) return error.message.replace(/\/\S*itest-scan-\w+/, 'ROOT')
      throw error
    }
    throw new Error('nothing was thrown')
  }

  it.each([
    ['no Express', {}, { dependencies: { 'drizzle-orm': '1' } }, 'no Express in ROOT: package.json does not list it'],
    ['a broken package.json', { 'package.json': '{' }, {}, "ROOT/package.json can't be read as JSON"],
    ['no app', { 'src/index.ts': 'export const a = 1' }, {}, 'no Express app with routes found'],
    [
      'a syntax error where the app should be',
      { 'src/app.ts': "import express from 'express'\nexport const app = = express()\nconst = 1" },
      {},
      'syntax error in src/app.ts:2',
    ],
  ])('explains %s', (_, files, packageJson, message) => {
    expect(messageOf(files, packageJson)).toContain(message)
  })

  it('explains a missing package.json and tsconfig.json', () => {
    const messages = withProject(appWith(ROUTE), {}, (root) =>
      [`${root}/nowhere`, `${root}/src`].map((folder) => {
        try {
          scanProject(folder)
          return ''
        } catch (error) {
          return error instanceof UserError ? error.message.split(' in ')[0] : String(error)
        }
      }),
    )
    expect(messages).toEqual(['no package.json', 'no package.json'])
  })

  it.each([
    [
      'in the app',
      { 'src/app.ts': `import express from 'express'\nexport const app = express()\n${ROUTE}\nconst = 1` },
      'src/app.ts:4',
    ],
    [
      'behind an import',
      {
        ...appWith(`helper()\n${ROUTE}`, { imports: "import { helper } from './helper.js'" }),
        'src/helper.ts': 'export function helper() {\n  return {\n}',
      },
      'src/helper.ts:3',
    ],
    ['in a file that nobody imports', { ...appWith(ROUTE), 'src/other.ts': 'const = 1' }, 'src/other.ts:1'],
  ])('reports a syntax error %s and reads the rest', (_, files, place) => {
    const { routes, unresolved } = scanFiles(files)
    expect(routes.map((route) => route.path)).toEqual(['/a'])
    expect(unresolved.map(({ what, at }) => `${at.file}:${at.line} ${what.split(':')[0]}`)).toEqual([
      `${place} syntax error`,
    ])
  })

  it.each([
    ['is broken', '{ "compilerOptions": ', /can not be read in full/],
    [
      'extends what is not there',
      '{ "extends": "@tsconfig/node20/tsconfig.json" }',
      /can not be read in full: File '@tsconfig\/node20/,
    ],
  ])('reports a tsconfig that %s and reads the rest', (_, text, what) => {
    const { routes, unresolved } = scanFiles({ ...appWith(ROUTE), 'tsconfig.json': text })
    expect(routes.map((route) => route.path)).toEqual(['/a'])
    expect(unresolved).toMatchObject([{ what: expect.stringMatching(what), at: { file: 'tsconfig.json', line: 1 } }])
  })

  it('needs neither a tsconfig nor installed packages', () => {
    const files = {
      'package.json': '{ "dependencies": { "express": "^4.0.0" } }',
      'server.js': `const app = require('express')()\n${ROUTE}\napp.listen(1)`,
    }
    withProject(files, {}, (root) => {
      rmSync(`${root}/tsconfig.json`)
      const { codebase } = scanProject(root)
      expect(codebase.routes.map((route) => route.path)).toEqual(['/a'])
      expect(codebase.apps).toMatchObject([{ file: 'server.js', how: 'listens', expressMajor: 4 }])
    })
  })
})

describe('code without end', () => {
  it.each([
    ['a function that calls itself', 'function f() { return f() }', 'f(); res.sendStatus(204)'],
    ['a function that calls itself twice', 'function f(n) { f(n + 1); f(n + 2) }', 'f(1); res.sendStatus(204)'],
    ['functions that call each other', 'const a = () => b(); const b = () => a()', 'await a(); res.sendStatus(204)'],
    ['while (true)', '', 'while (true) {}'],
    ['for (;;)', '', 'for (;;) { await db.select().from(users) }'],
    ['a getter that reads itself', 'class C { get x() { return this.x } }', 'res.json(new C().x)'],
    ['a growing list', 'const list = [1]', 'for (const n of list) list.push(n); while (list.length) list.push(1)'],
  ])('cuts %s', (_, before, handler) => {
    expect(outline(readHandler(handler, { before })).at(0)).toMatch(/cut$/)
  })

  it.each([
    ['recursion', 'function f() { return f() }\nf()'],
    ['an endless loop', 'while (true) {}'],
    ['doubling recursion', 'function f(n) { f(n); f(n) }\nf(1)'],
    ['a throw', "throw new Error('no')"],
  ])('reads the routes around %s at the top level, and says so', (_, statement) => {
    const { routes, unresolved } = scanFiles(
      appWith(`app.get('/before', (req, res) => res.json({}))\n${statement}\n${ROUTE}`),
    )
    expect(routes.map((route) => route.path)).toEqual(['/before', '/a'])
    expect(unresolved).toHaveLength(1)
  })

  it('survives an object that holds itself', () => {
    expect(
      outline(
        readHandler('const self = {}; self.self = self; req.body.me = req.body; res.json({ self, body: req.body })'),
      ),
    ).toEqual(['200'])
  })

  it('survives a class that extends itself and a prototype chain of one', () => {
    expect(outline(readHandler('class A extends A {}\nres.json(new A())'))).toHaveLength(1)
  })

  it('survives an error handler that throws itself again', () => {
    expect(
      outline(readHandler("throw new Error('x')", { after: 'app.use((error, req, res, next) => { throw error })' })),
    ).toEqual(['throw Error > throw Error > 500'])
  })

  it('survives routers that mount each other', () => {
    const files = appWith(
      "const a = express.Router(); const b = express.Router(); a.use('/b', b); b.use('/a', a); a.get('/x', (req, res) => res.json({})); app.use(a)",
    )
    expect(routesOf(files)).toEqual(['GET /x'])
  })
})

describe('size', () => {
  it('reads a file of ten thousand lines', () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, index) => `export const value${index} = { index: ${index}, text: 'line' }`,
    )
    const files = appWith(`app.get('/a', (req, res) => res.json({ last: value9999.index }))`, {
      imports: "import { value9999 } from './values.js'",
      files: { 'src/values.ts': lines.join('\n') },
    })
    expect(outline(readRoute(files, 'GET /a'))).toEqual(['200'])
  })

  it.each([
    ['parentheses', `${'('.repeat(400)}1${')'.repeat(400)}`],
    ['additions', Array.from({ length: 5000 }, () => 'req.body.a').join(' + ')],
    ['members', `req.body${'.a'.repeat(3000)}`],
    ['calls', `${'f('.repeat(400)}1${')'.repeat(400)}`],
    ['arrays', `${'['.repeat(400)}${']'.repeat(400)}`],
    ['conditions', `${'req.body.a ? '.repeat(300)}1${' : 2'.repeat(300)}`],
    ['concatenated templates', `${`\`\${`.repeat(300)}1${'}`'.repeat(300)}`],
  ])('does not crash on deeply nested %s', (_, expression) => {
    const dossier = readHandler(`const value = ${expression}\nres.json({ value })`, { before: 'const f = (x) => x' })
    expect(dossier.scenarios.length).toBeGreaterThan(0)
  })

  it('reports a file that is nested too deeply to be parsed', () => {
    const deep = `export const deep = ${'('.repeat(20_000)}1${')'.repeat(20_000)}`
    const files = appWith(`${ROUTE}\nconsole.log(deep)`, {
      imports: "import { deep } from './deep.js'",
      files: { 'src/deep.ts': deep },
    })
    expect(scanFiles(files).unresolved[0]).toMatchObject({
      what: 'syntax error: nested too deeply to be read',
      at: { file: 'src/deep.ts' },
    })
  })

  it('looks at no more than 400 ways and says how many are left', () => {
    const dossier = readHandler(
      `${Array.from({ length: 12 }, (_, index) => `if (req.body.f${index}) req.n${index} = 1`).join('\n')}\nres.sendStatus(204)`,
    )
    expect(dossier.scenarios.length).toBeLessThanOrEqual(400)
    expect(dossier.unresolved.map((record) => record.what).join()).toMatch(
      /\d+ more ways through this route were not looked at/,
    )
  })
})
