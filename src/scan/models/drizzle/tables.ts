import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { knownString, type PackageValue, type TableValue, UNDEFINED, type Value } from '../../interpret/values.ts'
import { locate } from '../../syntax/syntax.ts'
import type { Casing, Dialect, SourceLocation } from '../../types.ts'
import { memberNames } from '../packages.ts'
import { argumentsOf } from './builder-chain.ts'
import { readColumns } from './columns.ts'

const TABLE_MAKERS: Readonly<Record<string, Dialect>> = {
  pgTable: 'postgres',
  sqliteTable: 'sqlite',
  mysqlTable: 'mysql',
}

const CASINGS: Readonly<Record<string, Casing>> = { snakeCase: 'snake_case', camelCase: 'camelCase' }

/** A call that makes a table, in any of the ways that Drizzle has; null when it is another call. */
export function callTableMaker(machine: Machine, callee: PackageValue, call: Call): TableValue | null {
  const names = memberNames(callee)
  const [maker = ''] = names
  const made = argumentsOf(callee)
  const dialect = dialectOf(callee)
  if (/^(?:singlestore|gel|mssql|cockroach)Table$/.test(maker) && made.length === 0)
    noteUnresolved(machine, `tables made with ${maker} are not analysed`, call.node)
  if (!dialect) return null
  if (Object.hasOwn(TABLE_MAKERS, maker) && made.length === 0 && (names.length === 1 || names[1] === 'withRLS'))
    return createTable(machine, { dialect, schema: null, name: call.args[0], call })
  // pgTableCreator((name) => ...) gives a function that is called once per table.
  if (/^(?:pg|sqlite|mysql)TableCreator$/.test(maker) && made.length === 1 && names.length === 1)
    return createTable(machine, { dialect, schema: null, name: renamed(machine, made[0]?.[0], call), call })
  // From drizzle-orm 1 on, a table says how its columns are named.
  if (Object.hasOwn(CASINGS, maker) && made.length === 0 && names[1] === 'table')
    return createTable(machine, { dialect, schema: null, name: call.args[0], call, casing: CASINGS[maker] })
  if (/^(?:pgSchema|mysqlSchema|mysqlDatabase)$/.test(maker) && made.length === 1 && names[1] === 'table')
    return createTable(machine, { dialect, schema: readSchema(machine, made[0]?.[0], call), name: call.args[0], call })
  return null
}

function dialectOf({ module }: PackageValue): Dialect | null {
  if (module.endsWith('/pg-core')) return 'postgres'
  if (module.endsWith('/sqlite-core')) return 'sqlite'
  return module.endsWith('/mysql-core') ? 'mysql' : null
}

function renamed(machine: Machine, rename: Value | undefined, call: Call): Value | undefined {
  const given = call.args[0] ?? UNDEFINED
  const name = rename
    ? callFunctionLike(machine, { callee: rename, self: null, args: [given], node: call.node })
    : given
  if (knownString(name) !== null) return name
  noteUnresolved(machine, 'how the table creator names this table is only known at run time', call.node)
  return given
}

function readSchema(machine: Machine, given: Value | undefined, call: Call): string {
  const schema = knownString(given)
  if (schema === null) noteUnresolved(machine, 'the schema of this table is only known at run time', call.node)
  return schema ?? '?'
}

interface TableStart {
  readonly dialect: Dialect
  readonly schema: string | null
  readonly name: Value | undefined
  readonly call: Call
  readonly casing?: Casing | undefined
}

function createTable(machine: Machine, { dialect, schema, name, call, casing }: TableStart): TableValue {
  const [, definition, extras] = call.args
  const sqlName = knownString(name)
  if (sqlName === null) noteUnresolved(machine, 'the name of this table is only known at run time', call.node)
  const at = locate(machine.root, call.node)
  const distinct = distinctName(machine, {
    name: schema === null ? (sqlName ?? '?') : `${schema}.${sqlName ?? '?'}`,
    dialect,
    at,
  })
  const made: TableValue = {
    kind: 'table',
    name: distinct,
    schema,
    sqlName: sqlName ?? '?',
    dialect,
    ...readColumns(machine, {
      table: distinct,
      dialect,
      columns: columnsOf(machine, dialect, { definition, call }),
      casing: casing ?? null,
      call,
    }),
    extras: extras ?? null,
    node: call.node,
    at,
  }
  machine.tables.set(distinct, made)
  return made
}

/** `pgTable('users', (t) => ({ id: t.serial() }))` is handed all builders. */
function columnsOf(
  machine: Machine,
  dialect: Dialect,
  { definition, call }: { definition: Value | undefined; call: Call },
): Value | undefined {
  if (definition?.kind !== 'function') return definition
  const builders: Value = {
    kind: 'package',
    module: `drizzle-orm/${dialect === 'postgres' ? 'pg' : dialect}-core`,
    steps: [],
  }
  return callFunctionLike(machine, { callee: definition, self: null, args: [builders], node: call.node })
}

/** Columns and events point at tables by name, so two tables that share one get different ones. */
function distinctName(
  machine: Machine,
  { name, dialect, at }: { name: string; dialect: Dialect; at: SourceLocation },
): string {
  const other = machine.tables.get(name)
  const suffixes = other && other.dialect !== dialect ? [dialect, at.file] : [at.file]
  const candidates = [name, ...suffixes.map((suffix) => `${name} (${suffix})`)]
  const isFree = (candidate: string): boolean => {
    const taken = machine.tables.get(candidate)
    return !taken || (taken.at.file === at.file && taken.at.line === at.line)
  }
  return candidates.find(isFree) ?? `${name} (${at.file}:${at.line})`
}
