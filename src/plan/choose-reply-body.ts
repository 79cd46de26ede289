import { partsOf } from '../scan/expressions.ts'
import type { Column, Expression, Scenario } from '../scan/types.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import { type ExternalEvent, expressionsOfScenario, type ResultExpression, tableOf } from './expressions.ts'
import { guessForColumn, guessNumber, guessText } from './guess-value.ts'
import { singular } from './singular.ts'
import { type SolverState, worldOf } from './solver-state.ts'
import type { Json } from './types.ts'
import { writeAt } from './write-at.ts'

interface Call {
  readonly event: ExternalEvent
  readonly name: string
  readonly status: number
}

/** The fields of the answer that the code reads, with values under which its decisions fall as the scenario says. */
export function buildBody(state: SolverState, call: Call): { [key: string]: Json } {
  const body: Record<string, unknown> = {}
  for (const part of fieldsRead(state.scenario, call.event)) {
    const path = part.path.slice(1)
    const fitting = candidatesFor(state, call, part).find((value) => fits(state, call, { body, path, value, part }))
    if (fitting !== undefined) writeAt(body, path, fitting)
  }
  return JSON.parse(JSON.stringify(body))
}

/** Without those that only lead to others: `data` when `data.id` is read. */
function fieldsRead(scenario: Scenario, event: ExternalEvent): ResultExpression[] {
  const parts = new Map<string, ResultExpression>()
  for (const part of expressionsOfScenario(scenario))
    if (part.kind === 'result' && part.event === event.id && part.path[0] === 'json' && part.path.length > 1)
      parts.set(part.path.join('.'), part)
  return [...parts]
    .filter(([key]) => ![...parts.keys()].some((other) => other.startsWith(`${key}.`) && !other.endsWith('.length')))
    .filter(([key]) => !key.endsWith('.length'))
    .map(([, part]) => part)
}

function fits(
  state: SolverState,
  { event, status }: Call,
  field: { body: Record<string, unknown>; path: readonly string[]; value: Json | undefined; part: ResultExpression },
): boolean {
  const json: Record<string, unknown> = structuredClone(field.body)
  if (field.value !== undefined) writeAt(json, field.path, field.value)
  const answer = { ok: status >= 200 && status < 300, status, json, headers: {} }
  const world: World = { ...worldOf(state), results: new Map([...worldOf(state).results, [event.id, answer]]) }
  return state.scenario.decisions
    .filter(({ condition }) => partsOf(condition).some((part) => isSame(part, field.part)))
    .every(({ condition, taken }) => {
      const computed = evaluateExpression(condition, world)
      return !computed.known || Boolean(computed.value) === taken
    })
}

function isSame(part: Expression, other: ResultExpression): boolean {
  return part.kind === 'result' && part.event === other.event && part.path.join('.') === other.path.join('.')
}

/** The likeliest value first; undefined stands for a field that is left out. */
function candidatesFor(state: SolverState, { name }: Call, part: ResultExpression): (Json | undefined)[] {
  const compared = state.scenario.decisions
    .filter(({ condition }) => partsOf(condition).some((inner) => isSame(inner, part)))
    .flatMap(({ condition }) => partsOf(condition).flatMap((inner) => literalsOf(inner)))
  const numbers = compared.flatMap((value) => (typeof value === 'number' ? [value, value + 1, value - 1] : []))
  const others = compared.map((value) => (typeof value === 'string' ? `not-${value}` : null)).filter(Boolean)
  const usual = usualValue(state, { name, part, isNumber: numbers.length > 0 })
  const isText = state.scenario.decisions.some(
    ({ condition }) =>
      condition.kind === 'operation' &&
      condition.name === 'malformed JSON' &&
      partsOf(condition).some((inner) => isSame(inner, part)),
  )
  return [
    usual,
    ...(isText ? ['{}', '[]', '{'] : []),
    ...compared,
    ...numbers,
    ...others,
    true,
    false,
    'x',
    [],
    undefined,
    null,
  ]
}

function literalsOf(expression: Expression): Json[] {
  return expression.kind === 'literal' && expression.value !== null ? [expression.value] : []
}

function usualValue(
  state: SolverState,
  { name, part, isNumber }: { name: string; part: ResultExpression; isNumber: boolean },
): Json {
  const field = part.path.at(-1) ?? ''
  const column = columnFor(state, part)
  if (field === 'id' && (!column || column.json === 'string') && column?.type !== 'uuid')
    return `${singular(name.replace(/Api$/, ''))}-1`
  if (column) return guessForColumn(column, field)
  return isNumber ? guessNumber(field) : guessText(field)
}

/** The column that the field is stored in. */
function columnFor({ dossier, scenario }: SolverState, part: ResultExpression): Column | undefined {
  for (const event of scenario.events) {
    if (event.kind !== 'db' || event.values?.kind !== 'object') continue
    const key = Object.entries(event.values.fields).find(([, value]) => isSame(value, part))?.[0]
    if (key) return tableOf(dossier, event.table)?.columns.find((candidate) => candidate.key === key)
  }
  return undefined
}
