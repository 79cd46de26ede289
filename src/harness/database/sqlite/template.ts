import { existsSync, renameSync, rmSync } from 'node:fs'
import type { SchemaSql } from '../schema-sql.ts'
import { openSqlite, type SqlitePackage } from './driver-package.ts'

type Execute = (sql: string) => Promise<unknown>

/** Builds under another name, so that nobody ever copies a half-made template. */
export async function prepareSqlite(
  target: { driver: SqlitePackage; file: string },
  fill: (execute: Execute) => Promise<void>,
): Promise<void> {
  if (existsSync(target.file)) return
  const draft = `${target.file}-${process.pid}`
  const connection = openSqlite(target.driver, draft)
  try {
    await fill(async (sql) => connection.exec(sql))
    // A migration may have switched to a write-ahead log; the template is one file.
    connection.exec('PRAGMA journal_mode = DELETE')
  } catch (error) {
    connection.close()
    rmSync(draft, { force: true })
    throw error
  }
  connection.close()
  renameSync(draft, target.file)
}

/** The table that Drizzle's migrator reads, filled as if it had run; drizzle-orm/sqlite-core/dialect has the same words. */
export function sqliteJournal({ journal }: SchemaSql): string {
  const values = journal.map(({ hash, when }) => `('${hash}', ${when})`).join(', ')
  return `CREATE TABLE IF NOT EXISTS "__drizzle_migrations" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric);
    INSERT INTO "__drizzle_migrations" ("hash", "created_at") VALUES ${values};`
}
