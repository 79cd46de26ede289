import type { FaultBoard } from '../faults/board.ts'
import type { FaultEngine } from '../faults/effects.ts'
import type { RunContext } from '../run-context.ts'
import { openPostgresDatabase } from './postgres-database.ts'
import type { SideConnection } from './side-connection.ts'

/** The database of one test file, a copy of the template. */
export interface FileDatabase {
  /** What the app is told to connect to. */
  readonly url: string
  /** The port on 127.0.0.1 that the app may reach for it; null for a database in a file. */
  readonly port: number | null
  readonly side: SideConnection
  readonly faults: FaultEngine
  /** Back to the state of the template. */
  reset(): Promise<void>
}

/** Makes and opens the database of this test file; the statements of the app meet the faults of the board. */
export async function openFileDatabase({ template, id }: RunContext, board: FaultBoard): Promise<FileDatabase> {
  return openPostgresDatabase({ template, runId: id, board })
}
