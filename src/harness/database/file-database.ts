import { randomBytes } from 'node:crypto'
import type { FaultBoard } from '../faults/board.ts'
import type { FaultEngine } from '../faults/effects.ts'
import { INSIDE_APP } from '../faults/unsupported.ts'
import type { ProjectFacts } from '../project-facts.ts'
import type { RunContext } from '../run-context.ts'
import { askDesk } from './ask-desk.ts'
import type { SideConnection } from './side-connection.ts'
import { redirectSqlite } from './sqlite/redirect.ts'
import type { CopySource } from './template-desk.ts'

/** The database of one test file, a copy of the template. On a server it is made when somebody connects or asks. */
export interface FileDatabase {
  readonly dialect: 'postgres' | 'sqlite' | 'mysql'
  /** What the app is told to connect to; the path of the file for SQLite. */
  readonly url: string
  /** The port on 127.0.0.1 that the app may reach for it; null for a database in a file. */
  readonly port: number | null
  readonly side: SideConnection
  readonly faults: FaultEngine
  readonly progress: 'not begun' | 'under way' | 'done' | 'failed'
  /** Why it could not be made. */
  readonly error: unknown
  /** Whether a statement of the app is under way; absent: that can't be told. */
  readonly isBusy?: () => boolean
  /** Closes what the app has open; absent: those are sockets. */
  readonly closeOpened?: () => void
  /** Makes it now. */
  open(): Promise<void>
  /** Back to the state of the template. */
  reset(): Promise<void>
}

export interface FileDatabaseOptions {
  /** Of the database, behind the prefix of the run. */
  readonly name: string
  /** What the app is told that it is called. */
  readonly publicName: string
  readonly board: FaultBoard
  /** Kinds of faults that the app can't meet, and why. */
  readonly unmet: Readonly<Partial<Record<'cut' | 'connections', string>>>
  /** Starts the engine and makes the template, if that has not happened in this run. */
  readonly ask: () => Promise<CopySource>
  /** Other files may have made it already. */
  readonly isShared: boolean
}

/** Opens the database of this test file to the app, whose statements meet the faults of the board. */
export async function openFileDatabase(
  { id, facts, desk, shared }: RunContext & { facts: ProjectFacts; shared: string | null },
  board: FaultBoard,
): Promise<FileDatabase> {
  // Some apps refuse to run their tests on a database that is not called so.
  const name = shared ?? `${process.pid}_${randomBytes(4).toString('hex')}_test`
  const options = {
    name,
    publicName: `itest_${id}_${name}`,
    board,
    unmet: facts.database.isPglite ? INSIDE_APP : {},
    ask: () => askDesk(desk),
    isShared: shared !== null,
  }
  if (facts.database.dialect === 'sqlite') return (await import('./sqlite-database.ts')).openSqliteDatabase(options)
  redirectSqlite(null)
  switch (facts.database.dialect) {
    case 'mysql':
      return (await import('./mysql-database.ts')).openMysqlDatabase(options)
    default:
      return (await import('./postgres-database.ts')).openPostgresDatabase(options)
  }
}
