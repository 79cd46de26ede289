import type { Expression, Scenario, Shape } from '../../scan/types.ts'
import { type Inputs, writeAt } from '../choose-inputs.ts'
import { type KindRule, type PlanContext, stubsOfHappy, toGiven, untouchedRows } from '../context.ts'
import { expectResponse, fromPolicy } from '../expect.ts'
import { type InputExpression, statusOf, walk } from '../expressions.ts'
import type { Solution } from '../solve-scenario.ts'
import type { Expectation, Path } from '../types.ts'

const LEAVES_NO_TRACE = 'a rejected request leaves no trace'

/** One bad request per field and rule: the status, nothing stored, nothing called. */
export const planValidation: KindRule = (context) => {
  if (!context.happy.ok && context.dossier.scenarios.some(isRejection)) {
    return [
      {
        id: 'validation',
        kind: 'validation',
        status: 'open',
        title: 'rejects a bad request',
        missing: `a good request to spoil: ${context.happy.missing}`,
      },
    ]
  }
  const paths = context.dossier.scenarios.filter(isRejection).flatMap((scenario) => planRejection(context, scenario))
  const distinct = [...new Map(paths.map((path) => [path.id, path])).values()]
  if (distinct.length > 0) return distinct
  return [
    {
      id: 'validation',
      kind: 'validation',
      status: 'skipped',
      title: 'rejects a bad request',
      reason: 'no branch of the route rejects a request for its body, query or parameters',
    },
  ]
}

/** A 4xx that is decided by the request alone, before anything is read, written or called. */
function isRejection(scenario: Scenario): boolean {
  const status = statusOf(scenario)
  const isClientError = status !== null && status >= 400 && status < 500 && status !== 401 && status !== 403
  return (
    isClientError &&
    scenario.events.every((event) => event.kind === 'respond' || event.kind === 'throw') &&
    decidingInputs(scenario).length > 0
  )
}

/** The inputs that the last decision on an input looks at. */
function decidingInputs(scenario: Scenario): InputExpression[] {
  const last = scenario.decisions.findLast(({ condition }) => inputsOf(condition).length > 0)
  return last ? inputsOf(last.condition) : []
}

function inputsOf(expression: Expression): InputExpression[] {
  return walk(expression).flatMap((part) =>
    part.kind === 'input' && part.from !== 'headers' && part.from !== 'cookies' ? [part] : [],
  )
}

function planRejection(context: PlanContext, scenario: Scenario): Path[] {
  if (!context.happyScenario) return []
  const base = context.happy.ok ? context.happy.solution.inputs : null
  if (!base) return []
  return decidingInputs(scenario).flatMap((input) => {
    const shape = shapeFor(scenario, input)
    const fields =
      input.path.length > 0 ? [{ path: input.path, rule: shape }] : shape?.type === 'object' ? fieldsOf(shape) : []
    return fields.flatMap((field) =>
      planField(context, scenario, { input: { ...input, path: field.path }, shape: field.rule, base }),
    )
  })
}

function shapeFor(scenario: Scenario, input: InputExpression): Shape | null {
  for (const { condition } of scenario.decisions) {
    const [subject, schema] = condition.kind === 'operation' && condition.name === 'fits' ? condition.operands : []
    if (
      subject?.kind === 'input' &&
      subject.from === input.from &&
      subject.path.length === 0 &&
      schema?.kind === 'shape'
    )
      return schema.shape
    if (subject?.kind === 'object' && schema?.kind === 'shape' && schema.shape.type === 'object') {
      const key = Object.entries(subject.fields).find(
        ([, field]) => field.kind === 'input' && field.from === input.from,
      )?.[0]
      const inner = key === undefined ? undefined : schema.shape.fields[key]
      if (inner) return inner
    }
  }
  return null
}

function fieldsOf(shape: Extract<Shape, { type: 'object' }>): { path: readonly string[]; rule: Shape }[] {
  return Object.entries(shape.fields).map(([name, rule]) => ({ path: [name], rule }))
}

interface Field {
  readonly input: InputExpression
  readonly shape: Shape | null
  readonly base: Inputs
}

/** Missing first, then one value that breaks the field's own rule; each is checked to take the scenario's way. */
function planField(context: PlanContext, scenario: Scenario, field: Field): Path[] {
  const works = mutationsFor(field).flatMap((mutation) => {
    const inputs = mutate(field, mutation)
    const attempt = context.solve(scenario, inputs)
    return attempt.ok ? [{ mutation, solution: attempt.solution }] : []
  })
  const missing = works.find(({ mutation }) => mutation.name === 'missing')
  const invalid = works.find(({ mutation }) => mutation.name !== 'missing')
  const isSchema = field.shape !== null
  const chosen = isSchema ? [missing, invalid] : [missing ?? invalid]
  return chosen.flatMap((work) => (work ? [describe(context, { field, ...work })] : []))
}

interface Mutation {
  readonly name: string
  readonly words: string
  readonly value: unknown
}

const MISSING: Mutation = { name: 'missing', words: 'is missing', value: undefined }

function mutationsFor({ input, shape }: Field): Mutation[] {
  const absent = input.from === 'params' ? [] : [MISSING]
  return [...absent, ...(shape ? shapedMutations(shape) : plainMutations(input))]
}

function shapedMutations(shape: Shape): Mutation[] {
  const wrongType: Mutation = {
    name: 'wrong-type',
    words: `is no ${shape.type}`,
    value: shape.type === 'string' ? 42 : 'x',
  }
  const mutations: Mutation[] = []
  if (shape.type === 'string') {
    if (shape.format)
      mutations.push({ name: 'malformed', words: `is no ${shape.format}`, value: `not-a-${shape.format}` })
    if (shape.min !== null && shape.min > 0)
      mutations.push({
        name: 'too-short',
        words: shape.min === 1 ? 'is empty' : 'is too short',
        value: 'x'.repeat(shape.min - 1),
      })
    if (shape.max !== null && shape.max <= 500)
      mutations.push({ name: 'too-long', words: 'is too long', value: 'x'.repeat(shape.max + 1) })
    if (shape.pattern !== null) mutations.push({ name: 'malformed', words: 'has the wrong form', value: '!' })
  }
  if (shape.type === 'number') {
    if (shape.min !== null) mutations.push({ name: 'too-small', words: 'is too small', value: shape.min - 1 })
    if (shape.max !== null) mutations.push({ name: 'too-large', words: 'is too large', value: shape.max + 1 })
    if (shape.integer) mutations.push({ name: 'fraction', words: 'is not a whole number', value: 1.5 })
  }
  if (shape.type === 'enum')
    mutations.push({ name: 'unknown-value', words: 'is not one of the allowed values', value: 'no-such-value' })
  return [...mutations, wrongType]
}

function plainMutations(input: InputExpression): Mutation[] {
  const values: Mutation[] = [
    { name: 'negative', words: 'is negative', value: -1 },
    { name: 'zero', words: 'is zero', value: 0 },
    { name: 'fraction', words: 'is not a whole number', value: 1.5 },
    { name: 'too-large', words: 'is too large', value: 1_000_000_000 },
    { name: 'empty', words: 'is empty', value: '' },
    { name: 'wrong-type', words: 'has the wrong type', value: 'not-a-number' },
    { name: 'wrong-type', words: 'has the wrong type', value: 42 },
    { name: 'too-long', words: 'is too long', value: 'x'.repeat(300) },
    { name: 'malformed', words: 'has the wrong form', value: 'x' },
  ]
  return input.from === 'body' ? values : values.map((mutation) => ({ ...mutation, value: String(mutation.value) }))
}

function mutate({ input, base }: Field, mutation: Mutation): Inputs {
  const source: Record<string, unknown> = structuredClone(base[input.from])
  writeAt(source, input.path, mutation.value)
  const kept =
    mutation.value === undefined && input.path.length === 1
      ? Object.fromEntries(Object.entries(source).filter(([key]) => key !== input.path[0]))
      : source
  return { ...base, [input.from]: kept }
}

function describe(
  context: PlanContext,
  { field, mutation, solution }: { field: Field; mutation: Mutation; solution: Solution },
): Path {
  const name = field.input.path.join('.')
  const status = statusOf(solution.scenario)
  const decision = solution.scenario.decisions.findLast(({ condition }) => inputsOf(condition).length > 0)
  const nothing = fromPolicy(LEAVES_NO_TRACE)
  const stubs = stubsOfHappy(context)
  const calls: Expectation[] = [...new Set(stubs.map((stub) => stub.name))].map((stub) => ({
    observable: 'call-count',
    stub,
    count: 0,
    source: nothing,
  }))
  const withStubs = { ...solution, stubs }
  return {
    id: `validation.${name}-${mutation.name}`,
    kind: 'validation',
    status: 'planned',
    title: `answers ${status} when ${name} ${mutation.words}${leftAlone(context, stubs.length > 0)}`,
    given: toGiven(context, withStubs),
    expects: [...expectResponse(solution), ...untouchedRows(context, solution, nothing), ...calls],
    violation: `a request whose ${name} ${mutation.words} is not rejected as the route does today`,
    at: decision?.at ?? { file: context.dossier.route.file, line: context.dossier.route.line },
  }
}

function leftAlone(context: PlanContext, calls: boolean): string {
  const writes = context.dossier.scenarios.some((scenario) =>
    scenario.events.some((event) => event.kind === 'db' && event.operation !== 'select'),
  )
  if (writes && calls) return ', and neither stores nor calls anything'
  if (writes) return ', and stores nothing'
  return calls ? ', and calls nothing' : ''
}
