import { startProxy } from '../faults/postgres/proxy.ts'
import { UNSUPPORTED } from '../faults/unsupported.ts'
import { onDemand } from '../on-demand.ts'
import type { FileDatabase, FileDatabaseOptions } from './file-database.ts'
import { openServerDatabase } from './server-database.ts'

/** A database on the server, or, without one, a PGlite of this process behind a port of its own. */
export async function openPostgresDatabase(options: FileDatabaseOptions): Promise<FileDatabase> {
  const { name, publicName, board, unmet, ask, isShared } = options
  let isPglite = false
  const copy = onDemand(async () => {
    const { makePostgresCopy } = await import('./postgres-copy.ts')
    const source = await ask()
    isPglite = source.template.kind === 'pglite'
    return makePostgresCopy(source, { name, isShared })
  })
  const proxy = await startProxy(async () => (await copy.get()).target, board)
  // The proxy knows who may connect, so any user and any password is right.
  const url = `postgres://postgres:postgres@127.0.0.1:${proxy.port}/${publicName}`
  return openServerDatabase(copy, {
    dialect: 'postgres',
    url,
    port: proxy.port,
    unmet,
    isBusy: proxy.isBusy,
    closeIdle: proxy.closeIdle,
    findLack: () => (isPglite && proxy.hasWaiting() ? UNSUPPORTED.pglite['second-connection'] : null),
    release: () => {
      proxy.release()
      if (isPglite) proxy.breakWaiting()
    },
  })
}
