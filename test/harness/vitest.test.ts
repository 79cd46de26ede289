import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
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

function runVitest(
  files: Record<string, string>,
  options: { without?: string; isNew?: boolean } = {},
): { status: number | null; output: string; left: string[] } {
  const project = makeProject({ 'vitest.config.ts': CONFIG, 'tests/books.test.ts': BOOKS, ...files }, options)
  onTestFinished(project.remove)
  if (options.isNew) rmSync(join(project.root, '.itest'), { recursive: true })
  const temporary = join(project.root, 'temporary')
  mkdirSync(temporary)
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'run', '--reporter=verbose'], {
    cwd: project.root,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: temporary, NO_COLOR: '1' },
  })
  return { status, output: stdout + stderr, left: readdirSync(temporary).filter((name) => name.startsWith('itest-')) }
}

describe('itest(), the Vitest plugin', { timeout: LIMIT_MS }, () => {
  it('is all that plain `vitest run` needs, also when it is there twice', () => {
    const { status, output, left } = runVitest({ 'tests/more.test.ts': BOOKS })
    expect(output).toContain('2 passed')
    expect(status).toBe(0)
    expect(left).toEqual([])
  })

  it('names the command that makes the missing facts', () => {
    const { status, output } = runVitest({ '.itest/harness.json': '' })
    expect(output).toContain('Expected the facts of the project in .itest/harness.json, but it is not JSON')
    expect(status).toBe(1)
  })

  it('lends supertest to a project without it, and reads the code of one where `itest gen` never ran', () => {
    const { status, output } = runVitest({}, { without: 'supertest', isNew: true })
    expect(output).toContain('1 passed')
    expect(status).toBe(0)
  })
})
