import type { SchemaSql } from '../schema-sql.ts'
import { describeCopy, type MysqlCopy, READY_MARK } from './copy.ts'
import { connectMysql, type MysqlConnection, type MysqlPackage, quoteName, readColumn } from './driver-package.ts'

type Execute = (sql: string) => Promise<unknown>

export interface MysqlServer {
  readonly driver: MysqlPackage
  /** Without the name of a database. */
  readonly url: string
}

const LOCK_LIMIT_S = 60

/** One process at a time: MySQL can't build under another name, because it renames no database. */
export async function prepareMysql(
  { driver, url }: MysqlServer,
  template: { database: string; fill: (execute: Execute) => Promise<void> },
): Promise<MysqlCopy> {
  const { database } = template
  const connection = await connectMysql(driver, url)
  try {
    await connection.query(`SELECT GET_LOCK('${database}', ${LOCK_LIMIT_S})`)
    const marks = await readColumn(
      connection,
      `SELECT 1 FROM information_schema.tables WHERE table_schema = '${database}' AND table_name = '${READY_MARK}'`,
    )
    if (marks.length === 0) await buildDatabase(connection, template)
    return await describeCopy(connection, database)
  } finally {
    await connection.end()
  }
}

async function buildDatabase(
  connection: MysqlConnection,
  { database, fill }: { database: string; fill: (execute: Execute) => Promise<void> },
): Promise<void> {
  await connection.query(`DROP DATABASE IF EXISTS ${database}; CREATE DATABASE ${database}; USE ${database}`)
  try {
    await fill((sql) => connection.query(sql))
    await connection.query(`CREATE TABLE ${database}.${READY_MARK} (id int)`)
  } catch (error) {
    await connection.query(`DROP DATABASE IF EXISTS ${database}`)
    throw error
  }
}

/** The table that Drizzle's migrator reads, filled as if it had run; drizzle-orm/mysql-core/dialect has the same words. */
export function mysqlJournal({ journal }: SchemaSql): string {
  const values = journal.map(({ hash, when }) => `('${hash}', ${when})`).join(', ')
  return `CREATE TABLE IF NOT EXISTS \`__drizzle_migrations\` (id serial primary key, hash text not null, created_at bigint);
    INSERT INTO \`__drizzle_migrations\` (\`hash\`, \`created_at\`) VALUES ${values};`
}

/** What a run leaves on a server that outlives it. */
export async function dropMysqlDatabases({ driver, url }: MysqlServer, prefix: string): Promise<void> {
  const connection = await connectMysql(driver, url)
  try {
    const names = await readColumn(connection, 'SHOW DATABASES')
    for (const name of names.filter((candidate) => candidate.startsWith(prefix))) {
      await connection.query(`DROP DATABASE IF EXISTS ${quoteName(name)}`)
    }
  } finally {
    await connection.end()
  }
}
