import { partsOf } from '../scan/expressions.ts'
import type { Dossier, Expression } from '../scan/types.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import { fromCode, readBody } from './expect.ts'
import { type ExternalEvent, isExternal } from './expressions.ts'
import { mayArriveLate } from './late-calls.ts'
import type { Solution } from './solve-scenario.ts'
import type { Expectation, ExpectationSource, Expected, PlannedStub } from './types.ts'

/** The outgoing calls of the scenario, host by host, in order. */
export function expectCalls(dossier: Dossier, solution: Solution): Expectation[] {
  return [...callsByHost(dossier, solution)].map(([stub, own]) => ({
    observable: 'calls',
    stub,
    calls: own.map((call) => describeCall(dossier, { ...call, world: solution.world })),
    source: fromCode('what the route sends today', own[0]?.event.at ?? null),
  }))
}

/** The same by method and path alone: which calls are made, and not with what. */
export function expectCallOrder(
  dossier: Dossier,
  solution: Solution,
  source: ExpectationSource,
): Extract<Expectation, { observable: 'calls' }>[] {
  return [...callsByHost(dossier, solution)].map(([stub, own]) => ({
    observable: 'calls',
    stub,
    calls: own.map((call) => ({ method: call.stub.method, path: call.stub.path })),
    source,
  }))
}

interface StubbedCall {
  readonly stub: PlannedStub
  readonly event: ExternalEvent
}

/** Without hosts of which a call may arrive after the answer, for nobody waits for it. */
function callsByHost(dossier: Dossier, solution: Solution): ReadonlyMap<string, readonly StubbedCall[]> {
  const calls = solution.scenario.events.filter(isExternal).flatMap((event): StubbedCall[] => {
    const stub = stubOf(solution, event)
    return stub ? [{ stub, event }] : []
  })
  const names = [...new Set(calls.map(({ stub }) => stub.name))]
  const byHost = names.map((name) => [name, calls.filter(({ stub }) => stub.name === name)] as const)
  return new Map(byHost.filter(([, own]) => !own.some(({ event }) => mayArriveLate(dossier, solution.scenario, event))))
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

function describeCall(
  dossier: Dossier,
  { stub, event, world }: { stub: PlannedStub; event: ExternalEvent; world: World },
): Expected {
  if (event.target.protocol !== 'http') return {}
  const value: Record<string, Expected> = { method: stub.method, path: stub.path }
  const headers = readHeaders(event.target.headers, world)
  if (headers) value.headers = headers
  const body = readSentBody(dossier, event, world)
  if (body !== undefined) value.body = body
  return value
}

/** Headers that carry something of this request; the constant ones are the client's business. */
function readHeaders(expression: Expression, world: World): Expected | null {
  if (expression.kind !== 'object') return null
  const fields = Object.entries(expression.fields).flatMap(([key, field]): [string, Expected][] => {
    if (key.startsWith('...') || !partsOf(field).some((part) => part.kind === 'input')) return []
    const computed = evaluateExpression(field, world)
    const isPlain = computed.known && (typeof computed.value === 'string' || typeof computed.value === 'number')
    return isPlain ? [[key.toLowerCase(), String(computed.value)]] : []
  })
  return fields.length > 0 ? Object.fromEntries(fields) : null
}

/** The body as the stub records it: parsed when it is declared as JSON, else as it was sent. */
function readSentBody(dossier: Dossier, event: ExternalEvent, world: World): Expected | undefined {
  if (event.target.protocol !== 'http') return undefined
  const { headers, body } = event.target
  const [inner] = body.kind === 'operation' && body.name === 'JSON.stringify' ? body.operands : []
  if (!inner) return undefined
  const type = contentType(headers, world)
  // Clients that take an object declare it as JSON by themselves; text that the code makes goes out undeclared.
  if (type === 'json' || (type === 'none' && !isMadeByCode(dossier, event))) return readBody(inner, world)?.value
  const text = type === 'none' ? evaluateExpression(body, world) : null
  return text?.known && typeof text.value === 'string' ? text.value : undefined
}

/** Calls are written over this many lines at most. */
const CALL_LINES = 15

function isMadeByCode({ sources }: Dossier, { at }: ExternalEvent): boolean {
  const lines = sources.flatMap((source) => {
    const first = at.line - source.at.line
    return source.at.file === at.file && first >= 0 ? source.text.split('\n').slice(first, first + CALL_LINES) : []
  })
  return lines.some((line) => line.includes('JSON.stringify'))
}

function contentType(headers: Expression, world: World): 'json' | 'none' | 'unknown' {
  if (headers.kind === 'undefined') return 'none'
  if (headers.kind !== 'object') return 'unknown'
  const field = Object.entries(headers.fields).find(([key]) => key.toLowerCase() === 'content-type')?.[1]
  if (!field)
    return headers.open || Object.keys(headers.fields).some((key) => key.startsWith('...')) ? 'unknown' : 'none'
  const computed = evaluateExpression(field, world)
  return computed.known && String(computed.value).includes('json') ? 'json' : 'unknown'
}
