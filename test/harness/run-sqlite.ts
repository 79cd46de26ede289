import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startEngine } from '../../src/harness/engine/engine.ts'
import { readProjectFacts } from '../../src/harness/read-project-facts.ts'
import type { RunFacts } from '../../src/run/types.ts'
import { type Files, runFiles } from './run-project.ts'
import { makeSqliteProject, type SqliteDriver } from './sqlite-project.ts'

/** A table that only the user's own file has, and what proves that nobody wrote to it. */
function makeOwnFile(root: string, driver: SqliteDriver): () => string {
  const file = join(root, 'hotel.db')
  const Database = createRequire(import.meta.url)(driver)
  const own = new Database(file)
  own.exec(
    "PRAGMA journal_mode = DELETE; CREATE TABLE rooms (id integer, name text); INSERT INTO rooms VALUES (7, 'mine')",
  )
  own.close()
  const seal = () => `${statSync(file).mtimeMs} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`
  const before = seal()
  return () => (seal() === before ? 'untouched' : 'written to')
}

/**
 * Runs the tests among the files as the CLI would, with a file of the user beside them. Nothing may have touched that
 * file, made another, or be left over.
 */
export async function runSqlite(driver: SqliteDriver, files: Files): Promise<RunFacts> {
  const project = makeSqliteProject(driver, files)
  const ownFile = makeOwnFile(project.root, driver)
  const facts = readProjectFacts(project.root)
  const engine = await startEngine({ preference: 'auto', project: { root: project.root, facts } })
  try {
    const ran = await runFiles(project, engine, { files, route: { method: 'POST', path: '/bookings' } })
    expect(ownFile()).toBe('untouched')
    expect(readdirSync(project.root).filter((name) => /data|\.db./.test(name))).toEqual([])
    expect(readdirSync(engine.folder).filter((name) => name.startsWith('itest_'))).toEqual([])
    return ran
  } finally {
    await engine.stop()
    project.remove()
    expect(existsSync(engine.folder)).toBe(false)
  }
}

/** What became of each test of a file: its name, and the first error's code or message; null when it passed. */
export function outcomes(facts: RunFacts, file: string): Record<string, string | null> {
  expect(facts.fileErrors).toEqual([])
  const tests = facts.tests.filter((test) => test.file === file)
  return Object.fromEntries(
    tests.map(({ name, state, errors: [error] }) => [
      name,
      state === 'passed' ? null : (error?.code ?? error?.message ?? state),
    ]),
  )
}
