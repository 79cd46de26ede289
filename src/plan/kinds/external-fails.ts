import { partsOf } from '../../scan/expressions.ts'
import type { Scenario } from '../../scan/types.ts'
import { NO_STATUS } from '../choose-reply.ts'
import {
  describeEffect,
  happyEffects,
  isSuccess,
  type KindRule,
  type PlanContext,
  toGiven,
  untouchedRows,
} from '../context.ts'
import { distinctPaths } from '../distinct-paths.ts'
import { expectResponse, fromCode, fromPolicy } from '../expect.ts'
import { stubOf } from '../expect-calls.ts'
import { expectTables, writtenTables } from '../expect-rows.ts'
import { type ExternalEvent, failureOf, firstDifference, isWrite, statusOf, tableOf } from '../expressions.ts'
import { distinctName, nameEffect } from '../name-effect.ts'
import type { Solution } from '../solve-scenario.ts'
import { readTable } from '../tables.ts'
import type { Expectation, Path, StubReply } from '../types.ts'
import { type Variant, variantsOf } from '../vary-failure.ts'

const KIND = 'external-fails'
const MAPPED = 'a failed dependency is answered with a 4xx or 5xx that the client can act on'
const NOTHING_STORED = 'a failed dependency leaves nothing stored'
/** A client that waits longer than this makes a test too slow to be run on every save. */
const LONGEST_TIMEOUT_MS = 4000

/** Each dependency refuses, breaks, answers rubbish, hangs or goes away: a mapped status, nothing stored. */
export const planExternalFails: KindRule = (context) => {
  const effects = happyEffects(context)
  if (effects.length === 0) {
    const reason = 'the route calls no other service as far as analysis can tell'
    return [{ id: KIND, kind: KIND, status: 'skipped', title: 'maps a failed dependency', reason }]
  }
  return distinctPaths(effects.flatMap((event) => planDependency(context, event)))
}

interface Dependency {
  readonly event: ExternalEvent
  readonly stub: string
  /** The stub, and the call where the route makes more than one to it. */
  readonly label: string
}

function planDependency(context: PlanContext, event: ExternalEvent): Path[] {
  const { happy } = context
  if (!happy.ok) {
    const name = distinctName(context.dossier, nameEffect(event))
    const title = `maps a failure of ${name}`
    return [{ id: `${KIND}.${name}`, kind: KIND, status: 'open', title, missing: happy.missing }]
  }
  const stub = stubOf(happy.solution, event)?.name ?? distinctName(context.dossier, nameEffect(event))
  const dependency = { event, stub, label: labelFor(context, event, stub) }
  const scenarios = context.dossier.scenarios.filter((scenario) => divergesAt(scenario, happy.solution.scenario, event))
  if (scenarios.length > 0 && scenarios.every((scenario) => goesUnnoticed(scenario, happy.solution.scenario, event)))
    return [ignored(dependency)]
  return [...scenarios.flatMap((scenario) => planFailure(context, scenario, dependency)), ...timeoutNote(dependency)]
}

function labelFor(context: PlanContext, event: ExternalEvent, stub: string): string {
  if (!context.happy.ok) return stub
  const { solution } = context.happy
  const same = happyEffects(context).filter((other) => stubOf(solution, other)?.name === stub)
  if (same.length === 1 || same[0]?.id === event.id) return stub
  const hasOwnName = same.filter((other) => other.caller === event.caller).length === 1
  return hasOwnName ? `${stub}-${event.caller}` : `${stub}-call-${same.findIndex((other) => other.id === event.id) + 1}`
}

/** Like the happy way up to this call, and different in how it ends. */
function divergesAt(scenario: Scenario, happy: Scenario, event: ExternalEvent): boolean {
  const failure = failureOf(scenario)
  if (failure && failure.event !== event.id) return false
  const decision = scenario.decisions[firstDifference(scenario, happy)]
  return (
    decision !== undefined &&
    partsOf(decision.condition).some((part) => part.kind === 'result' && part.event === event.id)
  )
}

/** The last thing the route does, and it answers as if nothing had happened: a mail that may be lost. */
function goesUnnoticed(scenario: Scenario, happy: Scenario, event: ExternalEvent): boolean {
  const isLast = !happy.events.some((other) => isWrite(other) && other.id > event.id)
  const answer = (one: Scenario): string =>
    JSON.stringify(one.events.filter((other) => other.kind === 'respond').map((other) => [other.status, other.body]))
  const writes = (one: Scenario): string =>
    JSON.stringify(one.events.filter(isWrite).map((other) => [other.table, other.operation, other.outcome]))
  return isLast && isSuccess(scenario) && answer(scenario) === answer(happy) && writes(scenario) === writes(happy)
}

function ignored({ event, label }: Dependency): Path {
  return {
    id: `${KIND}.${label}`,
    kind: KIND,
    status: 'skipped',
    title: `maps a failure of ${label}`,
    reason: `${describeEffect(event)} comes last and the route answers the same when it fails, so its failure is not mapped on purpose`,
  }
}

function planFailure(context: PlanContext, scenario: Scenario, dependency: Dependency): Path[] {
  const how = failureOf(scenario)?.how
  const limit = dependency.event.target.protocol === 'http' ? dependency.event.target.timeoutMs : null
  // timeoutNote says why.
  if (how === 'times out' && (limit === null || limit > LONGEST_TIMEOUT_MS)) return []
  const attempt = context.solve(scenario, context.happy.ok ? context.happy.solution.inputs : undefined)
  if (!attempt.ok) {
    if (attempt.missing === NO_STATUS) return []
    const name = how ? how.replaceAll(' ', '-') : `refused-${statusOf(scenario) ?? 'otherwise'}`
    const title = `answers ${statusOf(scenario) ?? 'an error'} when ${dependency.label} ${how ? `fails (${how})` : 'refuses'}`
    return [{ id: `${KIND}.${dependency.label}-${name}`, kind: KIND, status: 'open', title, missing: attempt.missing }]
  }
  const stub = stubOf(attempt.solution, dependency.event)
  if (!stub) return []
  return variantsOf(scenario, dependency.event, stub.reply).map((variant) =>
    describe(context, { dependency, variant, solution: withReply(attempt.solution, stub, variant.reply) }),
  )
}

function withReply(solution: Solution, stub: Solution['stubs'][number], reply: StubReply | null): Solution {
  if (!reply) return solution
  return { ...solution, stubs: solution.stubs.map((one) => (one === stub ? { ...one, reply } : one)) }
}

interface Failure {
  readonly dependency: Dependency
  readonly variant: Variant
  readonly solution: Solution
}

function describe(context: PlanContext, { dependency, variant, solution }: Failure): Path {
  const { event, label } = dependency
  const base = { id: `${KIND}.${label}-${variant.name}`, kind: KIND } as const
  const status = statusOf(solution.scenario)
  const left = expectLeft(context, solution)
  const title = `answers ${status ?? 'an error'}${left.words} when ${label} ${variant.words}`
  if (status !== null && status < 400) {
    const missing = `a rule: the route answers ${status} although ${label} ${variant.words}; neither spec nor policy says whether that call may fail silently`
    return { ...base, status: 'open', title, missing }
  }
  if (!left.expects) {
    const missing = `a rule: what the route stored before the call stays when ${label} ${variant.words}; neither spec nor policy says whether it may`
    return { ...base, status: 'open', title, missing }
  }
  return {
    ...base,
    status: 'planned',
    title,
    given: toGiven(context, solution),
    expects: [...expectStatus(solution), ...left.expects],
    violation: `a failure of ${label} (it ${variant.words}) is not mapped, or leaves something stored`,
    at: event.at,
  }
}

/** Nothing stored, or what the route makes of its own rows after the failure; null when neither is the case. */
function expectLeft(
  context: PlanContext,
  solution: Solution,
): { words: string; expects: readonly Expectation[] | null } {
  const { dossier } = context
  const { scenario, tables } = solution
  const names = writtenTables(dossier)
  const changed = names.filter(
    (name) => readTable(tables, name).rows.some((row) => row.seed === null) || !readTable(tables, name).certain,
  )
  const isShort =
    solution.seeds.filter((seed) => names.includes(seed.table)).length ===
    names.flatMap((name) => readTable(tables, name).rows).length
  if (changed.length === 0 && isShort) {
    const writes = dossier.scenarios.flatMap((one) => one.events.filter(isWrite))
    const words =
      writes.length === 0
        ? ''
        : writes.every((write) => write.operation === 'insert')
          ? ' and stores nothing'
          : ' and changes nothing'
    return { words, expects: untouchedRows(context, solution, fromPolicy(NOTHING_STORED)) }
  }
  const failed = scenario.decisions.findLast(({ condition }) =>
    partsOf(condition).some((part) => part.kind === 'result'),
  )
  const reacts = scenario.events.some((event) => isWrite(event) && isAfterFailure(scenario, event.id))
  const at = failed?.at ?? null
  const known = names.every((name) => tableOf(dossier, name) !== null)
  return reacts && known
    ? { words: '', expects: expectTables(dossier, tables, fromCode('what the route leaves behind today', at)) }
    : { words: '', expects: null }
}

/** Whether the event comes after the last call to another service. */
function isAfterFailure(scenario: Scenario, event: number): boolean {
  const last = scenario.events.findLast((other) => other.kind === 'external' && other.effect === 'known')
  return last !== undefined && event > last.id
}

function expectStatus(solution: Solution): Expectation[] {
  const response = expectResponse(solution)
  if (response.length > 0) return response
  return [{ observable: 'status-at-least', request: 0, minimum: 400, source: fromPolicy(MAPPED) }]
}

/** A client without a visible limit is worth saying; how long is too long nobody has decided. */
function timeoutNote({ event, label }: Dependency): Path[] {
  if (event.target.protocol !== 'http') return []
  const { timeoutMs } = event.target
  if (timeoutMs !== null && timeoutMs <= LONGEST_TIMEOUT_MS) return []
  const reason =
    timeoutMs === null
      ? `${describeEffect(event)} sets no time limit that analysis can see, so there is no moment at which an answer is due`
      : `${describeEffect(event)} waits ${timeoutMs} ms`
  const title = `answers in bounded time when ${label} hangs`
  return [{ id: `${KIND}.${label}-timeout`, kind: KIND, status: 'skipped', title, reason }]
}
