import type { Scenario } from '../../scan/types.ts'
import { asSent, chooseInputs, type Inputs } from '../choose-inputs.ts'
import { type KindRule, type PlanContext, routeLine, stubsOfHappy, toGiven, untouchedRows } from '../context.ts'
import { distinctPaths } from '../distinct-paths.ts'
import { expectResponse, fromPolicy } from '../expect.ts'
import { stubOf } from '../expect-calls.ts'
import { changesSomething, type InputExpression, isExternal, statusOf } from '../expressions.ts'
import { type Mutation, mutationsFor } from '../mutations.ts'
import { comparedFields, decidingCondition, type Field, fieldsOf, inputsOf, isRejection } from '../rejections.ts'
import { repairInputs, withInput } from '../repair-inputs.ts'
import type { Solution } from '../solve-scenario.ts'
import type { Expectation, Path } from '../types.ts'
import { readAt } from '../write-at.ts'

const KIND = 'validation'
const LEAVES_NO_TRACE = 'a rejected request leaves no trace'

/** One bad request per field and rule: the status, nothing stored, nothing called. */
export const planValidation: KindRule = (context) => {
  const rejections = context.dossier.scenarios.filter(isRejection)
  const title = 'rejects a bad request'
  if (rejections.length === 0) {
    const reason = 'no branch of the route rejects a request for its body, query, parameters or headers'
    return [{ id: KIND, kind: KIND, status: 'skipped', title, reason }]
  }
  const base = goodInputs(context)
  if (!base)
    return [
      {
        id: KIND,
        kind: KIND,
        status: 'open',
        title,
        missing: 'a good request to spoil; analysis found no way that ends in a 2xx',
      },
    ]
  const paths = groupByRule(rejections).flatMap((scenarios) => planRule(context, scenarios, base))
  return distinctPaths(paths)
}

function groupByRule(rejections: readonly Scenario[]): Scenario[][] {
  const groups = new Map<string, Scenario[]>()
  for (const scenario of rejections) {
    const rule = JSON.stringify(decidingCondition(scenario))
    groups.set(rule, [...(groups.get(rule) ?? []), scenario])
  }
  return [...groups.values()]
}

/** The request to spoil; where the good way can't be set up, the request for it may still be good. */
function goodInputs({ happy, happyScenario, dossier, environment }: PlanContext): Inputs | null {
  if (happy.ok) return happy.solution.inputs
  return happyScenario ? chooseInputs(dossier, happyScenario, environment) : null
}

/** The bad requests that break one rule, which the code may reach in several ways. */
function planRule(context: PlanContext, scenarios: readonly Scenario[], base: Inputs): Path[] {
  const works = scenarios
    // Else the request is bad for another reason than the one that is changed.
    .filter((scenario) => !context.solve(scenario, base).ok)
    .flatMap((scenario) => [...planFields(context, scenario, base), ...planPairs(context, scenario, base)])
  const found = works.length > 0 ? works : scenarios.flatMap((scenario) => planSeveral(context, scenario, base))
  if (found.length > 0) return found
  const [scenario] = scenarios
  const at = scenario ? decidingCondition(scenario)?.at : undefined
  const place = at ? `${at.file}:${at.line}` : 'a branch of the route'
  const name = scenario ? (fieldsOf(scenario)[0]?.input.path.join('.') ?? 'request') : 'request'
  return [
    {
      id: `${KIND}.${name}-refused`,
      kind: KIND,
      status: 'open',
      title: `rejects a request for its ${name}`,
      missing: `a request that is refused by ${place} and by nothing else`,
    },
  ]
}

/** Missing first, then one value that breaks the field's own rule; each is checked to take the scenario's way. */
function planFields(context: PlanContext, scenario: Scenario, base: Inputs): Path[] {
  return fieldsOf(scenario).flatMap((field) => {
    const works = mutationsFor(field.input, field.shape).flatMap((mutation) => {
      const inputs = asSent(withInput(base, field.input, mutation.value))
      if (isSame(inputs, base, field)) return []
      const attempt = context.solve(scenario, inputs)
      return attempt.ok ? [{ mutation, solution: attempt.solution }] : []
    })
    const missing = works.find(({ mutation }) => mutation.name === 'missing')
    const invalid = works.find(({ mutation }) => mutation.name !== 'missing')
    const chosen = field.shape ? [missing, invalid] : [missing ?? invalid]
    return chosen.flatMap((work) => (work ? [describe(context, { field: field.input, ...work })] : []))
  })
}

function isSame(inputs: Inputs, base: Inputs, { input }: Field): boolean {
  return JSON.stringify(readAt(inputs[input.from], input.path)) === JSON.stringify(readAt(base[input.from], input.path))
}

/** Two fields that must be in a certain relation, with their values swapped. */
function planPairs(context: PlanContext, scenario: Scenario, base: Inputs): Path[] {
  return comparedFields(scenario).flatMap(([first, second]) => {
    const [a, b] = [first, second].map((input) => readAt(base[input.from], input.path))
    const swapped = asSent(withInput(withInput(base, first, b), second, a))
    const attempt = context.solve(scenario, swapped)
    if (!attempt.ok || a === b) return []
    const words = `and ${second.path.join('.')} contradict each other`
    const mutation: Mutation = { name: `${second.path.join('.')}-contradiction`, words, value: b }
    return [describe(context, { field: first, mutation, solution: attempt.solution })]
  })
}

/** A rule that only several fields together break, e.g. that one of them must be there. */
function planSeveral(context: PlanContext, scenario: Scenario, base: Inputs): Path[] {
  const inputs = repairInputs(scenario, base, context.environment)
  const changed = scenario.decisions
    .flatMap(({ condition }) => inputsOf(condition))
    .filter(({ from, path }) => readAt(inputs[from], path) !== readAt(base[from], path))
  const names = [...new Map(changed.map((input) => [input.path.join('.'), input])).values()]
  const [field] = names
  const attempt = names.length > 1 ? context.solve(scenario, inputs) : null
  if (!field || !attempt?.ok) return []
  const others = names.slice(1).map((input) => input.path.join('.'))
  const areMissing = names.every((input) => readAt(inputs[input.from], input.path) === undefined)
  const words = `and ${others.join(' and ')} ${areMissing ? 'are missing' : 'have these values'}`
  const name = `${others.join('-')}-${areMissing ? 'missing' : 'refused'}`
  return [describe(context, { field, mutation: { name, words, value: undefined }, solution: attempt.solution })]
}

interface Rejected {
  readonly field: InputExpression
  readonly mutation: Mutation
  readonly solution: Solution
}

function describe(context: PlanContext, { field, mutation, solution }: Rejected): Path {
  const name = field.path.join('.')
  const nothing = fromPolicy(LEAVES_NO_TRACE)
  const stubs = [...stubsOfHappy(context), ...solution.stubs]
  const distinct = [...new Map(stubs.map((stub) => [`${stub.origin} ${stub.method} ${stub.path}`, stub])).values()]
  const given = toGiven(context, { ...solution, stubs: distinct })
  const calls = uncalled(context, solution).map(
    (stub): Expectation => ({ observable: 'call-count', stub, count: 0, source: nothing }),
  )
  return {
    id: `${KIND}.${name}-${mutation.name}`,
    kind: KIND,
    status: 'planned',
    title: `answers ${statusOf(solution.scenario)} when ${name} ${mutation.words}${leftAlone(context, calls.length > 0)}`,
    given,
    expects: [...expectResponse(solution), ...untouchedRows(context, solution, nothing), ...calls],
    violation: `a request whose ${name} ${mutation.words} is not rejected as the route does today, or leaves a trace`,
    at: decidingCondition(solution.scenario)?.at ?? routeLine(context),
  }
}

/** Hosts on which a rejected request must have no effect; that it asks one something is no harm. */
function uncalled(context: PlanContext, solution: Solution): string[] {
  const asked = solution.scenario.events.filter(isExternal).flatMap((event) => stubOf(solution, event)?.name ?? [])
  const changed = solution.scenario.events
    .filter(isExternal)
    .filter(changesSomething)
    .flatMap((event) => stubOf(solution, event)?.name ?? [])
  const names = new Set([...stubsOfHappy(context), ...solution.stubs].map((stub) => stub.name))
  return [...names].filter((name) => !asked.includes(name) || changed.includes(name))
}

function leftAlone(context: PlanContext, calls: boolean): string {
  const writes = context.dossier.scenarios.some((scenario) =>
    scenario.events.some((event) => event.kind === 'db' && event.operation !== 'select'),
  )
  if (writes && calls) return ', and neither stores nor calls anything'
  if (writes) return ', and stores nothing'
  return calls ? ', and calls nothing' : ''
}
