import type { Effect } from '../faults/effects.ts'
import { prepareEffect } from '../faults/postgres/prepare-effect.ts'
import type { ProxyTarget } from '../faults/postgres/proxy.ts'
import { cannot, UNSUPPORTED } from '../faults/unsupported.ts'
import { RESETS, STAY_REPLICA } from './reset.ts'
import type { ServerCopy } from './server-database.ts'
import { connectBesideGuard, connectSide, type SideConnection } from './side-connection.ts'
import { adminUrl, type Template } from './template.ts'
import type { CopySource } from './template-desk.ts'

/** A database on the server, or, without one, a PGlite of this process behind a port of its own. */
export async function makePostgresCopy(
  { template, prefix }: CopySource,
  name: string,
): Promise<ServerCopy<ProxyTarget>> {
  if (template.kind !== 'postgres' && template.kind !== 'pglite') {
    throw new Error(`Expected a template of Postgres, found one of ${template.kind}.`)
  }
  const { kind } = template
  const url =
    kind === 'pglite' ? await serveSnapshot(template.snapshot) : await copyTemplate(template, `${prefix}${name}`)
  const side = await connectSide(url, kind)
  return {
    target: readTarget(url),
    side,
    prepareFault: async (target, effect) => {
      if (kind === 'pglite') assertPgliteCan(effect)
      return prepareEffect(side, target, effect)
    },
    reset: await prepareReset(template, url, side),
  }
}

/** By a connection of its own; PGlite has one session behind all of them. */
async function prepareReset(
  template: Template & { kind: 'postgres' | 'pglite' },
  url: string,
  side: SideConnection,
): Promise<() => Promise<void>> {
  if (template.kind === 'pglite') return () => side.execute(RESETS.replica)
  const own = await connectSide(url, 'postgres')
  const way = template.existing?.reset ?? 'replica'
  if (way === 'replica') await own.execute(STAY_REPLICA)
  return () => own.execute(RESETS[way])
}

function readTarget(href: string): ProxyTarget {
  const url = new URL(href)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  }
}

/** A sleep would hold up every connection, and no timeout of the server would end it. */
function assertPgliteCan(effect: Effect): void {
  if (effect.kind === 'delay') throw cannot(UNSUPPORTED.pglite.delay)
}

async function copyTemplate(template: Template & { kind: 'postgres' }, name: string): Promise<string> {
  const admin = await connectBesideGuard(adminUrl(template.url, template.existing))
  try {
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template.database}`)
  } finally {
    await admin.end()
  }
  return `${template.url}/${name}`
}

async function serveSnapshot(snapshot: string): Promise<string> {
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
  return `postgres://postgres:postgres@${server.getServerConn()}/postgres`
}
