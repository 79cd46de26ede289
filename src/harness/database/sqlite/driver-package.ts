import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { UserError } from '../../../errors.ts'
import type { ProjectFacts } from '../../project-facts.ts'
import { unwrapDriver } from './redirect.ts'

/** The project's own package for SQLite files; plain JSON. */
export interface SqlitePackage {
  readonly name: SqliteDriver
  /** Absolute path of its main file. */
  readonly entry: string
}

export type SqliteDriver = NonNullable<ProjectFacts['database']['driver']>

/** What better-sqlite3 and libsql have in common; all of it is synchronous. */
export interface SqliteConnection {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): unknown
  unsafeMode(on: boolean): unknown
  readonly open: boolean
  readonly inTransaction: boolean
}

export interface SqliteStatement {
  readonly reader: boolean
  raw(on: boolean): SqliteStatement
  all(parameters: readonly unknown[]): unknown[]
  run(parameters: readonly unknown[]): unknown
}

/** As seen from the project and, in a monorepo, from where its tables are declared. @throws UserError */
export function findSqlitePackage(root: string, database: ProjectFacts['database']): SqlitePackage {
  const name = database.driver ?? 'better-sqlite3'
  const folders = [root, ...database.schemaFiles.map((file) => dirname(join(root, file)))]
  for (const folder of folders) {
    const entry = name === 'libsql' ? findLibsql(folder) : resolveFrom(folder, name)
    if (entry) return { name, entry }
  }
  const wanted = name === 'libsql' ? '@libsql/client' : name
  throw new UserError(`Expected the package ${wanted}, which opens the app's SQLite file, but it is not installed.`, {
    hint: `Run \`npm install\` in the project; if ${wanted} is not among its dependencies, add it.`,
  })
}

/** libsql is what `@libsql/client` opens files with, and may be visible to that package only. */
function findLibsql(folder: string): string | null {
  const client = resolveFrom(folder, '@libsql/client')
  return resolveFrom(folder, 'libsql') ?? (client && resolveFrom(dirname(client), 'libsql'))
}

function resolveFrom(folder: string, name: string): string | null {
  try {
    return createRequire(join(folder, 'package.json')).resolve(name)
  } catch {
    return null
  }
}

/** Opens exactly this file, also where the app's own calls are redirected. */
export function openSqlite({ entry }: SqlitePackage, file: string): SqliteConnection {
  const Database = unwrapDriver(createRequire(entry)(entry))
  const connection = new Database(file)
  connection.exec('PRAGMA busy_timeout = 0; PRAGMA synchronous = OFF')
  return connection
}
