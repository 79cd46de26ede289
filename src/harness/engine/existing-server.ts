import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import pg from 'pg'
import { UserError } from '../../errors.ts'
import { RESET_BY_TRUNCATE, type ResetKind } from '../database/reset.ts'
import type { Engine } from './engine.ts'
import { isAlive, makeEngineFolder, startKeeper } from './engine-folder.ts'
import { readServerUrl } from './read-server-url.ts'
import { adminAccess, type ServerAccess, type ServerTls, toClientConfig } from './server-access.ts'

/** What is special about a server that the user gave; plain JSON. */
export interface ExistingServer {
  /** The database of the URL. Others are made from there; nothing is written to it. */
  readonly database: string
  /** Of the name of every database that this process makes: `itest_<machine>_<process>_<time>_`. */
  readonly prefix: string
  readonly reset: ResetKind
  /** The folder of its local socket; null where it has an address. */
  readonly socket: string | null
  readonly tls: ServerTls | null
}

const OLDEST = 130_000
const STALE_MS = 86_400_000

const FACTS = `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
  current_user AS role, (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS can_create`

interface ServerFacts {
  readonly version: string
  readonly number: number
  readonly role: string
  readonly can_create: boolean
}

/**
 * A Postgres server that is there already. Only databases named `itest_*` are made on it, and dropped when the engine
 * stops; those of processes that were killed, by the next one.
 */
export async function useServer(databaseUrl: string): Promise<Engine> {
  const { url, database, place, socket, tls } = await readServerUrl(databaseUrl)
  const prefix = `itest_${machineId()}_${process.pid}_${Date.now().toString(36)}_`
  const server = { url, existing: { database, prefix, reset: 'replica', socket, tls } as const }
  const admin = await connect(adminAccess(server), place)
  try {
    const { version, reset } = await examine(admin)
    await dropDatabases(admin, isStale)
    const folder = makeEngineFolder()
    const keeper = startKeeper(folder)
    return {
      kind: 'postgres',
      facts: {
        kind: 'postgres',
        version: version.split(' ')[0] ?? version,
        limits: reset === 'truncate' ? [RESET_BY_TRUNCATE] : [],
        place: `on the server at ${place}`,
      },
      url,
      emptySnapshot: null,
      driver: null,
      existing: { ...server.existing, reset },
      folder,
      stop: () => leave({ access: adminAccess(server), place, prefix }, keeper.stop),
    }
  } finally {
    await admin.end()
  }
}

async function connect(access: ServerAccess, place: string): Promise<pg.Client> {
  const client = new pg.Client(toClientConfig(access))
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UserError(`The database server at ${place} let nobody in: ${reason}`, {
      hint: 'Start it or correct the URL; without one, itest starts a database of its own.',
      cause,
    })
  }
}

async function examine(admin: pg.Client): Promise<{ version: string; reset: ResetKind }> {
  const { rows } = await admin.query<ServerFacts>(FACTS)
  const [facts] = rows
  if (!facts || facts.number < OLDEST) {
    throw new UserError(`Expected PostgreSQL 13 or newer, found ${facts?.version}.`, { hint: 'Give a newer server.' })
  }
  if (!facts.can_create) {
    throw new UserError(`The role ${facts.role} can't create databases on this server.`, {
      hint: `ALTER ROLE "${facts.role}" CREATEDB; each test file gets a database of its own.`,
    })
  }
  return { version: facts.version, reset: await chooseReset(admin) }
}

/** Postgres lets a superuser skip triggers and foreign keys, and whom a superuser lets. */
async function chooseReset(admin: pg.Client): Promise<ResetKind> {
  try {
    await admin.query("SELECT set_config('session_replication_role', 'replica', true)")
    return 'replica'
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return 'truncate'
    throw error
  }
}

async function leave(
  server: { access: ServerAccess; place: string; prefix: string },
  stopKeeper: () => Promise<void>,
): Promise<void> {
  try {
    const admin = await connect(server.access, server.place)
    await dropDatabases(admin, (name) => name.startsWith(server.prefix)).finally(() => admin.end())
  } finally {
    await stopKeeper()
  }
}

async function dropDatabases(admin: pg.Client, isOurs: (name: string) => boolean): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE starts_with(datname, 'itest_')",
  )
  const names = rows.map(({ datname }) => datname).filter(isOurs)
  for (const name of names) await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
}

/** Of a process of this machine that is gone; of another machine, a day later. */
function isStale(name: string): boolean {
  const [, machine, pid, time] = /^itest_([0-9a-f]{8})_(\d+)_([0-9a-z]+)_/.exec(name) ?? []
  if (machine === undefined || time === undefined) return false
  if (machine === machineId()) return !isAlive(Number(pid))
  return Date.now() - Number.parseInt(time, 36) > STALE_MS
}

function machineId(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
}
