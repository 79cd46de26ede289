import { decideFailure } from '../../interpret/decisions.ts'
import { express } from '../../interpret/express-value.ts'
import { type Machine, makeError, noteUnresolved, Thrown } from '../../interpret/machine.ts'
import { clockOf, rejectionOf, trackPromise, waitFor } from '../../interpret/pending.ts'
import { nextEvent, recordDatabase } from '../../interpret/trace-events.ts'
import {
  array,
  type DbValue,
  fulfilled,
  knownString,
  literal,
  native,
  object,
  operation,
  type PromiseValue,
  type QueryValue,
  rejected,
  symbol,
  type TableValue,
  type Value,
} from '../../interpret/values.ts'
import type { ProjectFiles } from '../../project/project.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { ConflictClause } from '../../types.ts'
import { memberNames } from '../packages.ts'
import { promiseMember } from '../promises.ts'

interface QueryStart {
  readonly operation: QueryValue['operation']
  readonly table?: TableValue | null
  readonly where?: Value | undefined
  readonly projection?: Value | undefined
  readonly single?: boolean
  readonly joined?: boolean
  readonly joins?: readonly string[]
  readonly limit?: Value | undefined
  readonly offset?: Value | undefined
  readonly orderBy?: readonly Value[]
  readonly node: ts.Node
}

export function startQuery(owner: DbValue, start: QueryStart): QueryValue {
  return {
    kind: 'query',
    operation: start.operation,
    driver: owner.driver,
    transaction: owner.transaction,
    table: start.table ?? null,
    values: null,
    where: start.where ?? null,
    returns: start.operation === 'select' || start.operation === 'raw',
    projection: start.projection?.kind === 'object' ? start.projection : null,
    joined: start.joined ?? false,
    single: start.single ?? false,
    joins: start.joins ?? [],
    limit: start.limit ?? null,
    offset: start.offset ?? null,
    orderBy: start.orderBy ?? [],
    locks: null,
    conflict: null,
    node: start.node,
  }
}

/** The builder after one more method, or what running it gives. */
export function queryMember(machine: Machine, owner: QueryValue, name: string): Value {
  switch (name) {
    case 'from':
      return native(name, ([source], node) => readFrom(machine, owner, { source, node }))
    case 'then':
    case 'catch':
    case 'finally':
      return promiseMember(machine, runQuery(machine, owner), name)
    case 'execute':
    case 'all':
    case 'run':
      return native(name, () => sendQuery(machine, owner))
    case 'get':
      return native(name, () => sendQuery(machine, { ...owner, single: true }))
    default:
      return native(name, (args) => ({ ...owner, ...readClause(owner, name, args) }))
  }
}

/** Drivers that answer, or throw, before the call returns. */
const SYNCHRONOUS = /^(?:better-sqlite3|bun-sqlite|expo-sqlite|durable-sqlite|op-sqlite)$/

function sendQuery(machine: Machine, query: QueryValue): Value {
  return answerAs(machine, query.driver, runQuery(machine, query))
}

/** What a driver's method gives: a promise, or at once what that would hold. */
export function answerAs(machine: Machine, driver: string, answer: PromiseValue): Value {
  if (!SYNCHRONOUS.test(driver)) return answer
  waitFor(machine, answer)
  if (answer.state === 'rejected') throw new Thrown(answer.value)
  return answer.value
}

/** What a method changes; methods that change nothing we track give the same builder. */
function readClause(owner: QueryValue, name: string, args: readonly Value[]): Partial<QueryValue> {
  const [first] = args
  switch (name) {
    case 'values':
    case 'set':
      return { values: first ?? null }
    case 'where':
    case 'limit':
    case 'offset':
      return { [name]: first ?? null }
    case 'returning':
      return { returns: true, projection: first?.kind === 'object' ? first : null }
    case 'leftJoin':
    case 'innerJoin':
    case 'rightJoin':
    case 'fullJoin':
    case 'crossJoin':
      return { joined: true, joins: [...owner.joins, ...(first?.kind === 'table' ? [first.name] : [])] }
    case 'onConflictDoNothing':
    case 'onConflictDoUpdate':
    case 'onDuplicateKeyUpdate':
      return { conflict: readConflict(name, first) }
    case 'orderBy':
      return { orderBy: args.flatMap((by) => (by.kind === 'array' ? by.items : [by])) }
    case 'for':
      return { locks: knownString(first) ?? 'update' }
    default:
      return {}
  }
}

/** Rows of anything but a table have columns that are not known. */
function readFrom(
  machine: Machine,
  owner: QueryValue,
  { source, node }: { source: Value | undefined; node: ts.Node },
): QueryValue {
  if (source?.kind === 'table') return { ...owner, table: source }
  const isView = source?.kind === 'package' && memberNames(source).some((name) => /view$/i.test(name))
  const what = isView ? 'a view' : source?.kind === 'query' ? 'a subquery' : 'something that is not known'
  noteUnresolved(machine, `rows are read from ${what}, not from a table`, node)
  return owner
}

/** Sends the query: one event, one chance to fail, and what it answers. */
export function runQuery(machine: Machine, query: QueryValue): PromiseValue {
  const start = clockOf(machine)
  const id = nextEvent(machine)
  const fails = decideFailure(machine, rejectionOf(id), query.node)
  recordDatabase(machine, {
    id,
    operation: query.operation,
    table: query.table?.name ?? null,
    values: query.values,
    where: query.where,
    projection: query.projection,
    returns: query.returns,
    joined: query.joined,
    joins: query.joins,
    limit: query.limit,
    offset: query.offset,
    orderBy: query.orderBy,
    conflict: query.conflict,
    locks: query.locks,
    transaction: query.transaction,
    outcome: fails ? 'fails' : 'ok',
    node: query.node,
  })
  const answer = fails ? rejected(databaseError(machine, query.driver, id)) : fulfilled(readAnswer(query, id))
  trackPromise(machine, answer, start)
  return answer
}

function readConflict(method: string, clause: Value | undefined): ConflictClause {
  const field = (name: string): Value | undefined => (clause?.kind === 'object' ? clause.fields.get(name) : undefined)
  const given = field('target')
  const targets = given?.kind === 'array' ? given.items : given ? [given] : []
  const set = field('set')
  return {
    action: method === 'onConflictDoNothing' ? 'nothing' : 'update',
    target: targets.flatMap((target) =>
      target.kind === 'symbol' && target.expression.kind === 'column' ? [target.expression.column] : [],
    ),
    set: set ? express(set) : null,
  }
}

/** What the driver throws; drizzle-orm 0.44 and later wraps it, so that the SQLSTATE is on `cause`. */
function databaseError(machine: Machine, driver: string, id: number): Value {
  const fields = DRIVER_FIELDS.map(([field, key]): [string, Value] => [
    field,
    symbol({ kind: 'result', event: id, path: [key] }),
  ])
  // The words are the driver's and the database's.
  const type = driver === 'postgres-js' || driver === 'postgres' ? 'PostgresError' : 'DatabaseError'
  const named: [string, Value] = ['name', ERROR_NAMES.get(driver) ?? operation('name of a database error')]
  const thrown = makeError(type, operation('database message'), [...fields, named])
  if (!wrapsErrors(machine.files)) return thrown
  // drizzle-orm/errors.js gives its class no name of its own.
  return makeError('DrizzleQueryError', operation('database message'), [
    ['name', literal('Error')],
    ['cause', thrown],
  ])
}

/** `error.name` as the drivers set it, which is not the name of the class: pg-protocol/dist/messages.js says `error`. */
const ERROR_NAMES = new Map<string, Value>([
  ...['node-postgres', 'pg', 'pglite', 'neon-serverless', 'vercel-postgres', '@vercel/postgres'].map(
    (driver): [string, Value] => [driver, literal('error')],
  ),
  ['postgres-js', literal('PostgresError')],
  ['postgres', literal('PostgresError')],
  ['neon-http', literal('NeonDbError')],
  ['mysql2', literal('Error')],
  ['mysql2/promise', literal('Error')],
  ['better-sqlite3', literal('SqliteError')],
  ['libsql', literal('LibsqlError')],
  ['@libsql/client', literal('LibsqlError')],
])

const DRIVER_FIELDS = [
  ['code', 'sqlstate'],
  ['detail', 'detail'],
  ['constraint', 'constraint'],
  ['constraint_name', 'constraint'],
  ['table', 'table'],
  ['column', 'column'],
] as const

function wrapsErrors(files: ProjectFiles): boolean {
  const version = files.versionOf('drizzle-orm', files.root)?.match(/(\d+)\.(\d+)/)
  return !version || Number(version[1]) > 0 || Number(version[2]) >= 44
}

function readAnswer(query: QueryValue, id: number): Value {
  const at = (...path: string[]): Value => symbol({ kind: 'result', event: id, path })
  if (!query.returns) return at()
  if (query.single) return at('0')
  const isKnown = query.table && !query.projection?.open
  const isOneInsert = query.operation === 'insert' && isKnown && !query.conflict && query.values?.kind === 'object'
  if (!isOneInsert) return symbol({ kind: 'result', event: id, path: [] })
  const keys = query.projection
    ? [...query.projection.fields.keys()]
    : (query.table?.columns.map((column) => column.key) ?? [])
  return array([object(keys.map((key) => [key, at('0', key)]))])
}
