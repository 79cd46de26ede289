import type { Scenario, TraceEvent } from '../../scan/types.ts'
import {
  happyEffects,
  isGoodReply,
  isLog,
  type KindRule,
  type PlanContext,
  toGiven,
  untouchedRows,
} from '../context.ts'
import { expectResponse, fromCode, fromPolicy } from '../expect.ts'
import { countCalls, expectCallOrder, stubOf } from '../expect-calls.ts'
import { expectTables } from '../expect-rows.ts'
import {
  changesSomething,
  type DbEvent,
  type ExternalEvent,
  failureOf,
  firstDifference,
  isExternal,
  isWrite,
  responseOf,
  statusOf,
} from '../expressions.ts'
import { singular } from '../singular.ts'
import type { Solution } from '../solve-scenario.ts'
import type { Expectation, Path } from '../types.ts'

const KIND = 'db-fails-after-side-effect'
const TITLE = 'answers a retryable 5xx when the write after the call fails'
const RETRYABLE = 'a database failure after an external effect answers a 5xx that can be retried'
const ONCE = 'a database failure after an external effect leaves neither a double nor a lost effect'

/** The payment went through and the write failed: a retryable 5xx, and the effect happened once or was compensated. */
export const planDbFailsAfterSideEffect: KindRule = (context) => {
  const calls = happyEffects(context)
  const effect = calls.find(changesSomething)
  const skipped = (reason: string): Path[] => [{ id: KIND, kind: KIND, status: 'skipped', title: TITLE, reason }]
  if (!effect && calls.length > 0) return skipped('the calls to other services only ask, as far as analysis can tell')
  if (!effect) return skipped('no call to another service comes before a write')
  const writes =
    context.happyScenario?.events.filter(
      (event): event is DbEvent => isWrite(event) && (event.id > effect.id || commitsAfter(context, event, effect)),
    ) ?? []
  const after = writes.filter((write) => write.id > effect.id)
  if (after.length === 0 && writes.length > 0)
    return [open(KIND, 'a commit that fails: the writes come before the call, in the same transaction')]
  if (after.length === 0) return skipped(`nothing is written after ${effect.caller}`)
  if (!context.happy.ok) return [open(KIND, context.happy.missing)]
  const targets = new Map<string, DbEvent>()
  for (const write of after) {
    const key = `${write.table} ${write.operation}`
    if (!targets.has(key)) targets.set(key, write)
  }
  return [...targets.values()].map((write) =>
    planWrite(context, { write, id: targets.size === 1 ? KIND : `${KIND}.${write.table}-${write.operation}` }),
  )
}

/** Written before the call, but undone with the transaction that the call is part of. */
function commitsAfter(context: PlanContext, write: DbEvent, effect: ExternalEvent): boolean {
  return (
    context.happyScenario?.events.some(
      (event) =>
        event.kind === 'transaction' &&
        event.phase === 'commit' &&
        event.transaction === write.transaction &&
        event.id > effect.id,
    ) ?? false
  )
}

function open(id: string, missing: string): Path {
  return { id, kind: KIND, status: 'open', title: TITLE, missing }
}

function planWrite(context: PlanContext, { write, id }: { write: DbEvent; id: string }): Path {
  const scenarios = context.dossier.scenarios.filter((candidate) => isFailureOf(context, candidate, write))
  const inputs = context.happy.ok ? context.happy.solution.inputs : undefined
  let missing = `what the route does when ${write.operation} on ${write.table} fails; analysis found no such way`
  let solved: Solution | null = null
  for (const [index, scenario] of scenarios.entries()) {
    const attempt = context.solve(scenario, inputs)
    // One thing goes wrong at a time: what the route calls to make up for it works.
    if (attempt.ok && attempt.solution.stubs.every(isGoodReply))
      return judge(context, { write, id, solution: attempt.solution })
    if (attempt.ok) solved ??= attempt.solution
    else if (index === 0) missing = attempt.missing
  }
  return solved ? judge(context, { write, id, solution: solved }) : open(id, missing)
}

function isFailureOf(context: PlanContext, scenario: Scenario, write: DbEvent): boolean {
  const failure = failureOf(scenario)
  if (failure?.event !== write.id || failure.how !== 'rejects' || !context.happyScenario) return false
  // Nothing but the failing write tells it from the happy way.
  const decision = scenario.decisions[firstDifference(scenario, context.happyScenario)]
  return decision?.condition.kind === 'operation' && decision.condition.name === 'rejects'
}

interface Failing {
  readonly write: DbEvent
  readonly id: string
  readonly solution: Solution
}

function judge(context: PlanContext, failing: Failing): Path {
  const status = statusOf(failing.solution.scenario)
  if (isLog(failing.write) && status !== null && status < 400)
    return open(
      failing.id,
      `a rule: the route answers ${status} although the row in ${failing.write.table} is lost; neither spec nor policy says whether that may be`,
    )
  if (status !== null && status < 400 && failing.solution.scenario.events.some((event) => isRepeated(event, failing)))
    return open(
      failing.id,
      `a fault that outlasts what the route does about it: it tries the ${failing.write.operation} again, and answers ${status}`,
    )
  return describe(context, failing)
}

function isRepeated(event: TraceEvent, { write }: Failing): boolean {
  const isLater = isWrite(event) && event.id > write.id && event.outcome === 'ok'
  return isLater && event.table === write.table && event.operation === write.operation
}

function describe(context: PlanContext, { write, id, solution }: Failing): Path {
  const undone = compensations(context, { write, solution })
  const row = singular(write.table ?? 'row').replaceAll('_', ' ')
  const host = solution.scenario.events.filter(isExternal).filter(changesSomething)[0]
  const name = host ? stubOf(solution, host)?.name : undefined
  const count = countCalls(solution, changesSomething).get(name ?? '') ?? 1
  const outcome = undone ? 'compensates' : `calls ${name ?? 'the service'} ${count === 1 ? 'once' : `${count} times`}`
  const status = isRetryable(solution.scenario) ? statusOf(solution.scenario) : 503
  const answer = undone && !isRetryable(solution.scenario) ? 'a 5xx' : `a retryable ${status}`
  return {
    id,
    kind: KIND,
    status: 'planned',
    title: `answers ${answer} and ${outcome} when the ${row} can't be ${WORDS[write.operation]}`,
    given: toGiven(context, solution),
    expects: [
      ...expectAnswer(solution, undone),
      ...expectLeft(context, { write, solution }),
      ...(undone ? expectUndoing(context, solution) : expectEffects(solution)),
    ],
    violation: `when the ${write.operation} on ${write.table} fails after ${host?.caller ?? 'the call'}, the answer is not retryable or the effect is doubled or lost`,
    at: write.at,
  }
}

const WORDS = { insert: 'stored', update: 'updated', delete: 'deleted', select: 'read', raw: 'written' } as const

/** Whether a call after the failed write takes back what an earlier one did at the same host. */
function compensations(context: PlanContext, { write, solution }: { write: DbEvent; solution: Solution }): boolean {
  const effects = happyEffects(context).filter((event) => event.id < write.id && changesSomething(event))
  const hosts = effects.map((event) => stubOf(solution, event)?.origin)
  return solution.scenario.events
    .filter(isExternal)
    .some((event) => event.id > write.id && changesSomething(event) && hosts.includes(stubOf(solution, event)?.origin))
}

/** 502, 503, 504 mean that a retry may help; so does a body that says `retryable`. */
function isRetryable(scenario: Scenario): boolean {
  const status = statusOf(scenario)
  if (status === 502 || status === 503 || status === 504) return true
  const body = responseOf(scenario)?.body
  const flag = body?.kind === 'object' ? body.fields.retryable : undefined
  return status !== null && status >= 500 && flag?.kind === 'literal' && flag.value === true
}

function expectAnswer(solution: Solution, isCompensated: boolean): Expectation[] {
  const source = fromPolicy(RETRYABLE)
  if (isRetryable(solution.scenario)) {
    const today = expectResponse(solution)
    return today.map((expectation) => (expectation.observable === 'status' ? { ...expectation, source } : expectation))
  }
  const compensated = fromPolicy('a database failure after a compensated effect answers a 5xx')
  if (isCompensated) return [{ observable: 'status-at-least', request: 0, minimum: 500, source: compensated }]
  return [{ observable: 'status', request: 0, equals: 503, source }]
}

/**
 * What was there before the call stays, e.g. a pending row; what the route wrote after it is gone, for the retry would
 * write it again. Rows that the route sets right after the failure are as the code leaves them.
 */
function expectLeft(context: PlanContext, { write, solution }: { write: DbEvent; solution: Solution }): Expectation[] {
  const { scenario, tables, atEffect } = solution
  const writes = scenario.events.filter(isWrite).filter((event) => event.outcome === 'ok')
  const [effect] = scenario.events.filter(isExternal).filter(changesSomething)
  const today = fromCode('what the route leaves behind today', write.at)
  if (writes.some((event) => event.id > write.id)) return expectTables(context.dossier, tables, today)
  const isAnyEarlier = writes.some((event) => effect && event.id < effect.id)
  if (!isAnyEarlier || !atEffect) return untouchedRows(context, solution, fromPolicy(ONCE))
  const isUndone = scenario.events.some(
    (event) =>
      event.kind === 'transaction' && event.phase === 'rollback' && beganBefore(scenario, event.transaction, effect),
  )
  return expectTables(context.dossier, isUndone ? tables : atEffect, isUndone ? fromPolicy(ONCE) : today)
}

function beganBefore(scenario: Scenario, transaction: number, effect: ExternalEvent | undefined): boolean {
  return scenario.events.some(
    (event) =>
      event.kind === 'transaction' &&
      event.phase === 'begin' &&
      event.transaction === transaction &&
      effect !== undefined &&
      event.id < effect.id,
  )
}

/** Which calls were made tells an effect that was taken back from one that happened twice; their number does not. */
function expectUndoing({ dossier }: PlanContext, solution: Solution): Expectation[] {
  const inOrder = expectCallOrder(dossier, solution, fromPolicy(ONCE))
  const told = new Set(inOrder.map(({ stub }) => stub))
  return [...inOrder, ...expectEffects(solution).filter(({ stub }) => !told.has(stub))]
}

function expectEffects(solution: Solution): Extract<Expectation, { observable: 'call-count' }>[] {
  const source = fromPolicy(ONCE)
  return [...countCalls(solution, changesSomething)].map(([stub, count]) => ({
    observable: 'call-count',
    stub,
    count,
    source,
  }))
}
