import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import * as z from 'zod'
import { cached } from '../../cache-folder.ts'
import type { Engine } from './engine.ts'
import { makeEngineFolder, startKeeper } from './engine-folder.ts'

// Each of these was measured against a server: one session stands behind all connections.
const LIMITS = [
  'PGlite has one session behind all connections: while one connection has a transaction open, every other query waits',
  'SET leaks from one connection into the others',
  'statement_timeout and lock_timeout never fire',
  'LISTEN and NOTIFY do not reach the app',
  'a connection that drops in mid-transaction may leave its rows committed',
  'no statement can be delayed',
]

/** The degraded engine, for machines without Postgres: each test worker runs its own copy in WebAssembly. */
export async function startPglite(reasons: readonly string[]): Promise<Engine> {
  const folder = makeEngineFolder()
  const keeper = startKeeper(folder)
  try {
    return {
      kind: 'pglite',
      facts: { kind: 'pglite', version: readVersion(), limits: [...reasons, ...LIMITS] },
      url: null,
      emptySnapshot: await makeEmptySnapshot(folder),
      driver: null,
      existing: null,
      folder,
      stop: keeper.stop,
    }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

export function openSnapshot(file: string): Promise<PGlite> {
  return PGlite.create({ loadDataDir: new Blob([readFileSync(file)]) })
}

/** Readers see the whole snapshot or none. */
export async function saveSnapshot(database: PGlite, file: string): Promise<void> {
  const dump = await database.dumpDataDir('none')
  const draft = `${file}-${process.pid}`
  writeFileSync(draft, Buffer.from(await dump.arrayBuffer()))
  renameSync(draft, file)
}

/** The first start of PGlite on a machine takes several seconds, loading what it made less than two. */
async function makeEmptySnapshot(folder: string): Promise<string> {
  const build = async (target: string) => {
    const database = await PGlite.create()
    await saveSnapshot(database, target)
    await database.close()
  }
  const kept = await cached(`pglite-${readVersion()}-1.tar`, build)
  if (kept) return kept
  const local = join(folder, 'empty.tar')
  await build(local)
  return local
}

function readVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const manifest = readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version
}
