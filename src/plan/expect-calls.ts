import type { Dossier, Expression } from '../scan/types.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import { fromCode, readBody } from './expect.ts'
import { type ExternalEvent, isExternal, walk } from './expressions.ts'
import { mayArriveLate } from './late-calls.ts'
import type { Solution } from './solve-scenario.ts'
import type { Expectation, Expected, PlannedStub } from './types.ts'

/** The outgoing calls of the scenario, host by host, in order. */
export function expectCalls(dossier: Dossier, solution: Solution): Expectation[] {
  const calls = solution.scenario.events.filter(isExternal).flatMap((event) => {
    const stub = stubOf(solution, event)
    return stub ? [{ stub, event }] : []
  })
  const names = [...new Set(calls.map(({ stub }) => stub.name))]
  return names.flatMap((name): Expectation[] => {
    const own = calls.filter(({ stub }) => stub.name === name)
    // A call for which nobody waits may arrive after the answer.
    if (own.some(({ event }) => mayArriveLate(dossier, solution.scenario, event))) return []
    return [
      {
        observable: 'calls',
        stub: name,
        calls: own.map(({ stub, event }) => describeCall(stub, event, solution.world)),
        source: fromCode('what the route sends today', own[0]?.event.at ?? null),
      },
    ]
  })
}

/** The stub that answers the call. */
export function stubOf(solution: Solution, event: ExternalEvent): PlannedStub | null {
  if (event.target.protocol !== 'http') return null
  const url = evaluateExpression(event.target.url, solution.world)
  const method = evaluateExpression(event.target.method, solution.world)
  if (!url.known || !URL.canParse(String(url.value))) return null
  const { origin, pathname } = new URL(String(url.value))
  const verb = method.known ? String(method.value ?? 'GET').toUpperCase() : null
  return solution.stubs.find((stub) => stub.origin === origin && stub.path === pathname && stub.method === verb) ?? null
}

/** How often the route calls each host in this scenario. */
export function countCalls(solution: Solution, counts: (event: ExternalEvent) => boolean): Map<string, number> {
  const counted = new Map<string, number>()
  for (const event of solution.scenario.events.filter(isExternal)) {
    const name = counts(event) ? stubOf(solution, event)?.name : undefined
    if (name !== undefined) counted.set(name, (counted.get(name) ?? 0) + 1)
  }
  return counted
}

function describeCall(stub: PlannedStub, event: ExternalEvent, world: World): Expected {
  if (event.target.protocol !== 'http') return {}
  const value: Record<string, Expected> = { method: stub.method, path: stub.path }
  const headers = readHeaders(event.target.headers, world)
  if (headers) value.headers = headers
  const body = readSentBody(event.target.body, world)
  if (body !== undefined) value.body = body
  return value
}

/** Headers that carry something of this request; the constant ones are the client's business. */
function readHeaders(expression: Expression, world: World): Expected | null {
  if (expression.kind !== 'object') return null
  const fields = Object.entries(expression.fields).flatMap(([key, field]): [string, Expected][] => {
    if (key.startsWith('...') || !walk(field).some((part) => part.kind === 'input')) return []
    const computed = evaluateExpression(field, world)
    const isPlain = computed.known && (typeof computed.value === 'string' || typeof computed.value === 'number')
    return isPlain ? [[key.toLowerCase(), String(computed.value)]] : []
  })
  return fields.length > 0 ? Object.fromEntries(fields) : null
}

function readSentBody(expression: Expression, world: World): Expected | undefined {
  const [inner] = expression.kind === 'operation' && expression.name === 'JSON.stringify' ? expression.operands : []
  if (!inner) return undefined
  return readBody(inner, world)?.value
}
