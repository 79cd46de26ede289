import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'
import { accessTo, adminAccess, type ServerAccess, toClientConfig } from '../engine/server-access.ts'
import type { FaultBoard } from '../faults/board.ts'
import type { Effect } from '../faults/effects.ts'
import { prepareEffect } from '../faults/postgres/prepare-effect.ts'
import { startProxy } from '../faults/postgres/proxy.ts'
import { cannot, UNSUPPORTED } from '../faults/unsupported.ts'
import type { FileDatabase } from './file-database.ts'
import { RESETS } from './reset.ts'
import { connectSide } from './side-connection.ts'
import type { Template } from './template.ts'

/**
 * A database on the server, or, without one, a PGlite of this process behind a port of its own. The app gets to it
 * through the fault proxy, the test's side connection directly.
 */
export async function openPostgresDatabase(options: {
  template: Extract<Template, { kind: 'postgres' | 'pglite' }>
  name: string
  board: FaultBoard
}): Promise<FileDatabase> {
  const { template, name, board } = options
  const direct =
    template.kind === 'pglite' ? await serveSnapshot(template.snapshot) : await copyTemplate(template, name)
  const side = await connectSide(direct, template.kind)
  const proxy = await startProxy(direct, board)
  return {
    dialect: 'postgres',
    // Any password will do: the proxy knows the server's, and the app need not.
    url: `postgres://${encodeURIComponent(direct.user)}:itest@127.0.0.1:${proxy.port}/${direct.database}`,
    port: proxy.port,
    side,
    faults: {
      prepare: async (target, effect) => {
        if (template.kind === 'pglite') assertPgliteCan(effect)
        return prepareEffect(side, target, effect)
      },
      limitConnections: proxy.closeIdle,
      findLack: () => {
        const isStuck = template.kind === 'pglite' && proxy.hasWaiting()
        return isStuck ? UNSUPPORTED.pglite['second-connection'] : null
      },
      release: () => {
        proxy.release()
        if (template.kind === 'pglite') proxy.breakWaiting()
      },
    },
    reset: () => side.execute(RESETS[(template.kind === 'postgres' && template.existing?.reset) || 'replica']),
  }
}

/** A sleep would hold up every connection, and no timeout of the server would end it. */
function assertPgliteCan(effect: Effect): void {
  if (effect.kind === 'delay') throw cannot(UNSUPPORTED.pglite.delay)
}

async function copyTemplate(template: Template & { kind: 'postgres' }, name: string): Promise<ServerAccess> {
  const admin = new pg.Client(toClientConfig(adminAccess(template)))
  await admin.connect()
  try {
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template.database}`)
  } finally {
    await admin.end()
  }
  return accessTo(template, name)
}

async function serveSnapshot(snapshot: string): Promise<ServerAccess> {
  // Only machines without Postgres pay for loading it.
  const { openSnapshot } = await import('../engine/pglite.ts')
  const server = new PGLiteSocketServer({
    db: await openSnapshot(snapshot),
    port: 0,
    host: '127.0.0.1',
    maxConnections: 100,
  })
  await server.start()
  return accessTo({ url: `postgres://postgres@${server.getServerConn()}`, existing: null }, 'postgres')
}
