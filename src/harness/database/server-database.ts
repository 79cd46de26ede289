import type { FaultEngine } from '../faults/effects.ts'
import { cannot } from '../faults/unsupported.ts'
import type { OnDemand } from '../on-demand.ts'
import type { FileDatabase, FileDatabaseOptions } from './file-database.ts'
import type { SideConnection } from './side-connection.ts'

/** A copy of the template on a server, and what is done to it beside the app. */
export interface ServerCopy<Target> {
  /** Where the fault proxy finds it. */
  readonly target: Target
  readonly side: SideConnection
  readonly prepareFault: FaultEngine['prepare']
  reset(): Promise<void>
}

/** The app gets to the copy through the fault proxy, which makes it wait for it; the side connection goes there directly. */
export function openServerDatabase(
  copy: OnDemand<ServerCopy<unknown>>,
  place: Pick<FileDatabase, 'dialect' | 'url' | 'port' | 'isBusy'> &
    Pick<FaultEngine, 'findLack' | 'release'> &
    Pick<FileDatabaseOptions, 'unmet'> & { closeIdle(): Promise<void> },
): FileDatabase {
  const { dialect, url, port, isBusy, unmet, closeIdle, findLack, release } = place
  return {
    dialect,
    url,
    port,
    side: {
      query: async (...query) => (await copy.get()).side.query(...query),
      execute: async (sql) => (await copy.get()).side.execute(sql),
    },
    faults: {
      prepare: async (target, effect) => {
        if (effect.kind === 'cut' && unmet.cut) throw cannot(unmet.cut)
        return (await copy.get()).prepareFault(target, effect)
      },
      limitConnections: async () => {
        if (unmet.connections) throw cannot(unmet.connections)
        await closeIdle()
      },
      findLack,
      release,
    },
    get progress() {
      return copy.progress
    },
    get error() {
      return copy.error
    },
    ...(isBusy ? { isBusy } : {}),
    open: async () => void (await copy.get()),
    reset: async () => {
      if (copy.progress !== 'not begun') await (await copy.get()).reset()
    },
  }
}
