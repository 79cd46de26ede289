import { setTimeout as delay } from 'node:timers/promises'
import type { Row, SideConnection } from '../side-connection.ts'
import type { SqliteConnection } from './driver-package.ts'

// How long a lock may be waited for: longer means that the app left a transaction open. It runs in this very thread, so
// SQLite's own busy timeout, which blocks the thread, would wait for nobody.
const LOCK_LIMIT_MS = 1000
const LOCK_STEP_MS = 10

/** A connection beside the app's own, by the same package; `open` says which one is to be used. */
export function connectSqliteSide(open: () => SqliteConnection): SideConnection {
  return {
    query: (sql, parameters, rowMode) => waitForLock(() => runQuery(open(), { sql, parameters, rowMode })),
    execute: (sql) => waitForLock(() => void open().exec(sql)),
  }
}

/** Tries again while the app holds a lock, and leaves it the thread in between. */
export async function waitForLock<T>(run: () => T): Promise<T> {
  const limit = performance.now() + LOCK_LIMIT_MS
  for (;;) {
    try {
      return run()
    } catch (error) {
      if (!isBusy(error) || performance.now() > limit) throw error
      await delay(LOCK_STEP_MS)
    }
  }
}

export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_(?:BUSY|LOCKED)/.test(String(error.code))
}

function runQuery(
  connection: SqliteConnection,
  query: { sql: string; parameters: unknown[]; rowMode: 'array' | 'object' },
): Row[] {
  const statement = connection.prepare(query.sql)
  if (!statement.reader) {
    statement.run(query.parameters)
    return []
  }
  const rows: unknown = statement.raw(query.rowMode === 'array').all(query.parameters)
  return isRows(rows) ? rows : []
}

function isRows(rows: unknown): rows is Row[] {
  return Array.isArray(rows)
}
