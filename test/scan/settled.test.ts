import { describe, expect, it } from 'vitest'
import { appWith, bodyFor, decisionsOf, outline, readHandler, readRoute } from '../support/scan-source.ts'

/** Ways without those in which something outside fails. */
const ways = (dossier: ReturnType<typeof readHandler>): string[] =>
  outline(dossier).filter((way) => !way.includes('fails'))

describe('where a request stands', () => {
  it.each([
    [
      'if (!(req.body.user && req.body.user.active)) return res.sendStatus(401)\nif (!req.body.user.active) return res.sendStatus(403)',
      ['200', '401', '401'],
    ],
    [
      'const own = req.body.user && req.body.user.active\nif (!own) return res.sendStatus(401)\nif (!req.body.user.active) return res.sendStatus(403)',
      ['200', '401'],
    ],
    [
      'const own = req.body.user && req.body.user.active\nif (!req.body.user.active) return res.sendStatus(401)\nif (!own) return res.sendStatus(403)',
      ['200', '401'],
    ],
    [
      'const free = req.body.trial || req.body.paid\nif (!free) { if (req.body.paid) return res.sendStatus(403) }',
      ['200', '200'],
    ],
  ])('takes what holds together for what holds alone: %s', (handler, expected) => {
    expect([...outline(readHandler(`${handler}\nres.json({})`))].sort()).toEqual(expected)
  })

  it('knows that a list of two has an item', () => {
    const handler = `if (req.body.ids.length < 2) return res.sendStatus(400)
      for (const id of req.body.ids) await db.insert(orders).values({ id })
      res.end()`
    expect(outline(readHandler(handler))).toEqual(['400', 'insert orders > 200', 'insert orders fails > 500'])
  })

  it('knows that rows as JSON are a text that is there', () => {
    const handler =
      'const text = JSON.stringify(await db.select().from(users))\nif (!text || !text.length) return res.end()\nres.json({ text })'
    expect(outline(readHandler(handler))).toEqual(['select users > 200', 'select users fails > 500'])
  })

  it('is the path of the route, less what it is mounted at', () => {
    const files = appWith(`
      const api = express.Router()
      api.use((req, res, next) => { if (req.path.startsWith('/auth')) return res.sendStatus(401); next() })
      api.get('/orders/:id', (req, res) => res.json({ path: req.path, base: req.baseUrl, is: req.originalUrl.startsWith('/api/orders/') }))
      app.use('/api', api)`)
    const dossier = readRoute(files, 'GET /api/orders/:id')
    expect(outline(dossier)).toEqual(['200'])
    expect(dossier.scenarios[0]?.events[0]).toMatchObject({
      body: {
        fields: {
          path: {
            kind: 'operation',
            name: 'concat',
            operands: [{ value: '/orders/' }, { kind: 'input', path: ['id'] }],
          },
          base: { kind: 'literal', value: '/api' },
          is: { kind: 'literal', value: true },
        },
      },
    })
  })

  it('decides comparisons with other paths', () => {
    const guard =
      "app.use((req, res, next) => { if (req.path === '/login' || req.originalUrl.startsWith('/public')) return next(); if (!req.headers.authorization) return res.sendStatus(401); next() })"
    expect(outline(readHandler('res.sendStatus(204)', { before: guard }))).toEqual(['204', '401'])
  })

  it('is not known of a catch-all', () => {
    const files = appWith(
      "app.get('/files/*', (req, res) => { if (req.path === '/files/a') return res.sendStatus(204); res.sendStatus(404) })",
    )
    expect(outline(readRoute(files, 'GET /files/*'))).toEqual(['204', '404'])
  })
})

describe('a part of the request without entries', () => {
  const ask = (part: string, none: string): string =>
    `if (${none}) return res.json({ first: req.${part}.id ? 'there' : 'none' })\nres.sendStatus(204)`

  it.each([
    'Object.keys(req.query).length === 0',
    '!Object.keys(req.query).length',
    '!(Object.entries(req.query).length > 0)',
  ])('%s says that no field is there', (none) => {
    const dossier = readHandler(ask('query', none))
    expect(outline(dossier).toSorted()).toEqual(['200', '204'])
    expect(bodyFor(dossier, 200)).toBe('{first: "none"}')
  })

  it('is never the parameters of a route that has some', () => {
    const files = appWith(
      `app.get('/orders/:id', (req, res) => { ${ask('params', 'Object.keys(req.params).length === 0')} })`,
    )
    expect(outline(readRoute(files, 'GET /orders/:id'))).toEqual(['204'])
  })
})

describe('what holds in every run', () => {
  it.each([
    [
      'a list of rows is there',
      'const rows = await db.select().from(orders); if (!rows) return res.sendStatus(404); res.sendStatus(204)',
      ['select orders > 204'],
    ],
    [
      'a key is not empty',
      'const [row] = await db.select().from(orders); if (!row) return res.sendStatus(404); if (!row.id) return res.sendStatus(500); res.sendStatus(204)',
      ['select orders > 204', 'select orders > 404'],
    ],
    [
      'a column that is never null',
      'const [row] = await db.select().from(orders); if (!row) return res.sendStatus(404); if (row.total === null) return res.sendStatus(500); res.sendStatus(204)',
      ['select orders > 204', 'select orders > 404'],
    ],
    [
      'a parameter is a text',
      "if (typeof req.params.id !== 'string') return res.sendStatus(400); res.sendStatus(204)",
      ['204'],
    ],
    [
      'words of a text',
      `if (!\`no \${req.body.a} found here\`.includes('found')) return res.sendStatus(400); res.sendStatus(204)`,
      ['204'],
    ],
    ['the same input twice', 'if (req.body.a !== req.body.a) return res.sendStatus(400); res.sendStatus(204)', ['204']],
    [
      'an empty schema for the query',
      'if (!z.object({}).safeParse(req.query).success) return res.sendStatus(400); res.sendStatus(204)',
      ['204'],
    ],
    [
      'what a class has',
      "class Job { run() {} }\nif (!('run' in new Job())) return res.sendStatus(500); res.sendStatus(204)",
      ['204'],
    ],
    [
      'a Map of the request',
      "const seen = new Map(); seen.set('a', 1); if (!seen.has('a') || seen.has('b')) return res.sendStatus(500); res.sendStatus(204)",
      ['204'],
    ],
  ])('%s', (_, handler, expected) => {
    expect(ways(readHandler(handler, { route: 'get /orders/:id', imports: "import { z } from 'zod'" }))).toEqual(
      expected,
    )
  })

  it.each([
    [
      'a text column may be empty',
      'const [row] = await db.select().from(orders); if (!row) return res.sendStatus(404); if (!row.status) return res.sendStatus(500); res.sendStatus(204)',
      3,
    ],
    [
      'a Map of the module has other requests',
      "if (!store.has('a')) return res.sendStatus(404); res.sendStatus(204)",
      2,
    ],
    [
      'a body may be anything',
      'if (!z.object({}).safeParse(req.body).success) return res.sendStatus(400); res.sendStatus(204)',
      2,
    ],
  ])('but %s', (_, handler, count) => {
    const extra = { before: 'const store = new Map()', imports: "import { z } from 'zod'" }
    expect(ways(readHandler(handler, extra))).toHaveLength(count)
  })

  it.each([
    ['seats.soldAt', 'select()', 'row.soldAt && row.soldAt instanceof Date', ['204', '404', '500']],
    [
      'seats.soldAt chosen',
      'select({ sold: seats.soldAt })',
      'row.sold && row.sold instanceof Date',
      ['204', '404', '500'],
    ],
    ['seats.madeAt', 'select()', 'row.madeAt instanceof Date', ['204', '404']],
    ['seats.day', 'select()', 'row.day instanceof Date', ['204', '404', '500']],
    ['a column that is not null chosen', 'select({ made: seats.madeAt })', 'row.made', ['204', '404']],
    ['a sum chosen', 'select({ made: sql`max(1)` })', 'row.made !== null', ['204', '404', '500']],
  ])('a date is one where it is there: %s', (_, select, test, expected) => {
    const handler = `const [row] = await db.${select}.from(seats); if (!row) return res.sendStatus(404); if (!(${test})) return res.sendStatus(500); res.sendStatus(204)`
    const dossier = readHandler(handler, {
      imports: "import { date, pgTable, serial, timestamp } from 'drizzle-orm/pg-core'",
      before: `const seats = pgTable('seats', {
        id: serial('id').primaryKey(), soldAt: timestamp('sold_at'), madeAt: timestamp('made_at').notNull(), day: date('day').notNull(),
      })`,
    })
    expect([...new Set(ways(dossier).map((way) => way.split(' > ').at(-1)))].sort()).toEqual(expected)
  })

  it('reading breaks no constraint', () => {
    const dossier = readHandler(
      "try { await db.select().from(orders) } catch (error) { if (error.cause?.code === '23505') return res.sendStatus(409); return res.sendStatus(503) }\nres.sendStatus(204)",
    )
    expect(outline(dossier)).toEqual(['select orders > 204', 'select orders fails > 503'])
  })
})

describe('a loop over a list that only a run knows', () => {
  it.each([
    ['for..of', 'for (const row of rows) { total += 1; count++; names.push(row.status) }'],
    ['forEach', 'rows.forEach((row) => { total += 1; count++; names.push(row.status) })'],
  ])('%s leaves sums and lists open', (_, loop) => {
    const dossier = readHandler(
      `const rows = await db.select().from(orders)\nlet total = 0; let count = 0; const names = []\n${loop}\nlet fixed = 0; for (let i = 0; i < 3; i++) fixed += i\nres.json({ total, count, names, fixed })`,
    )
    expect(bodyFor(dossier, 200)).toBe(
      '{total: after a loop(1), count: after a loop(1), names: [$1.0.status, …], fixed: 3}',
    )
  })
})

describe('a variable of a module', () => {
  const counts = (change: string) =>
    readRoute(
      appWith(
        `let served = 0\nlet limit = 5\napp.get('/counted', (req, res) => { ${change}; res.json(served > limit ? 'many' : 'few') })`,
      ),
      'GET /counted',
    ).unresolved.map(({ what, text }) => `${what}: ${text}`)

  it('that requests change is taken as it is before the first, which is said', () => {
    const said = 'requests change this variable; it is taken as it is before the first: served'
    for (const change of ['if (req.query.a) served = 1', 'if (req.query.a) served += 1', 'if (req.query.a) served++'])
      expect(counts(change)).toEqual([said])
    expect(counts('')).toEqual([])
  })

  const STORE = `
    import { drizzle } from 'drizzle-orm/node-postgres'
    let connection
    export async function connect(url) { const pool = url; connection = drizzle(pool) }
    export function getDb() { if (!connection) throw new Error('not connected'); return connection }`
  const files = appWith("app.get('/late', async (req, res) => { res.json(await getDb().select().from(orders)) })", {
    imports: "import { getDb } from './store.js'",
    files: { 'src/store.ts': STORE },
  })

  it('that a start script fills is filled, and said to be', () => {
    const dossier = readRoute(files, 'GET /late')
    expect(ways(dossier)).toEqual(['select orders > 200'])
    expect(dossier.unresolved).toMatchObject([
      { what: 'assigned before the first request as far as analysis can tell', at: { file: 'src/store.ts', line: 4 } },
    ])
  })

  it('that a function fills on its first use is filled there', () => {
    const handler = 'if (!cached) cached = await db.select().from(orders)\nres.json(cached)'
    expect(ways(readHandler(handler, { before: 'let cached' }))).toEqual(['select orders > 200'])
  })
})

describe('members of a header', () => {
  it('are those of its text, in their own case', () => {
    const dossier = readHandler(
      "if (!req.headers.Authorization.startsWith('Bearer ')) return res.sendStatus(401)\nres.sendStatus(204)",
    )
    expect(dossier.scenarios.map(decisionsOf)).toEqual([
      ['startsWith(headers.authorization, "Bearer ")'],
      ['!startsWith(headers.authorization, "Bearer ")'],
    ])
    expect(dossier.inputs.map(({ path }) => path)).toEqual([['authorization']])
  })
})

describe('a request property of the project', () => {
  it('is not there before it is written', () => {
    const guard = 'app.use((req, res, next) => { if (req.caller) return next(); req.caller = req.headers.key; next() })'
    expect(outline(readHandler('res.json(req.caller)', { before: guard }))).toEqual(['200'])
  })

  it('is not there where nothing on the way writes it', () => {
    const files = { 'src/team.ts': 'export function scope(req, res, next) { (req as any).team = { id: 1 }; next() }' }
    const dossier = readHandler('if ((req as any).team) return res.sendStatus(204)\nres.sendStatus(404)', { files })
    expect(outline(dossier)).toEqual(['404'])
  })
})

describe('a driver that answers at once', () => {
  it('throws where it is called', () => {
    const files = {
      ...appWith(
        "app.get('/rows', (req, res) => { try { res.json(db.select().from(orders).all()) } catch { res.sendStatus(503) } })",
      ),
      'src/db.ts': "import { drizzle } from 'drizzle-orm/better-sqlite3'\nexport const db = drizzle('x.db')",
    }
    const dossier = readRoute(files, 'GET /rows')
    expect(outline(dossier)).toEqual(['select orders > 200', 'select orders fails > 503'])
    expect(dossier.scenarios[0]?.events[0]).toMatchObject({ timing: 'in-order' })
  })

  it('gives what its transaction returns, and throws what that throws', () => {
    const files = {
      ...appWith(`app.post('/rows', (req, res) => {
        try {
          const row = db.transaction((tx) => tx.insert(orders).values({ id: 'a' }).returning().get())
          res.status(201).json(row.id)
        } catch { res.sendStatus(503) }
      })`),
      'src/db.ts': "import { drizzle } from 'drizzle-orm/better-sqlite3'\nexport const db = drizzle('x.db')",
    }
    expect(outline(readRoute(files, 'POST /rows'))).toEqual([
      'begin > insert orders > commit > 201',
      'begin > insert orders fails > rollback > 503',
    ])
  })
})

describe('middleware of a package', () => {
  it('is located where it is mounted', () => {
    const { route } = readHandler('res.sendStatus(204)')
    expect(route.middleware).toMatchObject([{ name: 'express.json', file: 'src/app.ts', line: 8 }])
    expect(route.line).toBe(10)
  })
})

describe('an entry that is built to another folder', () => {
  it('is found by the end of its path', () => {
    const files = {
      'src/backend/starter.ts': "import { app } from './boot/app.js'\napp.listen(1)",
      'src/backend/boot/app.ts':
        "import express from 'express'\nexport const app = express()\napp.get('/a', (req, res) => res.json({}))",
    }
    const packageJson = { scripts: { start: 'node dist/api/backend/starter.js' } }
    const dossier = readRoute(files, 'GET /a', {
      packageJson: { dependencies: { express: '5', 'drizzle-orm': '1' }, ...packageJson },
    })
    expect(dossier.boot.apps[0]?.startFile).toBe('src/backend/starter.ts')
  })
})

describe('what rows and fallbacks say of each other', () => {
  it.each([
    [
      'the first of rows that are there',
      'if (rows.length === 0) return res.sendStatus(404); const [row] = rows; if (!row) return res.sendStatus(500)',
    ],
    ['a row that was found to be there', 'if (rows.length > 0 && rows[0] === undefined) return res.sendStatus(500)'],
    ['the first of none', 'if (rows.length > 0) return res.sendStatus(204); if (rows[0]) return res.sendStatus(500)'],
    ['the type of a row', 'if (typeof rows[0] === "bigint") return res.sendStatus(500)'],
    ['a list of rows', 'if (rows === null || rows === undefined) return res.sendStatus(500)'],
    ['an owner whose member is true', 'if (req.session.userId) { if (!req.session) return res.sendStatus(500) }'],
    [
      'a fallback to nothing',
      'const row = rows[0] ?? null; if (!row) return res.sendStatus(404); if (!rows[0]) return res.sendStatus(500)',
    ],
  ])('settles %s', (_what, handler) => {
    const dossier = readHandler(`const rows = await db.select().from(orders)\n${handler}\nres.sendStatus(204)`)
    expect(ways(dossier)).not.toContain('select orders > 500')
  })

  it('reads the row behind a fallback', () => {
    const handler = 'const row = (await db.select().from(orders))[0] ?? null\nres.json({ id: row.id })'
    expect(bodyFor(readHandler(handler), 200)).toBe('{id: $1.0.id}')
  })
})

describe('a static method', () => {
  it('that no class on the way has is a TypeError to call', () => {
    const before = 'class Rules { static check() { return true } }\nclass Payments extends Rules {}'
    expect(outline(readHandler('Payments.check(); Payments.verify(req.body)\nres.json({})', { before }))).toEqual([
      'throw TypeError > 500',
    ])
  })
})
