import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import type { TableValue } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { applyCasing, readCasing } from '../../tables/casing.ts'
import type { Column, Dialect } from '../../types.ts'
import type { FindColumn } from '../sql/conditions.ts'
import type { SqlSource } from '../sql/statements.ts'
import { loadWaitingTables } from './waiting-tables.ts'

const DIALECTS: readonly (readonly [Dialect, RegExp])[] = [
  [
    'postgres',
    /^(?:pg|postgres|node-postgres|postgres-js|pglite|neon-.*|vercel-postgres|xata-http|aws-data-api\/pg|pg-.*|bun-sql|@neondatabase\/.*|@vercel\/postgres|@electric-sql\/pglite)$/,
  ],
  ['mysql', /^(?:mysql|mysql2(?:\/.*)?|mysql-proxy|planetscale-serverless|tidb-serverless|@planetscale\/database)$/],
  [
    'sqlite',
    /^(?:(?:node|bun):sqlite|sqlite3?|better-sqlite3.*|libsql(?:\/.*)?|@libsql\/client(?:\/.*)?|bun-sqlite|d1|sql-js|expo-sqlite|op-sqlite|durable-sqlite|sqlite-proxy)$/,
  ],
]

/** The dialect of a driver, by the package or by `drizzle-orm/<driver>`; null for one that is not known. */
export function dialectOfDriver(driver: string): Dialect | null {
  return DIALECTS.find(([, drivers]) => drivers.test(driver))?.[0] ?? null
}

/** A table that a statement names, as far as a schema knows it. */
export interface NamedTable {
  /** What events call it. */
  readonly label: string
  readonly alias: string
  readonly table: TableValue | null
}

/** The schema's table of that name; where it has none for this database, that is on record. */
export function findTable(
  machine: Machine,
  source: SqlSource,
  { dialect, node }: { dialect: Dialect | null; node: ts.Node },
): NamedTable {
  const { alias } = source
  loadWaitingTables(machine)
  if (source.isKnown) return { alias, label: source.name, table: machine.tables.get(source.name) ?? null }
  const named = [...machine.tables.values()].filter((table) => isCalled(table, source))
  const fitting = named.filter((table) => dialect === null || table.dialect === dialect)
  const [table] = fitting
  const label = source.schema === null || source.schema === 'public' ? source.name : `${source.schema}.${source.name}`
  if (table && fitting.length === 1) {
    if (machine.databases.length === 0)
      note(
        machine,
        `no drizzle(...) is given the schema that has the table ${label}: whether the database has it so`,
        node,
      )
    return { alias, label: table.name, table }
  }
  const [other] = named
  if (other && fitting.length === 0) {
    const what = `the schema has the table ${label} for ${other.dialect}, and this statement goes to ${dialect}: what columns it has`
    note(machine, what, node)
    return { alias, label: `${label} (${dialect})`, table: null }
  }
  if (!isOfSystem(source)) note(machine, `the table ${label} is in no schema that was found: what columns it has`, node)
  return { alias, label, table: null }
}

/** Said of each table once, at the first statement that names it. */
function note(machine: Machine, said: string, node: ts.Node): void {
  const what = `${said} is not known`
  const records = [...(machine.run?.unresolved.values() ?? [])]
  if (!records.some((record) => record.what === what)) noteUnresolved(machine, what, node)
}

function isCalled(table: TableValue, { schema, name }: SqlSource): boolean {
  const isSame = table.sqlName.toLowerCase() === name.toLowerCase()
  return isSame && (schema === null || (table.schema ?? 'public') === schema)
}

function isOfSystem({ schema, name }: SqlSource): boolean {
  return /^(?:information_schema|pg_catalog|sys)$/i.test(schema ?? '') || /^(?:sqlite_|pg_)/i.test(name)
}

/** The column of a known table by its name in the database. */
export function columnNamed(machine: Machine, table: TableValue, name: string): Column | null {
  const casing = table.unnamed.size > 0 ? readCasing(machine) : null
  const nameOf = (column: Column): string =>
    table.unnamed.has(column.key) ? applyCasing(column.key, casing) : column.name
  return table.columns.find((column) => nameOf(column).toLowerCase() === name.toLowerCase()) ?? null
}

/** Finds the columns that a statement over these tables names. */
export function finderFor(machine: Machine, tables: readonly NamedTable[]): FindColumn {
  return (qualifier, name) => {
    const asked = tables.filter(
      ({ alias, label }) =>
        qualifier === null || [alias, label].some((own) => own.toLowerCase() === qualifier.toLowerCase()),
    )
    const found = asked.flatMap(({ table }) => {
      const column = table && columnNamed(machine, table, name)
      return table && column ? [{ kind: 'column', table: table.name, column: column.key } as const] : []
    })
    const [first] = found
    if (first) return found.length === 1 ? first : null
    const [only] = asked
    return only && asked.length === 1 && !only.table ? { kind: 'column', table: only.label, column: name } : null
  }
}
