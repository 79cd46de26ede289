import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parseEnv } from 'node:util'
import type { BootEnvironment } from './boot-environment.ts'
import { UserError } from './errors.ts'
import { PROJECT_FACTS_FILE, ProjectFacts } from './harness/project-facts.ts'
import type { Plan } from './plan/types.ts'
import type { DatabaseFacts, Table } from './scan/types.ts'
import { readTemplate } from './templates.ts'

interface PlannedFile {
  readonly file: string
  readonly text: string
}

interface DescribedProject extends PlannedFile {
  readonly facts: ProjectFacts
}

const CONFIGS = ['vitest.config', 'vite.config'].flatMap((base) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${base}.${extension}`),
)

/**
 * Facts that the harness needs to boot the project. Variables that an earlier run for another route found stay, because
 * that route's tests need them still. @throws UserError for a database that itest can't run yet
 */
export function describeProject(
  root: string,
  database: DatabaseFacts,
  { plan, boot }: { plan: Pick<Plan, 'environment'>; boot: BootEnvironment },
): DescribedProject {
  const described = describeDatabase(database)
  assertDrizzleVersion(root)
  const facts: ProjectFacts = {
    schema: 'itest.harness/1',
    database: described,
    // What was invented gives way to what a person wrote there, and that to what the tests of this plan send.
    environment: {
      ...pick(plan.environment, isInvented),
      ...boot.values,
      ...(described.dialect === 'sqlite' ? readAddresses(root, described.urlVariables) : {}),
      ...pick(readEnvironment(root), (value) => !isInvented(value)),
      ...pick(plan.environment, (value) => !isInvented(value)),
    },
  }
  return { facts, file: PROJECT_FACTS_FILE, text: `${JSON.stringify(facts, null, 2)}\n` }
}

/** A stand-in that means nothing: what `.env.test` says is better. */
function isInvented(value: string): boolean {
  return value.startsWith('itest-value-')
}

function pick(values: Readonly<Record<string, string>>, wants: (value: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => wants(value)))
}

/** What the harness must know of the database. @throws UserError for one that itest can't run yet */
export function describeDatabase(database: DatabaseFacts): ProjectFacts['database'] {
  assertOneWillDo(database)
  const { furtherMigrations } = database
  return {
    ...describeDialect(database),
    partVariables: { ...database.partVariables },
    migrations: database.migrations,
    ...(furtherMigrations.length > 0 ? { furtherMigrations: [...furtherMigrations] } : {}),
    schemaFiles: [...database.schemaFiles],
  }
}

/** @throws UserError for a route that no test could serve: its tables are in a database of another kind */
export function assertTablesFit(
  tables: readonly Pick<Table, 'name' | 'dialect'>[],
  { dialect }: Pick<DatabaseFacts, 'dialect'>,
): void {
  const others = tables.filter((table) => table.dialect !== dialect)
  if (dialect === null || others.length === 0) return
  const named = others.map((table) => `${table.name}, of ${table.dialect}`).join(', ')
  throw new UserError(`the route uses ${named}, and tests get one database, of ${dialect}`, {
    hint: '`itest plan` and `itest prompt` work for this route all the same.',
  })
}

/** All of the app's connections lead to one database, which can't have two tables of a name. */
function assertOneWillDo({ connections, ambiguous }: DatabaseFacts): void {
  if (connections.length < 2 || ambiguous.length === 0) return
  throw new UserError(
    `the app connects to ${connections.join(' and ')}, and the code has two different tables ${ambiguous.join(', ')}`,
    {
      hint: 'Tests get one database for all connections of the app. `itest plan` and `itest prompt` work all the same.',
    },
  )
}

function describeDialect(
  database: DatabaseFacts,
): Pick<ProjectFacts['database'], 'dialect' | 'driver' | 'isPglite' | 'isNeon' | 'urlVariables'> {
  const { dialect, tableDialects, urlVariables } = database
  if (dialect === null || tableDialects.length === 0) {
    throw new UserError('no Drizzle table found in the code', {
      hint: 'itest looks for pgTable(...), sqliteTable(...) and mysqlTable(...) in the files of the project. Is the schema part of it?',
    })
  }
  if (!tableDialects.includes(dialect)) {
    throw new UserError(
      `the tables are for ${tableDialects.join(' and ')}, but the app opens ${dialect} by ${database.driver}`,
      {
        hint: `Declare them with the functions of the driver's own dialect. \`itest plan\` and \`itest prompt\` work all the same.`,
      },
    )
  }
  if (dialect === 'mysql') assertMysqlDriver(database.driver)
  if (dialect !== 'sqlite') {
    return {
      dialect,
      ...postgresDriver(database.driver ?? ''),
      urlVariables: urlVariables.length > 0 ? [...urlVariables] : ['DATABASE_URL'],
    }
  }
  return { dialect, driver: chooseDriver(database.driver), urlVariables: [...urlVariables] }
}

/** Drivers that the harness has to do something for. */
function postgresDriver(driver: string): Pick<ProjectFacts['database'], 'isPglite' | 'isNeon'> {
  if (/pglite/.test(driver)) return { isPglite: true }
  return /^(?:neon|@neondatabase)/.test(driver) ? { isNeon: true } : {}
}

/** Those of PlanetScale and TiDB talk HTTP to servers of their own. */
function assertMysqlDriver(driver: string | null): void {
  if (driver === null || /^mysql2(?:\/|$)/.test(driver)) return
  throw new UserError(`the app opens MySQL by ${driver}; itest runs mysql2`, {
    hint: '`itest plan` and `itest prompt` work for this project all the same.',
  })
}

/** `libsql/web`, `libsql/http` and `libsql/ws` never open a file, so the app's own driver could not be kept. */
function chooseDriver(driver: string | null): NonNullable<ProjectFacts['database']['driver']> {
  if (driver === 'better-sqlite3') return driver
  if (driver !== null && /^libsql(?:\/(?:node|sqlite3))?$/.test(driver)) return 'libsql'
  throw new UserError(
    `the app opens SQLite by ${driver ?? 'an unknown driver'}; itest runs better-sqlite3 and libsql`,
    {
      hint: '`itest plan` and `itest prompt` work for this project all the same.',
    },
  )
}

/** What the project's sample says of the database's file: `file:local.db` and `libsql://...` tell what the app expects. */
function readAddresses(root: string, names: readonly string[]): Record<string, string> {
  const sample = path.join(root, '.env.example')
  if (!existsSync(sample)) return {}
  const values = parseEnv(readFileSync(sample, 'utf8'))
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values[name]
      return value && /^\w{2,}:/.test(value) ? [[name, value.replace(/\?.*$/, '')]] : []
    }),
  )
}

/** The side connection of the tests needs a proxy driver, which drizzle-orm has since 0.29. */
function assertDrizzleVersion(root: string): void {
  const manifest = path.join(root, 'node_modules/drizzle-orm/package.json')
  const version = existsSync(manifest)
    ? readFileSync(manifest, 'utf8').match(/"version":\s*"((\d+)\.(\d+)[^"]*)"/)
    : null
  if (!version || Number(version[2]) > 0 || Number(version[3]) >= 29) return
  throw new UserError(`drizzle-orm ${version[1]} is installed; itest runs tests with 0.29 or newer`, {
    hint: 'Upgrade it with `npm install drizzle-orm@latest`. `itest plan` and `itest prompt` work all the same.',
  })
}

function readEnvironment(root: string): ProjectFacts['environment'] {
  try {
    return ProjectFacts.parse(JSON.parse(readFileSync(path.join(root, PROJECT_FACTS_FILE), 'utf8'))).environment
  } catch {
    // Missing, or not as we write it: it is written anew.
    return {}
  }
}

/** A Vitest config with our one line when the project has none; else a hint when its config lacks that line. */
export async function describeVitestConfig(
  root: string,
): Promise<{ readonly file: PlannedFile | null; readonly hint: string | null }> {
  const existing = CONFIGS.find((name) => existsSync(path.join(root, name)))
  if (!existing && !canImportItest(root)) {
    return {
      file: null,
      hint: 'For plain `vitest run`: npm install -D itest-gen vitest supertest, then `itest gen` again.',
    }
  }
  if (!existing) {
    // Node would take a plain `.ts` for CommonJS where the package does not say otherwise.
    const file = isModule(root) ? 'vitest.config.ts' : 'vitest.config.mts'
    return { file: { file, text: await readTemplate('vitest.config.ts.template') }, hint: null }
  }
  const hasPlugin = readFileSync(path.join(root, existing), 'utf8').includes('itest-gen/vitest')
  return {
    file: null,
    hint: hasPlugin
      ? null
      : `For plain \`vitest run\`, add itest() of 'itest-gen/vitest' to the plugins in ${existing}.`,
  }
}

function isModule(root: string): boolean {
  return /"type":\s*"module"/.test(readFileSync(path.join(root, 'package.json'), 'utf8'))
}

/** A config that imports a package which the project lacks would break its `vitest run`. */
function canImportItest(root: string): boolean {
  try {
    createRequire(path.join(root, 'package.json')).resolve('itest-gen/package.json')
    return true
  } catch {
    return false
  }
}
