import { randomBytes } from 'node:crypto'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'
import type { FileDatabase } from './file-database.ts'
import { RESET } from './reset.ts'
import { connectSide } from './side-connection.ts'
import type { Template } from './template.ts'

/** A database on the server, or, without one, a PGlite of this process behind a port of its own. */
export async function openPostgresDatabase(template: Template, runId: string): Promise<FileDatabase> {
  const url = template.kind === 'pglite' ? await serveSnapshot(template.snapshot) : await copyTemplate(template, runId)
  const side = await connectSide(url, template.kind)
  return { url, port: Number(new URL(url).port), side, reset: () => side.execute(RESET) }
}

/** The prefix of the databases of one run, so that its end can drop them. */
export function databasePrefix(runId: string): string {
  return `itest_${runId}_`
}

async function copyTemplate(template: Template & { kind: 'postgres' }, runId: string): Promise<string> {
  const name = `${databasePrefix(runId)}${process.pid}_${randomBytes(4).toString('hex')}`
  const admin = new pg.Client({ connectionString: `${template.url}/postgres` })
  await admin.connect()
  try {
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template.database}`)
  } finally {
    await admin.end()
  }
  return `${template.url}/${name}`
}

async function serveSnapshot(snapshot: string): Promise<string> {
  // Only machines without Postgres pay for loading it.
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
