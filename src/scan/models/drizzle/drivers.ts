import { awaitValue, type Call, callFunctionLike, settle } from '../../interpret/call.ts'
import { decideFailure } from '../../interpret/decisions.ts'
import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { rejectionOf, waitFor } from '../../interpret/pending.ts'
import { nextEvent, recordExternal } from '../../interpret/trace-events.ts'
import {
  type DbValue,
  knownString,
  literal,
  native,
  operation,
  type PackageStep,
  type PackageValue,
  type QueryValue,
  rejected,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { ts } from '../../syntax/syntax.ts'
import { appendCall, noteHarmless } from '../packages.ts'
import type { SqlPart } from '../sql/tokens.ts'
import { databaseError } from './database-errors.ts'
import { runQuery, sendQuery } from './queries.ts'
import { answerOfDriver, type RawAnswer } from './raw-answers.ts'
import { weave } from './raw-parts.ts'
import { rawOfText, startRaw, transactionVerb } from './raw-sql.ts'
import { currentTransaction, markTransaction, wrapInTransaction } from './raw-transactions.ts'
import { templateWords } from './sql-text.ts'

const DRIVERS =
  /^(?:pg|postgres|mysql2?(?:\/promise)?|@neondatabase\/serverless|@vercel\/postgres|@libsql\/client(?:\/.*)?|@planetscale\/database|better-sqlite3(?:-multiple-ciphers)?|sqlite3?|bun:sqlite)$/

interface Sent {
  readonly machine: Machine
  readonly callee: PackageValue
  /** What the last member is one of: a connection, a pool, a prepared statement. */
  readonly owner: PackageValue
  readonly name: string
  readonly call: Call
}

/** Statements that go to the database past Drizzle, by the driver itself: `pool.query('...')`, `` sql`...` ``. */
export function callDriver(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!machine.run || !DRIVERS.test(callee.module)) return null
  const last = callee.steps.at(-1)
  const isMember = last?.kind === 'member'
  const owner = isMember ? { ...callee, steps: callee.steps.slice(0, -1) } : callee
  const sent: Sent = { machine, callee, owner, name: isMember ? last.name : '', call }
  if (ts.isTaggedTemplateExpression(call.node)) return callTag(sent)
  const isMade = owner.steps.some((step) => step.kind !== 'member')
  if (!isMade)
    return /^(?:open|createPool|createConnection|createClient|connect|neon|default|)$/.test(sent.name)
      ? appendCall(machine, callee, call)
      : null
  return callStatement(sent) ?? callConnection(sent) ?? callMade(sent)
}

/** `` sql`select ...` `` waits for somebody to want its rows, or to be part of another. */
function callTag({ machine, callee, owner, call }: Sent): Value {
  const [text, ...holes] = call.args
  const words = templateWords(knownString(text) ?? '') ?? []
  const isVercel = callee.module === '@vercel/postgres'
  const query = startRaw(machine, databaseOf(machine, isVercel ? callee : owner), {
    parts: weave(words, holes.map(partsOfHole)),
    bindings: { list: null, named: null },
    text: text ?? null,
    given: null,
    answer: isVercel ? 'result' : 'rows',
    node: call.node,
  })
  return isVercel ? runQuery(machine, query) : query
}

function partsOfHole(hole: Value): readonly SqlPart[] {
  if (hole.kind === 'query') return hole.parts
  const value = express(hole)
  if (value.kind !== 'operation' || value.name !== 'sql helper') return [{ kind: 'bound', value }]
  const [first] = value.operands
  // `sql('users')` is a name.
  if (first?.kind === 'literal') return [{ kind: 'text', text: `"${first.value}"` }]
  return [{ kind: 'expression', value }]
}

function databaseOf(machine: Machine, owner: PackageValue): DbValue {
  const isBuiltIn = owner.steps.some((step) => step.kind === 'member' && step.name === 'DatabaseSync')
  const driver = isBuiltIn ? 'node:sqlite' : owner.module
  return { kind: 'db', driver, transaction: currentTransaction(machine, owner), schema: null }
}

const STATEMENT_ANSWERS: Readonly<Record<string, RawAnswer>> = {
  all: 'rows',
  get: 'row',
  run: 'summary',
  iterate: 'rows',
  values: 'values',
}

/** `db.prepare('...').get(id)`, whenever it was prepared. */
function callStatement(sent: Sent): Value | null {
  const { machine, owner, name, call } = sent
  const at = owner.steps.findLastIndex((step) => step.kind === 'member' && /^(?:prepare|query)$/.test(step.name))
  const prepared = owner.steps[at + 1]
  if (at < 0 || prepared?.kind !== 'call') return null
  const answer = Object.hasOwn(STATEMENT_ANSWERS, name) ? STATEMENT_ANSWERS[name] : undefined
  if (!answer) return appendCall(machine, sent.callee, call)
  const after = owner.steps.slice(at + 2)
  const bound = argumentsOf(after, 'bind')
  const [text] = prepared.args
  const given = [...(text ? [text] : []), ...(bound ?? []), ...call.args]
  const isPlucked = answer === 'row' && argumentsOf(after, 'pluck') !== null
  const start = rawOfText(given, { answer: isPlucked ? 'value' : answer, node: call.node })
  return send(sent, startRaw(machine, databaseOf(machine, { ...owner, steps: owner.steps.slice(0, at) }), start))
}

/** The arguments of a call in a chain; null when it is not there. */
function argumentsOf(steps: readonly PackageStep[], member: string): readonly Value[] | null {
  const at = steps.findIndex((step) => step.kind === 'member' && step.name === member)
  const called = steps[at + 1]
  return at >= 0 && called?.kind === 'call' ? called.args : null
}

const SENDING = /^(?:query|execute|unsafe|exec|executeMultiple|sql|run|get|all|each)$/

/** A statement that a connection or a pool is given as text. */
function callConnection(sent: Sent): Value | null {
  const { machine, owner, name, call } = sent
  const isFunction = name === '' && /^@neondatabase/.test(owner.module) && knownString(call.args[0]) !== null
  const isPrepared = /sqlite/.test(owner.module) && name === 'query'
  if ((!SENDING.test(name) || isPrepared) && !isFunction) return null
  const phase = transactionVerb(call.args[0])
  if (phase) {
    markTransaction(machine, owner, { phase, node: call.node })
    return answerTo(sent, UNDEFINED)
  }
  const answer = answerOf(sent)
  return send(sent, startRaw(machine, databaseOf(machine, owner), rawOfText(call.args, { answer, node: call.node })))
}

function answerOf({ owner, name, call }: Sent): RawAnswer {
  if (/sqlite/.test(owner.module)) return STATEMENT_ANSWERS[name] ?? 'summary'
  if (owner.module === '@neondatabase/serverless') {
    const isPool = owner.steps.some((step) => step.kind === 'member' && /^(?:Pool|Client)$/.test(step.name))
    return isPool ? 'result' : 'rows'
  }
  const answer = answerOfDriver(owner.module)
  return answer === 'pair' && callbackOf(call) ? 'rows' : answer
}

function callbackOf({ args }: Call): Value | null {
  const last = args.at(-1)
  return last?.kind === 'function' || last?.kind === 'native' ? last : null
}

/** Gives what the statement answers to whoever waits: the caller, or a callback. */
function send(sent: Sent, query: QueryValue): Value {
  const { machine, call } = sent
  const callback = callbackOf(call)
  if (!callback) return sendQuery(machine, query)
  const answer = runQuery(machine, query)
  waitFor(machine, answer)
  const args = answer.state === 'rejected' ? [answer.value] : [literal(null), answer.value]
  return callFunctionLike(machine, { callee: callback, self: null, args, node: call.node })
}

function answerTo({ machine, call }: Sent, value: Value): Value {
  const callback = callbackOf(call)
  if (!callback) return value
  return callFunctionLike(machine, { callee: callback, self: null, args: [literal(null), value], node: call.node })
}

/** Everything else that a driver's connections, pools and statements can do. */
function callMade(sent: Sent): Value | null {
  const { machine, callee, owner, name, call } = sent
  const work = call.args.find((arg) => arg.kind === 'function')
  const made = owner.steps.at(-2)
  if (name === '' && made?.kind === 'member' && made.name === 'transaction') return runPrepared(sent)
  if (name === '' && owner.module === 'postgres') return operation('sql helper', ...call.args)
  switch (name) {
    case 'transaction':
      if (work) return wrapInTransaction(machine, owner, work)
      return beginOn(sent)
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
  const error = databaseError(machine, owner.module, id)
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
function runInside({ machine, callee, call }: Sent, work: Value): Value {
  const inner = appendCall(machine, callee, call)
  markTransaction(machine, inner, { phase: 'begin', node: call.node })
  const result = settle(machine, () =>
    awaitValue(
      machine,
      callFunctionLike(machine, { callee: work, self: null, args: [inner], node: call.node }),
      call.node,
    ),
  )
  const failed = result.state === 'rejected'
  markTransaction(machine, inner, { phase: failed ? 'rollback' : 'commit', node: call.node })
  return failed ? rejected(result.value) : result
}
