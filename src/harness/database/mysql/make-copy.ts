import { prepareEffect } from '../../faults/mysql/prepare-effect.ts'
import type { MysqlTarget } from '../../faults/mysql/proxy.ts'
import type { ServerCopy } from '../server-database.ts'
import type { CopySource } from '../template-desk.ts'
import { createCopy } from './copy.ts'
import { connectMysql, type MysqlConnection, type MysqlPackage } from './driver-package.ts'
import { prepareMysqlReset } from './reset.ts'
import { createMysqlSide, limitLocks } from './side-connection.ts'

/** The test file's copy of the template, with a connection beside the fault proxy. */
export async function makeMysqlCopy({ template, prefix }: CopySource, name: string): Promise<ServerCopy<MysqlTarget>> {
  if (template.kind !== 'mysql') throw new Error(`Expected a template of MySQL, found one of ${template.kind}.`)
  const { copy, driver, product } = template
  const database = `${prefix}${name}`
  const connection = await connectMysql(driver, template.url)
  await connection.query(`CREATE DATABASE ${database}; USE ${database}`)
  await createCopy(connection, copy)
  const side = await createMysqlSide(connection)
  return {
    target: {
      port: Number(new URL(template.url).port),
      database,
      product,
      kill: (id) => side.execute(`KILL QUERY ${id}`),
    },
    side,
    prepareFault: (target, effect) => prepareEffect({ side, product, database }, target, effect),
    reset: await prepareMysqlReset(await connectToReset(driver, template.url, database), { database, product, copy }),
  }
}

async function connectToReset(driver: MysqlPackage, url: string, database: string): Promise<MysqlConnection> {
  const connection = await connectMysql(driver, `${url}/${database}`)
  await limitLocks(connection)
  return connection
}
