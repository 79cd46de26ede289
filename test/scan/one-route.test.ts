import { appendFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCodebase } from '../../bench/scan/synthetic-codebase.mjs'
import { scanProject } from '../../src/scan/scan.ts'
import { scanRoute } from '../../src/scan/scan-route.ts'
import { dossierOf } from '../support/scan-source.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'itest-large-'))
  writeCodebase(root, 500)
  symlinkSync(path.resolve('node_modules'), path.join(root, 'node_modules'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('one route of a large app', () => {
  const wanted = { method: 'POST', path: '/api/v1/m7/things1/:id' }

  it('is read without the routers that are mounted elsewhere, and with the same result', () => {
    const [whole, part] = [scanProject(root), scanProject(root, { wanted })]
    expect([whole, part].map(({ isPartial, codebase }) => [isPartial, codebase.routes.length])).toEqual([
      [false, 500],
      [true, 20],
    ])
    const name = `${wanted.method} ${wanted.path}`
    expect(dossierOf(part, name)).toEqual(dossierOf(whole, name))
  })

  it.each([
    ['its own tables', '', 'r.get("/x", async (req, res) => { res.json(await db.select().from(things7)) })'],
    [
      'a table that SQL names',
      '',
      'r.get("/x", async (req, res) => { res.json((await db.execute(sql`select * from things_9`)).rows) })',
    ],
    [
      'a relation',
      'export const thingsRelations = relations(things7, ({ many }) => ({ notes: many(notes3) }))',
      'r.get("/x", async (req, res) => { res.json(await db.query.things7.findMany({ with: { notes: true } })) })',
    ],
    [
      'a table whose name another has, too',
      'export const twin = pgTable("things_2", { id: integer("id") })',
      'r.get("/x", async (req, res) => { res.json(await db.select().from(twin)) })',
    ],
  ])('knows %s as the whole scan does', (_, table, route) => {
    const small = mkdtempSync(path.join(tmpdir(), 'itest-large-'))
    try {
      writeCodebase(small, 440)
      const folder = path.join(small, 'src/modules/m7')
      appendFileSync(
        path.join(small, 'src/modules/m3/schema.ts'),
        `\nimport { relations } from 'drizzle-orm'\nimport { things7 } from '../m7/schema.js'\n${table}\n`,
      )
      appendFileSync(
        path.join(folder, 'index.ts'),
        `\nimport { sql } from 'drizzle-orm'\nimport { db } from '../../db/index.js'\nimport { things7 } from './schema.js'\nimport { twin } from '../m3/schema.js'\nconst r: Router = router\n${route}\n`,
      )
      const name = { method: 'GET', path: '/api/v1/m7/x' }
      const [whole, part] = [scanProject(small), scanProject(small, { wanted: name })]
      expect([whole, part].map(({ isPartial }) => isPartial)).toEqual([false, true])
      const [expected, found] = [whole, part].map((scan) => dossierOf(scan, 'GET /api/v1/m7/x'))
      expect(expected?.tables).not.toEqual([])
      expect(found).toEqual(expected)
    } finally {
      rmSync(small, { recursive: true })
    }
  })

  it('says which variables other routers may read when the app starts', () => {
    const small = mkdtempSync(path.join(tmpdir(), 'itest-large-'))
    try {
      writeCodebase(small, 440)
      const module = (text: string) => appendFileSync(path.join(small, 'src/modules/m3/index.ts'), text)
      module(`\nimport { Mailer } from './mailer.js'\nexport const mailer = new Mailer()\n`)
      appendFileSync(
        path.join(small, 'src/modules/m3/mailer.ts'),
        `export class Mailer {
          constructor() { if (!process.env.MAIL_HOST) throw new Error('MAIL_HOST') }
        }`,
      )
      const name = 'POST /api/v1/m7/things1/:id'
      const [whole, part] = [scanProject(small), scanProject(small, { wanted })]
      expect(whole.codebase.boot.environment.map((one) => one.name)).toContain('MAIL_HOST')
      const unknown = dossierOf(part, name).unresolved.filter(({ what }) => what.includes('MAIL_HOST'))
      const isRead = part.codebase.boot.environment.some((one) => one.name === 'MAIL_HOST')
      expect([isRead, unknown.map(({ what }) => what)]).toEqual([
        false,
        ['whether the app reads MAIL_HOST when it starts is not known: of the other routers nothing was followed'],
      ])
      expect(dossierOf(whole, name).unresolved.filter(({ what }) => what.includes('MAIL_HOST'))).toEqual([])
    } finally {
      rmSync(small, { recursive: true })
    }
  })

  it('has its own tables confirmed, and runs no other schema', async () => {
    const { value } = await scanRoute(root, { ...wanted, whole: false }, { app: null })
    expect(value.dossier.confirmation.map(({ table, confirmed }) => [table, confirmed])).toEqual(
      value.dossier.tables.map(({ name }) => [name, 'yes']),
    )
    expect(value.dossier.tables.length).toBeGreaterThan(0)
  })

  it('is looked for everywhere when it is not where its path says', async () => {
    const misspelt = { method: 'POST', path: '/api/v1/m7/thing1/:id', whole: false }
    await expect(scanRoute(root, misspelt, { app: null })).rejects.toThrow('no route POST /api/v1/m7/thing1/:id')
    await expect(scanRoute(root, misspelt, { app: null })).rejects.toMatchObject({
      hint: expect.stringContaining('`itest routes` lists all 500'),
    })
  })
})
