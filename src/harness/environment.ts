import type { ProjectFacts } from './project-facts.ts'

/** Points the app at the test database and gives it the other variables that it needs to start. */
export function setEnvironment(facts: ProjectFacts, databaseUrl: string): void {
  const url = new URL(databaseUrl)
  const parts = {
    host: url.hostname,
    port: url.port,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  }
  const { partVariables, urlVariables } = facts.database
  Object.assign(process.env, facts.environment, {
    PGHOST: parts.host,
    PGPORT: parts.port,
    PGUSER: parts.user,
    PGPASSWORD: parts.password,
    PGDATABASE: parts.database,
    PGSSLMODE: 'disable',
  })
  for (const name of urlVariables) process.env[name] = databaseUrl
  for (const part of ['host', 'port', 'user', 'password', 'database'] as const) {
    const name = partVariables[part]
    if (name !== undefined) process.env[name] = parts[part]
  }
}
