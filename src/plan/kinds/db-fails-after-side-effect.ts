import type { Scenario } from '../../scan/types.ts'
import { singular } from '../choose-reply.ts'
import { happyEffects, type KindRule, type PlanContext, toGiven, untouchedRows } from '../context.ts'
import { expectResponse, fromPolicy } from '../expect.ts'
import { type DbEvent, failureOf, firstDifference, isExternal, isWrite, responseOf, statusOf } from '../expressions.ts'
import type { Solution } from '../solve-scenario.ts'
import type { Expectation, Path } from '../types.ts'

const RETRYABLE = 'a database failure after an external effect answers a 5xx that can be retried'
const ONCE = 'a database failure after an external effect leaves neither a double nor a lost effect'

/** The payment went through and the write failed: a retryable 5xx, and the effect happened once or was compensated. */
export const planDbFailsAfterSideEffect: KindRule = (context) => {
  const kind = 'db-fails-after-side-effect'
  const [effect] = happyEffects(context)
  const writes =
    context.happyScenario?.events.filter(
      (event): event is DbEvent => isWrite(event) && effect !== undefined && event.id > effect.id,
    ) ?? []
  const title = 'answers a retryable 5xx when the write after the call fails'
  if (!effect)
    return [{ id: kind, kind, status: 'skipped', title, reason: 'no call to another service comes before a write' }]
  if (writes.length === 0)
    return [{ id: kind, kind, status: 'skipped', title, reason: `nothing is written after ${effect.caller}` }]
  if (!context.happy.ok) return [{ id: kind, kind, status: 'open', title, missing: context.happy.missing }]
  const targets = [...new Map(writes.map((write) => [`${write.table} ${write.operation}`, write])).values()]
  return targets.map((write) =>
    planWrite(context, { write, id: targets.length === 1 ? kind : `${kind}.${write.table}-${write.operation}`, title }),
  )
}

function planWrite(context: PlanContext, { write, id, title }: { write: DbEvent; id: string; title: string }): Path {
  const kind = 'db-fails-after-side-effect'
  const earlier = context.happyScenario?.events.some(
    (event) =>
      isWrite(event) &&
      event.id < write.id &&
      event.table === write.table &&
      event.operation === write.operation &&
      isBeforeEffect(context, event.id),
  )
  if (earlier)
    return {
      id,
      kind,
      status: 'open',
      title,
      missing: `a fault that hits only the second ${write.operation} on ${write.table}`,
    }
  const scenario = context.dossier.scenarios.find((candidate) => isFailureOf(context, candidate, write))
  if (!scenario)
    return {
      id,
      kind,
      status: 'open',
      title,
      missing: `what the route does when ${write.operation} on ${write.table} fails; analysis found no such way`,
    }
  const attempt = context.solve(scenario, context.happy.ok ? context.happy.solution.inputs : undefined)
  if (!attempt.ok) return { id, kind, status: 'open', title, missing: attempt.missing }
  return describe(context, { write, id, solution: attempt.solution })
}

function isBeforeEffect(context: PlanContext, event: number): boolean {
  return happyEffects(context).some((effect) => event < effect.id)
}

function isFailureOf(context: PlanContext, scenario: Scenario, write: DbEvent): boolean {
  const failure = failureOf(scenario)
  return failure?.event === write.id && failure.how === 'rejects' && followsHappyWay(context, scenario)
}

/** Nothing but the failing write tells it from the happy way. */
function followsHappyWay(context: PlanContext, scenario: Scenario): boolean {
  const index = context.happyScenario ? firstDifference(scenario, context.happyScenario) : -1
  const decision = scenario.decisions[index]
  return decision?.condition.kind === 'operation' && decision.condition.name === 'rejects'
}

function describe(
  context: PlanContext,
  { write, id, solution }: { write: DbEvent; id: string; solution: Solution },
): Path {
  const calls = solution.scenario.events.filter(isExternal)
  const compensates = calls.length > happyEffects(context).filter((effect) => effect.id < write.id).length
  const row = singular(write.table ?? 'row').replaceAll('_', ' ')
  const outcome = compensates ? 'compensates' : `calls ${solution.stubs[0]?.name ?? 'the service'} once`
  const status = statusOf(solution.scenario)
  return {
    id,
    kind: 'db-fails-after-side-effect',
    status: 'planned',
    title: `answers a retryable ${isRetryable(solution.scenario) ? status : 503} and ${outcome} when the ${row} can't be ${WORDS[write.operation]}`,
    given: toGiven(context, solution),
    expects: [
      ...expectAnswer(solution, compensates),
      ...untouchedRows(context, solution, fromPolicy(ONCE)),
      ...expectEffects(solution),
    ],
    violation: `when the ${write.operation} on ${write.table} fails after ${calls[0]?.caller ?? 'the call'}, the answer is not retryable or the effect is doubled or lost`,
    at: write.at,
  }
}

const WORDS = { insert: 'stored', update: 'updated', delete: 'deleted', select: 'read', raw: 'written' } as const

/** 502, 503, 504 mean that a retry may help; so does a body that says `retryable`. */
function isRetryable(scenario: Scenario): boolean {
  const status = statusOf(scenario)
  if (status === 502 || status === 503 || status === 504) return true
  const body = responseOf(scenario)?.body
  const flag = body?.kind === 'object' ? body.fields.retryable : undefined
  return status !== null && status >= 500 && flag?.kind === 'literal' && flag.value === true
}

function expectAnswer(solution: Solution, compensates: boolean): Expectation[] {
  const today = expectResponse(solution)
  const source = fromPolicy(RETRYABLE)
  if (isRetryable(solution.scenario)) {
    return today.map((expectation) => (expectation.observable === 'status' ? { ...expectation, source } : expectation))
  }
  if (compensates)
    return [
      {
        observable: 'status-at-least',
        request: 0,
        minimum: 500,
        source: fromPolicy('a database failure after a compensated effect answers a 5xx'),
      },
    ]
  return [{ observable: 'status', request: 0, equals: 503, source }]
}

function expectEffects(solution: Solution): Expectation[] {
  const source = fromPolicy(ONCE)
  const names = [...new Set(solution.stubs.map((stub) => stub.name))]
  return names.map((stub) => ({
    observable: 'call-count',
    stub,
    count: solution.scenario.events.filter(isExternal).length,
    source,
  }))
}
