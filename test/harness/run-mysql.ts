import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect } from 'vitest'
import { connectMysql, readColumn } from '../../src/harness/database/mysql/driver-package.ts'
import { type Engine, startEngine } from '../../src/harness/engine/engine.ts'
import { readProjectFacts } from '../../src/harness/read-project-facts.ts'
import type { RunFacts } from '../../src/run/types.ts'
import { makeMysqlProject } from './mysql-project.ts'
import { type Files, runFiles } from './run-project.ts'
import { repository } from './sample-project.ts'

/** What the project's tests get: mysql2 of this repository. */
export const mysqlPackage = () =>
  ({
    name: 'mysql2',
    entry: createRequire(join(repository, 'package.json')).resolve('mysql2/promise'),
  }) as const

async function listDatabases({ url }: Engine): Promise<string[]> {
  const connection = await connectMysql(mysqlPackage(), url ?? '')
  const names = await readColumn(connection, 'SHOW DATABASES')
  await connection.end()
  return names.filter((name) => name.startsWith('itest_') && !name.startsWith('itest_template_'))
}

/** Runs the tests among the files as the CLI would. Nothing may be left on the server. */
export async function runMysql(files: Files): Promise<RunFacts> {
  const project = makeMysqlProject(files)
  const facts = readProjectFacts(project.root)
  const engine = await startEngine({ preference: 'auto', project: { root: project.root, facts } })
  try {
    const ran = await runFiles(project, engine, { files, route: { method: 'POST', path: '/:way' } })
    expect(await listDatabases(engine)).toEqual([])
    return ran
  } finally {
    await engine.stop()
    project.remove()
  }
}

/** Tests that did not pass, each with its first error. */
export function listFailures(facts: RunFacts): unknown[] {
  return facts.tests
    .filter(({ state }) => state !== 'passed')
    .map(({ fullName, errors }) => [fullName, errors[0]?.code, errors[0]?.message])
}
