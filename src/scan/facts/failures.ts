import type { Decision, Scenario, TraceEvent } from '../types.ts'
import { describe } from './expressions.ts'
import { refusesCredential } from './principals.ts'
import { distinct, outcomeOf, responseOf, targetOf } from './scenarios.ts'
import type { FailureFact, Outcome, Problem } from './types.ts'

/** Something that goes wrong, and where in its scenario. */
export interface Found {
  readonly problem: Problem
  /** The latest event up to it. */
  readonly after: number
  /** How many decisions led to it. */
  readonly decided: number
  readonly isUnhandled: boolean
}

/** For each thing that can go wrong: how the request ends, and through whose hands the error goes. */
export function readFailures(scenarios: readonly Scenario[], isComplete: boolean): FailureFact[] {
  const facts = scenarios.flatMap((scenario) => problemsOf(scenario).map((found) => followProblem(scenario, found)))
  const shortest = new Map<string, FailureFact>()
  for (const fact of facts) {
    const key = JSON.stringify({ ...fact, when: [] })
    const known = shortest.get(key)
    if (!known || fact.when.length < known.when.length) shortest.set(key, fact)
  }
  const found = distinct([...shortest.values()])
  // Ways that were not looked at may end otherwise.
  return isComplete ? dropNeedlessConditions(found) : found
}

/** Conditions say something only where the same problem can end in different ways. */
function dropNeedlessConditions(facts: readonly FailureFact[]): FailureFact[] {
  const count = new Map<string, number>()
  for (const { problem } of facts) count.set(JSON.stringify(problem), (count.get(JSON.stringify(problem)) ?? 0) + 1)
  return facts.map((fact) => (count.get(JSON.stringify(fact.problem)) === 1 ? { ...fact, when: [] } : fact))
}

function problemsOf(scenario: Scenario): Found[] {
  const ofEvents = scenario.events.flatMap((event) => problemOfEvent(scenario, event) ?? [])
  const ofDecisions = scenario.decisions.flatMap(
    (decision, index) => problemOfDecision(scenario, decision, index) ?? [],
  )
  return [...ofEvents, ...ofDecisions]
}

function problemOfEvent(scenario: Scenario, event: TraceEvent): Found | null {
  const { at } = event
  const place = { after: event.id, decided: event.decided }
  if (event.kind === 'throw' && event.rethrow) return null
  if (event.kind === 'throw')
    return { ...place, problem: { kind: 'throw', error: event.error, at }, isUnhandled: false }
  if ((event.kind !== 'external' && event.kind !== 'db') || event.outcome === 'ok') return null
  const isUnhandled = event.failure !== null
  const what = event.kind === 'db' ? `${event.operation} ${event.table ?? '?'}` : targetOf(event)
  const problem: Problem =
    event.kind === 'db'
      ? { kind: 'database', what, at }
      : { kind: 'external', what, how: howItFails(scenario, event), at }
  return { ...place, problem, isUnhandled }
}

/** `connection reset`, `times out`, or `rejects` for a client whose failures are its own. */
function howItFails({ decisions }: Scenario, event: TraceEvent): string {
  const condition = decisions[event.decided - 1]?.condition
  return condition?.kind === 'operation' ? condition.name : 'rejects'
}

/** Failures that are no events of their own: a value that does not fit, a token that does not verify, a bad answer. */
function problemOfDecision(scenario: Scenario, { condition, taken, at }: Decision, index: number): Found | null {
  if (condition.kind !== 'operation') return null
  const [first] = condition.operands
  const before = scenario.events.findLast((event) => event.decided <= index)
  const place = { after: before?.id ?? 0, decided: index + 1, isUnhandled: false }
  if (condition.name === 'fits' && !taken && first) return { ...place, problem: { kind: 'validation', of: first, at } }
  if (refusesCredential({ condition, taken, at })) return { ...place, problem: { kind: 'credential', at } }
  const how =
    condition.name === 'malformed' ? 'answers no JSON' : condition.name === '!' ? 'answers an error status' : null
  if (!how || !taken || first?.kind !== 'result') return null
  const call = scenario.events.find((event) => event.id === first.event)
  if (call?.kind !== 'external' || (how !== 'answers no JSON' && first.path[0] !== 'ok')) return null
  return { ...place, problem: { kind: 'external', what: targetOf(call), how, at } }
}

export function followProblem(scenario: Scenario, found: Found): FailureFact {
  const response = responseOf(scenario)
  const end = outcomeAfter(scenario, found)
  const until = end.status && response ? response.id : Number.POSITIVE_INFINITY
  const via = scenario.handlers.filter(({ after }) => after >= found.after && after < until)
  return {
    problem: found.problem,
    ...end,
    via: via.map(({ by, name, at }) => ({ by, name, at })),
    when: scenario.decisions.slice(found.decided, response?.decided ?? scenario.decisions.length).map(shorten),
  }
}

/** What fails once the answer is out changes nothing about it. */
function outcomeAfter(scenario: Scenario, found: Found): Outcome {
  const outcome = outcomeOf(scenario)
  return found.isUnhandled ? { ...outcome, end: 'unhandled' } : outcome
}

function shorten(decision: Decision): Decision {
  const text = describe(decision.condition)
  return text.length > 300
    ? { ...decision, condition: { kind: 'operation', name: 'large condition', operands: [] } }
    : decision
}
