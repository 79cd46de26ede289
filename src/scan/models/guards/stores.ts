import type { StoreFact } from '../../facts/types.ts'
import { knownString, type ObjectValue, type PackageValue, type Value } from '../../interpret/values.ts'
import { madeWith } from './strategy-names.ts'

/** Stores that keep rows, with the option that names their table, and the name without it. */
const TABLES: Readonly<Record<string, readonly [option: string, usual: string]>> = {
  'connect-pg-simple': ['tableName', 'session'],
  'connect-sqlite3': ['table', 'sessions'],
  'better-sqlite3-session-store': ['table', 'sessions'],
  'connect-session-knex': ['tableName', 'sessions'],
  'connect-session-sequelize': ['tableName', 'Session'],
  'express-mysql-session': ['tableName', 'sessions'],
  'rate-limit-postgresql': ['tableName', 'rate_limit'],
}

/** Stores in the memory of the process, which never fail. */
const MEMORY = /^(?:memorystore|express-session|express-rate-limit)$/

/** Where middleware keeps what it knows between requests; null: in memory. */
export function storeOf(value: Value | undefined): StoreFact | null {
  if (!value || (value.kind === 'literal' && !value.value)) return null
  if (value.kind !== 'package')
    return { package: value.kind === 'object' ? (value.type?.name ?? null) : null, table: null }
  if (MEMORY.test(value.module)) return null
  const [option, usual] = TABLES[value.module] ?? []
  const given = option ? optionOf(value, option) : undefined
  const table = given ? knownString(given) : (usual ?? null)
  return { package: value.module, table }
}

function optionOf(store: PackageValue, name: string): Value | undefined {
  const options = madeWith(store).find((arg): arg is ObjectValue => arg.kind === 'object')
  return options?.fields.get(name)
}
