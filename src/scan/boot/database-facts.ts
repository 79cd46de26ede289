import path from 'node:path'
import { express } from '../interpret/express-value.ts'
import type { Machine } from '../interpret/machine.ts'
import type { Value } from '../interpret/values.ts'
import { dialectOfDriver } from '../models/drizzle/raw-tables.ts'
import type { Disk } from '../project/disk.ts'
import type { ProjectFiles } from '../project/project.ts'
import { readCasing } from '../tables/casing.ts'
import type { DatabaseFacts, Expression } from '../types.ts'

const PARTS = ['host', 'port', 'user', 'password', 'database'] as const
const CONFIG_FILES = [
  'drizzle.config.ts',
  'drizzle.config.js',
  'drizzle.config.mjs',
  'drizzle.config.json',
  'src/drizzle.config.ts',
  'config/drizzle.config.ts',
]
const USUAL_FOLDERS = [
  'drizzle',
  'migrations',
  'drizzle/migrations',
  'db/migrations',
  'src/db/migrations',
  'src/drizzle/migrations',
  'src/drizzle',
  'src/migrations',
  'src/db/drizzle',
  'src/database/migrations',
  'server/db/migrations',
]

/** How the app finds its database, from the arguments of `drizzle(...)` and of the pool inside them. */
export function readDatabaseFacts(machine: Machine, files: ProjectFiles): DatabaseFacts {
  const [first] = machine.databases
  const args = machine.databases.flatMap(({ call }) => collectArguments(call))
  const names = new Set(args.flatMap((value) => urlVariables(express(value))))
  const dialects = new Set([...machine.tables.values()].map((table) => table.dialect))
  return {
    driver: first?.value.driver ?? null,
    dialect: (first && dialectOfDriver(first.value.driver)) ?? dialects.values().next().value ?? null,
    tableDialects: [...dialects],
    casing: readCasing(machine),
    urlVariables: [...names],
    partVariables: {
      ...Object.fromEntries(PARTS.flatMap((part) => partVariable(args, part))),
      ...Object.assign({}, ...args.map((value) => partsOfUrl(express(value)))),
    },
    migrations: findMigrations(files),
    schemaFiles: [...new Set([...machine.tables.values()].map((table) => table.at.file))],
  }
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

function findMigrations({ root, disk }: ProjectFiles): string | null {
  const configured = CONFIG_FILES.flatMap((file) => {
    const out = disk.read(path.join(root, file))?.match(/\bout["']?\s*:\s*["'`]([^"'`]+)["'`]/)?.[1]
    return out ? [out.replace(/^\.\//, '').replace(/\/$/, '')] : []
  })
  return [...configured, ...USUAL_FOLDERS].find((folder) => holdsSql(disk, path.join(root, folder))) ?? null
}

function holdsSql(disk: Disk, folder: string): boolean {
  return [...disk.list(folder).keys()].some((file) => file.endsWith('.sql'))
}
