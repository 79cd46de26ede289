import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { typeCheck } from '../../src/check/type-check.ts'
import { UserError } from '../../src/errors.ts'

const REPOSITORY = path.resolve(import.meta.dirname, '../..')

const FILES = {
  'package.json': '{ "name": "parcels", "type": "module" }',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      types: ['node'],
      noEmit: true,
      outDir: 'dist',
    },
    include: ['src'],
  }),
  'tsconfig.commonjs.json': JSON.stringify({
    compilerOptions: { module: 'commonjs', moduleResolution: 'node10', target: 'es2020', verbatimModuleSyntax: true },
    include: ['src'],
  }),
  'tsconfig.broken.json': '{ "compilerOptions": { "strict" true } }',
  'tsconfig.orphan.json': '{ "extends": "./nowhere.json" }',
  'src/globals.d.ts': 'declare const DEPOT: { readonly code: string }\n',
  'src/broken.ts': 'export const wrong: number = "not a number"\n',
  'src/schema.ts': `
    import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core'
    export const parcels = pgTable('parcels', { id: serial().primaryKey(), code: text().notNull(), grams: integer() })`,
  'src/app.ts': `
    import express from 'express'
    import { wrong } from './broken.js'
    export const app = express()
    app.get('/', (_req, res) => { res.json({ wrong }) })`,
  'src/price.cjs': 'exports.cents = (euros) => euros * 100\n',
  'lacking/itest-gen.d.ts': `
    import type { PgTable } from 'drizzle-orm/pg-core'
    import type { PgRemoteDatabase } from 'drizzle-orm/pg-proxy'
    export const db: PgRemoteDatabase<Record<string, never>>
    export const faults: { on(table: PgTable, operation: 'insert' | 'update' | 'delete'): { fail(): Promise<void> } }`,
  'lacking/express.d.ts': 'export default function express(): number',
}

let root = ''

beforeAll(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'itest-types-')))
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), text)
  }
  await symlink(path.join(REPOSITORY, 'node_modules'), path.join(root, 'node_modules'))
})

afterAll(() => rm(root, { recursive: true, force: true }))

function check(lines: string, { tsconfig = 'tsconfig.json' }: { tsconfig?: string | null } = {}) {
  const text = `import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { db, faults } from 'itest-gen-types'
import { app } from '../src/app.js'
import { parcels } from '../src/schema.js'

describe('POST /parcels', () => {
  it('[happy] stores the parcel', async () => {
    const res = await request(app).post('/parcels').send({ code: DEPOT.code })
    const [row] = await db.select().from(parcels)
    expect(res.status).toBe(201)
${lines}
  })
})
`
  return typeCheck({
    root,
    tsconfig: tsconfig === null ? null : path.join(root, tsconfig),
    file: 'tests/post-parcels.test.ts',
    text,
    fallbackPaths: {
      'itest-gen-types': [path.join(root, 'lacking/itest-gen.d.ts')],
      // The project has express: this one, which would make the app a number, must not be taken.
      express: [path.join(root, 'lacking/express.d.ts')],
    },
  })
}

describe('typeCheck', { timeout: 60_000 }, () => {
  it('finds nothing in a file that fits the project, and leaves faults of other files to the project', () => {
    expect(
      check("    expect(row).toMatchObject({ code: 'a' })\n    await faults.on(parcels, 'insert').fail()"),
    ).toEqual([])
  })

  it('knows the types of table, response and harness, and says which test is meant', () => {
    const lines = [
      "    expect(row?.weight).toBe('a')",
      '    expect(row.grams).toBe(1)',
      "    await faults.on(parcels, 'truncate').fail()",
      '    const status: string = res.status',
      '    expect(nothing).toBe(status)',
      '    await db.insert(parcels).values({ code: 7 })',
    ]
    expect(check(lines.join('\n')).map(({ kind, pathId, line, message }) => [kind, pathId, line, message])).toEqual([
      [
        'types',
        'happy',
        12,
        expect.stringMatching(/found TS2339: Property 'weight' does not exist on type '\{ id: number;/),
      ],
      ['types', 'happy', 13, expect.stringMatching(/found TS18048: 'row' is possibly 'undefined'/)],
      ['types', 'happy', 14, expect.stringMatching(/found TS2345: Argument of type '"truncate"' is not assignable/)],
      ['types', 'happy', 15, expect.stringMatching(/found TS2322: Type 'number' is not assignable to type 'string'/)],
      ['types', 'happy', 16, expect.stringMatching(/found TS2304: Cannot find name 'nothing'/)],
      [
        'types',
        'happy',
        17,
        "expected code that fits the types of the project, found TS2769: No overload matches this call. Type 'number' is not assignable to type 'string | SQL<unknown> | Placeholder<string, any>'.",
      ],
    ])
  })

  it('checks by what TypeScript sees in plain JavaScript when the project has no settings', () => {
    const lines = ["    const { cents } = await import('../src/price.cjs')", '    expect(row.grams).toBe(cents(7))']
    const last = "    await faults.on(parcels, 'truncate').fail()\n    expect(cents.gone).toBe(1)"
    const found = check(`${lines.join('\n')}\n${last}`, { tsconfig: null })
    expect(found.map(({ line, message }) => [line, message])).toEqual([
      [9, expect.stringMatching(/found TS2304: Cannot find name 'DEPOT'/)],
      [14, expect.stringMatching(/found TS2345: Argument of type '"truncate"' is not assignable/)],
      [15, expect.stringMatching(/found TS2339: Property 'gone' does not exist/)],
    ])
  })

  it('says what is wrong outside any test, and what does not parse', () => {
    expect(check('  })\n})\nimport { gone } from "./gone.js"\nvoid (async () => { { (').at(-1)).toMatchObject({
      kind: 'types',
      pathId: null,
      message: expect.stringMatching(/./),
    })
  })

  it('does not mind the module format of a CommonJS project, since Vitest does not', () => {
    expect(
      check('    expect(await Promise.resolve(row)).toBeDefined()', { tsconfig: 'tsconfig.commonjs.json' }),
    ).toEqual([])
  })

  it.each([
    ['tsconfig.missing.json', /readable tsconfig.missing.json, found: .*missing/],
    ['tsconfig.broken.json', /readable tsconfig.broken.json, found: .*expected/],
    ['tsconfig.orphan.json', /readable tsconfig.orphan.json, found: .*nowhere.json/],
  ])('names a configuration that can not be read: %s', (tsconfig, message) => {
    expect(() => check('', { tsconfig })).toThrow(UserError)
    expect(() => check('', { tsconfig })).toThrow(message)
  })
})
