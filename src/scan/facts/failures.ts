import { partsOf } from '../expressions.ts'
import type { Decision, Scenario, TraceEvent } from '../types.ts'
import { createBlame } from './blame.ts'
import { describe } from './expressions.ts'
import { isAlike } from './outcomes.ts'
import { refusesCredential } from './principals.ts'
import { outcomeOf, responseOf, targetOf } from './scenarios.ts'
import { siteKey } from './site-keys.ts'
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

/** A fact, and what tells its conditions from others. */
interface Ending {
  readonly fact: FailureFact
  readonly conditions: readonly Condition[]
}

interface Condition {
  readonly key: string
  readonly taken: boolean
}

/** For each thing that can go wrong: how the request ends, and through whose hands the error goes. */
export function readFailures(scenarios: readonly Scenario[], isComplete: boolean): FailureFact[] {
  const isToBlame = createBlame(scenarios)
  const endings = new Map<string, Ending[]>()
  for (const scenario of scenarios) {
    for (const found of problemsOf(scenario).filter(({ decided }) => isToBlame(scenario, decided))) {
      const fact = followProblem(scenario, found)
      const conditions = fact.when.map(({ condition, at, taken }) => ({
        key: siteKey(scenario, [condition, at]),
        taken,
      }))
      const key = JSON.stringify([nameProblem(fact.problem), fact.via])
      endings.set(key, addEnding(endings.get(key) ?? [], { fact, conditions }))
    }
  }
  const found = [...endings.values()].flat()
  // Ways that were not looked at may end otherwise.
  return (isComplete ? dropNeedlessConditions(found) : found).map(({ fact }) => fact)
}

/** What ends alike is one fact, under what all its ways have in common. */
function addEnding(known: readonly Ending[], ending: Ending): Ending[] {
  const same = known.find(({ fact }) => isAlike(fact, ending.fact))
  if (!same) return [...known, ending]
  const merged = withConditions(same, ({ key, taken }) =>
    ending.conditions.some((other) => other.key === key && other.taken === taken),
  )
  return known.map((one) => (one === same ? merged : one))
}

function withConditions({ fact, conditions }: Ending, isKept: (condition: Condition) => boolean): Ending {
  const when = fact.when.filter((_, index) => conditions.slice(index, index + 1).some(isKept))
  return { fact: { ...fact, when }, conditions: conditions.filter(isKept) }
}

/** What is checked may be put together in several ways; the parts of the request that it is made of tell it apart. */
function nameProblem(problem: Problem): string {
  if (problem.kind !== 'validation') return JSON.stringify(problem)
  const inputs = partsOf(problem.of).filter((part) => part.kind === 'input')
  const whole = inputs.filter(({ path }) => path.length === 0)
  const sources = (whole.length > 0 ? whole : inputs).map(({ from }) => from)
  return JSON.stringify([problem.kind, problem.at, [...new Set(sources)].toSorted()])
}

/** Conditions say something only where the same problem ends in another way without them. */
function dropNeedlessConditions(endings: readonly Ending[]): Ending[] {
  const ofProblem = new Map<string, Ending[]>()
  for (const ending of endings) {
    const name = nameProblem(ending.fact.problem)
    ofProblem.set(name, [...(ofProblem.get(name) ?? []), ending])
  }
  return endings.map((ending) => {
    const others = ofProblem.get(nameProblem(ending.fact.problem)) ?? []
    const opposite = ({ key, taken }: Condition): boolean =>
      others.some(({ conditions }) => conditions.some((other) => other.key === key && other.taken !== taken))
    return withConditions(ending, opposite)
  })
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
  const via = scenario.handlers.filter(
    ({ after, decided }) => after >= found.after && after < until && decided >= found.decided,
  )
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
