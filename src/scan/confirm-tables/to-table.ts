import type { ForeignKey, ReferentialAction, TableConstraints, Unique } from '../table-types.ts'
import type { Column, Dialect } from '../types.ts'
import { toColumn } from './to-column.ts'
import type { RawColumn, RawForeignKey, RawIndex, RawTable } from './types.ts'

/** A run-time table in the terms of the scan; `at` and `exportName` are the scan's business. */
export interface RunTimeTable extends TableConstraints {
  /** With the schema in front, if there is one. */
  readonly fullName: string
  readonly schema: string | null
  readonly dialect: Dialect
  readonly columns: readonly Column[]
}

/** `nameTable` gives the name by which the scan knows a table. */
export function toTable(
  raw: RawTable,
  nameTable: (table: Pick<RawTable, 'dialect' | 'schema' | 'name' | 'places'>) => string,
): RunTimeTable {
  const own = raw.columns.filter(({ primary }) => primary).map(({ key }) => key)
  const primaryKey = raw.primaryKey.length > 0 ? raw.primaryKey : own
  const foreignKeys = raw.foreignKeys.map((key) =>
    toForeignKey(key, nameTable({ ...key, dialect: raw.dialect, name: key.table })),
  )
  return {
    fullName: raw.schema === null ? raw.name : `${raw.schema}.${raw.name}`,
    schema: raw.schema,
    dialect: raw.dialect,
    columns: raw.columns.map((column) =>
      toColumn(column, { dialect: raw.dialect, foreignKeys, isKey: primaryKey.includes(column.key) }),
    ),
    primaryKey,
    uniques: [...raw.columns.flatMap((column) => ownUnique(raw, column)), ...raw.uniques.map(toUnique)],
    foreignKeys,
    checks: raw.checks,
    indexes: raw.indexes.map(({ name, columns, expressions, where }) => ({ name, columns, expressions, where })),
  }
}

const ACTIONS = ['cascade', 'restrict', 'no action', 'set null', 'set default'] as const

function toForeignKey({ name, columns, foreignColumns, ...key }: RawForeignKey, table: string): ForeignKey {
  return { name, columns, table, foreignColumns, onDelete: toAction(key.onDelete), onUpdate: toAction(key.onUpdate) }
}

function toAction(text: string | null): ReferentialAction | null {
  return ACTIONS.find((action) => action === text) ?? null
}

function ownUnique(table: RawTable, { key, name, unique }: RawColumn): Unique[] {
  if (!unique) return []
  // Drizzle makes the name up, from version 1 on only when it writes migrations.
  const made = unique.name ?? `${table.name}_${name}_unique`
  return [{ ...unique, name: made, columns: [key], expressions: [], partial: false, where: null }]
}

function toUnique({ name, columns, expressions, partial, where, nullsNotDistinct }: RawIndex): Unique {
  return { name, columns, expressions, partial, where, nullsNotDistinct }
}
