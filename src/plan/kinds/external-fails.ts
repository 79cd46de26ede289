import type { Scenario } from '../../scan/types.ts'
import { nameEffect } from '../choose-reply.ts'
import { describeEffect, happyEffects, type KindRule, type PlanContext, toGiven, untouchedRows } from '../context.ts'
import { expectResponse, fromPolicy } from '../expect.ts'
import { type ExternalEvent, failureOf, firstDifference, isWrite, statusOf, walk } from '../expressions.ts'
import type { Solution } from '../solve-scenario.ts'
import type { Expectation, Path, StubReply } from '../types.ts'

const MAPPED = 'a failed dependency is answered with a 4xx or 5xx that the client can act on'
const NOTHING_STORED = 'a failed dependency leaves nothing stored'
/** A client that waits longer than this makes a test too slow to be run on every save. */
const LONGEST_TIMEOUT_MS = 4000

/** Each dependency refuses, breaks, answers rubbish, hangs or goes away: a mapped status, nothing stored. */
export const planExternalFails: KindRule = (context) => {
  const effects = happyEffects(context)
  if (effects.length === 0) {
    return [
      {
        id: 'external-fails',
        kind: 'external-fails',
        status: 'skipped',
        title: 'maps a failed dependency',
        reason: 'the route calls no other service as far as analysis can tell',
      },
    ]
  }
  return distinct(effects.flatMap((event) => planDependency(context, event)))
}

function distinct(paths: readonly Path[]): Path[] {
  return [...new Map(paths.map((path) => [path.id, path])).values()]
}

function planDependency(context: PlanContext, event: ExternalEvent): Path[] {
  const { happy } = context
  if (!happy.ok) {
    return [
      {
        id: `external-fails.${nameEffect(event)}`,
        kind: 'external-fails',
        status: 'open',
        title: `maps a failure of ${nameEffect(event)}`,
        missing: happy.missing,
      },
    ]
  }
  const scenarios = context.dossier.scenarios.filter((scenario) => divergesAt(scenario, happy.solution.scenario, event))
  const paths = scenarios.flatMap((scenario) => planFailure(context, { scenario, event }))
  return [...paths, ...timeoutNote(context, event)]
}

/** Like the happy way up to this call, and different in how it ends. */
function divergesAt(scenario: Scenario, happy: Scenario, event: ExternalEvent): boolean {
  const index = firstDifference(scenario, happy)
  const decision = scenario.decisions[index]
  return (
    decision !== undefined && walk(decision.condition).some((part) => part.kind === 'result' && part.event === event.id)
  )
}

interface Variant {
  readonly name: string
  readonly words: string
  readonly reply: StubReply | null
}

function planFailure(context: PlanContext, { scenario, event }: { scenario: Scenario; event: ExternalEvent }): Path[] {
  const attempt = context.solve(scenario, context.happy.ok ? context.happy.solution.inputs : undefined)
  if (!attempt.ok) return []
  const stub = attempt.solution.stubs.findLast((candidate) => candidate.origin.length > 0)
  if (!stub) return []
  return variantsOf(scenario, event, stub.reply).map((variant) =>
    describe(context, { event, variant, stub: stub.name, solution: withReply(attempt.solution, stub.name, variant) }),
  )
}

function variantsOf(scenario: Scenario, event: ExternalEvent, reply: StubReply): Variant[] {
  const how = failureOf(scenario)?.how
  if (how === 'connection reset') return [{ name: 'connection-reset', words: 'drops the connection', reply: null }]
  if (how === 'times out') {
    const limit = event.target.protocol === 'http' ? event.target.timeoutMs : null
    return limit !== null && limit <= LONGEST_TIMEOUT_MS
      ? [{ name: 'timeout', words: `does not answer within ${limit} ms`, reply: null }]
      : []
  }
  if (how === 'malformed') return [{ name: 'malformed-answer', words: 'answers malformed JSON', reply: null }]
  if (reply.kind !== 'json') return []
  if (reply.status < 300)
    return [{ name: 'unexpected-answer', words: `answers ${JSON.stringify(reply.body)}`, reply: null }]
  const named: Variant = { name: `answers-${reply.status}`, words: `answers ${reply.status}`, reply: null }
  const isGeneric = !readsStatus(scenario, event)
  const others = [429, 503].filter((status) => isGeneric && status !== reply.status)
  return [
    named,
    ...others.map((status) => ({
      name: `answers-${status}`,
      words: `answers ${status}`,
      reply: { kind: 'json', status, body: { error: 'unavailable' } } as const,
    })),
  ]
}

function readsStatus(scenario: Scenario, event: ExternalEvent): boolean {
  return scenario.decisions.some(({ condition }) =>
    walk(condition).some((part) => part.kind === 'result' && part.event === event.id && part.path[0] === 'status'),
  )
}

function withReply(solution: Solution, name: string, { reply }: Variant): Solution {
  if (!reply) return solution
  return { ...solution, stubs: solution.stubs.map((stub) => (stub.name === name ? { ...stub, reply } : stub)) }
}

function describe(
  context: PlanContext,
  options: { event: ExternalEvent; variant: Variant; stub: string; solution: Solution },
): Path {
  const { event, variant, stub, solution } = options
  const base = { id: `external-fails.${stub}-${variant.name}`, kind: 'external-fails' } as const
  const status = statusOf(solution.scenario)
  const title = `answers ${status ?? 'an error'}${stores(context)} when ${stub} ${variant.words}`
  if (solution.scenario.events.some((candidate) => isWrite(candidate) && candidate.id < event.id)) {
    return { ...base, status: 'open', title, missing: 'a rule for what stays stored when the call comes after a write' }
  }
  if (status !== null && status < 400) {
    return {
      ...base,
      status: 'open',
      title,
      missing: `a rule: the route answers ${status} although ${stub} ${variant.words}; neither spec nor policy says whether that call may fail silently`,
    }
  }
  return {
    ...base,
    status: 'planned',
    title,
    given: toGiven(context, solution),
    expects: [...expectStatus(solution), ...untouchedRows(context, solution, fromPolicy(NOTHING_STORED))],
    violation: `a failure of ${stub} (it ${variant.words}) is not mapped, or leaves something stored`,
    at: event.at,
  }
}

function stores(context: PlanContext): string {
  const writes = context.dossier.scenarios.flatMap((scenario) => scenario.events.filter(isWrite))
  if (writes.length === 0) return ''
  return writes.every((write) => write.operation === 'insert') ? ' and stores nothing' : ' and changes nothing'
}

function expectStatus(solution: Solution): Expectation[] {
  const response = expectResponse(solution)
  if (response.length > 0) return response
  return [{ observable: 'status-at-least', request: 0, minimum: 400, source: fromPolicy(MAPPED) }]
}

/** A client without a visible limit is worth saying; how long is too long nobody has decided. */
function timeoutNote(context: PlanContext, event: ExternalEvent): Path[] {
  if (event.target.protocol !== 'http') return []
  const { timeoutMs } = event.target
  if (timeoutMs !== null && timeoutMs <= LONGEST_TIMEOUT_MS) return []
  const stub = context.happy.ok ? context.happy.solution.stubs[0]?.name : undefined
  const reason =
    timeoutMs === null
      ? `${describeEffect(event)} sets no time limit that analysis can see, so there is no moment at which an answer is due`
      : `${describeEffect(event)} waits ${timeoutMs} ms`
  return [
    {
      id: `external-fails.${stub ?? event.caller}-timeout`,
      kind: 'external-fails',
      status: 'skipped',
      title: `answers in bounded time when ${stub ?? event.caller} hangs`,
      reason,
    },
  ]
}
