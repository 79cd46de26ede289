import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyFixture, type FixtureCopy } from '../support/copy-fixture.ts'
import { expectGolden } from '../support/golden.ts'
import { type CliEnd, runCli } from '../support/run-cli.ts'

const LIMIT_MS = 180_000
const ROUTES = 'src/routes/parcels.ts'

/** The same app by the other package, whose calls are promises. */
const LIBSQL = `import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import { migrate } from 'drizzle-orm/libsql/migrator'

const client = createClient({ url: process.env.DATABASE_FILE ?? 'file:parcels.db' })

export const db = drizzle(client)

await migrate(db, { migrationsFolder: 'drizzle' })
`

function useLibsql(copy: FixtureCopy): void {
  copy.write('src/db/index.ts', LIBSQL)
  copy.patch(ROUTES, 'const known = db.', 'const known = await db.')
  copy.patch(ROUTES, 'db.transaction((tx) =>', 'await db.transaction(async (tx) =>')
  copy.patch(ROUTES, 'const stored = tx', 'const stored = await tx')
  copy.patch(ROUTES, '      tx.insert(scans)', '      await tx.insert(scans)')
}

describe.each(['better-sqlite3', 'libsql'] as const)('itest gen POST /parcels, by %s', (driver) => {
  let copy: FixtureCopy
  let before: Record<string, string>
  let end: CliEnd

  beforeAll(async () => {
    copy = copyFixture('parcels')
    if (driver === 'libsql') useLibsql(copy)
    before = copy.list()
    end = await runCli(['gen', 'POST', '/parcels', '--root', copy.root, '--json'])
  }, LIMIT_MS)

  afterAll(() => copy.remove())

  it('sees every test red without the route, and green with it, on a file', () => {
    const { paths, findings, engine } = JSON.parse(end.stdout)
    const tested = paths.filter(({ now }: { now: string }) => now !== 'skipped')
    expect(tested.length).toBeGreaterThan(12)
    expect(
      tested.filter((one: { before: string; now: string }) => one.before !== 'red' || one.now !== 'green'),
    ).toEqual([])
    expect(findings).toEqual([])
    expect(engine).toMatchObject({ kind: 'sqlite', version: expect.stringMatching(/^3\./), limits: [] })
    expect(end.exitCode).toBe(0)
  })

  it('makes no database in the project', () => {
    const made = Object.keys(copy.list()).filter((file) => !(file in before))
    expect(made.filter((file) => !/^(?:\.itest|tests)\/|^vitest\.config\.ts$/.test(file))).toEqual([])
  })

  it('generates a file that a reviewer has approved, the same for both', () => {
    expectGolden('post-parcels.test.ts', copy.read('tests/integration/post-parcels.test.ts'))
  })
})
