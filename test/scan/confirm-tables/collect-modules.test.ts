import { describe, expect, it } from 'vitest'
import { confirm, outline, schema, USERS } from '../../support/confirm-source.ts'

describe('a schema is not run', () => {
  it.each([
    [
      'a driver',
      "import pg from 'pg'\nexport const pool = new pg.Pool()",
      'imports pg, which may do more than declare',
    ],
    [
      'a connection',
      "import { drizzle } from 'drizzle-orm/node-postgres'\nexport const other = drizzle('x')",
      'imports drizzle-orm/node-postgres, which may do more than declare',
    ],
    ['settings', "import 'dotenv/config'", 'imports dotenv/config, which may do more than declare'],
    ['the environment', 'export const name = process.env.NAME', 'uses process, so that running it'],
    ['the network', "fetch('http://example.com')", 'uses fetch, so that running it'],
    ['a timer', 'setInterval(() => {}, 10)', 'uses setInterval, so that running it'],
    ['files', "import { writeFileSync } from 'node:fs'\nwriteFileSync('x', '')", 'imports node:fs, which may'],
    ['evaluation of text', "eval('1')", 'uses eval, so that running it'],
    ['the global object', 'globalThis.x = 1', 'uses globalThis, so that running it'],
    ['a computed require', "const name = 'x'\nconst x = require(name)", 'uses require, so that running it'],
    ['a late import', "const late = import('./app.js')", 'imports while it runs, so that'],
    ['waiting', 'await Promise.resolve()', 'waits for something, so that'],
    ['its own place', 'export const here = import.meta.url', 'reads import.meta, so that'],
    [
      'a missing file',
      "import { x } from './gone.js'\nexport const y = x",
      'imports ./gone.js, for which there is no source file',
    ],
    [
      'another file that does it',
      "import { pool } from './pool.js'\nexport const p = pool",
      'src/pool.ts imports pg, which',
    ],
  ])('when it has %s', async (_, text, reason) => {
    const [line] = outline(
      await confirm({
        'src/schema.ts': `${USERS}\n${text}`,
        'src/pool.ts': "import pg from 'pg'\nexport const pool = new pg.Pool()",
      }),
    )
    expect(line).toContain('users not run: ')
    expect(line).toContain(reason)
  })

  it('when a package is not installed', async () => {
    const text = `${USERS}\nimport { typeid } from 'typeid-js'\nexport const id = typeid`
    expect(outline(await confirm({ 'src/schema.ts': text }))).toEqual(['users not run: typeid-js is not installed'])
  })

  it('but others are', async () => {
    const confirmation = await confirm({
      'src/schema.ts': USERS,
      'src/more.ts': schema("export const logs = pgTable(process.env.LOGS ?? 'logs', { id: integer() })"),
    })
    expect(outline(confirmation).filter((line) => line.endsWith(' yes'))).toEqual(['users yes'])
    expect(outline(confirmation).some((line) => line.includes('src/more.ts uses process'))).toBe(true)
  })

  it('when it throws', async () => {
    const text = `${USERS}\nif (Object.keys(users).length > 0) throw new Error('not today')`
    expect(outline(await confirm({ 'src/schema.ts': text }))).toEqual(['users not run: the import failed: not today'])
  })
})
