import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'
import type { FileDatabase } from './file-database.ts'
import { RESET } from './reset.ts'
import { connectSide } from './side-connection.ts'
import type { Template } from './template.ts'

type PostgresTemplate = Exclude<Template, { kind: 'sqlite' }>

/** A database on the server, or, without one, a PGlite of this process behind a port of its own. */
export async function openPostgresDatabase(template: PostgresTemplate, name: string): Promise<FileDatabase> {
  const url = template.kind === 'pglite' ? await serveSnapshot(template.snapshot) : await copyTemplate(template, name)
  const side = await connectSide(url, template.kind)
  return { dialect: 'postgres', url, port: Number(new URL(url).port), side, reset: () => side.execute(RESET) }
}

async function copyTemplate(template: Template & { kind: 'postgres' }, name: string): Promise<string> {
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
