import type { Dossier, Expression, Scenario, Table } from '../scan/types.ts'
import { chooseInputs, type Inputs } from './choose-inputs.ts'
import { chooseReply } from './choose-reply.ts'
import { findSeed, insertedRow, parentFor, type SeedRow, seedFor } from './choose-rows.ts'
import { evaluateExpression, makesText, type World } from './evaluate-expression.ts'
import { type DbEvent, expressionsOfScenario, failureOf, responseOf, sharesDecisions, tableOf, walk } from './expressions.ts'
import type { PlannedFault, PlannedRequest, PlannedStub } from './types.ts'

/** Everything that makes the code take one scenario's way. */
export interface Solution {
  readonly scenario: Scenario
  readonly inputs: Inputs
  readonly world: World
  /** What each write leaves in its table, by event. */
  readonly stored: ReadonlyMap<number, readonly unknown[]>
  readonly seeds: readonly SeedRow[]
  readonly stubs: readonly PlannedStub[]
  readonly fault: PlannedFault | null
}

export type Attempt =
  | { readonly ok: true; readonly solution: Solution }
  | { readonly ok: false; readonly missing: string }

export interface Problem {
  readonly dossier: Dossier
  readonly scenario: Scenario
  readonly environment: Readonly<Record<string, string>>
  /** The request to use; without it one is chosen for the scenario. */
  readonly inputs?: Inputs
}

/**
 * Finds a request, rows, and answers under which the code goes exactly the scenario's way, and checks that it does: every
 * decision of the scenario is evaluated with them. What can't be decided makes the attempt fail with what is missing.
 */
export function solveScenario(problem: Problem): Attempt {
  const inputs = problem.inputs ?? chooseInputs(problem.dossier, problem.scenario)
  const state: State = { ...problem, inputs, results: new Map(), stored: new Map(), seeds: [], stubs: [], fault: null, lookups: new Map() }
  const missing = answerEvents(state) ?? checkDecisions(state)
  if (missing !== null) return { ok: false, missing }
  const { scenario, stored, seeds, stubs, fault } = state
  return { ok: true, solution: { scenario, inputs, world: worldOf(state), stored, seeds, stubs, fault } }
}

interface State extends Problem {
  readonly inputs: Inputs
  readonly results: Map<number, unknown>
  readonly stored: Map<number, readonly unknown[]>
  readonly seeds: SeedRow[]
  readonly stubs: PlannedStub[]
  fault: PlannedFault | null
  /** Rows already made for a look-up, so that the same question gets the same row. */
  readonly lookups: Map<string, Record<string, unknown>>
}

function worldOf(state: State): World {
  return { inputs: state.inputs, environment: state.environment, results: state.results }
}

function answerEvents(state: State): string | null {
  for (const event of state.scenario.events) {
    if (event.kind === 'db') {
      const why = answerQuery(state, event)
      if (why !== null) return why
    }
    if (event.kind === 'external' && event.target.protocol === 'package' && makesText(event.target.name)) {
      state.results.set(event.id, { $any: 'String' })
    }
    if (event.kind === 'external' && event.effect === 'known') {
      const attempt = chooseReply(state.dossier, state.scenario, { event, world: worldOf(state) })
      if (!attempt.ok) return attempt.why
      const isKnown = state.stubs.some(
        (stub) =>
          stub.origin === attempt.stub.origin && stub.method === attempt.stub.method && stub.path === attempt.stub.path,
      )
      if (!isKnown) state.stubs.push(attempt.stub)
      state.results.set(event.id, attempt.answer)
    }
  }
  return null
}

function answerQuery(state: State, event: DbEvent): string | null {
  if (event.outcome === 'fails') {
    state.results.set(event.id, { $fails: 'rejects', sqlstate: undefined })
    if (event.operation === 'select' || event.operation === 'raw' || !event.table) return 'a way to make a read fail'
    state.fault = { table: event.table, operation: event.operation }
    return null
  }
  switch (event.operation) {
    case 'select':
      return answerSelect(state, event)
    case 'insert':
      return answerInsert(state, event)
    case 'update':
    case 'delete':
      return answerChange(state, event)
    case 'raw':
      return null
    default:
      return event.operation satisfies never
  }
}

function answerSelect(state: State, event: DbEvent): string | null {
  const table = tableOf(state.dossier, event.table)
  if (!table || event.joined) return null
  const wanted = wantsRow(state.scenario, event.id)
  const key = `${table.name} ${JSON.stringify(event.where)}`
  if (wanted === false) return answerNothing(state, event)
  const seeded = event.where
    ? findSeed({ table, where: event.where, world: worldOf(state), existing: state.seeds })
    : null
  const seen = state.lookups.get(key) ?? (seeded ? insertedRow(table, seeded.row) : undefined)
  if (seen) {
    state.results.set(event.id, project(event, [seen]))
    return null
  }
  if (wanted) return seed(state, { event, key })
  // Nobody decides on this look-up. A list that is answered says more with a row in it.
  if (!state.seeds.some((row) => row.table === table.name)) {
    const why = isAnswered(state.scenario, event.id) ? seed(state, { event, key }) : 'not needed'
    if (why !== null) state.results.set(event.id, [])
  }
  return null
}

function answerNothing(state: State, event: DbEvent): string | null {
  if (state.seeds.some((row) => row.table === event.table)) {
    return `whether the rows in ${event.table} that the test needs answer a look-up that must find nothing`
  }
  state.results.set(event.id, [])
  return null
}

function isAnswered(scenario: Scenario, event: number): boolean {
  const body = responseOf(scenario)?.body
  return (
    body !== null && body !== undefined && walk(body).some((part) => part.kind === 'result' && part.event === event)
  )
}

/** Rows as the query gives them: only the chosen fields, under the names it gives them. */
function project(event: DbEvent, rows: readonly Record<string, unknown>[]): unknown {
  const { projection } = event
  if (projection?.kind !== 'object') return rows
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(projection.fields).map(([key, field]) => [
        key,
        field.kind === 'column' ? row[field.column] : { $any: 'String' },
      ]),
    ),
  )
}

function seed(state: State, { event, key }: { event: DbEvent; key: string }): string | null {
  const table = tableOf(state.dossier, event.table)
  if (!table) return `the table of ${event.operation}`
  const attempt = seedFor(state.dossier, { table, where: event.where, world: worldOf(state), existing: state.seeds })
  if (!attempt.ok) return attempt.why
  shapeRow(state, { event, row: attempt.row })
  state.seeds.push(...attempt.parents, { table: table.name, row: attempt.row })
  const stored = insertedRow(table, attempt.row)
  state.lookups.set(key, stored)
  keepRow(state, event, stored)
  return null
}

/** Sets columns that later decisions compare: `booking.status === 'cancelled'`. */
function shapeRow(state: State, { event, row }: { event: DbEvent; row: Record<string, unknown> }): void {
  for (const { condition, taken } of state.scenario.decisions) {
    const [left, right] = condition.kind === 'operation' && condition.name === '===' ? condition.operands : []
    if (left?.kind !== 'result' || left.event !== event.id || left.path.length !== 2 || right?.kind !== 'literal')
      continue
    const column = tableOf(state.dossier, event.table)?.columns.find((candidate) => candidate.key === left.path[1])
    if (!column) continue
    if (taken) row[column.key] = right.value
    else if (column.enumValues) row[column.key] ??= column.enumValues.find((value) => value !== right.value)
  }
}

/** Whether the scenario needs the look-up to find something; null when it does not matter. */
function wantsRow(scenario: Scenario, event: number): boolean | null {
  const decided = scenario.decisions.flatMap(({ condition, taken }) => {
    const verdict = existence(condition, event)
    return verdict === null ? [] : [verdict === taken]
  })
  if (decided.length > 0) return decided.every(Boolean)
  const reads = expressionsOfScenario(scenario).some(
    (part) => part.kind === 'result' && part.event === event && part.path[0] === '0' && part.path.length > 1,
  )
  return reads ? true : null
}

/** True: the condition holds when a row exists; false: when none does; null: it is about something else. */
function existence(condition: Expression, event: number): boolean | null {
  if (isRow(condition, event) || isLength(condition, event)) return true
  if (condition.kind !== 'operation') return null
  const [left, right] = condition.operands
  if (condition.name === '!' && left) return negate(existence(left, event))
  if (condition.name === 'is nullish' && left && isRow(left, event)) return false
  const comparesZero = left && isLength(left, event) && right?.kind === 'literal' && right.value === 0
  if (comparesZero && condition.name === '===') return false
  if (comparesZero && condition.name === '>') return true
  const comparesUndefined =
    left && isRow(left, event) && (right?.kind === 'undefined' || (right?.kind === 'literal' && right.value === null))
  return comparesUndefined && condition.name === '===' ? false : null
}

function negate(verdict: boolean | null): boolean | null {
  return verdict === null ? null : !verdict
}

function isRow(expression: Expression, event: number): boolean {
  return expression.kind === 'result' && expression.event === event && expression.path.join() === '0'
}

function isLength(expression: Expression, event: number): boolean {
  return expression.kind === 'result' && expression.event === event && expression.path.join() === 'length'
}

/** What a query on this row leaves behind, and what it tells the code. */
function keepRow(state: State, event: DbEvent, row: Record<string, unknown>): void {
  if (event.operation === 'select') {
    state.results.set(event.id, project(event, [row]))
    return
  }
  keepWrite(state, event, event.operation === 'update' ? { ...row, ...readValues(state, event) } : row)
}

/** Without `returning()` the code gets the driver's own answer, of which only that it is there can be said. */
function keepWrite(state: State, event: DbEvent, row: Record<string, unknown>): void {
  state.stored.set(event.id, [row])
  state.results.set(event.id, event.returns ? project(event, [row]) : { $any: 'Object' })
}

function answerInsert(state: State, event: DbEvent): string | null {
  const table = tableOf(state.dossier, event.table)
  if (!table || !event.values) return null
  const values = readValues(state, event)
  const unset = table.columns.find((column) => column.notNull && !column.hasDefault && values[column.key] === undefined)
  if (unset) return `a value for the column ${table.name}.${unset.key}`
  for (const column of table.columns) {
    const value = values[column.key]
    if (!column.references || value === undefined || value === null) continue
    const { references } = column
    // The parent that the route itself has just stored.
    if (
      state.scenario.events.some(
        (other) =>
          other.kind === 'db' &&
          other.operation === 'insert' &&
          other.table === references.table &&
          other.id < event.id,
      )
    )
      continue
    const parents =
      typeof value === 'object'
        ? null
        : parentFor(state.dossier, { reference: references, value, existing: state.seeds })
    if (!parents) return `a row in ${references.table} for ${table.name}.${column.key}`
    state.seeds.push(...parents)
  }
  keepWrite(state, event, insertedRow(table, values))
  return null
}

/** What is written, column by column; what only a run knows is marked as generated by its kind. */
function readValues(state: State, event: DbEvent): Record<string, unknown> {
  const table = tableOf(state.dossier, event.table)
  if (event.values && event.values.kind !== 'object') return keepColumns(readSpread(state, event.values), table)
  if (!event.values) return {}
  return Object.fromEntries(
    Object.entries(event.values.fields).flatMap(([key, expression]) => {
      if (key.startsWith('...')) return Object.entries(keepColumns(readSpread(state, expression), table))
      const computed = evaluateExpression(expression, worldOf(state))
      if (computed.known) return [[key, computed.value]]
      const column = table?.columns.find((candidate) => candidate.key === key)
      return [
        [
          key,
          column?.json === 'number'
            ? { $any: 'Number' }
            : column?.json === 'date'
              ? { $any: 'Date' }
              : { $any: 'String' },
        ],
      ]
    }),
  )
}

/** Drizzle ignores fields that are no columns. */
function keepColumns(values: Record<string, unknown>, table: Table | null): Record<string, unknown> {
  const keys = new Set(table?.columns.map((column) => column.key))
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.has(key)))
}

function readSpread(state: State, expression: Expression): Record<string, unknown> {
  const computed = evaluateExpression(expression, worldOf(state))
  return computed.known && typeof computed.value === 'object' && computed.value !== null
    ? Object.fromEntries(Object.entries(computed.value))
    : {}
}

function answerChange(state: State, event: DbEvent): string | null {
  const table = tableOf(state.dossier, event.table)
  if (!table) return null
  if (isDecidedAbsent(state.scenario, event.id)) {
    state.results.set(event.id, [])
    return null
  }
  if (!event.where) return null
  const seeded = findSeed({ table, where: event.where, world: worldOf(state), existing: state.seeds })
  if (!seeded) return seed(state, { event, key: `${table.name} ${JSON.stringify(event.where)}` })
  const stored = insertedRow(table, seeded.row)
  keepRow(state, event, stored)
  return null
}

function isDecidedAbsent(scenario: Scenario, event: number): boolean {
  return scenario.decisions.some(({ condition, taken }) => existence(condition, event) === !taken)
}

function checkDecisions(state: State): string | null {
  const failure = failureOf(state.scenario)
  for (const [index, { condition, taken, at }] of state.scenario.decisions.entries()) {
    const computed = evaluateExpression(condition, worldOf(state))
    if (computed.known && Boolean(computed.value) === taken) continue
    const isTheFailure =
      failure && walk(condition).some((part) => part.kind === 'result' && part.event === failure.event)
    if (isTheFailure && !computed.known) continue
    if (!computed.known && isIrrelevant(state, index)) continue
    const place = `${at.file}:${at.line}`
    return computed.known
      ? `values under which the condition at ${place} is ${taken}`
      : `${computed.why} (decides at ${place})`
  }
  return null
}

/** Whether the other branch leads to the same events and the same answer, so that it does not matter which one runs. */
function isIrrelevant({ dossier, scenario }: State, index: number): boolean {
  const decision = scenario.decisions[index]
  const outcome = JSON.stringify(scenario.events)
  return dossier.scenarios.some((other) => {
    const turned = other.decisions[index]
    if (!turned || turned.taken === decision?.taken || !sharesDecisions(other, scenario, index)) return false
    return JSON.stringify(turned.condition) === JSON.stringify(decision?.condition) && JSON.stringify(other.events) === outcome
  })
}

/** The request that the inputs make. */
export function toRequest(problem: Pick<Problem, 'dossier'>, inputs: Inputs): PlannedRequest {
  const { route } = problem.dossier
  const path = route.path.replace(/:(\w+)\??/g, (_match, name: string) =>
    encodeURIComponent(String(inputs.params[name] ?? '')),
  )
  const hasBody = route.method !== 'GET' && route.method !== 'HEAD' && Object.keys(inputs.body).length > 0
  const text = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
    )
  return {
    method: route.method,
    path,
    query: text(inputs.query),
    headers: text(inputs.headers),
    body:
      hasBody || route.method === 'POST' || route.method === 'PUT' || route.method === 'PATCH'
        ? JSON.parse(JSON.stringify(inputs.body))
        : null,
  }
}
