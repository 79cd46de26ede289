import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HEAD, makeProject, repository } from './sample-project.ts'

const LIMIT_MS = 120_000
const CLI = join(repository, 'node_modules', 'vitest', 'vitest.mjs')

const CONFIG = `
import { itest } from 'itest-gen/vitest'
import { defineConfig } from 'vitest/config'
export default defineConfig({ plugins: [itest(), itest()] })`

const BOOKS = `${HEAD}
it('books', async () => {
  expect((await book('ada')).status).toBe(201)
  expect(await db.select().from(bookings)).toHaveLength(1)
})`

/** Uses nothing of ours: the database is there when the app connects. */
const CONNECTS = `
import { expect, it } from 'vitest'
import { pool } from '../src/db/index.js'
it('connects', async () => {
  expect((await pool.query('SELECT count(*)::int AS rooms FROM rooms')).rows).toEqual([{ rooms: 2 }])
})`

const ADDS = `
import { expect, it } from 'vitest'
import { app } from '../src/app.js'
it('adds', () => { expect([typeof app, 1 + 1]).toEqual(['function', 2]) })`

function runVitest(
  files: Record<string, string>,
  options: { without?: string; environment?: Record<string, string> } = {},
): { status: number | null; output: string; left: string[] } {
  const project = makeProject({ 'vitest.config.ts': CONFIG, 'tests/books.test.ts': BOOKS, ...files }, options)
  onTestFinished(project.remove)
  const temporary = join(project.root, 'temporary')
  mkdirSync(temporary)
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'run', '--reporter=verbose'], {
    cwd: project.root,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: temporary, NO_COLOR: '1', ...options.environment },
  })
  return { status, output: stdout + stderr, left: readdirSync(temporary).filter((name) => name.startsWith('itest-')) }
}

describe('itest(), the Vitest plugin', { timeout: LIMIT_MS }, () => {
  it('is all that plain `vitest run` needs, also when it is there twice', () => {
    const { status, output, left } = runVitest({ 'tests/more.test.ts': BOOKS, 'tests/connects.test.ts': CONNECTS })
    expect(output).toContain('3 passed')
    expect(status).toBe(0)
    expect(left).toEqual([])
  })

  it('names the command that makes the missing facts', () => {
    const { status, output } = runVitest({ '.itest/harness.json': '' })
    expect(output).toContain('Expected the facts of the project in .itest/harness.json, but it is not JSON')
    expect(status).toBe(1)
  })

  it('starts no database for tests that need none, and says to the others why there is none', () => {
    const { status, output } = runVitest(
      {
        'vitest.config.ts': CONFIG.replace('itest(), ', "itest({ engine: 'postgres' }), "),
        'tests/adds.test.ts': ADDS,
        'tests/connects.test.ts': CONNECTS,
      },
      { environment: { ITEST_PGBIN: '/nowhere' } },
    )
    expect(output).toMatch(/✓ tests\/adds\.test\.ts/)
    const reason = 'no postgres and initdb were found on this machine'
    for (const file of ['books', 'connects']) {
      expect(output).toMatch(new RegExp(`FAIL +tests/${file}\\.test\\.ts[^]*?${reason}`))
    }
    expect(status).toBe(1)
  })

  it('lends supertest to a project without it', () => {
    expect(runVitest({}, { without: 'supertest' }).status).toBe(0)
  })
})
