import { startMysqlProxy } from '../faults/mysql/proxy.ts'
import { onDemand } from '../on-demand.ts'
import type { FileDatabase, FileDatabaseOptions } from './file-database.ts'
import { openServerDatabase } from './server-database.ts'

/** A database on the server. */
export async function openMysqlDatabase(options: FileDatabaseOptions): Promise<FileDatabase> {
  const { name, publicName, board, ask } = options
  const copy = onDemand(async () => {
    const { makeMysqlCopy } = await import('./mysql/make-copy.ts')
    return makeMysqlCopy(await ask(), name)
  })
  const proxy = await startMysqlProxy(async () => (await copy.get()).target, board)
  // The proxy knows who may connect, so any password is right; some apps refuse to start without one.
  const url = `mysql://root:itest@127.0.0.1:${proxy.port}/${publicName}`
  return openServerDatabase(copy, { dialect: 'mysql', url, ...proxy, unmet: {}, findLack: () => null })
}
