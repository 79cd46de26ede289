import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import type { EngineAddress } from '../engine/engine.ts'
import type { MysqlProduct } from '../engine/mysql-binary.ts'
import type { PostgresServer } from '../engine/server-access.ts'
import type { MysqlCopy } from './mysql/copy.ts'
import { type MysqlServer, mysqlJournal, prepareMysql } from './mysql/template.ts'
import { PREPARE_RESET } from './reset.ts'
import type { SchemaSql, SchemaStatement } from './schema-sql.ts'
import type { SqlitePackage } from './sqlite/driver-package.ts'
import { prepareSqlite, sqliteJournal } from './sqlite/template.ts'

/** What the database of each test file is a copy of. */
export type Template =
  | (PostgresServer & { readonly kind: 'postgres'; readonly database: string })
  | { readonly kind: 'pglite'; readonly snapshot: string }
  | { readonly kind: 'sqlite'; readonly file: string; readonly driver: SqlitePackage }
  | (MysqlServer & { readonly kind: 'mysql'; readonly product: MysqlProduct; readonly copy: MysqlCopy })

type Execute = (sql: string) => Promise<unknown>

/** Applies the schema once per engine; a second run with the same schema takes the template of the first. */
export async function prepareTemplate(engine: EngineAddress, schema: SchemaSql): Promise<Template> {
  const hash = createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 12)
  const { driver, url, existing } = engine
  const database = `${existing?.prefix ?? 'itest_'}template_${hash}`
  if (url !== null && driver?.name === 'mysql2') {
    const fill = (execute: Execute) => applyWithJournal(execute, schema, mysqlJournal)
    const copy = await prepareMysql({ driver, url }, { database, fill })
    return { kind: 'mysql', product: engine.kind === 'mysql' ? 'mysql' : 'mariadb', driver, url, copy }
  }
  if (url !== null) {
    const { preparePostgres } = await import('./postgres-template.ts')
    await preparePostgres({ url, existing, database }, (execute) => applyPostgres(execute, schema))
    return { kind: 'postgres', url, existing, database }
  }
  if (driver && driver.name !== 'mysql2') {
    const file = join(engine.folder, `template-${hash}.sqlite`)
    await prepareSqlite({ driver, file }, (execute) => applyWithJournal(execute, schema, sqliteJournal))
    return { kind: 'sqlite', driver, file }
  }
  if (engine.emptySnapshot === null) throw new Error('The engine has neither a URL nor a snapshot.')
  return preparePglite({ empty: engine.emptySnapshot, filled: join(engine.folder, `template-${hash}.tar`) }, schema)
}

async function preparePglite(file: { empty: string; filled: string }, schema: SchemaSql): Promise<Template> {
  if (!existsSync(file.filled)) {
    const { openSnapshot, saveSnapshot } = await import('../engine/pglite.ts')
    const database = await openSnapshot(file.empty)
    try {
      await applyPostgres((sql) => database.exec(sql), schema)
      await saveSnapshot(database, file.filled)
    } finally {
      await database.close()
    }
  }
  return { kind: 'pglite', snapshot: file.filled }
}

async function applyPostgres(execute: Execute, schema: SchemaSql): Promise<void> {
  await applyStatements(execute, schema)
  if (schema.journal.length > 0) await execute(journalSql(schema))
  await execute(PREPARE_RESET)
}

async function applyWithJournal(
  execute: Execute,
  schema: SchemaSql,
  write: (schema: SchemaSql) => string,
): Promise<void> {
  await applyStatements(execute, schema)
  if (schema.journal.length > 0) await execute(write(schema))
}

async function applyStatements(execute: Execute, schema: SchemaSql): Promise<void> {
  for (const statement of schema.statements) await applyStatement(execute, statement)
}

async function applyStatement(execute: Execute, { file, number, sql }: SchemaStatement): Promise<void> {
  try {
    await execute(sql)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UserError(`Statement ${number} of ${file} failed: ${message}\n  ${shorten(sql)}`, {
      hint: 'The tables of the tests are made from these files in an empty database; make them apply there.',
      cause,
    })
  }
}

function shorten(sql: string): string {
  const line = sql.trim().replace(/\s+/g, ' ')
  return line.length > 200 ? `${line.slice(0, 200)}...` : line
}

/** The table that Drizzle's migrator reads, filled as if it had run. */
function journalSql(schema: SchemaSql): string {
  const values = schema.journal.map(({ hash, when }) => `('${hash}', ${when})`).join(', ')
  return `CREATE SCHEMA IF NOT EXISTS drizzle;
    CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint);
    INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ${values};`
}
