import { partsOf } from '../../scan/expressions.ts'
import type { Expression, Scenario } from '../../scan/types.ts'
import { happyEffects, isSuccess, type KindRule, type PlanContext, routeLine, toGiven } from '../context.ts'
import { evaluateExpression } from '../evaluate-expression.ts'
import { expectResponse, fromPolicy } from '../expect.ts'
import { stubOf } from '../expect-calls.ts'
import {
  changesSomething,
  type ExternalEvent,
  expressionsOfScenario,
  type InputExpression,
  isExternal,
  isWrite,
  mayWrite,
} from '../expressions.ts'
import { mayArriveLate } from '../late-calls.ts'
import { withInput } from '../repair-inputs.ts'
import type { Attempt, Solution } from '../solve-scenario.ts'
import { readTable } from '../tables.ts'
import type { Expectation, Path } from '../types.ts'
import { readAt } from '../write-at.ts'

const KIND = 'idempotent-retry'
const NO_SECOND_EFFECT = 'a repeated key has no second effect'
const KEY = /idempot|^(?:x-)?(?:request|client|dedup\w*)[-_]?(?:id|key|token)$/i

/** The same key again: one effect. */
export const planIdempotentRetry: KindRule = (context) => {
  const title = 'has one effect when the same request comes twice'
  const base = { id: KIND, kind: KIND, title } as const
  const writes = context.happyScenario?.events.filter(mayWrite) ?? []
  if (happyEffects(context).filter(changesSomething).length + writes.length === 0)
    return [{ ...base, status: 'skipped', reason: 'the route changes nothing' }]
  const key = findKey(context.dossier.scenarios)
  if (!key) return [{ ...base, status: 'skipped', reason: 'the route reads no idempotency key' }]
  const attempt = solveWithKey(context, key)
  if (!attempt.ok) return [{ ...base, status: 'open', missing: attempt.missing }]
  return [describe(context, { key, solution: attempt.solution })]
}

/** The input that looks like an idempotency key by its name. */
function findKey(scenarios: readonly Scenario[]): InputExpression | null {
  for (const expression of scenarios.flatMap(expressionsOfScenario)) {
    if (expression.kind === 'input' && KEY.test(expression.path.at(-1) ?? '')) return expression
  }
  return null
}

/** The good way with the key in the request, which matters where the key is optional. */
function solveWithKey(context: PlanContext, key: InputExpression): Attempt {
  const { happy } = context
  if (!happy.ok) return happy
  if (readAt(happy.solution.inputs[key.from], key.path)) return happy
  const inputs = withInput(happy.solution.inputs, key, 'key-1')
  const effects = countEffects(happy.solution.scenario)
  for (const scenario of context.dossier.scenarios) {
    if (!isSuccess(scenario) || countEffects(scenario) < effects) continue
    const attempt = context.solve(scenario, inputs)
    if (attempt.ok) return attempt
  }
  return { ok: false, missing: `a good request that carries ${key.path.join('.')}` }
}

function countEffects(scenario: Scenario): number {
  return scenario.events.filter((event) => isExternal(event) || isWrite(event)).length
}

function describe(context: PlanContext, { key, solution }: { key: InputExpression; solution: Solution }): Path {
  const name = key.path.at(-1) ?? 'key'
  const source = fromPolicy(NO_SECOND_EFFECT)
  const title = `has one effect when the same ${name} comes twice`
  const effects = [...expectOneRow(solution, source), ...expectOneEffect(context, solution, { key, source })]
  if (effects.length === 0) {
    const missing = 'what to count: analysis can tell neither the rows nor the calls that one request leaves'
    return { id: KIND, kind: KIND, status: 'open', title, missing }
  }
  const write = solution.scenario.events.find((event) => isWrite(event) && event.operation === 'insert')
  return {
    id: KIND,
    kind: KIND,
    status: 'planned',
    title,
    given: toGiven(context, solution, 2),
    expects: [...expectResponse(solution).filter((one) => one.observable === 'status'), ...effects],
    violation: `a repeated request with the same ${name} has a second effect`,
    at: write?.at ?? happyEffects(context)[0]?.at ?? routeLine(context),
  }
}

function expectOneRow(solution: Solution, source: Expectation['source']): Expectation[] {
  const inserts = solution.scenario.events.filter((event) => isWrite(event) && event.operation === 'insert')
  const tables = [...new Set(inserts.flatMap((event) => (event.kind === 'db' && event.table ? [event.table] : [])))]
  return tables.flatMap((table): Expectation[] => {
    const { rows, certain } = readTable(solution.tables, table)
    return certain ? [{ observable: 'row-count', table, count: rows.length, source }] : []
  })
}

/** Where the provider gets the key, repeated calls under one key are one effect; else the call itself must not repeat. */
function expectOneEffect(
  context: PlanContext,
  solution: Solution,
  { key, source }: { key: InputExpression; source: Expectation['source'] },
): Expectation[] {
  const calls = solution.scenario.events.filter(isExternal).filter(changesSomething)
  const names = [...new Set(calls.flatMap((event) => stubOf(solution, event)?.name ?? []))]
  return names.flatMap((stub): Expectation[] => {
    const own = calls.filter((event) => stubOf(solution, event)?.name === stub)
    if (own.some((event) => mayArriveLate(context.dossier, solution.scenario, event))) return []
    const places = own.map((event) => locateKey(event, key))
    const [keyAt] = places
    if (keyAt && places.every((place) => place?.join('.') === keyAt.join('.'))) {
      const values = own.map((event) => keySent(solution, event, keyAt))
      return [{ observable: 'distinct-keys', stub, keyAt, count: new Set(values).size, source }]
    }
    // Headers or a body that can't be read may well carry the key.
    if (own.some(mayCarryKey)) return []
    return [{ observable: 'call-count', stub, count: own.length, source }]
  })
}

function holderOf(event: ExternalEvent, place: 'headers' | 'body'): Expression | undefined {
  if (event.target.protocol !== 'http') return undefined
  const expression = event.target[place]
  return expression.kind === 'operation' ? expression.operands[0] : expression
}

function locateKey(event: ExternalEvent, key: InputExpression): string[] | null {
  for (const place of ['headers', 'body'] as const) {
    const holder = holderOf(event, place)
    if (holder?.kind !== 'object') continue
    const field = Object.entries(holder.fields).find(([name, value]) => !name.startsWith('...') && contains(value, key))
    if (field) return [place, place === 'headers' ? field[0].toLowerCase() : field[0]]
  }
  return null
}

/** The key as it is sent; two calls of one request may send two, each made of the request's own. */
function keySent(solution: Solution, event: ExternalEvent, [place, name]: readonly string[]): string {
  const holder = holderOf(event, place === 'headers' ? 'headers' : 'body')
  const field =
    holder?.kind === 'object'
      ? Object.entries(holder.fields).find(([key]) => key === name || key.toLowerCase() === name)
      : undefined
  const computed = field ? evaluateExpression(field[1], solution.world) : null
  return computed?.known && typeof computed.value === 'string' ? computed.value : JSON.stringify(field?.[1] ?? event.id)
}

function mayCarryKey(event: ExternalEvent): boolean {
  return (['headers', 'body'] as const).some((place) => {
    const holder = holderOf(event, place)
    if (!holder || holder.kind === 'undefined' || holder.kind === 'literal') return false
    if (holder.kind !== 'object' || holder.open) return true
    return Object.entries(holder.fields).some(
      ([name, value]) =>
        name.startsWith('...') || (KEY.test(name) && partsOf(value).some((part) => part.kind === 'unknown')),
    )
  })
}

function contains(expression: Expression, key: InputExpression): boolean {
  return partsOf(expression).some(
    (part) => part.kind === 'input' && part.from === key.from && part.path.join('.') === key.path.join('.'),
  )
}
