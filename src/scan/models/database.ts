import { type Call, callFunctionLike } from '../call.ts'
import { type Machine, makeError, Thrown } from '../machine.ts'
import { locate, type ts } from '../syntax.ts'
import {
  type DbValue,
  knownString,
  literal,
  native,
  object,
  operation,
  type PackageValue,
  symbol,
  type TableValue,
  UNDEFINED,
  type Value,
} from '../values.ts'
import { readColumns } from './columns.ts'
import { memberNames } from './packages.ts'
import { startQuery } from './queries.ts'
import { runBatch, runTransaction } from './transactions.ts'

const DIALECTS = { pgTable: 'postgres', sqliteTable: 'sqlite', mysqlTable: 'mysql' } as const

/** Everything that comes out of `drizzle-orm`. */
export function callDrizzle(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!callee.module.startsWith('drizzle-orm')) return null
  const names = memberNames(callee)
  const name = names.at(-1) ?? ''
  const isPlain = callee.steps.every((step) => step.kind === 'member')
  if (name === 'drizzle' && isPlain) return createDatabase(machine, callee, call)
  if (isPlain && isTableMaker(name))
    return createTable(machine, { dialect: DIALECTS[name], name: knownString(call.args[0]) ?? '?', call })
  const made = tableFromMaker(machine, callee, { name, call })
  if (made) return made
  if (name === 'getTableColumns' || name === 'getColumns') return columnsOf(call.args[0])
  if (callee.module === 'drizzle-orm') return operation(name, ...call.args)
  return { ...callee, steps: [...callee.steps, { kind: 'call', args: call.args, at: locate(machine.root, call.node) }] }
}

/** The columns of a table by the names that the code gives them. */
function columnsOf(value: Value | undefined): Value {
  if (value?.kind !== 'table') return object([], { open: true })
  return object(value.columns.map(({ key }) => [key, symbol({ kind: 'column', table: value.name, column: key })]))
}

function isTableMaker(name: string): name is keyof typeof DIALECTS {
  return name in DIALECTS
}

/** `pgTableCreator((name) => ...)` and `pgSchema('auth').table(...)`. */
function tableFromMaker(
  machine: Machine,
  callee: PackageValue,
  { name, call }: { name: string; call: Call },
): TableValue | null {
  const made = callee.steps.find((step) => step.kind === 'call')
  const maker = callee.steps.find((step) => step.kind === 'member')
  if (made?.kind !== 'call' || maker?.kind !== 'member') return null
  const dialect = callee.module.endsWith('sqlite-core')
    ? 'sqlite'
    : callee.module.endsWith('mysql-core')
      ? 'mysql'
      : 'postgres'
  const given = call.args[0] ?? UNDEFINED
  if (/TableCreator$/.test(maker.name) && callee.steps.at(-1)?.kind === 'call') {
    const [rename] = made.args
    const renamed = rename
      ? callFunctionLike(machine, { callee: rename, self: null, args: [given], node: call.node })
      : given
    return createTable(machine, { dialect, name: knownString(renamed) ?? knownString(given) ?? '?', call })
  }
  if (/^(?:pg|mysql)Schema$/.test(maker.name) && name === 'table')
    return createTable(machine, { dialect, name: knownString(given) ?? '?', call })
  return null
}

function createTable(
  machine: Machine,
  table: { dialect: TableValue['dialect']; name: string; call: Call },
): TableValue {
  const [, definition] = table.call.args
  const builders: Value = {
    kind: 'package',
    module: `drizzle-orm/${table.dialect === 'postgres' ? 'pg' : table.dialect}-core`,
    steps: [],
  }
  const columns =
    definition?.kind === 'function'
      ? callFunctionLike(machine, { callee: definition, self: null, args: [builders], node: table.call.node })
      : definition
  const made: TableValue = {
    kind: 'table',
    name: table.name,
    dialect: table.dialect,
    columns: readColumns(machine, columns, table.call),
    at: locate(machine.root, table.call.node),
  }
  machine.tables.set(table.name, made)
  return made
}

function createDatabase(machine: Machine, callee: PackageValue, call: Call): DbValue {
  const value: DbValue = { kind: 'db', driver: callee.module.replace('drizzle-orm/', ''), transaction: null }
  const step = { kind: 'call', args: call.args, at: locate(machine.root, call.node) } as const
  machine.databases.push({ value, call: { ...callee, steps: [...callee.steps, step] } })
  return value
}

export function databaseMember(machine: Machine, owner: DbValue, name: string): Value {
  switch (name) {
    case 'select':
    case 'selectDistinct':
    case 'selectDistinctOn':
      return native(name, (args, node) => startQuery(owner, { operation: 'select', projection: args.at(-1), node }))
    case 'insert':
    case 'update':
    case 'delete':
      return native(name, ([table], node) => startQuery(owner, { operation: name, table: asTable(table), node }))
    case 'execute':
    case 'run':
    case 'all':
    case 'get':
    case '$count':
      return native(name, ([statement], node) => startQuery(owner, { operation: 'raw', where: statement, node }))
    case 'transaction':
      return native('transaction', ([callback], node) => runTransaction(machine, owner, callback, node))
    case 'batch':
      return native('batch', ([queries], node) => runBatch(machine, owner, queries, node))
    case 'query':
      return relationalTables(machine, owner)
    case 'rollback':
      return native('rollback', () => {
        throw new Thrown(makeError('TransactionRollbackError', literal('Rollback')))
      })
    default:
      return symbol({ kind: 'operation', name: `db.${name}`, operands: [] })
  }
}

function asTable(value: Value | undefined): TableValue | null {
  return value?.kind === 'table' ? value : null
}

/** `db.query.users.findFirst(...)`: tables by the name under which the schema exports them. */
function relationalTables(machine: Machine, owner: DbValue): Value {
  const entries = [...machine.modules.values()].flatMap((module) =>
    [...module.exports].flatMap(([name, read]): (readonly [string, Value])[] => {
      const value = read()
      return value?.kind === 'table' ? [[name, relationalMethods(machine, owner, value)]] : []
    }),
  )
  return object(entries, { open: true })
}

function relationalMethods(machine: Machine, owner: DbValue, table: TableValue): Value {
  const find = (single: boolean): Value =>
    native(single ? 'findFirst' : 'findMany', ([options], node) => {
      const where = options?.kind === 'object' ? options.fields.get('where') : undefined
      const condition =
        where?.kind === 'function'
          ? callFunctionLike(machine, { callee: where, self: null, args: [table, operatorFunctions()], node })
          : where
      const option = (key: string): Value | undefined =>
        options?.kind === 'object' ? options.fields.get(key) : undefined
      const joined = options?.kind === 'object' && ['with', 'columns', 'extras'].some((key) => options.fields.has(key))
      return startQuery(owner, {
        operation: 'select',
        table,
        where: condition,
        single,
        joined,
        limit: option('limit'),
        offset: option('offset'),
        orderBy: orderOf(machine, option('orderBy'), { table, node }),
        node,
      })
    })
  return object([
    ['findFirst', find(true)],
    ['findMany', find(false)],
  ])
}

/** `orderBy: desc(t.id)`, a list of such, or a function of the table that gives either. */
function orderOf(machine: Machine, value: Value | undefined, query: { table: TableValue; node: ts.Node }): Value[] {
  const given =
    value?.kind === 'function'
      ? callFunctionLike(machine, {
          callee: value,
          self: null,
          args: [query.table, operatorFunctions()],
          node: query.node,
        })
      : value
  if (!given) return []
  return given.kind === 'array' ? given.items : [given]
}

function operatorFunctions(): Value {
  const names = [
    'eq',
    'ne',
    'and',
    'or',
    'not',
    'gt',
    'gte',
    'lt',
    'lte',
    'like',
    'ilike',
    'inArray',
    'isNull',
    'isNotNull',
    'between',
    'desc',
    'asc',
    'sql',
  ]
  return object(names.map((name) => [name, native(name, (args) => operation(name, ...args))]))
}
