import { callFunctionLike } from '../../interpret/call.ts'
import { express } from '../../interpret/express-value.ts'
import { decideFailure } from '../../interpret/faults.ts'
import type { Machine } from '../../interpret/machine.ts'
import { clockOf, rejectionOf, trackPromise, waitFor } from '../../interpret/pending.ts'
import { Thrown } from '../../interpret/stops.ts'
import { nextEvent, recordDatabase } from '../../interpret/trace-events.ts'
import {
  array,
  type DbValue,
  fulfilled,
  knownString,
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
import type { ts } from '../../syntax/syntax.ts'
import type { ConflictClause } from '../../types.ts'
import { promiseMember } from '../promises.ts'
import { databaseError } from './database-errors.ts'
import { refuseNothing } from './empty-writes.ts'
import { fillPlaceholders } from './placeholders.ts'
import { readRawAnswer } from './raw-answers.ts'
import { translateCondition } from './raw-conditions.ts'
import { joinWith, nameQuery, readFrom, tablesInside, tablesOfSource } from './sources.ts'
import { noteUnfitKeys, noteUnfitValues } from './unfit-values.ts'

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
    named: null,
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
    answer: null,
    parts: [],
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
      return native(name, ([given]) => sendQuery(machine, fillPlaceholders(owner, given)))
    case 'get':
      return native(name, ([given]) => sendQuery(machine, { ...fillPlaceholders(owner, given), single: true }))
    case 'as':
      return native(name, () => nameQuery(owner))
    default:
      return native(name, (args, node) => {
        refuseNothing(machine, { method: name, given: args[0], node })
        const read = args.map((arg) => readClauseOf(machine, owner, { arg, node }))
        const given = name === 'where' ? read.map((arg) => translateCondition(machine, owner, arg)) : read
        return { ...owner, ...readClause(owner, name, given) }
      })
  }
}

/** `where((table) => eq(table.id, id))` is asked of what is selected. */
function readClauseOf(machine: Machine, owner: QueryValue, { arg, node }: { arg: Value; node: ts.Node }): Value {
  const source = owner.projection ?? owner.table
  if (arg.kind !== 'function' || owner.operation !== 'select' || !source) return arg
  return callFunctionLike(machine, { callee: arg, self: null, args: [source], node })
}

/** Drivers that answer, or throw, before the call returns. */
const SYNCHRONOUS =
  /^(?:better-sqlite3(?:-multiple-ciphers)?|(?:bun|node):sqlite|bun-sqlite|expo-sqlite|durable-sqlite|op-sqlite)$/

/** What a call that sends the query gives. */
export function sendQuery(machine: Machine, query: QueryValue): Value {
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
    case 'using':
    case 'union':
    case 'unionAll':
    case 'intersect':
    case 'intersectAll':
    case 'except':
    case 'exceptAll':
      return joinWith(owner, first)
    case 'select':
      return { values: operation('rows of a query'), joins: tablesOfSource(first) }
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

/** Sends the query: one event, one chance to fail, and what it answers. */
export function runQuery(machine: Machine, query: QueryValue): PromiseValue {
  const start = clockOf(machine)
  const id = nextEvent(machine)
  const fails = decideFailure(machine, rejectionOf(id), query.node)
  noteUnfitValues(machine, query)
  noteUnfitKeys(machine, query)
  recordDatabase(machine, {
    id,
    operation: query.operation,
    table: query.table?.name ?? query.named,
    values: query.values,
    where: query.where,
    projection: query.projection,
    returns: query.returns,
    joined: query.joined,
    joins: [...query.joins, ...tablesInside(query)],
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

function readAnswer(query: QueryValue, id: number): Value {
  const at = (...path: string[]): Value => symbol({ kind: 'result', event: id, path })
  if (query.answer) return readRawAnswer(query, id)
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
