import pg from 'pg'

export type Row = unknown[] | Record<string, unknown>

/** A connection beside the app's own, which no fault touches. */
export interface SideConnection {
  query(sql: string, parameters: unknown[], rowMode: 'array' | 'object'): Promise<Row[]>
  /** Several statements, without parameters. */
  execute(sql: string): Promise<void>
}

/** A fault's trigger lets sessions pass that have this setting. */
export const EXEMPT_SETTING = 'itest.side'

// How long a lock may be waited for: longer means that the app left a transaction open.
const LOCK_TIMEOUT = '5s'

// Drizzle maps these itself and expects the text; the same list is in drizzle-orm/node-postgres/session.
const AS_TEXT = new Set([1082, 1114, 1115, 1182, 1184, 1185, 1186, 1187, 1231])

const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    AS_TEXT.has(id) ? (value: string) => value : pg.types.getTypeParser(id, format),
}

/**
 * Connects to the database of this test file. PGlite has one session for all connections, so there the exemption from
 * faults is set for one transaction at a time.
 */
export async function connectSide(url: string, kind: 'postgres' | 'pglite'): Promise<SideConnection> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  if (kind === 'pglite') return shareSession(client)
  await client.query(`SET ${EXEMPT_SETTING} = 'on'; SET lock_timeout = '${LOCK_TIMEOUT}'`)
  return {
    query: (sql, parameters, rowMode) => runQuery(client, { sql, parameters, rowMode }),
    execute: async (sql) => void (await client.query(sql)),
  }
}

function shareSession(client: pg.Client): SideConnection {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const next = last.then(() => inExemptTransaction(client, run))
    last = next.catch(() => {})
    return next
  }
  return {
    query: (sql, parameters, rowMode) => inTurn(() => runQuery(client, { sql, parameters, rowMode })),
    execute: (sql) => inTurn(async () => void (await client.query(sql))),
  }
}

async function inExemptTransaction<T>(client: pg.Client, run: () => Promise<T>): Promise<T> {
  await client.query(`BEGIN; SET LOCAL ${EXEMPT_SETTING} = 'on'`)
  try {
    const result = await run()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

async function runQuery(
  client: pg.Client,
  query: { sql: string; parameters: unknown[]; rowMode: 'array' | 'object' },
): Promise<Row[]> {
  const { sql: text, parameters: values } = query
  if (query.rowMode === 'object') return (await client.query<Record<string, unknown>>({ text, values, types })).rows
  return (await client.query<unknown[]>({ text, values, types, rowMode: 'array' })).rows
}
