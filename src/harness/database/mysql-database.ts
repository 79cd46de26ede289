import type { FaultBoard } from '../faults/board.ts'
import { prepareEffect } from '../faults/mysql/prepare-effect.ts'
import { startMysqlProxy } from '../faults/mysql/proxy.ts'
import type { FileDatabase } from './file-database.ts'
import { createCopy } from './mysql/copy.ts'
import { connectMysql } from './mysql/driver-package.ts'
import { prepareMysqlReset } from './mysql/reset.ts'
import { createMysqlSide } from './mysql/side-connection.ts'
import type { Template } from './template.ts'

/** A database on the server. The app gets to it through the fault proxy, the test's side connection directly. */
export async function openMysqlDatabase(options: {
  template: Template & { kind: 'mysql' }
  name: string
  board: FaultBoard
}): Promise<FileDatabase> {
  const { template, name, board } = options
  const { copy, driver, product } = template
  const connection = await connectMysql(driver, template.url)
  await connection.query(`CREATE DATABASE ${name}; USE ${name}`)
  await createCopy(connection, copy)
  const side = await createMysqlSide(connection)
  const proxy = await startMysqlProxy({
    board,
    product,
    database: name,
    port: Number(new URL(template.url).port),
    kill: (id) => side.execute(`KILL QUERY ${id}`),
  })
  return {
    dialect: 'mysql',
    // The proxy knows who may connect, so any password is right; some apps refuse to start without one.
    url: `mysql://root:itest@127.0.0.1:${proxy.port}/${name}`,
    port: proxy.port,
    side,
    faults: {
      prepare: (target, effect) => prepareEffect({ side, product, database: name }, target, effect),
      limitConnections: proxy.closeIdle,
      findLack: () => null,
      release: proxy.release,
    },
    reset: await prepareMysqlReset(connection, { database: name, product, copy }),
  }
}
