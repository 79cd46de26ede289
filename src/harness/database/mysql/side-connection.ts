import type { Row, SideConnection } from '../side-connection.ts'
import type { MysqlConnection, MysqlQuery } from './driver-package.ts'

// How long a lock may be waited for: longer means that the app left a transaction open.
const LOCK_TIMEOUT_S = 2

// Drizzle maps these itself and expects the text; the same list is in drizzle-orm/mysql2/session.
const AS_TEXT = new Set(['TIMESTAMP', 'DATETIME', 'DATE'])

const typeCast: MysqlQuery['typeCast'] = (field, next) => (AS_TEXT.has(field.type) ? field.string() : next())

/**
 * A connection beside the fault proxy. In the row mode `object` it hands on mysql2's own answer, which is what Drizzle
 * wants: a list of rows, or one description of what was written.
 */
export async function createMysqlSide(connection: MysqlConnection): Promise<SideConnection> {
  await limitLocks(connection)
  await connection.query('SET foreign_key_checks = 1')
  return {
    query: async (sql, parameters, rowMode) => {
      const [answer] = await connection.query({ sql, rowsAsArray: rowMode === 'array', typeCast }, parameters)
      if (rowMode === 'array') return isRows(answer) ? answer : []
      return isRow(answer) ? [answer] : []
    },
    execute: async (sql) => void (await connection.query(sql)),
  }
}

export async function limitLocks(connection: MysqlConnection): Promise<void> {
  await connection.query(`SET innodb_lock_wait_timeout = ${LOCK_TIMEOUT_S}, lock_wait_timeout = ${LOCK_TIMEOUT_S}`)
}

function isRows(answer: unknown): answer is Row[] {
  return Array.isArray(answer)
}

function isRow(answer: unknown): answer is Row {
  return typeof answer === 'object' && answer !== null
}
