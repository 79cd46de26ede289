import type { Scenario, TraceEvent } from '../scan/types.ts'
import { answerQuery } from './answer-query.ts'
import { chooseInputs, type Inputs } from './choose-inputs.ts'
import { chooseReply } from './choose-reply.ts'
import { evaluateExpression, makesText, type World } from './evaluate-expression.ts'
import { changesSomething, type ExternalEvent, sharesDecisions } from './expressions.ts'
import { fingerprint, outcomeOf } from './fingerprint.ts'
import { type Problem, type SolverState, worldOf } from './solver-state.ts'
import type { SeedRow, Tables } from './tables.ts'
import { checkedToken } from './tokens.ts'
import type { PlannedFault, PlannedStub } from './types.ts'

/** Everything that makes the code take one scenario's way, and where that leads. */
export interface Solution {
  readonly scenario: Scenario
  readonly inputs: Inputs
  readonly world: World
  readonly seeds: readonly SeedRow[]
  readonly stubs: readonly PlannedStub[]
  readonly fault: PlannedFault | null
  /** What the tables hold afterwards. */
  readonly tables: Tables
  /** What they held when the first call that changes something elsewhere was made; null when there was none. */
  readonly atEffect: Tables | null
}

export type Attempt =
  | { readonly ok: true; readonly solution: Solution }
  | { readonly ok: false; readonly missing: string }

/**
 * Finds a request, rows, and answers under which the code goes exactly the scenario's way, and checks that it does: every
 * decision of the scenario is evaluated with them. What can't be decided makes the attempt fail with what is missing.
 */
export function solveScenario(problem: Problem): Attempt {
  const state: SolverState = {
    ...problem,
    inputs: problem.inputs ?? chooseInputs(problem.dossier, problem.scenario, problem.environment),
    results: new Map(),
    stubs: [],
    seeds: [],
    settled: [],
    begun: new Map(),
    tables: new Map(),
    fault: null,
    atEffect: null,
  }
  const refused = findRefusedToken(state)
  if (refused !== null) return { ok: false, missing: refused }
  for (const event of problem.scenario.events) {
    const missing = playEvent(state, event)
    if (missing !== null) return { ok: false, missing }
  }
  const missing = checkDecisions(state)
  if (missing !== null) return { ok: false, missing }
  const { scenario, inputs, seeds, stubs, fault, tables, atEffect } = state
  return { ok: true, solution: { scenario, inputs, world: worldOf(state), seeds, stubs, fault, tables, atEffect } }
}

function findRefusedToken(state: SolverState): string | null {
  const refused = state.scenario.decisions.find(({ condition, taken }) => {
    const computed = taken && checkedToken(condition) ? evaluateExpression(condition, worldOf(state)) : null
    return computed?.known && !computed.value
  })
  return refused
    ? `a token that the app accepts: the plan can't tell where the request carries it or what it is signed with (${refused.at.file}:${refused.at.line})`
    : null
}

function playEvent(state: SolverState, event: TraceEvent): string | null {
  switch (event.kind) {
    case 'db':
      return answerQuery(state, event)
    case 'external':
      return answerCall(state, event)
    case 'transaction': {
      const begun = state.begun.get(event.transaction)
      if (event.phase === 'begin') state.begun.set(event.transaction, state.tables)
      else state.begun.delete(event.transaction)
      if (event.phase === 'rollback' && begun) state.tables = begun
      return null
    }
    default:
      return null
  }
}

function answerCall(state: SolverState, event: ExternalEvent): string | null {
  if (event.target.protocol === 'package' && makesText(event.target.name))
    state.results.set(event.id, { $any: 'String' })
  if (event.effect !== 'known') return null
  if (changesSomething(event)) state.atEffect ??= state.tables
  const attempt = chooseReply(state, event)
  if (!attempt.ok) return attempt.why
  const { stub, answers } = attempt
  const index = state.stubs.findIndex(
    (other) => other.origin === stub.origin && other.method === stub.method && other.path === stub.path,
  )
  state.stubs.splice(index < 0 ? state.stubs.length : index, index < 0 ? 0 : 1, stub)
  for (const [id, answer] of answers) state.results.set(id, answer)
  return null
}

function checkDecisions(state: SolverState): string | null {
  for (const [index, { condition, taken, at }] of state.scenario.decisions.entries()) {
    const computed = evaluateExpression(condition, worldOf(state))
    if (computed.known && Boolean(computed.value) === taken) continue
    if (!computed.known && isIrrelevant(state, index)) continue
    const place = `${at.file}:${at.line}`
    return computed.known
      ? `values under which the condition at ${place} is ${taken}`
      : `${computed.why} (decides at ${place})`
  }
  return null
}

/** Whether the other branch leads to the same events and the same answer, so that it does not matter which one runs. */
function isIrrelevant(state: SolverState, index: number): boolean {
  const { dossier, scenario } = state
  const decision = scenario.decisions[index]
  const outcome = outcomeOf(scenario.events)
  const others = dossier.scenarios.filter((other) => {
    const turned = other.decisions[index]
    if (!turned || !decision || turned.taken === decision.taken) return false
    if (fingerprint(turned.condition) !== fingerprint(decision.condition)) return false
    return sharesDecisions(other, scenario, index) && !isContradicted(state, other, index)
  })
  return others.length > 0 && others.every((other) => outcomeOf(other.events) === outcome)
}

/** Whether what is known already rules out the other way for another reason. */
function isContradicted(state: SolverState, other: Scenario, index: number): boolean {
  return other.decisions.slice(index + 1).some(({ condition, taken }) => {
    const computed = evaluateExpression(condition, worldOf(state))
    return computed.known && Boolean(computed.value) !== taken
  })
}
