import { UserError } from '../errors.ts'
import { hasDrizzleKit } from '../harness/database/schema-sql.ts'
import { type EnginePreference, startEngine } from '../harness/engine/engine.ts'
import { INSIDE_APP, UNSUPPORTED } from '../harness/faults/unsupported.ts'
import { describeDatabase } from '../project-setup.ts'
import { ENGINE_NAMES } from '../report/engine-names.ts'
import type { EngineFacts } from '../run/types.ts'
import type { DatabaseFacts } from '../scan/types.ts'
import type { Check } from './types.ts'

/** Where the tables of the tests come from. */
export function checkSchema(root: string, database: DatabaseFacts): Check {
  const { migrations, furtherMigrations, schemaFiles, unmade } = database
  if (migrations !== null) {
    const found = `migrations in ${[migrations, ...furtherMigrations].join(', ')}`
    if (unmade.length === 0) return { name: 'Schema', status: 'ok', found, todo: null }
    return {
      name: 'Schema',
      status: 'warning',
      found: `${found}, which make none of these tables of the code: ${listSome(unmade)}`,
      todo: 'Tests of routes that use them fail, unless the app makes them itself. Run `npx drizzle-kit generate`.',
    }
  }
  if (schemaFiles.length > 0) {
    const [first, ...others] = schemaFiles
    const more = others.length > 0 ? ` and ${others.length} more` : ''
    const found = `no migrations; the tables are generated from ${first}${more}`
    if (!hasDrizzleKit(root))
      return {
        name: 'Schema',
        status: 'problem',
        found: `${found} by drizzle-kit, which is not installed`,
        todo: 'Run `npm install -D drizzle-kit`.',
      }
    return { name: 'Schema', status: 'ok', found, todo: null }
  }
  return {
    name: 'Schema',
    status: 'problem',
    found: 'neither migrations nor Drizzle tables',
    todo: 'Declare the tables with Drizzle, or name the folder of the project with --root DIR.',
  }
}

const LISTED = 10

function listSome(names: readonly string[]): string {
  const more = names.length - LISTED
  return `${names.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** An app with a replica, or with a second database. */
export function checkConnections({ connections, dialect, tableDialects }: DatabaseFacts): Check[] {
  const name = 'Connections'
  const others = tableDialects.filter((other) => other !== dialect)
  if (dialect !== null && tableDialects.includes(dialect) && others.length > 0) {
    const found = `the code has tables of ${others.join(' and ')} as well; tests get one database, of ${dialect}`
    return [{ name, status: 'warning', found, todo: 'A route that uses the others gets no tests by `itest gen`.' }]
  }
  if (connections.length < 2) return []
  const found = `${connections.join('; ')}: tests get one database for all of them, with the tables of all, so a replica never lags`
  return [{ name, status: 'ok', found, todo: null }]
}

/** Starts the database that tests would get, and stops it again: what is said of it, it has shown. */
export async function checkEngine(
  root: string,
  database: DatabaseFacts,
  options: { preference: EnginePreference; databaseUrl: string | null; signal: AbortSignal },
): Promise<Check[]> {
  const name = 'Database'
  try {
    const described = describeDatabase(database)
    const project = { root, facts: { database: described, environment: {} } }
    const engine = await startEngine({ ...options, project })
    await engine.stop()
    const { kind } = engine.facts
    return [
      describeEngine(database, engine.facts),
      ...describeUnsupported([
        ...Object.values(UNSUPPORTED[kind]),
        ...(described.isPglite ? Object.values(INSIDE_APP) : []),
      ]),
    ]
  } catch (error) {
    if (error instanceof UserError)
      return [{ name, status: 'problem', found: `${usesOf(database)}; ${error.message}`, todo: error.hint }]
    const found = error instanceof Error ? error.message : String(error)
    return [{ name, status: 'problem', found, todo: database.dialect === 'postgres' ? 'Try --database pglite.' : null }]
  }
}

function usesOf({ dialect, driver }: DatabaseFacts): string {
  return `the project uses ${dialect ?? 'no dialect that analysis can see'}${driver === null ? '' : ` through ${driver}`}`
}

function describeEngine(database: DatabaseFacts, { kind, version, limits, place }: EngineFacts): Check {
  const started = `${usesOf(database)}; started ${ENGINE_NAMES[kind]} ${version}${place ? ` ${place}` : ''}`
  if (limits.length === 0) return { name: 'Database', status: 'ok', found: started, todo: null }
  const todo = kind === 'pglite' ? 'Install PostgreSQL to test these too, or name its folder in ITEST_PGBIN.' : null
  return { name: 'Database', status: 'warning', found: `${started}, with limits: ${limits.join('; ')}`, todo }
}

/** Faults that this database has nothing of; a path that needs one is reported as skipped. */
function describeUnsupported(reasons: readonly string[]): Check[] {
  if (reasons.length === 0) return []
  return [{ name: 'Faults', status: 'ok', found: `all but these: ${reasons.join('; ')}`, todo: null }]
}
