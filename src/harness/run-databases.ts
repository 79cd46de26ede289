import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { dropMysqlDatabases } from './database/mysql/template.ts'
import { readSchema } from './database/schema-sql.ts'
import { assertCaught, redirectSqlite } from './database/sqlite/redirect.ts'
import { prepareTemplate } from './database/template.ts'
import type { CopySource } from './database/template-desk.ts'
import { type Engine, type EngineAddress, type EnginePreference, startEngine } from './engine/engine.ts'
import type { ProjectFacts } from './project-facts.ts'

const Kind = z.enum(['postgres', 'pglite', 'sqlite', 'mysql', 'mariadb'])

const Address = z.object({
  kind: Kind,
  facts: z.object({ kind: Kind, version: z.string(), limits: z.array(z.string()), place: z.string().optional() }),
  url: z.string().nullable(),
  emptySnapshot: z.string().nullable(),
  driver: z
    .discriminatedUnion('name', [
      z.object({ name: z.enum(['better-sqlite3', 'libsql']), entry: z.string() }),
      z.object({ name: z.literal('mysql2'), entry: z.string() }),
    ])
    .nullable(),
  existing: z
    .object({
      database: z.string(),
      prefix: z.string(),
      reset: z.enum(['replica', 'truncate']),
      socket: z.string().nullable(),
      tls: z
        .object({
          mode: z.enum(['require', 'verify-ca', 'verify-full']),
          servername: z.string(),
          files: z.partialRecord(z.enum(['ca', 'cert', 'key']), z.string()),
        })
        .nullable(),
    })
    .nullable(),
  folder: z.string(),
})

export interface RunNeeds {
  readonly id: string
  readonly root: string
  readonly facts: ProjectFacts
  readonly preference: EnginePreference
  readonly databaseUrl: string | null
  /** The engine that a parent process brought, as JSON. */
  readonly given: string | null
  readonly importModule: (file: string) => Promise<unknown>
}

export interface RunDatabases extends CopySource {
  /** Drops the databases of the run, and stops the engine unless the parent brought it. */
  close(): Promise<void>
}

/** Once per run: an engine, unless a parent process brought one, and the template. */
export async function openRunDatabases(needs: RunNeeds): Promise<RunDatabases> {
  const { id, root, facts, given, preference, databaseUrl } = needs
  const engine = given
    ? { ...Address.parse(JSON.parse(given)), stop: null }
    : await startEngine({ preference, databaseUrl, project: { root, facts } })
  try {
    const prefix = `${engine.existing?.prefix ?? 'itest_'}${id}_`
    const template = await prepareTemplate(engine, await readTables(needs, engine))
    return { template, prefix, close: () => close(engine, prefix) }
  } catch (error) {
    await engine.stop?.()
    throw error
  }
}

function readTables({ id, root, facts, importModule }: RunNeeds, engine: EngineAddress): ReturnType<typeof readSchema> {
  // A file with tables may open the database as well, and that would be the user's own.
  const redirect = engine.kind === 'sqlite' && redirectSqlite(join(engine.folder, `schema-${id}.sqlite`))
  return readSchema({
    root,
    database: facts.database,
    importModule: (file) => {
      if (redirect) assertCaught(redirect)
      return importModule(file)
    },
  })
}

async function close(engine: EngineAddress & { stop: Engine['stop'] | null }, prefix: string): Promise<void> {
  if (engine.stop) return engine.stop()
  const { url, driver, existing, folder } = engine
  if (url === null) removeFiles(folder, prefix)
  else if (driver?.name === 'mysql2') await dropMysqlDatabases({ url, driver }, prefix)
  else await (await import('./database/postgres-template.ts')).dropPostgresDatabases({ url, existing }, prefix)
}

function removeFiles(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix)) rmSync(join(folder, name), { force: true })
  }
}
