import { randomBytes } from 'node:crypto'
import type { EngineAddress } from '../engine/engine.ts'
import type { FaultBoard } from '../faults/board.ts'
import type { FaultEngine } from '../faults/effects.ts'
import type { RunContext } from '../run-context.ts'
import { openMysqlDatabase } from './mysql-database.ts'
import { openPostgresDatabase } from './postgres-database.ts'
import type { SideConnection } from './side-connection.ts'
import { openSqliteDatabase } from './sqlite-database.ts'

/** The database of one test file, a copy of the template. */
export interface FileDatabase {
  readonly dialect: 'postgres' | 'sqlite' | 'mysql'
  /** What the app is told to connect to; the path of the file for SQLite. */
  readonly url: string
  /** The port on 127.0.0.1 that the app may reach for it; null for a database in a file. */
  readonly port: number | null
  readonly side: SideConnection
  readonly faults: FaultEngine
  /** Back to the state of the template. */
  reset(): Promise<void>
}

/** Makes and opens the database of this test file; the statements of the app meet the faults of the board. */
export async function openFileDatabase({ template, prefix }: RunContext, board: FaultBoard): Promise<FileDatabase> {
  // Some apps refuse to run their tests on a database that is not called so.
  const name = `${prefix}${process.pid}_${randomBytes(4).toString('hex')}_test`
  if (template.kind === 'sqlite') return openSqliteDatabase({ template, name, board })
  if (template.kind === 'mysql') return openMysqlDatabase({ template, name, board })
  return openPostgresDatabase({ template, name, board })
}

/** The prefix of the databases of one run, so that its end can drop them. */
export function databasePrefix({ existing }: EngineAddress, runId: string): string {
  return `${existing?.prefix ?? 'itest_'}${runId}_`
}
