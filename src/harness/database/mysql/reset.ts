import type { MysqlProduct } from '../../engine/mysql-binary.ts'
import type { MysqlCopy } from './copy.ts'
import { type MysqlConnection, quoteName, readRows } from './driver-package.ts'

// InnoDB's own memory, which unlike information_schema.tables is never out of date and costs no look into each table.
const COUNTERS = { mysql: 'innodb_tablestats', mariadb: 'innodb_sys_tablestats' } satisfies Record<MysqlProduct, string>

/** MariaDB runs a block in two thirds of the time, and answers once; MySQL takes blocks in stored procedures only. */
const AS_ONE = {
  mysql: (statements) => statements.join(';\n'),
  mariadb: (statements) => `BEGIN NOT ATOMIC\n${statements.join(';\n')};\nEND`,
} satisfies Record<MysqlProduct, (statements: readonly string[]) => string>

/**
 * Gives a copy the way back to the rows of the template, over a connection that does nothing else. DELETE with foreign keys
 * off and no triggers is much faster than TRUNCATE, but leaves AUTO_INCREMENT where it is, and the ALTER TABLE that sets it
 * back writes a file: only those that moved are set back.
 */
export async function prepareMysqlReset(
  connection: MysqlConnection,
  options: { database: string; product: MysqlProduct; copy: MysqlCopy },
): Promise<() => Promise<void>> {
  const { database, product, copy } = options
  await connection.query("SET foreign_key_checks = 0, sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
  const read = () => readCounters(connection, database, COUNTERS[product])
  const start = await read()
  const rows = [
    ...copy.triggers.map(({ name }) => `DROP TRIGGER IF EXISTS ${quoteName(name)}`),
    'START TRANSACTION',
    ...copy.tables.map((name) => `DELETE FROM ${quoteName(name)}`),
    ...copy.seeds,
    'COMMIT',
  ]
  return async () => {
    const moved = [...(await read())].filter(([name, counter]) => counter !== (start.get(name) ?? counter))
    const back = moved.map(([name]) => `ALTER TABLE ${quoteName(name)} AUTO_INCREMENT = ${start.get(name)}`)
    try {
      await connection.query(AS_ONE[product]([...rows, ...back]))
      for (const { create } of copy.triggers) await connection.query(create)
    } catch (error) {
      await connection.query('ROLLBACK')
      throw error
    }
  }
}

/** Where the AUTO_INCREMENT of each table stands. */
async function readCounters(
  connection: MysqlConnection,
  database: string,
  source: string,
): Promise<Map<string, string>> {
  const rows = await readRows(
    connection,
    `SELECT name, autoinc FROM information_schema.${source} WHERE name LIKE '${database.replaceAll('_', '\\_')}/%'`,
  )
  return new Map(
    rows.flatMap(([name, counter]) => {
      const table = decodeFileName(name?.split('/')[1] ?? '')
      return counter && counter !== '0' ? [[table, counter]] : []
    }),
  )
}

/** InnoDB knows tables by the names of files: `a-b` is `a@002db` there. */
function decodeFileName(name: string): string {
  return name.replace(/@([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
