import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from './errors.ts'
import { PROJECT_FACTS_FILE, type ProjectFacts } from './harness/project-facts.ts'
import type { Plan } from './plan/types.ts'
import type { DatabaseFacts } from './scan/types.ts'
import { readTemplate } from './templates.ts'

interface PlannedFile {
  readonly file: string
  readonly text: string
}

const CONFIGS = ['vitest.config', 'vite.config'].flatMap((base) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${base}.${extension}`),
)

/** Facts that the harness needs to boot the project. @throws UserError for a database that itest can't run yet */
export function describeProject(database: DatabaseFacts, plan: Plan): PlannedFile {
  if (database.dialect === null) {
    throw new UserError('no Drizzle table found in the code', {
      hint: 'itest looks for pgTable(...) in the files of the project. Is the schema part of it?',
    })
  }
  if (database.dialect !== 'postgres') {
    throw new UserError(`the tables are for ${database.dialect}; itest runs Postgres only so far`, {
      hint: '`itest plan` and `itest prompt` work for this project all the same.',
    })
  }
  const facts: ProjectFacts = {
    schema: 'itest.harness/1',
    database: {
      dialect: 'postgres',
      urlVariables: database.urlVariables.length > 0 ? [...database.urlVariables] : ['DATABASE_URL'],
      partVariables: { ...database.partVariables },
      migrations: database.migrations,
      schemaFiles: [...database.schemaFiles],
    },
    environment: { ...plan.environment },
  }
  return { file: PROJECT_FACTS_FILE, text: `${JSON.stringify(facts, null, 2)}\n` }
}

/** A Vitest config with our one line when the project has none; else a hint when its config lacks that line. */
export async function describeVitestConfig(
  root: string,
): Promise<{ readonly file: PlannedFile | null; readonly hint: string | null }> {
  const existing = CONFIGS.find((name) => existsSync(path.join(root, name)))
  if (!existing)
    return { file: { file: 'vitest.config.ts', text: await readTemplate('vitest.config.ts.template') }, hint: null }
  const hasPlugin = readFileSync(path.join(root, existing), 'utf8').includes('itest-gen/vitest')
  return {
    file: null,
    hint: hasPlugin
      ? null
      : `For plain \`vitest run\`, add itest() of 'itest-gen/vitest' to the plugins in ${existing}.`,
  }
}
