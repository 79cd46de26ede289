import type { Dialect } from '../types.ts'
import type { Drizzle, DrizzleColumn, DrizzleConfig, DrizzleIndex, DrizzleTable } from './open-drizzle.ts'
import type { RawColumn, RawDefault, RawForeignKey, RawIndex, RawPlace, RawTable } from './types.ts'

/** Where each table is exported. */
export type Places = ReadonlyMap<DrizzleTable, readonly RawPlace[]>

/** What Drizzle itself says of a table; null when it is of no dialect that was asked for. */
export function readRunTimeTable(drizzle: Drizzle, table: DrizzleTable, places: Places): RawTable | null {
  const dialect = drizzle.dialectOf(table)
  if (!dialect) return null
  const reader: Reader = { drizzle, table, dialect, places }
  const config = drizzle.configOf(table, dialect)
  const columns = Object.entries(drizzle.columnsOf(table))
  const indexes = config.indexes.map((index) => readIndex(reader, index))
  return {
    places: places.get(table) ?? [],
    dialect,
    name: config.name,
    schema: config.schema ?? null,
    columns: columns.map(([key, column]) => readColumn(reader, key, column)),
    primaryKey: config.primaryKeys.flatMap(({ columns: parts }) => parts.map((part) => keyOf(reader, part))),
    uniques: [
      ...config.uniqueConstraints.map((unique) => readUnique(reader, config, unique)),
      ...indexes.filter(({ unique }) => unique),
    ],
    indexes: indexes.filter(({ unique }) => !unique),
    foreignKeys: config.foreignKeys.map((key) => readForeignKey(reader, config, key)),
    checks: config.checks.map(({ name, value }) => ({ name, sql: drizzle.sqlText(value, dialect) })),
  }
}

interface Reader {
  readonly drizzle: Drizzle
  readonly table: DrizzleTable
  readonly dialect: Dialect
  readonly places: Places
}

function readColumn({ drizzle, dialect }: Reader, key: string, column: DrizzleColumn): RawColumn {
  const { depth, item } = unwrapList(column)
  return {
    key,
    name: drizzle.nameOf(column),
    isNamed: !column.keyAsName,
    columnType: item.columnType,
    dataType: item.dataType,
    sqlType: item.getSQLType(),
    notNull: column.notNull === true,
    hasDefault: column.hasDefault === true,
    default: readDefault(drizzle, column, dialect),
    hasDefaultFn: column.defaultFn !== undefined,
    onUpdate: column.onUpdateFn ? 'function' : column.hasOnUpdateNow ? 'sql' : null,
    primary: column.primary === true,
    unique: column.isUnique
      ? { name: column.uniqueName ?? null, nullsNotDistinct: column.uniqueType === 'not distinct' }
      : null,
    enumValues: item.enumValues && item.enumValues.length > 0 ? item.enumValues : null,
    length: item.length ?? null,
    precision: item.precision ?? null,
    scale: item.scale ?? null,
    withTimezone: item.withTimezone === true,
    depth,
    generated: column.generated ? (drizzle.sqlText(column.generated.as, dialect) ?? '?') : null,
    identity: column.generatedIdentity?.type ?? null,
  }
}

/** Lists are columns around columns, or, from drizzle-orm 1 on, columns with a number of dimensions. */
function unwrapList(column: DrizzleColumn): { depth: number; item: DrizzleColumn } {
  // A vector has dimensions of its own.
  if (column.dimensions && !/vector$/i.test(column.columnType)) return { depth: column.dimensions, item: column }
  if (!column.baseColumn) return { depth: 0, item: column }
  const inner = unwrapList(column.baseColumn)
  return { ...inner, depth: inner.depth + 1 }
}

function readDefault(drizzle: Drizzle, column: DrizzleColumn, dialect: Dialect): RawDefault | null {
  if (column.default === undefined) return null
  if (drizzle.isSql(column.default)) return { kind: 'sql', text: drizzle.sqlText(column.default, dialect) }
  const isScalar = ['string', 'number', 'boolean'].includes(typeof column.default)
  return { kind: 'literal', value: isScalar ? column.default : null }
}

function keyOf({ drizzle, table }: Reader, column: unknown): string {
  return findKey(drizzle, table, column) ?? '?'
}

/** Indexes hold copies of columns, which only the name identifies. */
function findKey(drizzle: Drizzle, table: DrizzleTable, wanted: unknown): string | null {
  const columns = Object.entries(drizzle.columnsOf(table))
  const same = columns.find(([, column]) => column === wanted)
  if (same) return same[0]
  const name = typeof wanted === 'object' && wanted !== null ? Reflect.get(wanted, 'name') : undefined
  return columns.find(([, column]) => column.name === name)?.[0] ?? null
}

function readIndex(reader: Reader, { config }: DrizzleIndex): RawIndex {
  const { drizzle, dialect } = reader
  return {
    name: config.name ?? null,
    unique: config.unique === true,
    columns: config.columns.filter((part) => !drizzle.isSql(part)).map((part) => keyOf(reader, part)),
    expressions: config.columns.filter(drizzle.isSql).map((part) => drizzle.sqlText(part, dialect) ?? '?'),
    partial: config.where !== undefined,
    where: config.where === undefined ? null : drizzle.sqlText(config.where, dialect),
    nullsNotDistinct: false,
  }
}

function readUnique(
  reader: Reader,
  config: DrizzleConfig,
  unique: DrizzleConfig['uniqueConstraints'][number],
): RawIndex {
  return {
    // From drizzle-orm 1 on, the name is made up only when migrations are written.
    name: unique.name ?? [config.name, ...unique.columns.map(({ name }) => name), 'unique'].join('_'),
    unique: true,
    columns: unique.columns.map((part) => keyOf(reader, part)),
    expressions: [],
    partial: false,
    where: null,
    nullsNotDistinct: unique.nullsNotDistinct === true,
  }
}

function readForeignKey(
  reader: Reader,
  config: DrizzleConfig,
  key: DrizzleConfig['foreignKeys'][number],
): RawForeignKey {
  const { drizzle, dialect } = reader
  const { name, columns, foreignTable, foreignColumns } = key.reference()
  const target = drizzle.configOf(foreignTable, dialect)
  const names = [config.name, ...columns.map(drizzle.nameOf), target.name, ...foreignColumns.map(drizzle.nameOf), 'fk']
  return {
    name: name ?? names.join('_'),
    columns: columns.map((column) => keyOf(reader, column)),
    table: target.name,
    schema: target.schema ?? null,
    places: reader.places.get(foreignTable) ?? [],
    foreignColumns: foreignColumns.map((column) => findKey(drizzle, foreignTable, column) ?? '?'),
    onDelete: key.onDelete ?? null,
    onUpdate: key.onUpdate ?? null,
  }
}
