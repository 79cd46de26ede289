import { decideFailure } from '../decisions.ts'
import { type Machine, makeError, noteUnresolved } from '../machine.ts'
import type { ProjectFiles } from '../project.ts'
import type { ts } from '../syntax.ts'
import { nextEvent, recordDatabase } from '../trace-events.ts'
import type { Expression } from '../types.ts'
import {
  array,
  type DbValue,
  fulfilled,
  native,
  object,
  operation,
  type PromiseValue,
  type QueryValue,
  rejected,
  symbol,
  type TableValue,
  type Value,
} from '../values.ts'
import { memberNames } from './packages.ts'
import { promiseMember } from './promises.ts'

interface QueryStart {
  readonly operation: QueryValue['operation']
  readonly table?: TableValue | null
  readonly where?: Value | undefined
  readonly projection?: Value | undefined
  readonly single?: boolean
  readonly joined?: boolean
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
    conflict: false,
    node: start.node,
  }
}

/** The builder after one more method; methods that change nothing we track give the same builder. */
export function queryMember(machine: Machine, owner: QueryValue, name: string): Value {
  const next = (change: (args: readonly Value[]) => Partial<QueryValue>): Value =>
    native(name, (args) => ({ ...owner, ...change(args) }))
  switch (name) {
    case 'from':
      return native(name, ([source], node) => readFrom(machine, owner, { source, node }))
    case 'values':
    case 'set':
      return next(([values]) => ({ values: values ?? null }))
    case 'where':
      return next(([where]) => ({ where: where ?? null }))
    case 'returning':
      return next(([projection]) => ({ returns: true, projection: projection?.kind === 'object' ? projection : null }))
    case 'leftJoin':
    case 'innerJoin':
    case 'rightJoin':
    case 'fullJoin':
      return next(() => ({ joined: true }))
    case 'onConflictDoNothing':
    case 'onConflictDoUpdate':
    case 'onDuplicateKeyUpdate':
      return next(() => ({ conflict: true }))
    case 'then':
    case 'catch':
    case 'finally':
      return promiseMember(machine, runQuery(machine, owner), name)
    case 'execute':
    case 'all':
    case 'run':
      return native(name, () => runQuery(machine, owner))
    case 'get':
      return native(name, () => runQuery(machine, { ...owner, single: true }))
    default:
      return next(() => ({}))
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
  const id = nextEvent(machine)
  const answer: Expression = { kind: 'result', event: id, path: [] }
  const fails = decideFailure(machine, { kind: 'operation', name: 'rejects', operands: [answer] }, query.node)
  recordDatabase(machine, {
    id,
    operation: query.operation,
    table: query.table?.name ?? null,
    values: query.values,
    where: query.where,
    projection: query.projection,
    returns: query.returns,
    joined: query.joined,
    transaction: query.transaction,
    outcome: fails ? 'fails' : 'ok',
    node: query.node,
  })
  return fails ? rejected(databaseError(machine, query.driver, id)) : fulfilled(readAnswer(query, id))
}

/** What the driver throws; drizzle-orm 0.44 and later wraps it, so that the SQLSTATE is on `cause`. */
function databaseError(machine: Machine, driver: string, id: number): Value {
  const name = driver === 'postgres-js' ? 'PostgresError' : 'DatabaseError'
  const fields = DRIVER_FIELDS.map(([field, key]): [string, Value] => [
    field,
    symbol({ kind: 'result', event: id, path: [key] }),
  ])
  // The words are the driver's and the database's.
  const thrown = makeError(name, operation('database message'), fields)
  if (!wrapsErrors(machine.files)) return thrown
  return makeError('DrizzleQueryError', operation('database message'), [['cause', thrown]])
}

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
