import { UserError } from '../errors.ts'
import { type EnginePreference, startEngine } from '../harness/engine/engine.ts'
import type { ProjectFacts } from '../harness/project-facts.ts'
import { describeDatabase } from '../project-setup.ts'
import { ENGINE_NAMES } from '../report/engine-names.ts'
import type { DatabaseFacts } from '../scan/types.ts'
import type { Check } from './types.ts'

/** Where the tables of the tests come from. */
export function checkSchema({ migrations, schemaFiles }: DatabaseFacts): Check {
  if (migrations !== null) return { name: 'Schema', status: 'ok', found: `migrations in ${migrations}`, todo: null }
  if (schemaFiles.length > 0) {
    const [first, ...others] = schemaFiles
    const more = others.length > 0 ? ` and ${others.length} more` : ''
    const found = `no migrations; the tables are generated from ${first}${more}`
    return { name: 'Schema', status: 'ok', found, todo: null }
  }
  return {
    name: 'Schema',
    status: 'problem',
    found: 'neither migrations nor Drizzle tables',
    todo: 'Declare the tables with Drizzle, or name the folder of the project with --root DIR.',
  }
}

/** Starts the database that tests would get, and stops it again: what is said of it, it has shown. */
export async function checkEngine(
  database: DatabaseFacts,
  { root, ...options }: { root: string; preference: EnginePreference; signal: AbortSignal },
): Promise<Check> {
  const name = 'Database'
  const { dialect, driver } = database
  const uses = `the project uses ${dialect ?? 'no dialect that analysis can see'}${driver === null ? '' : ` through ${driver}`}`
  try {
    const engine = await startEngine({ ...options, project: { root, facts: factsOf(database) } })
    await engine.stop()
    const { kind, version, limits } = engine.facts
    const started = `${uses}; started ${ENGINE_NAMES[kind]} ${version}`
    if (limits.length === 0) return { name, status: 'ok', found: started, todo: null }
    const todo = kind === 'pglite' ? 'Install PostgreSQL to test these too, or name its folder in ITEST_PGBIN.' : null
    return { name, status: 'warning', found: `${started}, with limits: ${limits.join('; ')}`, todo }
  } catch (error) {
    if (error instanceof UserError) {
      return { name, status: 'problem', found: `${uses}; ${error.message}`, todo: error.hint }
    }
    const message = error instanceof Error ? error.message : String(error)
    return { name, status: 'problem', found: message, todo: dialect === 'postgres' ? 'Try --database pglite.' : null }
  }
}

function factsOf(database: DatabaseFacts): ProjectFacts {
  const { partVariables, migrations, schemaFiles } = database
  return {
    schema: 'itest.harness/1',
    database: { ...describeDatabase(database), partVariables, migrations, schemaFiles: [...schemaFiles] },
    environment: {},
  }
}
