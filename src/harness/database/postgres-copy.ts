import { accessTo, adminAccess, type ServerAccess } from '../engine/server-access.ts'
import type { Effect } from '../faults/effects.ts'
import { prepareEffect } from '../faults/postgres/prepare-effect.ts'
import { cannot, UNSUPPORTED } from '../faults/unsupported.ts'
import { RESETS, STAY_REPLICA } from './reset.ts'
import type { ServerCopy } from './server-database.ts'
import { connectBesideGuard, connectSide, type SideConnection } from './side-connection.ts'
import type { Template } from './template.ts'
import type { CopySource } from './template-desk.ts'

/** A database on the server, or, without one, a PGlite of this process behind a port of its own. */
export async function makePostgresCopy(
  { template, prefix }: CopySource,
  { name, isShared }: { name: string; isShared: boolean },
): Promise<ServerCopy<ServerAccess>> {
  if (template.kind !== 'postgres' && template.kind !== 'pglite') {
    throw new Error(`Expected a template of Postgres, found one of ${template.kind}.`)
  }
  const { kind } = template
  const target =
    kind === 'pglite'
      ? await serveSnapshot(template.snapshot)
      : await copyTemplate(template, { name: `${prefix}${name}`, isShared })
  const side = await connectSide(target, kind)
  return {
    target,
    side,
    prepareFault: async (target, effect) => {
      if (kind === 'pglite') assertPgliteCan(effect)
      return prepareEffect(side, target, effect)
    },
    reset: await prepareReset(template, target, side),
  }
}

/** By a connection of its own; PGlite has one session behind all of them. */
async function prepareReset(
  template: Template & { kind: 'postgres' | 'pglite' },
  target: ServerAccess,
  side: SideConnection,
): Promise<() => Promise<void>> {
  if (template.kind === 'pglite') return () => side.execute(RESETS.replica)
  const own = await connectSide(target, 'postgres')
  const way = template.existing?.reset ?? 'replica'
  if (way === 'replica') await own.execute(STAY_REPLICA)
  return () => own.execute(RESETS[way])
}

/** A sleep would hold up every connection, and no timeout of the server would end it. */
function assertPgliteCan(effect: Effect): void {
  if (effect.kind === 'delay') throw cannot(UNSUPPORTED.pglite.delay)
}

async function copyTemplate(
  template: Template & { kind: 'postgres' },
  { name, isShared }: { name: string; isShared: boolean },
): Promise<ServerAccess> {
  const admin = await connectBesideGuard(adminAccess(template))
  try {
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template.database}`)
  } catch (error) {
    if (!isShared || !isThere(error)) throw error
  } finally {
    await admin.end()
  }
  return accessTo(template, name)
}

/** Who comes second is told that it exists, or, at the same moment, that its name does. */
function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '42P04' || error.code === '23505')
}

async function serveSnapshot(snapshot: string): Promise<ServerAccess> {
  // Only machines without Postgres pay for loading them.
  const { PGLiteSocketServer } = await import('@electric-sql/pglite-socket')
  const { openSnapshot } = await import('../engine/pglite.ts')
  const server = new PGLiteSocketServer({
    db: await openSnapshot(snapshot),
    port: 0,
    host: '127.0.0.1',
    maxConnections: 100,
  })
  await server.start()
  return accessTo({ url: `postgres://postgres:postgres@${server.getServerConn()}`, existing: null }, 'postgres')
}
