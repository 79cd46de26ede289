import { hasPart, partsOf } from '../expressions.ts'
import type { Expression, Scenario, Shape } from '../types.ts'
import { describe, isSame, numberOf } from './expressions.ts'
import { type DbEvent, hasFailure, responseOf } from './scenarios.ts'
import type { PaginationFacts } from './types.ts'

type Input = Extract<Expression, { kind: 'input' }>

const CURSOR = /cursor|after|before|since|from_?id|last_?id|starting|token/i

/** How the list that the route answers with is cut into pages; null when the route takes all or answers no list. */
export function readPagination(scenarios: readonly Scenario[]): PaginationFacts | null {
  for (const scenario of scenarios.filter((one) => !hasFailure(one))) {
    const query = scenario.events.find((event) => isPaged(event) && isAnswered(scenario, event.id))
    if (query?.kind === 'db') return describePages(query, scenarios)
  }
  return null
}

/** Whether the answer shows what the query gave; a body of unknown making may. */
function isAnswered(scenario: Scenario, query: number): boolean {
  const body = responseOf(scenario)?.body
  return !body || hasPart(body, (part) => part.kind === 'unknown' || (part.kind === 'result' && part.event === query))
}

/** A limit of 1 picks a row; it makes no page. */
function isPaged(event: Scenario['events'][number]): boolean {
  if (event.kind !== 'db' || event.operation !== 'select') return false
  const hasLimit = event.limit !== null && event.limit.kind !== 'undefined' && numberOf(event.limit) !== 1
  return hasLimit || (event.offset !== null && event.offset.kind !== 'undefined')
}

function describePages(query: DbEvent, scenarios: readonly Scenario[]): PaginationFacts {
  const { limit, offset } = query
  const cursor = cursorsOf(query)
  const chosen = distinctText([limit, offset].flatMap((part) => (part ? inputsOf(part) : [])))
  return {
    style: cursor.length > 0 ? 'cursor' : offset && offset.kind !== 'undefined' ? 'offset' : 'limit',
    table: query.table,
    at: query.at,
    inputs: [...new Set([...chosen, ...cursor])],
    limit,
    offset,
    defaultLimit: limit ? readDefault(limit, scenarios) : null,
    maxLimit: limit ? readMaximum(limit, scenarios) : null,
    ordered: query.orderBy.length > 0,
    total: scenarios.flatMap(({ events }) => events).find(countsRows)?.at ?? null,
  }
}

function inputsOf(expression: Expression): Input[] {
  return partsOf(expression).filter((part) => part.kind === 'input')
}

function distinctText(inputs: readonly Input[]): string[] {
  return [...new Set(inputs.map(describe))]
}

/** Inputs that rows are compared with by `gt` or `lt`, or that are named as cursors. */
function cursorsOf({ where }: DbEvent): string[] {
  if (!where) return []
  const compared = partsOf(where).filter((part) => part.kind === 'operation' && /^(?:gt|lt|gte|lte)$/.test(part.name))
  const inputs = compared.flatMap(inputsOf).filter((input) => CURSOR.test(input.path.at(-1) ?? ''))
  return distinctText(inputs)
}

/** What the limit is when the request names none. */
function readDefault(limit: Expression, scenarios: readonly Scenario[]): number | null {
  const fixed = numberOf(limit)
  if (fixed !== null) return fixed
  for (const part of partsOf(limit)) {
    if (part.kind !== 'operation') continue
    const last = part.operands.at(-1)
    const number = /^(?:\|\||\?\?|default)$/.test(part.name) ? (numberOf(last) ?? numericText(last)) : null
    if (number !== null) return number
  }
  // Taken as given in the ways where the input is there; the other way shows the number.
  const others = scenarios.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === 'db' ? [event.limit] : [])),
  )
  return others.map((other) => numberOf(other)).find((number) => number !== null && number !== 1) ?? null
}

function numericText(expression: Expression | undefined): number | null {
  const isNumeric =
    expression?.kind === 'literal' && typeof expression.value === 'string' && /^\d+$/.test(expression.value)
  return isNumeric ? Number(expression.value) : null
}

/** The most that a request gets, by `Math.min` or by the rule that its input must fit. */
function readMaximum(limit: Expression, scenarios: readonly Scenario[]): number | null {
  const fixed = numberOf(limit)
  if (fixed !== null) return fixed
  for (const part of partsOf(limit)) {
    if (part.kind !== 'operation' || part.name !== 'Math.min') continue
    const number = part.operands.map(numberOf).find((value) => value !== null)
    if (number !== undefined && number !== null) return number
  }
  const fits = scenarios.flatMap(({ decisions }) => decisions.map(({ condition }) => condition))
  const limits = inputsOf(limit).flatMap((input) => fits.flatMap((condition) => maximumOf(condition, input) ?? []))
  return limits[0] ?? null
}

function maximumOf(condition: Expression, input: Input): number | null {
  if (condition.kind !== 'operation' || condition.name !== 'fits') return null
  const [value, rule] = condition.operands
  if (!value || rule?.kind !== 'shape') return null
  return maximumIn(rule.shape, value, input)
}

function maximumIn(shape: Shape, value: Expression, input: Input): number | null {
  if (shape.type === 'number') return isSame(value, input) ? shape.max : null
  if (shape.type !== 'object') return null
  for (const [name, field] of Object.entries(shape.fields)) {
    const inner = memberOf(value, name)
    const found = inner ? maximumIn(field, inner, input) : null
    if (found !== null) return found
  }
  return null
}

function memberOf(value: Expression, name: string): Expression | null {
  if (value.kind === 'object') return value.fields[name] ?? null
  return value.kind === 'input' ? { ...value, path: [...value.path, name] } : null
}

function countsRows(event: Scenario['events'][number]): boolean {
  if (event.kind !== 'db') return false
  const shown = [event.projection, event.operation === 'raw' ? event.where : null]
  return shown.some((part) => part !== null && partsOf(part).some(isCount))
}

function isCount(part: Expression): boolean {
  if (part.kind === 'operation') return /^(?:count|countDistinct|\$count)$/.test(part.name)
  return part.kind === 'literal' && typeof part.value === 'string' && /\bcount\s*\(/i.test(part.value)
}
