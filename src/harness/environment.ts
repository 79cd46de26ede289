import type { FileDatabase } from './database/file-database.ts'
import type { ProjectFacts } from './project-facts.ts'

/** Points the app at the test database and gives it the other variables that it needs to start. */
export function setEnvironment(facts: ProjectFacts, { dialect, url }: Pick<FileDatabase, 'dialect' | 'url'>): void {
  Object.assign(process.env, facts.environment)
  if (dialect === 'sqlite') return nameFile(facts, url)
  nameServer(facts, url)
  if (dialect === 'postgres') nameForPostgres(url)
}

// neon's client makes the host of its server from that of the database, which must be a name. All of it leads to ours.
const NEON_HOST = 'ep-itest.database.test'

/** As a path or as a URL, by what the app expects; whatever it makes of it, it opens the test's file. */
function nameFile({ database, environment }: ProjectFacts, path: string): void {
  for (const name of database.urlVariables) {
    const isUrl = database.driver === 'libsql' || /^\w{2,}:/.test(environment[name] ?? '')
    process.env[name] = isUrl ? `file:${path}` : path
  }
}

function nameServer({ database }: ProjectFacts, databaseUrl: string): void {
  const url = new URL(databaseUrl)
  if (database.isNeon) url.hostname = NEON_HOST
  const parts = readParts(url.href)
  const { partVariables, urlVariables } = database
  for (const name of urlVariables) process.env[name] = url.href
  for (const part of ['host', 'port', 'user', 'password', 'database'] as const) {
    const name = partVariables[part]
    if (name !== undefined) process.env[name] = parts[part]
  }
}

/** Its drivers read these when the code names no server. */
function nameForPostgres(url: string): void {
  const { host, port, user, password, database } = readParts(url)
  Object.assign(process.env, {
    PGHOST: host,
    PGPORT: port,
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGSSLMODE: 'disable',
  })
}

function readParts(databaseUrl: string): Record<'host' | 'port' | 'user' | 'password' | 'database', string> {
  const url = new URL(databaseUrl)
  return {
    host: url.hostname,
    port: url.port,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  }
}
