import type { Scenario } from '../../scan/types.ts'
import { happyEffects, type KindRule, type PlanContext, toGiven } from '../context.ts'
import { expectResponse, fromPolicy } from '../expect.ts'
import { expressionsOf, expressionsOfScenario, type InputExpression, isWrite, walk } from '../expressions.ts'
import type { Solution } from '../solve-scenario.ts'
import type { Expectation, Path } from '../types.ts'

const NO_SECOND_EFFECT = 'a repeated key has no second effect'
const KEY = /idempot|^(?:x-)?(?:request|client|dedup\w*)[-_]?(?:id|key|token)$/i

/** The same key again: one effect. */
export const planIdempotentRetry: KindRule = (context) => {
  const kind = 'idempotent-retry'
  const title = 'has one effect when the same request comes twice'
  const effects = happyEffects(context)
  const writes = context.happyScenario?.events.filter(isWrite) ?? []
  if (effects.length + writes.length === 0)
    return [{ id: kind, kind, status: 'skipped', title, reason: 'the route changes nothing' }]
  const key = findKey(context.dossier.scenarios)
  if (!key) return [{ id: kind, kind, status: 'skipped', title, reason: 'the route reads no idempotency key' }]
  if (!context.happy.ok) return [{ id: kind, kind, status: 'open', title, missing: context.happy.missing }]
  return [describe(context, { key, solution: context.happy.solution })]
}

/** The input that looks like an idempotency key by its name. */
export function findKey(scenarios: readonly Scenario[]): InputExpression | null {
  for (const expression of scenarios.flatMap(expressionsOfScenario)) {
    if (expression.kind === 'input' && KEY.test(expression.path.at(-1) ?? '')) return expression
  }
  return null
}

function describe(context: PlanContext, { key, solution }: { key: InputExpression; solution: Solution }): Path {
  const name = key.path.at(-1) ?? 'key'
  const source = fromPolicy(NO_SECOND_EFFECT)
  const first = expectResponse(solution).filter((expectation) => expectation.observable === 'status')
  const write = solution.scenario.events.find((event) => isWrite(event) && event.operation === 'insert')
  const at = write?.at ??
    happyEffects(context)[0]?.at ?? { file: context.dossier.route.file, line: context.dossier.route.line }
  return {
    id: 'idempotent-retry',
    kind: 'idempotent-retry',
    status: 'planned',
    title: `has one effect when the same ${name} comes twice`,
    given: toGiven(context, solution, 2),
    expects: [...first, ...expectOneRow(solution, source), ...expectOneEffect(solution, { key, source })],
    violation: `a repeated request with the same ${name} has a second effect`,
    at,
  }
}

function expectOneRow(solution: Solution, source: Expectation['source']): Expectation[] {
  const inserts = solution.scenario.events.filter((event) => isWrite(event) && event.operation === 'insert')
  const tables = [...new Set(inserts.flatMap((event) => (event.kind === 'db' && event.table ? [event.table] : [])))]
  return tables.map((table) => ({
    observable: 'row-count',
    table,
    count:
      inserts.filter((event) => event.kind === 'db' && event.table === table).length +
      solution.seeds.filter((seed) => seed.table === table).length,
    source,
  }))
}

/** Where the provider gets the key, repeated calls under one key are one effect; else the call itself must not repeat. */
function expectOneEffect(
  solution: Solution,
  { key, source }: { key: InputExpression; source: Expectation['source'] },
): Expectation[] {
  return [...new Set(solution.stubs.map((stub) => stub.name))].map((stub) => {
    const keyAt = solution.scenario.events.flatMap((event) =>
      event.kind === 'external' && event.target.protocol === 'http' ? locateKey(event, key) : [],
    )
    if (keyAt.length > 0) return { observable: 'distinct-keys', stub, keyAt, count: 1, source }
    const count = solution.scenario.events.filter(
      (event) => event.kind === 'external' && event.effect === 'known',
    ).length
    return { observable: 'call-count', stub, count, source }
  })
}

function locateKey(event: Extract<Scenario['events'][number], { kind: 'external' }>, key: InputExpression): string[] {
  if (event.target.protocol !== 'http' || !expressionsOf(event).some((expression) => contains(expression, key)))
    return []
  for (const place of ['headers', 'body'] as const) {
    const expression = event.target[place]
    const holder = expression.kind === 'operation' ? expression.operands[0] : expression
    if (holder?.kind !== 'object') continue
    const field = Object.entries(holder.fields).find(([, value]) => contains(value, key))?.[0]
    if (field) return [place, place === 'headers' ? field.toLowerCase() : field]
  }
  return []
}

function contains(expression: Parameters<typeof walk>[0], key: InputExpression): boolean {
  return walk(expression).some(
    (part) => part.kind === 'input' && part.from === key.from && part.path.join('.') === key.path.join('.'),
  )
}
