import type { MysqlProduct } from '../../engine/mysql-binary.ts'
import type { MysqlCopy } from './copy.ts'
import { type MysqlConnection, quoteName, readRows } from './driver-package.ts'

// InnoDB's own memory, which unlike information_schema.tables is never out of date and costs no look into each table.
const COUNTERS = { mysql: 'innodb_tablestats', mariadb: 'innodb_sys_tablestats' } satisfies Record<MysqlProduct, string>

/**
 * Gives a copy the way back to the rows of the template. DELETE with foreign keys off and no triggers is much faster than
 * TRUNCATE, and ALTER TABLE, which sets a counter back, costs half a millisecond: only those that moved are.
 */
export async function prepareMysqlReset(
  connection: MysqlConnection,
  options: { database: string; product: MysqlProduct; copy: MysqlCopy },
): Promise<() => Promise<void>> {
  const { database, product, copy } = options
  const read = () => readCounters(connection, database, COUNTERS[product])
  const start = await read()
  const rows = [
    'SET foreign_key_checks = 0',
    "SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
    ...copy.triggers.map(({ name }) => `DROP TRIGGER IF EXISTS ${quoteName(name)}`),
    'BEGIN',
    ...copy.tables.map((name) => `DELETE FROM ${quoteName(name)}`),
    ...copy.seeds,
    'COMMIT',
  ]
  return async () => {
    try {
      await connection.query(rows.join(';\n'))
      const moved = [...(await read())].filter(([name, counter]) => counter !== (start.get(name) ?? counter))
      const back = moved.map(([name]) => `ALTER TABLE ${quoteName(name)} AUTO_INCREMENT = ${start.get(name)}`)
      if (back.length > 0) await connection.query(back.join(';\n'))
      for (const { create } of copy.triggers) await connection.query(create)
    } finally {
      await connection.query('ROLLBACK; SET foreign_key_checks = 1; SET sql_mode = DEFAULT')
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
