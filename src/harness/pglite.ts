import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import * as z from 'zod'
import { cached } from './cache-folder.ts'
import type { Engine } from './engine.ts'
import { makeEngineFolder, startKeeper } from './engine-folder.ts'

// Each of these was measured against a server: one session stands behind all connections.
const LIMITS = [
  'PGlite has one session behind all connections: while one connection has a transaction open, every other query waits',
  'SET leaks from one connection into the others',
  'statement_timeout and lock_timeout never fire',
  'LISTEN and NOTIFY do not reach the app',
  'a connection that drops in mid-transaction may leave its rows committed',
]

/** The degraded engine, for machines without Postgres: each test worker runs its own copy in WebAssembly. */
export async function startPglite(reasons: readonly string[]): Promise<Engine> {
  const folder = makeEngineFolder()
  const keeper = await startKeeper({ folder, server: null })
  return {
    kind: 'pglite',
    facts: { kind: 'pglite', version: readVersion(), limits: [...reasons, ...LIMITS] },
    url: null,
    folder,
    stop: keeper.stop,
  }
}

/** Opens a copy of a snapshot, or an empty database from the cache: the very first start takes several seconds. */
export async function openPglite(snapshot: string | null): Promise<PGlite> {
  const source =
    snapshot ??
    (await cached(`pglite-${readVersion()}-1.tar`, async (target) => {
      const fresh = await PGlite.create()
      const dump = await fresh.dumpDataDir('none')
      writeFileSync(target, Buffer.from(await dump.arrayBuffer()))
      await fresh.close()
    }))
  return source ? PGlite.create({ loadDataDir: new Blob([readFileSync(source)]) }) : PGlite.create()
}

function readVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const manifest = readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version
}
