import { describe, expect, it } from 'vitest'
import { appWith, DATABASE, outline, readRoute, SCHEMA, scanFiles } from '../support/scan-source.ts'

const READS = ['select orders > 200', 'select orders fails > 500']

/** GET /orders of an app that an exported factory makes from what it is given. */
function factory(parameters: string, list: string, more = ''): Record<string, string> {
  return {
    'src/schema.ts': SCHEMA,
    'src/db.ts': `${DATABASE}\nexport type Database = typeof db`,
    'src/repository.ts': `
      import { db } from './db.js'
      import { orders } from './schema.js'
      export interface Orders { list(): Promise<unknown[]> }
      export class DrizzleOrders implements Orders { async list() { return db.select().from(orders) } }`,
    'src/app.ts': `
      import express from 'express'
      import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
      import { orders } from './schema.js'
      import type { Database } from './db.js'
      import type { DrizzleOrders, Orders } from './repository.js'
      ${more}
      export function createApp(${parameters}) {
        const app = express()
        app.get('/orders', async (req, res) => { res.json(await ${list}) })
        return app
      }`,
  }
}

describe('a receiver that only its type tells', () => {
  it('is an instance of the class', () => {
    const files = factory('repository: DrizzleOrders', 'repository.list()')
    expect(outline(readRoute(files, 'GET /orders'))).toEqual(READS)
  })

  it('is the only class that implements the interface, and that is on record', () => {
    const files = factory('{ repository }: { repository: Orders }', 'repository.list()')
    expect(outline(readRoute(files, 'GET /orders'))).toEqual(READS)
    expect(scanFiles(files).unresolved.map(({ what, at }) => [what, at.file])).toContainEqual([
      'taken as DrizzleOrders by its type',
      'src/app.ts',
    ])
  })

  it('stays unknown when two classes implement the interface', () => {
    const files = factory('repository: Orders', 'repository.list()')
    const other =
      "import type { Orders } from './repository.js'\nexport class Fake implements Orders { async list() { return [] } }"
    expect(outline(readRoute({ ...files, 'src/fake.ts': other }, 'GET /orders'))).toEqual(['200'])
  })

  it.each([
    ['a type of the driver', 'db: NodePgDatabase'],
    ['an alias of typeof db', '{ db }: { db: Database }'],
    ['an interface of parts', '{ db }: Parts', 'interface Parts { db: Database; port: number }'],
  ])('is a database: %s', (_name, parameters, more = '') => {
    const files = factory(parameters, 'db.select().from(orders)', more)
    expect(outline(readRoute(files, 'GET /orders'))).toEqual(READS)
  })

  it('is not made up for data: a class without methods', () => {
    const files = factory('settings: Settings', 'settings.title', 'class Settings { title = "none" }')
    expect(scanFiles(files).unresolved.map(({ what }) => what)).not.toContain('taken as Settings by its type')
  })

  it('comes from app.set, app.locals, or the type that the code gives it', () => {
    const read = (handler: string, before = ''): string[] =>
      outline(readRoute(appWith(`${before}\napp.get('/orders', async (req, res) => { ${handler} })`), 'GET /orders'))
    expect(read("res.json(await req.app.get('db').select().from(orders))", "app.set('db', db)")).toEqual(READS)
    expect(read('res.json(await req.app.locals.db.select().from(orders))', 'app.locals.db = db')).toEqual(READS)
    expect(read("const it = req.app.get('unseen') as typeof db\nres.json(await it.select().from(orders))")).toEqual(
      READS,
    )
  })
})
