import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import * as z from 'zod'
import { databasePrefix } from './database/file-database.ts'
import { dropMysqlDatabases } from './database/mysql/template.ts'
import { assertCaught, redirectSqlite } from './database/sqlite/redirect.ts'
import { ENGINE_VARIABLE, type Engine, type EngineAddress, startEngine } from './engine/engine.ts'
import { readProjectFacts } from './read-project-facts.ts'
import './run-context.ts'
import { readSchema } from './database/schema-sql.ts'
import { prepareTemplate } from './database/template.ts'
import { adminAccess, type ServerAccess, toClientConfig } from './engine/server-access.ts'

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

/** Once per run: an engine, unless a parent process brought one, and the template database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = project.config.root
  const facts = readProjectFacts(root)
  const id = randomBytes(4).toString('hex')
  const given = process.env[ENGINE_VARIABLE]
  const engine = given
    ? { ...Address.parse(JSON.parse(given)), stop: null }
    : await startEngine({
        preference: project.config.provide.itestEngine ?? 'auto',
        databaseUrl: project.config.provide.itestDatabaseUrl ?? null,
        project: { root, facts },
      })
  // A file with tables may open the database as well, and that would be the user's own.
  const redirect = engine.kind === 'sqlite' && redirectSqlite(join(engine.folder, `schema-${id}.sqlite`))
  try {
    const schema = await readSchema({
      root,
      database: facts.database,
      importModule: (file) => {
        if (redirect) assertCaught(redirect)
        return project.import<unknown>(file)
      },
    })
    const prefix = databasePrefix(engine, id)
    project.provide('itest', { prefix, root, facts, template: await prepareTemplate(engine, schema) })
  } catch (error) {
    await engine.stop?.()
    throw error
  }
  return () => tearDown(engine, id)
}

async function tearDown(engine: EngineAddress & { stop: Engine['stop'] | null }, id: string): Promise<void> {
  if (engine.stop) return engine.stop()
  const { url, driver, folder } = engine
  const prefix = databasePrefix(engine, id)
  if (url === null) removeFiles(folder, prefix)
  else if (driver?.name === 'mysql2') await dropMysqlDatabases({ url, driver }, prefix)
  else await dropDatabases(adminAccess({ url, existing: engine.existing }), prefix)
}

function removeFiles(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix)) rmSync(join(folder, name), { force: true })
  }
}

async function dropDatabases(access: ServerAccess, prefix: string): Promise<void> {
  const admin = new pg.Client(toClientConfig(access))
  await admin.connect()
  try {
    const { rows } = await admin.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    )
    for (const { datname } of rows) await admin.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
  } finally {
    await admin.end()
  }
}
