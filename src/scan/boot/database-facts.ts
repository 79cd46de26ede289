import { express } from '../interpret/express-value.ts'
import type { Machine } from '../interpret/machine.ts'
import type { TableValue, Value } from '../interpret/values.ts'
import { dialectOfDriver } from '../models/drizzle/raw-tables.ts'
import type { ProjectFiles } from '../project/project.ts'
import { readCasing } from '../tables/casing.ts'
import type { DatabaseFacts, Expression } from '../types.ts'
import { findMigrations, searchMigrations } from './migrations.ts'

const PARTS = ['host', 'port', 'user', 'password', 'database'] as const

/** How the app finds its database, from the arguments of `drizzle(...)` and of the pool inside them. */
export function readDatabaseFacts(machine: Machine, files: ProjectFiles): DatabaseFacts {
  const [first] = machine.databases
  const args = machine.databases.flatMap(({ call }) => collectArguments(call))
  const names = new Set(args.flatMap((value) => urlVariables(express(value))))
  const tables = [...machine.tables.values()]
  const dialects = new Set(tables.map((table) => table.dialect))
  const dialect = (first && dialectOfDriver(first.value.driver)) ?? dialects.values().next().value ?? null
  const migrations = findMigrations(files)
  return {
    driver: first?.value.driver ?? null,
    dialect,
    tableDialects: [...dialects],
    casing: readCasing(machine),
    connections: [...new Set(machine.databases.flatMap(({ call }) => nameConnection(collectArguments(call))))],
    ambiguous: findAmbiguous(tables),
    urlVariables: [...names],
    partVariables: {
      ...Object.fromEntries(PARTS.flatMap((part) => partVariable(args, part))),
      ...Object.assign({}, ...args.map((value) => partsOfUrl(express(value)))),
    },
    ...migrations,
    unmade: findUnmade(
      files,
      migrations,
      tables.filter((table) => table.dialect === dialect),
    ),
    schemaFiles: [...new Set(tables.map((table) => table.at.file))],
  }
}

/** By its variables; nothing for one without. */
function nameConnection(args: readonly Value[]): string[] {
  const urls = [...new Set(args.flatMap((value) => urlVariables(express(value))))]
  if (urls.length > 0) return [urls.join(' or ')]
  const parts = { ...Object.assign({}, ...args.map((value) => partsOfUrl(express(value)))) }
  const named = PARTS.flatMap((part) => parts[part] ?? partVariable(args, part)[0]?.[1] ?? [])
  return named.length > 0 ? [named.join(', ')] : []
}

function findAmbiguous(tables: readonly TableValue[]): string[] {
  const spell = ({ columns }: TableValue) =>
    columns
      .map(({ name }) => name)
      .sort()
      .join()
  return tables.flatMap((table, index) => {
    const { sqlName, schema, dialect } = table
    const isTwin = (other: TableValue) =>
      other.sqlName === sqlName && other.schema === schema && other.dialect === dialect
    const differs = tables.slice(0, index).some((other) => isTwin(other) && spell(other) !== spell(table))
    return differs ? [nameOf(table)] : []
  })
}

function findUnmade(
  files: ProjectFiles,
  { migrations, furtherMigrations }: Pick<DatabaseFacts, 'migrations' | 'furtherMigrations'>,
  tables: readonly TableValue[],
): string[] {
  const [first] = tables
  if (migrations === null || first === undefined) return []
  const isNamed = searchMigrations(files, [migrations, ...furtherMigrations], first.dialect)
  return isNamed ? [...new Set(tables.filter(({ sqlName }) => !isNamed(sqlName)).map(nameOf))].sort() : []
}

function nameOf({ schema, sqlName }: TableValue): string {
  return schema === null ? sqlName : `${schema}.${sqlName}`
}

/** Arguments of the call and of the calls that made them: `drizzle(new Pool({ ... }))`. */
function collectArguments(value: Value): Value[] {
  if (value.kind !== 'package') return [value]
  return value.steps.flatMap((step) =>
    step.kind === 'member'
      ? []
      : step.args.flatMap((arg) => (arg.kind === 'package' ? collectArguments(arg) : unfold(arg))),
  )
}

function unfold(value: Value): Value[] {
  if (value.kind !== 'object') return [value]
  const inner = [...value.fields.values()].flatMap((field) =>
    field.kind === 'package' ? collectArguments(field) : field.kind === 'object' ? unfold(field) : [],
  )
  return [value, ...inner]
}

const URL_KEYS = ['connectionString', 'url', 'uri', 'connection', 'source']

function urlVariables(expression: Expression): string[] {
  if (expression.kind === 'object') {
    return URL_KEYS.flatMap((key) => (expression.fields[key] ? urlVariables(expression.fields[key]) : []))
  }
  if (expression.kind === 'env') return [expression.name]
  if (expression.kind !== 'operation') return []
  if (expression.name === '??' || expression.name === '||') return expression.operands.flatMap(urlVariables)
  // `${process.env.URL}` with nothing around it, `String(process.env.URL)`.
  const parts = expression.operands.filter((part) => part.kind !== 'literal' || part.value !== '')
  return parts.length === 1 && /^(?:concat|String|toString|trim)$/.test(expression.name)
    ? parts.flatMap(urlVariables)
    : []
}

/** The variables of `postgres://${USER}:${PASSWORD}@${HOST}:${PORT}/${NAME}`. */
function partsOfUrl(expression: Expression): DatabaseFacts['partVariables'] {
  if (expression.kind === 'object') {
    const [url] = URL_KEYS.flatMap((key) => expression.fields[key] ?? [])
    return url ? partsOfUrl(url) : {}
  }
  if (expression.kind !== 'operation' || (expression.name !== 'concat' && expression.name !== '+')) return {}
  const text = expression.operands.map(markVariable).join('')
  const parts = text.match(/^\w+:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/]*)(?::([^/]*))?\/([^?]*)/)
  if (!parts) return {}
  const named = ['user', 'password', 'host', 'port', 'database'].map((part, index) => [
    part,
    parts[index + 1]?.match(/^<(\w+)>$/)?.[1],
  ])
  return Object.fromEntries(named.filter(([, name]) => name !== undefined))
}

function markVariable(part: Expression): string {
  if (part.kind === 'literal') return String(part.value)
  if (part.kind === 'operation' && (part.name === 'concat' || part.name === '+'))
    return part.operands.map(markVariable).join('')
  const name = firstVariable(part)
  return name ? `<${name}>` : '?'
}

function partVariable(args: readonly Value[], part: (typeof PARTS)[number]): [string, string][] {
  for (const value of args) {
    const expression = express(value)
    const field =
      expression.kind === 'object'
        ? (expression.fields[part] ?? (part === 'user' ? expression.fields.username : undefined))
        : undefined
    const name = field ? firstVariable(field) : null
    if (name) return [[part, name]]
  }
  return []
}

function firstVariable(expression: Expression): string | null {
  if (expression.kind === 'env') return expression.name
  if (expression.kind !== 'operation') return null
  return expression.operands.map(firstVariable).find((name) => name !== null) ?? null
}
