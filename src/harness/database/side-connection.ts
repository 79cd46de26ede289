import pg from 'pg'
import { type ServerAccess, toClientConfig } from '../engine/server-access.ts'
import { connectServer } from '../faults/postgres/connect-server.ts'

export type Row = unknown[] | Record<string, unknown>

/** A connection beside the app's own, which no fault touches. */
export interface SideConnection {
  query(sql: string, parameters: unknown[], rowMode: 'array' | 'object'): Promise<Row[]>
  /** Several statements, without parameters. */
  execute(sql: string): Promise<void>
}

// How long a lock may be waited for: longer means that the app left a transaction open.
const LOCK_TIMEOUT = '5s'

// Drizzle maps these itself and expects the text; the same list is in drizzle-orm/node-postgres/session.
const AS_TEXT = new Set([1082, 1114, 1115, 1182, 1184, 1185, 1186, 1187, 1231])

const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    AS_TEXT.has(id) ? (value: string) => value : pg.types.getTypeParser(id, format),
}

/** Connects to the database of this test file, beside the fault proxy. */
export async function connectSide(access: ServerAccess, kind: 'postgres' | 'pglite'): Promise<SideConnection> {
  const client = await connectBesideGuard(access)
  // PGlite has one session for all connections, in which no such timeout fires.
  if (kind === 'postgres') await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`)
  return {
    query: (sql, parameters, rowMode) => runQuery(client, { sql, parameters, rowMode }),
    execute: async (sql) => void (await client.query(sql)),
  }
}

/** The app's connections lead to the fault proxy, whatever they ask for; this one does not. */
export async function connectBesideGuard(access: ServerAccess): Promise<pg.Client> {
  const socket = (await connectServer(access)).ref()
  // The driver wants to connect it itself, and to be told; a test may have stopped all other timers.
  Object.defineProperty(socket, 'connect', { value: () => process.nextTick(() => socket.emit('connect')) })
  const client = new pg.Client({ ...toClientConfig(access), ssl: false, stream: () => socket })
  client.on('error', () => {})
  await client.connect()
  return client
}

async function runQuery(
  client: pg.Client,
  query: { sql: string; parameters: unknown[]; rowMode: 'array' | 'object' },
): Promise<Row[]> {
  const { sql: text, parameters: values } = query
  if (query.rowMode === 'object') return (await client.query<Record<string, unknown>>({ text, values, types })).rows
  return (await client.query<unknown[]>({ text, values, types, rowMode: 'array' })).rows
}
