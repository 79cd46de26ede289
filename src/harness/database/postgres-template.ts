import { randomBytes } from 'node:crypto'
import pg from 'pg'
import {
  accessTo,
  adminAccess,
  type PostgresServer,
  type ServerAccess,
  toClientConfig,
} from '../engine/server-access.ts'

interface Job extends PostgresServer {
  readonly database: string
}

/** Makes the database, unless it is there already. */
export async function preparePostgres(
  job: Job,
  fill: (execute: (sql: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const admin = await connect(adminAccess(job))
  try {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [job.database])
    if (rowCount === 0) await buildDatabase(admin, job, fill)
  } finally {
    await admin.end()
  }
}

/** Builds under another name, so that nobody ever clones a half-made template. */
async function buildDatabase(admin: pg.Client, job: Job, fill: Parameters<typeof preparePostgres>[1]): Promise<void> {
  const draft = `${job.existing?.prefix ?? 'itest_'}draft_${randomBytes(6).toString('hex')}`
  await admin.query(`CREATE DATABASE ${draft}`)
  try {
    const client = await connect(accessTo(job, draft))
    try {
      await fill((sql) => client.query(sql))
    } finally {
      await client.end()
    }
    await rename(admin, draft, job.database)
  } catch (error) {
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`)
    throw error
  }
}

/** Another run on the same engine may have been quicker with the same schema, by a moment even. */
async function rename(admin: pg.Client, draft: string, name: string): Promise<void> {
  try {
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${name}`)
  } catch (error) {
    const isTaken = error instanceof pg.DatabaseError && /^(?:42P04|23505)$/.test(error.code ?? '')
    if (!isTaken) throw error
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`)
  }
}

/** What a run leaves on a server that outlives it. */
export async function dropPostgresDatabases(server: PostgresServer, prefix: string): Promise<void> {
  const admin = await connect(adminAccess(server))
  try {
    const { rows } = await admin.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    )
    for (const { datname } of rows) await admin.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
  } finally {
    await admin.end()
  }
}

async function connect(access: ServerAccess): Promise<pg.Client> {
  const client = new pg.Client(toClientConfig(access))
  await client.connect()
  return client
}
