import { UserError } from '../../errors.ts'
import type { EngineFacts } from '../../run/types.ts'
import { startPglite } from './pglite.ts'
import { startPostgres } from './postgres.ts'
import { findPostgres } from './postgres-binary.ts'

export type EnginePreference = 'auto' | 'postgres' | 'pglite'

/** What another process needs to use an engine; plain JSON. */
export interface EngineAddress {
  readonly kind: EngineFacts['kind']
  readonly facts: EngineFacts
  /** Without a database name; null for PGlite, which runs inside each test worker. */
  readonly url: string | null
  /** A file with an empty database, which PGlite loads much faster than it makes one; null for a server. */
  readonly emptySnapshot: string | null
  /** Temporary folder that disappears with the engine. */
  readonly folder: string
}

export interface Engine extends EngineAddress {
  /** Kills the server and removes its folder; safe to call twice. */
  stop(): Promise<void>
}

/** The variable through which a parent process hands its engine to the Vitest plugin. */
export const ENGINE_VARIABLE = 'ITEST_ENGINE'

/**
 * Starts a database that dies with this process, also when the process is killed. `auto` takes a local Postgres and
 * falls back to PGlite, whose `facts.limits` then say why. An abort of `signal` stops the engine.
 */
export async function startEngine(options: { preference: EnginePreference; signal?: AbortSignal }): Promise<Engine> {
  options.signal?.throwIfAborted()
  const engine = await chooseEngine(options.preference)
  if (options.signal?.aborted) {
    await engine.stop()
    options.signal.throwIfAborted()
  }
  options.signal?.addEventListener('abort', () => void engine.stop(), { once: true })
  return engine
}

/** The part of an engine that can be handed to another process. */
export function describeEngine({ kind, facts, url, emptySnapshot, folder }: EngineAddress): EngineAddress {
  return { kind, facts, url, emptySnapshot, folder }
}

async function chooseEngine(preference: EnginePreference): Promise<Engine> {
  if (preference === 'pglite') return startPglite([])
  const found = findPostgres()
  if (found.status === 'found') {
    if (preference === 'postgres') return startPostgres(found)
    try {
      return await startPostgres(found)
    } catch (error) {
      return startPglite([`the local Postgres in ${found.bin} did not start: ${firstLine(error)}`])
    }
  }
  if (preference === 'postgres')
    throw new UserError(`--database postgres: ${found.reason}`, {
      hint: 'Install PostgreSQL, name its folder in ITEST_PGBIN, or leave the option out to use PGlite.',
    })
  return startPglite([found.reason])
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
