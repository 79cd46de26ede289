import { awaitValue, type Call, callFunctionLike, settle } from '../../interpret/call.ts'
import { decideFailure } from '../../interpret/faults.ts'
import type { Machine } from '../../interpret/machine.ts'
import { rejectionOf, waitFor } from '../../interpret/pending.ts'
import { nextEvent, recordExternal } from '../../interpret/trace-events.ts'
import {
  array,
  type DbValue,
  literal,
  native,
  operation,
  type PackageValue,
  type QueryValue,
  rejected,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { appendCall, noteHarmless } from '../packages.ts'
import { databaseError } from './database-errors.ts'
import { runQuery, sendQuery } from './queries.ts'
import { answerOfDriver } from './raw-answers.ts'
import { rawOfText, startRaw } from './raw-sql.ts'
import { currentTransaction, markTransaction, wrapInTransaction } from './raw-transactions.ts'

/** A call of a driver's. */
export interface Sent {
  readonly machine: Machine
  readonly callee: PackageValue
  /** What the last member is one of: a connection, a pool, a prepared statement. */
  readonly owner: PackageValue
  readonly name: string
  readonly call: Call
}

export function databaseOf(machine: Machine, owner: PackageValue): DbValue {
  const isBuiltIn = owner.steps.some((step) => step.kind === 'member' && step.name === 'DatabaseSync')
  const driver = isBuiltIn ? 'node:sqlite' : driverOf(owner)
  return { kind: 'db', driver, transaction: currentTransaction(machine, owner), schema: null }
}

export function callbackOf({ args }: Call): Value | null {
  const last = args.at(-1)
  return last?.kind === 'function' || last?.kind === 'native' ? last : null
}

/** Gives what the statement answers to whoever waits: the caller, or a callback. */
export function send(sent: Sent, query: QueryValue): Value {
  const { machine, call } = sent
  const callback = callbackOf(call)
  if (!callback) return sendQuery(machine, query)
  const answer = runQuery(machine, query)
  waitFor(machine, answer)
  const args = answer.state === 'rejected' ? [answer.value] : [literal(null), answer.value]
  return callFunctionLike(machine, { callee: callback, self: null, args, node: call.node })
}

export function answerTo({ machine, call }: Sent, value: Value): Value {
  const callback = callbackOf(call)
  if (!callback) return value
  return callFunctionLike(machine, { callee: callback, self: null, args: [literal(null), value], node: call.node })
}

/** Everything else that a driver's connections, pools and statements can do. */
export function callMade(sent: Sent): Value | null {
  const { machine, callee, owner, name, call } = sent
  const work = call.args.find((arg) => arg.kind === 'function')
  const made = owner.steps.at(-2)
  if (name === '' && made?.kind === 'member' && made.name === 'transaction') return runPrepared(sent)
  if (name === '' && owner.module === 'postgres') return operation('sql helper', ...call.args)
  switch (name) {
    case 'transaction':
      if (call.args[0]?.kind === 'array') return runBatch(sent)
      return work ? wrapInTransaction(machine, owner, work) : beginOn(sent)
    case 'batch':
      return runBatch(sent)
    case 'json':
    case 'array':
    case 'typed':
      return owner.module === 'postgres' ? (call.args[0] ?? UNDEFINED) : null
    case 'begin':
    case 'savepoint':
      return work ? runInside(sent, work) : null
    case 'beginTransaction':
    case 'commit':
    case 'rollback':
      markTransaction(machine, owner, { phase: name === 'beginTransaction' ? 'begin' : name, node: call.node })
      return answerTo(sent, UNDEFINED)
    case 'prepare':
    case 'query':
    case 'promise':
      return appendCall(machine, callee, call)
    case 'connect':
    case 'getConnection':
    case 'reserve':
      return connect(sent)
    case 'serialize':
      return work ? callFunctionLike(machine, { callee: work, self: null, args: [], node: call.node }) : null
    case 'release':
    case 'end':
    case 'close':
    case 'destroy':
    case 'pragma':
      noteHarmless(machine, callee, call.node)
      return answerTo(sent, operation(`${owner.module}.${name}`))
    default:
      return null
  }
}

/** `drizzle-orm/mysql2` goes by the name of the package that it stands on. */
function driverOf({ module }: PackageValue): string {
  return module === 'mysql2' ? 'mysql2/promise' : module
}

/** A connection of a pool, which there may be none of. */
function connect({ machine, callee, owner, name, call }: Sent): Value {
  const id = nextEvent(machine)
  const fails = decideFailure(machine, rejectionOf(id), call.node)
  recordExternal(machine, {
    id,
    effect: 'unclassified',
    target: { protocol: 'package', module: owner.module, name: `${owner.module}.${name}`, arguments: [] },
    outcome: fails ? 'fails' : 'ok',
    node: call.node,
  })
  const connection = appendCall(machine, callee, call)
  const error = databaseError(machine, driverOf(owner), id)
  const callback = callbackOf(call)
  if (!callback) return fails ? rejected(error) : connection
  const release = native('release', () => UNDEFINED)
  const args = fails ? [error] : [literal(null), connection, release]
  return callFunctionLike(machine, { callee: callback, self: null, args, node: call.node })
}

/** `const save = db.transaction(fn)` of a module, called by a request. */
function runPrepared({ machine, owner, call }: Sent): Value | null {
  const prepared = owner.steps.at(-1)
  const [work] = prepared && prepared.kind !== 'member' ? prepared.args : []
  if (!work) return null
  const wrapped = wrapInTransaction(machine, { ...owner, steps: owner.steps.slice(0, -2) }, work)
  return callFunctionLike(machine, { callee: wrapped, self: null, args: call.args, node: call.node })
}

/** `client.transaction('write')` of libsql is a connection of its own. */
function beginOn({ machine, callee, call }: Sent): Value {
  const transaction = appendCall(machine, callee, call)
  markTransaction(machine, transaction, { phase: 'begin', node: call.node })
  return transaction
}

/** `sql.begin(async (sql) => ...)`. */
function runInside(sent: Sent, work: Value): Value {
  const { machine, call } = sent
  return runOn(sent, (inner) => callFunctionLike(machine, { callee: work, self: null, args: [inner], node: call.node }))
}

/** `client.batch(['...', { sql, args }])` and `sql.transaction([...])`: all of them, or none. */
function runBatch(sent: Sent): Value | null {
  const { machine, owner, call } = sent
  const [list] = call.args
  if (list?.kind !== 'array' || list.open) return null
  return runOn(sent, (inner) => {
    const db = databaseOf(machine, inner)
    const answers = list.items.map((item) => {
      const start = rawOfText([item], { answer: answerOfDriver(owner.module), node: call.node })
      const query = item.kind === 'query' ? { ...item, transaction: db.transaction } : startRaw(machine, db, start)
      return awaitValue(machine, query, call.node)
    })
    return array(answers)
  })
}

/** Work on a connection of its own, inside a transaction. */
function runOn({ machine, callee, call }: Sent, work: (inner: PackageValue) => Value): Value {
  const inner = appendCall(machine, callee, call)
  markTransaction(machine, inner, { phase: 'begin', node: call.node })
  const result = settle(machine, () => awaitValue(machine, work(inner), call.node))
  const failed = result.state === 'rejected'
  markTransaction(machine, inner, { phase: failed ? 'rollback' : 'commit', node: call.node })
  return failed ? rejected(result.value) : result
}
