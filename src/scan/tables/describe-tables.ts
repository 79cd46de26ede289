import path from 'node:path'
import { listCommonJs } from '../interpret/common-js.ts'
import { express } from '../interpret/express-value.ts'
import { type Machine, type Module, noteRecord } from '../interpret/machine.ts'
import { knownString, type PackageValue, type TableValue, type Value } from '../interpret/values.ts'
import { callAfter, callsAfter, optionOf, placeOf } from '../models/drizzle/builder-chain.ts'
import { hasNullsNotDistinct, namedDefault } from '../models/drizzle/column-defaults.ts'
import { tryCall } from '../models/drizzle/columns.ts'
import { readExtras, toAction, uniqueName } from '../models/drizzle/constraints.ts'
import { type SqlContext, sqlText } from '../models/drizzle/sql-text.ts'
import { locate, relativePath } from '../syntax/syntax.ts'
import type { ForeignKey, Unique } from '../table-types.ts'
import type { Casing, Column, Table } from '../types.ts'
import { applyCasing, readCasing } from './casing.ts'

/**
 * Every table with what could be read only when all tables were known: what it points at, and the names of its columns.
 * What a foreign key points at may only come up while they are described.
 */
export function describeTables(machine: Machine): Table[] {
  const casing = readCasing(machine)
  const { steps } = machine
  const { size } = machine.tables
  const described = [...machine.tables.values()].map((table) => {
    machine.steps = 0
    return describeTable({ machine, casing, dialect: table.dialect }, table)
  })
  machine.steps = steps
  if (machine.tables.size > size) return describeTables(machine)
  // In which order modules were needed is nobody's concern.
  return described.sort((a, b) => (`${a.name} ${a.at.file}` < `${b.name} ${b.at.file}` ? -1 : 1))
}

function describeTable(context: SqlContext, table: TableValue): Table {
  const extras = readExtras(context, table)
  const columns = table.columns.map((column) => describeColumn(context, table, column))
  const own = columns.filter((column) => column.primaryKey).map(({ key }) => key)
  const primaryKey = extras.primaryKey.length > 0 ? extras.primaryKey : own
  return {
    name: table.name,
    schema: table.schema,
    dialect: table.dialect,
    ...exportOf(context.machine, table),
    // SQLite alone allows NULL in the columns of a primary key.
    columns: columns.map((column) =>
      table.dialect !== 'sqlite' && primaryKey.includes(column.key) ? { ...column, notNull: true } : column,
    ),
    primaryKey,
    uniques: [...columns.flatMap((column) => ownUnique(table, column)), ...extras.uniques],
    foreignKeys: [...columns.flatMap(({ key }) => ownForeignKeys(context, table, key)), ...extras.foreignKeys].map(
      (key) => ({
        ...key,
        name: key.name ?? foreignKeyName(context, table, key),
      }),
    ),
    checks: extras.checks,
    indexes: extras.indexes,
  }
}

function describeColumn(context: SqlContext, table: TableValue, column: Column): Column {
  const builder = table.builders.get(column.key)
  if (!builder) return column
  return {
    ...column,
    name: table.unnamed.has(column.key) ? applyCasing(column.key, context.casing) : column.name,
    defaultSql: column.defaultSource === 'sql' ? readDefaultSql(context, builder) : null,
    generated: column.generated && { sql: readGenerated(context, table, builder) },
    references: readReferences(context, table, column.key)[0] ?? null,
  }
}

function readDefaultSql(context: SqlContext, builder: PackageValue): string | null {
  const given = callAfter(builder, 'default')?.[0]
  return given ? readSql(context, given, builder) : namedDefault(builder)
}

/** `generatedAlwaysAs` takes SQL, a function that gives it, or the bare text. */
function readGenerated(context: SqlContext, table: TableValue, builder: PackageValue): string | null {
  const given = callAfter(builder, 'generatedAlwaysAs')?.[0]
  if (!given) return null
  const value =
    given.kind === 'function'
      ? tryCall(context.machine, { callee: given, self: null, args: [], node: table.node })
      : given
  return knownString(value ?? undefined) ?? (value ? readSql(context, value, builder) : null)
}

function readSql(context: SqlContext, value: Value, builder: PackageValue): string | null {
  const text = sqlText(context, express(value))
  const at = placeOf(builder)
  if (text === null && at) noteRecord(context.machine, { what: "SQL of a column can't be read", text: '', at })
  return text
}

type Reference = NonNullable<Column['references']>

/** A column may point at several others. */
function readReferences(context: SqlContext, table: TableValue, key: string): Reference[] {
  const builder = table.builders.get(key)
  if (!builder) return []
  return callsAfter(builder, 'references').flatMap((args): Reference[] => {
    const [target] = args
    const call = target?.kind === 'function' ? { callee: target, self: null, args: [], node: table.node } : null
    const found = call && tryCall(context.machine, call)
    if (found?.kind !== 'symbol' || found.expression.kind !== 'column') {
      const at = placeOf(builder) ?? table.at
      noteRecord(context.machine, { what: `what the column ${key} references is not known`, text: '', at })
      return []
    }
    const { table: name, column } = found.expression
    const [onDelete, onUpdate] = ['onDelete', 'onUpdate'].map((when) => toAction(optionOf(args, when)))
    return [{ table: name, column, onDelete: onDelete ?? null, onUpdate: onUpdate ?? null }]
  })
}

function ownUnique(table: TableValue, { key }: Column): Unique[] {
  const builder = table.builders.get(key)
  const args = builder ? callAfter(builder, 'unique') : null
  if (!args) return []
  return [
    {
      name: knownString(args[0]) ?? uniqueName(table, [key]),
      columns: [key],
      expressions: [],
      partial: false,
      where: null,
      nullsNotDistinct: hasNullsNotDistinct(args),
    },
  ]
}

function ownForeignKeys(context: SqlContext, table: TableValue, key: string): ForeignKey[] {
  return readReferences(context, table, key).map(({ table: name, column, onDelete, onUpdate }) => ({
    name: null,
    columns: [key],
    table: name,
    foreignColumns: [column],
    onDelete,
    onUpdate,
  }))
}

/** As Drizzle makes it up. */
function foreignKeyName({ machine, casing }: SqlContext, table: TableValue, key: ForeignKey): string | null {
  const target = machine.tables.get(key.table)
  if (!target) return null
  const own = key.columns.map((column) => sqlNameOf(table, column, casing))
  const foreign = key.foreignColumns.map((column) => sqlNameOf(target, column, casing))
  return [table.sqlName, ...own, target.sqlName, ...foreign, 'fk'].join('_')
}

function sqlNameOf(table: TableValue, key: string, casing: Casing | null): string {
  const name = table.columns.find((column) => column.key === key)?.name ?? key
  return table.unnamed.has(key) ? applyCasing(name, casing) : name
}

/** Where the project exports the table, preferably from the file that makes it. */
function exportOf(machine: Machine, table: TableValue): Pick<Table, 'exportName' | 'at'> {
  const home = machine.modules.get(path.join(machine.root, table.at.file))
  for (const module of home ? [home, ...machine.modules.values()] : machine.modules.values()) {
    for (const [exportName, value] of listExports(machine, module)) {
      if (value !== table) continue
      const file = relativePath(machine.root, module.file)
      const line = module === home ? table.at.line : lineOfName(machine, module.file, exportName)
      return { exportName, at: { file, line } }
    }
  }
  return { exportName: '', at: table.at }
}

function listExports(machine: Machine, module: Module): [string, Value | null][] {
  const own = [...module.exports].map(([name, read]): [string, Value | null] => [name, read()])
  return [...own.filter(([name]) => name !== 'export='), ...listCommonJs(machine, module)]
}

/** The line of the statement that says the name; 1 when none does. */
function lineOfName(machine: Machine, file: string, name: string): number {
  const { tree } = machine.parser.parse(file)
  const says = new RegExp(`\\b${name.replace(/\W/g, '')}\\b`)
  const statement = tree.statements.find((candidate) => says.test(candidate.getText(tree)))
  return statement ? locate(machine.root, statement).line : 1
}
