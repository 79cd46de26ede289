import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { makeError } from '../../interpret/error-values.ts'
import type { Machine } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  type DbValue,
  literal,
  native,
  object,
  operation,
  type PackageValue,
  type QueryValue,
  symbol,
  type TableValue,
  type Value,
} from '../../interpret/values.ts'
import { locate, type ts } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'
import { sendQuery, startQuery } from './queries.ts'
import { answerOfDriver, type RawAnswer } from './raw-answers.ts'
import { rawOfText, startRaw } from './raw-sql.ts'
import { relationalFields } from './relational-fields.ts'
import { relationalOrder } from './relational-order.ts'
import { noteRelations, relatedTables } from './relations.ts'
import { joinWith, startCommonTable } from './sources.ts'
import { callTableMaker } from './tables.ts'
import { runBatch, runTransaction } from './transactions.ts'

/** Everything that comes out of `drizzle-orm`. */
export function callDrizzle(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!callee.module.startsWith('drizzle-orm')) return null
  const names = memberNames(callee)
  const name = names.at(-1) ?? ''
  const isPlain = callee.steps.every((step) => step.kind === 'member')
  if (name === 'drizzle' && isPlain) return createDatabase(machine, callee, call)
  const made = callTableMaker(machine, callee, call)
  if (made) return made
  // What an alias reads are rows of its table.
  if (name === 'alias' && isPlain && call.args[0]?.kind === 'table') return call.args[0]
  // What replicas hold is what the primary holds.
  if (name === 'withReplicas' && isPlain && call.args[0]?.kind === 'db') return call.args[0]
  if (name === 'getTableColumns' || name === 'getColumns') return columnsOf(call.args[0])
  const [firstQuery, ...others] = call.args
  if (UNION.test(name) && isPlain && firstQuery?.kind === 'query')
    return others.reduce<QueryValue>(joinWith, firstQuery)
  if (name === 'relations' && isPlain) noteRelations(machine, call)
  if (callee.module === 'drizzle-orm') return operation(name, ...call.args)
  const { args, node } = call
  return { ...callee, steps: [...callee.steps, { kind: 'call', args, at: locate(machine.root, node), node }] }
}

const UNION = /^(?:union|intersect|except)(?:All)?$/

/** The columns of a table by the names that the code gives them. */
function columnsOf(value: Value | undefined): Value {
  if (value?.kind !== 'table') return object([], { open: true })
  return object(value.columns.map(({ key }) => [key, symbol({ kind: 'column', table: value.name, column: key })]))
}

function createDatabase(machine: Machine, callee: PackageValue, call: Call): DbValue {
  const schema = call.args.flatMap((arg) => (arg.kind === 'object' ? (arg.fields.get('schema') ?? []) : []))[0] ?? null
  const driver = callee.module.replace('drizzle-orm/', '')
  const value: DbValue = { kind: 'db', driver, transaction: null, schema }
  const step = { kind: 'call', args: call.args, at: locate(machine.root, call.node), node: call.node } as const
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
    case 'values':
      return native(name, ([statement], node) => sendText(machine, owner, { name, statement, node }))
    case '$count':
      return native(name, ([source, where], node) => countRows(owner, { source, where, node }))
    case '$with':
      return startCommonTable(machine, owner)
    case 'with':
    case 'withRecursive':
      return native(name, () => owner)
    case '$primary':
      return owner
    case '$client':
      return clientOf(machine, owner)
    case 'transaction':
      return native('transaction', ([callback], node) => runTransaction(machine, owner, callback, node))
    case 'batch':
      return native('batch', ([queries], node) => runBatch(machine, owner, queries, node))
    case 'query':
      return relationalTables(machine, owner)
    case 'rollback':
      return native('rollback', () => {
        throw new Thrown(
          makeError('TransactionRollbackError', literal('Rollback'), [['name', literal('DrizzleError')]]),
        )
      })
    default:
      return symbol({ kind: 'operation', name: `db.${name}`, operands: [] })
  }
}

/** What `drizzle(client)` was given. */
function clientOf(machine: Machine, owner: DbValue): Value {
  const call = machine.databases.find(({ value }) => value.driver === owner.driver)?.call.steps.at(-1)
  const [first] = call && call.kind !== 'member' ? call.args : []
  const client = first?.kind === 'object' ? first.fields.get('client') : first
  return client?.kind === 'package' ? client : symbol({ kind: 'operation', name: 'db.$client', operands: [] })
}

const RAW_ANSWERS: Readonly<Record<string, RawAnswer>> = { run: 'summary', all: 'rows', get: 'row', values: 'values' }

/** `db.execute(sql\`...\`)`; SQLite's databases have a method for each kind of answer, and some answer at once. */
function sendText(
  machine: Machine,
  owner: DbValue,
  { name, statement, node }: { name: string; statement: Value | undefined; node: ts.Node },
): Value {
  // A builder is text in the end, and runs as what it is.
  if (statement?.kind === 'query') return sendQuery(machine, { ...statement, single: name === 'get' })
  const answer = RAW_ANSWERS[name] ?? answerOfDriver(owner.driver)
  const query = startRaw(machine, owner, rawOfText(statement ? [statement] : [], { answer, node }))
  return name === 'execute' ? query : sendQuery(machine, query)
}

/** `db.$count(orders, where)` answers with the number. */
function countRows(
  owner: DbValue,
  { source, where, node }: { source: Value | undefined; where: Value | undefined; node: ts.Node },
): QueryValue {
  const projection = object([['count', operation('count')]])
  const query = startQuery(owner, { operation: 'select', table: asTable(source), where, projection, node })
  return { ...query, answer: 'value' }
}

function asTable(value: Value | undefined): TableValue | null {
  return value?.kind === 'table' ? value : null
}

/** `db.query.users.findFirst(...)`: tables by the name that the schema has for them. */
function relationalTables(machine: Machine, owner: DbValue): Value {
  const given = owner.schema ? membersOf(owner.schema) : []
  const named = given.length > 0 ? given : exportedValues(machine)
  const entries = named.flatMap(([name, value]): (readonly [string, Value])[] =>
    value?.kind === 'table' ? [[name, relationalMethods(machine, owner, value)]] : [],
  )
  return object(entries, { open: true })
}

function membersOf(schema: Value): (readonly [string, Value | null])[] {
  if (schema.kind === 'namespace') return schema.names().map((name) => [name, schema.member(name)])
  if (schema.kind !== 'object') return []
  // `{ ...users, ...orders }` of namespaces keeps what could not be spread under a name of its own.
  return [...schema.fields].flatMap(([name, value]) =>
    value.kind === 'namespace' ? membersOf(value) : [[name, value]],
  )
}

/** Without a schema that can be seen, whatever is loaded. */
function exportedValues(machine: Machine): (readonly [string, Value | null])[] {
  return [...machine.modules.values()].flatMap((module) =>
    [...module.exports].map(([name, read]) => [name, read()] as const),
  )
}

function relationalMethods(machine: Machine, owner: DbValue, table: TableValue): Value {
  const find = (single: boolean): Value =>
    native(single ? 'findFirst' : 'findMany', ([options], node) => {
      const option = (key: string): Value | undefined =>
        options?.kind === 'object' ? options.fields.get(key) : undefined
      // `where` and `orderBy` may be functions of the table.
      const clause = (key: string): Value | undefined => {
        const given = option(key)
        if (given?.kind !== 'function') return given
        return callFunctionLike(machine, { callee: given, self: null, args: [table, operatorFunctions()], node })
      }
      const joined = options?.kind === 'object' && options.fields.has('with')
      return startQuery(owner, {
        operation: 'select',
        table,
        where: clause('where'),
        single,
        joined,
        projection: relationalFields(machine, { table, options, node }) ?? undefined,
        joins: relatedTables(machine, table, { wanted: option('with'), node }),
        limit: single ? literal(1) : option('limit'),
        offset: option('offset'),
        orderBy: relationalOrder(machine, clause('orderBy'), { table, node }),
        node,
      })
    })
  return object([
    ['findFirst', find(true)],
    ['findMany', find(false)],
  ])
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
