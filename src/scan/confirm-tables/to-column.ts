import { takesLength } from '../models/drizzle/column-json.ts'
import type { ForeignKey } from '../table-types.ts'
import type { Column, Dialect } from '../types.ts'
import type { RawColumn } from './types.ts'

interface Around {
  readonly dialect: Dialect
  readonly foreignKeys: readonly ForeignKey[]
  /** Part of the primary key. */
  readonly isKey: boolean
}

/** A run-time column in the terms of the scan. */
export function toColumn(raw: RawColumn, around: Around): Column {
  const type = toType(raw)
  return {
    key: raw.key,
    name: raw.name,
    type: `${type}${'[]'.repeat(raw.depth)}`,
    sqlType: type === 'customType' ? raw.sqlType : null,
    json: toJson(raw, type),
    mode: null,
    length: takesLength(type, around.dialect) ? raw.length : null,
    precision: raw.precision,
    scale: raw.scale,
    withTimezone: raw.withTimezone,
    notNull: raw.notNull || (around.isKey && around.dialect !== 'sqlite') || type === 'serial',
    hasDefault: raw.hasDefault || raw.generated !== null,
    ...toDefault(raw),
    onUpdate: raw.onUpdate,
    generated: raw.generated === null ? null : { sql: raw.generated },
    identity: raw.identity,
    primaryKey: raw.primary,
    unique: raw.primary || raw.unique !== null,
    enumValues: raw.depth > 0 ? null : raw.enumValues,
    references: toReference(raw.key, around.foreignKeys),
  }
}

/** Classes whose name says more, or something else, than the builder. */
const BUILDERS: Readonly<Record<string, string>> = {
  SQLiteTimestamp: 'integer',
  SQLiteBoolean: 'integer',
  SQLiteBigInt: 'blob',
  SQLiteBlobBuffer: 'blob',
  SQLiteBlobJson: 'blob',
  SQLiteTextJson: 'text',
  PgUUID: 'uuid',
  PgHalfVector: 'halfvec',
  PgSparseVector: 'sparsevec',
  PgBinaryVector: 'bit',
  PgEnumColumn: 'enum',
  PgEnumObjectColumn: 'enum',
  MySqlEnumColumn: 'mysqlEnum',
  MySqlEnumObjectColumn: 'mysqlEnum',
  MySqlDateTime: 'datetime',
  MySqlDateTimeString: 'datetime',
}

/** `PgBigInt53` is made by `bigint`. */
function toType({ columnType, sqlType }: RawColumn): string {
  const known = BUILDERS[columnType]
  if (known) return known
  if (columnType === 'MySqlText') return sqlType
  const bare = columnType
    .replace(/^(?:Pg|SQLite|MySql)/, '')
    .replace(/(?:53|64|String|Number|BigInt|Tuple|Object|ABC)$/, '')
  if (bare === 'CustomColumn') return 'customType'
  // `BigInt53` lost its number above, `BigInt` alone is what is left.
  const name = bare === '' ? 'bigint' : bare
  const flat = name.toLowerCase()
  return flat === 'doubleprecision' ? 'doublePrecision' : flat
}

const OBJECTS = /^(?:json|point|line|geometry)$/
const JSON_TYPES: Readonly<Record<string, Column['json']>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  json: 'object',
}

/** From drizzle-orm 1 on, the data type has two words: `string uuid`, `object json`. */
function toJson({ dataType, depth }: RawColumn, type: string): Column['json'] {
  if (depth > 0) return 'unknown'
  const [first = '', second = ''] = dataType.split(' ')
  if (first === 'bigint') return /^(?:bigint|numeric|decimal)$/.test(type) ? 'string' : 'unknown'
  if (first === 'object') return second === 'date' ? 'date' : OBJECTS.test(second) ? 'object' : 'unknown'
  return JSON_TYPES[first] ?? 'unknown'
}

function toDefault(raw: RawColumn): Pick<Column, 'defaultSource' | 'defaultSql' | 'defaultValue'> {
  const none = { defaultSql: null, defaultValue: null }
  if (raw.hasDefaultFn) return { ...none, defaultSource: 'function' }
  if (raw.default?.kind === 'sql') return { ...none, defaultSource: 'sql', defaultSql: raw.default.text }
  if (raw.default) {
    const { value } = raw.default
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    return { ...none, defaultSource: 'literal', defaultValue: isScalar ? value : null }
  }
  if (raw.onUpdate === 'function') return { ...none, defaultSource: 'function' }
  return { ...none, defaultSource: raw.hasDefault ? 'database' : null }
}

function toReference(key: string, foreignKeys: readonly ForeignKey[]): Column['references'] {
  const own = foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === key)
  const column = own?.foreignColumns[0]
  return own && column !== undefined
    ? { table: own.table, column, onDelete: own.onDelete, onUpdate: own.onUpdate }
    : null
}
