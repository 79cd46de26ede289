import type { Casing, Dialect } from '../types.ts'
import type { ChildInput } from './types.ts'

/** The parts of drizzle-orm that are used here, of whichever version the project has. */

export interface DrizzleColumn {
  readonly name: string
  readonly keyAsName?: boolean
  readonly table: DrizzleTable
  readonly columnType: string
  readonly dataType: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly default: unknown
  readonly defaultFn?: unknown
  readonly onUpdateFn?: unknown
  readonly hasOnUpdateNow?: boolean
  readonly primary: boolean
  readonly isUnique: boolean
  readonly uniqueName?: string
  readonly uniqueType?: string
  readonly enumValues?: readonly string[]
  readonly length?: number
  readonly precision?: number
  readonly scale?: number
  readonly withTimezone?: boolean
  readonly dimensions?: number
  readonly baseColumn?: DrizzleColumn
  readonly generated?: { readonly as: unknown }
  readonly generatedIdentity?: { readonly type: 'always' | 'byDefault' }
  getSQLType(): string
}

export interface DrizzleTable {
  readonly enableRLS?: unknown
}

export interface DrizzleIndex {
  readonly config: {
    readonly name?: string
    readonly columns: readonly unknown[]
    readonly unique?: boolean
    readonly where?: unknown
  }
}

export interface DrizzleConfig {
  readonly name: string
  readonly schema?: string
  readonly indexes: readonly DrizzleIndex[]
  readonly foreignKeys: readonly {
    readonly onDelete?: string
    readonly onUpdate?: string
    reference(): {
      readonly name?: string
      readonly columns: readonly DrizzleColumn[]
      readonly foreignTable: DrizzleTable
      readonly foreignColumns: readonly DrizzleColumn[]
    }
  }[]
  readonly checks: readonly { readonly name: string; readonly value: unknown }[]
  readonly primaryKeys: readonly { readonly columns: readonly DrizzleColumn[] }[]
  readonly uniqueConstraints: readonly {
    readonly name?: string
    readonly columns: readonly DrizzleColumn[]
    readonly nullsNotDistinct?: boolean
  }[]
}

export interface Drizzle {
  isTable(value: unknown): value is DrizzleTable
  isSql(value: unknown): boolean
  dialectOf(table: DrizzleTable): Dialect | null
  configOf(table: DrizzleTable, dialect: Dialect): DrizzleConfig
  columnsOf(table: DrizzleTable): Readonly<Record<string, DrizzleColumn>>
  /** The name in the database. */
  nameOf(column: Pick<DrizzleColumn, 'name' | 'keyAsName'>): string
  sqlText(value: unknown, dialect: Dialect): string | null
}

// Typed as plain strings: these are the project's modules, resolved when this runs, and no imports of ours.
const MAIN: string = 'drizzle-orm'
const CASING: string = 'drizzle-orm/casing'
const CORES: Readonly<Record<Dialect, { module: string; table: string; dialects: readonly string[] }>> = {
  postgres: { module: 'drizzle-orm/pg-core', table: 'PgTable', dialects: ['PgDialect'] },
  sqlite: { module: 'drizzle-orm/sqlite-core', table: 'SQLiteTable', dialects: ['SQLiteSyncDialect', 'SQLiteDialect'] },
  mysql: { module: 'drizzle-orm/mysql-core', table: 'MySqlTable', dialects: ['MySqlDialect'] },
}

interface Core {
  readonly getTableConfig: (table: DrizzleTable) => DrizzleConfig
  readonly Table: unknown
  readonly writer: { sqlToQuery(value: unknown): { readonly sql: string } }
}

/** Loads the project's own drizzle-orm: with another copy its tables would not be recognised. */
export async function openDrizzle({ dialects, casing }: ChildInput): Promise<Drizzle> {
  const main = await import(MAIN)
  const cores = new Map<Dialect, Core>()
  for (const dialect of dialects) cores.set(dialect, await openCore(dialect, casing))
  const rename = await openCasing(casing)
  return {
    isTable: (value): value is DrizzleTable => main.is(value, main.Table),
    isSql: (value) => main.is(value, main.SQL),
    dialectOf: (table) => [...cores].find(([, core]) => main.is(table, core.Table))?.[0] ?? null,
    configOf: (table, dialect) => required(cores.get(dialect)).getTableConfig(table),
    columnsOf: (table) => (main.getTableColumns ?? main.getColumns)(table),
    nameOf: (column) => (column.keyAsName ? rename(column.name) : column.name),
    sqlText(value, dialect) {
      if (typeof value === 'string') return value
      const sql = typeof value === 'function' ? value() : value
      if (!main.is(sql, main.SQL)) return null
      return required(cores.get(dialect)).writer.sqlToQuery(sql.inlineParams?.() ?? sql).sql
    },
  }
}

async function openCore(dialect: Dialect, casing: Casing | null): Promise<Core> {
  const names = CORES[dialect]
  const core = await import(names.module)
  const Writer = names.dialects.map((name) => core[name]).find((candidate) => candidate !== undefined)
  return { getTableConfig: core.getTableConfig, Table: core[names.table], writer: new Writer(casing ? { casing } : {}) }
}

async function openCasing(casing: Casing | null): Promise<(name: string) => string> {
  if (!casing) return (name) => name
  const { toSnakeCase, toCamelCase } = await import(CASING)
  return casing === 'snake_case' ? toSnakeCase : toCamelCase
}

function required(core: Core | undefined): Core {
  if (core) return core
  throw new Error('a table of a dialect that analysis did not see')
}
