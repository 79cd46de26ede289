import { describe, expect, it } from 'vitest'
import { bodyFor, readRoute, routesOf, scanFiles } from '../support/scan-source.ts'

const OK = '(req, res) => res.json({})'
const commonJs = (name: string): string =>
  `const router = require('express').Router()\nrouter.get('/${name}', ${OK})\nmodule.exports = router`
const module = (name: string): string =>
  `import { Router } from 'express'\nconst router = Router()\nrouter.get('/${name}', ${OK})\nexport default router`

const inJs = (loading: string): Record<string, string> => ({
  'app.js': `const express = require('express')\nconst fs = require('fs')\nconst path = require('path')\nconst app = express()\n${loading}\nmodule.exports = app`,
  'routes/orders.js': commonJs('orders'),
  'routes/users.js': commonJs('users'),
  'routes/readme.md': 'no code',
})
const inTs = (loading: string): Record<string, string> => ({
  'src/app.ts': `import express from 'express'\nimport fs, { readdirSync } from 'node:fs'\nimport path from 'node:path'\nimport { fileURLToPath, pathToFileURL } from 'node:url'\nexport const app = express()\n${loading}`,
  'src/routes/orders.ts': module('orders'),
  'src/routes/users.ts': module('users'),
})

describe('files that are found and loaded', () => {
  it.each([
    [
      'readdirSync and require',
      `fs.readdirSync(__dirname + '/routes').filter((f) => f.endsWith('.js')).forEach((f) => app.use(require('./routes/' + f)))`,
    ],
    [
      'path.join and a template',
      `const dir = path.join(__dirname, 'routes')
       for (const file of fs.readdirSync(dir)) { if (path.extname(file) !== '.js') continue; app.use(require(path.join(dir, file))) }`,
    ],
    [
      'a regular expression',
      `fs.readdirSync(path.resolve(__dirname, './routes')).forEach((f) => { if (/\\.js$/.test(f)) app.use(require('./routes/' + f.replace(/\\.js$/, ''))) })`,
    ],
    [
      'a callback',
      `fs.readdir(__dirname + '/routes', (error, files) => { if (error) throw error; for (const f of files) if (f.match(/js$/)) app.use(require('./routes/' + f)) })`,
    ],
    [
      'entries with their kinds',
      `fs.readdirSync('routes', { withFileTypes: true }).forEach((e) => { if (e.isFile() && e.name.endsWith('.js')) app.use(require(path.join(e.parentPath, e.name))) })`,
    ],
    ['glob', `require('glob').sync('./routes/**/*.js').forEach((f) => app.use(require(path.resolve(f))))`],
    [
      'a glob below __dirname',
      `require('fast-glob').sync([__dirname + '/routes/*.{js,cjs}', '!**/*.test.js']).forEach((f) => app.use(require(f)))`,
    ],
    ['names in a list', `for (const name of ['orders', 'users']) app.use(require(\`./routes/\${name}\`))`],
  ])('are read in CommonJS through %s', (_, loading) => {
    expect(routesOf(inJs(loading))).toEqual(['GET /orders', 'GET /users'])
  })

  it.each([
    [
      'import.meta.dirname',
      `for (const f of readdirSync(path.join(import.meta.dirname, 'routes'))) app.use((await import('./routes/' + f)).default)`,
    ],
    [
      'fileURLToPath',
      `const here = path.dirname(fileURLToPath(import.meta.url))
       for (const f of fs.readdirSync(path.join(here, 'routes'))) { const m = await import(pathToFileURL(path.join(here, 'routes', f)).href); app.use(m.default) }`,
    ],
    [
      'a URL',
      `const dir = new URL('./routes/', import.meta.url)
       for (const f of await fs.promises.readdir(dir)) { const { default: router } = await import(new URL(f, dir)); app.use(router) }`,
    ],
    [
      'names as the compiler makes them',
      `for (const f of readdirSync(path.join(import.meta.dirname, 'routes')).filter((f) => f.endsWith('.js'))) app.use((await import('./routes/' + f)).default)`,
    ],
    [
      'path.parse',
      `for (const f of readdirSync(path.join(process.cwd(), 'src/routes'))) app.use((await import(\`./routes/\${path.parse(f).name}.js\`)).default)`,
    ],
  ])('are read in ESM through %s', (_, loading) => {
    expect(routesOf(inTs(loading))).toEqual(['GET /orders', 'GET /users'])
  })

  it('are read from folders in folders', () => {
    const files = {
      'app.js': `const express = require('express')\nconst fs = require('fs')\nconst path = require('path')\nconst app = express()
        const load = (dir) => fs.readdirSync(dir).forEach((name) => {
          const full = path.join(dir, name)
          if (fs.statSync(full).isDirectory()) return load(full)
          app.use('/' + path.relative(path.join(__dirname, 'api'), dir), require(full))
        })
        load(path.join(__dirname, 'api'))
        module.exports = app`,
      'api/v1/a.js': commonJs('a'),
      'api/v2/b.js': commonJs('b'),
    }
    expect(routesOf(files)).toEqual(['GET /v1/a', 'GET /v2/b'])
  })

  it('leave out the index that loads its neighbours', () => {
    const files = {
      'app.js': `const express = require('express')\nconst app = express()\napp.use(require('./routes'))\nmodule.exports = app`,
      'routes/index.js': `const fs = require('fs')\nconst path = require('path')\nconst router = require('express').Router()
        const basename = path.basename(__filename)
        fs.readdirSync(__dirname).filter((f) => f.indexOf('.') !== 0 && f !== basename && f.slice(-3) === '.js').forEach((f) => router.use('/' + f.split('.')[0], require(path.join(__dirname, f))))
        module.exports = router`,
      'routes/orders.js': commonJs('list'),
    }
    expect(routesOf(files)).toEqual(['GET /orders/list'])
  })

  it('are said to be unknown when only a run knows the folder or the name', () => {
    const files = inJs(
      `app.get('/known', ${OK})\nfs.readdirSync(process.env.DIR).forEach((f) => app.use(require(f)))\nfs.readdirSync('./gone').forEach((f) => app.use(require(f)))`,
    )
    const { routes, unresolved } = scanFiles(files)
    expect(routes.map(({ path }) => path)).toEqual(['/known'])
    expect(unresolved.map(({ at }) => at.line)).toEqual(expect.arrayContaining([6, 7]))
  })
})

describe('paths of this machine', () => {
  it('are no values of an answer', () => {
    const files = {
      'src/app.ts': `import express from 'express'\nimport path from 'node:path'\nconst views = path.join(__dirname, 'views')\nexport const app = express()
        app.get('/a', (req, res) => res.json({ views, url: import.meta.url, cwd: process.cwd(), name: path.basename(__filename) }))`,
    }
    const body = bodyFor(readRoute(files, 'GET /a'), 200)
    expect(body).toBe(
      '{views: path of the project(), url: path of the project(), cwd: path of the project(), name: "app.ts"}',
    )
  })

  it('are no paths of routes', () => {
    const { routes, unresolved } = scanFiles({
      'src/app.ts': `import express from 'express'\nexport const app = express()\napp.get('/a', ${OK})\napp.get(__dirname, ${OK})`,
    })
    expect(routes.map(({ path }) => path)).toEqual(['/a'])
    expect(unresolved).toMatchObject([{ at: { line: 4 } }])
  })
})
