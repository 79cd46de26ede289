import type { Call } from '../../interpret/call.ts'
import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { knownString, type PackageStep, type PackageValue, UNDEFINED, type Value } from '../../interpret/values.ts'
import { ts } from '../../syntax/syntax.ts'
import { appendCall } from '../packages.ts'
import type { SqlPart } from '../sql/tokens.ts'
import { answerTo, callbackOf, callMade, databaseOf, type Sent, send } from './driver-connections.ts'
import { runQuery } from './queries.ts'
import { answerOfDriver, type RawAnswer } from './raw-answers.ts'
import { weave } from './raw-parts.ts'
import { rawOfText, startRaw, transactionVerb } from './raw-sql.ts'
import { markTransaction } from './raw-transactions.ts'
import { templateWords } from './sql-text.ts'

const DRIVERS =
  /^(?:pg|postgres|mysql2?(?:\/promise)?|@neondatabase\/serverless|@vercel\/postgres|@libsql\/client(?:\/.*)?|@planetscale\/database|better-sqlite3(?:-multiple-ciphers)?|sqlite3?|bun:sqlite)$/

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
