import { randomBytes } from 'node:crypto'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'
import type { Template } from './template.ts'

/** The prefix of the databases of one run, so that its end can drop them. */
export function databasePrefix(runId: string): string {
  return `itest_${runId}_`
}

/** Makes the database of this test file, a copy of the template, and returns its URL. */
export async function createFileDatabase(template: Template, runId: string): Promise<string> {
  if (template.kind === 'pglite') return serveSnapshot(template.snapshot)
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
