import type { Dossier, Expression, SourceLocation } from '../scan/types.ts'
import { evaluateExpression, isGenerated, type World } from './evaluate-expression.ts'
import { type DbEvent, isExternal, isWrite, responseOf, statusOf, tableOf } from './expressions.ts'
import type { Solution } from './solve-scenario.ts'
import type { Expectation, ExpectationSource, Expected } from './types.ts'

export function fromCode(text: string, at: SourceLocation | null): ExpectationSource {
  return { kind: 'code', text, at }
}

export function fromPolicy(text: string): ExpectationSource {
  return { kind: 'policy', text, at: null }
}

/** Status and body as the code gives them in this scenario; fields that only the run knows are left out. */
export function expectResponse(solution: Solution, request = 0): Expectation[] {
  const response = responseOf(solution.scenario)
  const status = statusOf(solution.scenario)
  if (!response || status === null) return []
  const source = fromCode('what the route answers today', response.at)
  const expected: Expectation[] = [{ observable: 'status', request, equals: status, source }]
  const body = response.body && response.via === 'json' ? readBody(response.body, solution.world) : null
  if (body) expected.push({ observable: 'body', request, ...body, source })
  const text =
    response.body && (response.via === 'send' || response.via === 'end')
      ? evaluateExpression(response.body, solution.world)
      : null
  if (text?.known && typeof text.value === 'string')
    expected.push({ observable: 'text', request, equals: text.value, source })
  return expected
}

function readBody(expression: Expression, world: World): { match: 'whole' | 'part'; value: Expected } | null {
  const whole = evaluateExpression(expression, world)
  if (whole.known) {
    const value = toExpected(whole.value, 'json')
    return value === undefined ? null : { match: 'whole', value }
  }
  if (expression.kind !== 'object') return null
  const fields = Object.entries(expression.fields).flatMap(([key, field]): [string, Expected][] => {
    const computed = evaluateExpression(field, world)
    const value = computed.known && !key.startsWith('...') ? toExpected(computed.value, 'json') : undefined
    return value === undefined ? [] : [[key, value]]
  })
  return fields.length > 0 ? { match: 'part', value: Object.fromEntries(fields) } : null
}

/** A computed value as it is seen on the wire (`json`) or in a row; undefined when it is not there at all. */
export function toExpected(value: unknown, seen: 'json' | 'row'): Expected | undefined {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return seen === 'json' ? value.toISOString() : { $date: value.toISOString() }
  if (isGenerated(value)) return seen === 'json' && value.$any === 'Date' ? { $any: 'String' } : value
  if (Array.isArray(value)) return value.map((item) => toExpected(item, seen) ?? null)
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]): [string, Expected][] => {
      const expected = toExpected(field, seen)
      return expected === undefined ? [] : [[key, expected]]
    }),
  )
}

/** What the tables that the route writes hold afterwards. */
export function expectRows(dossier: Dossier, solution: Solution): Expectation[] {
  const writes = solution.scenario.events.filter(isWrite)
  const tables = [...new Set(writes.flatMap((write) => write.table ?? []))]
  return tables.flatMap((name) =>
    expectTable(dossier, solution, { name, writes: writes.filter((write) => write.table === name) }),
  )
}

function expectTable(
  dossier: Dossier,
  solution: Solution,
  { name, writes }: { name: string; writes: readonly DbEvent[] },
): Expectation[] {
  const [write] = writes
  const table = tableOf(dossier, name)
  if (!write || !table) return []
  const source = fromCode('what the route stores today', write.at)
  const seeded = solution.seeds.filter((seed) => seed.table === name)
  const written = writes.flatMap((one) => [...(solution.stored.get(one.id) ?? [])])
  const isOneInsert = writes.every((one) => one.operation === 'insert')
  if (isOneInsert && seeded.length === 0 && written.length === writes.length) {
    return [{ observable: 'rows', table: name, match: 'part', rows: written.map((row) => visibleColumns(row)), source }]
  }
  if (isOneInsert && written.length === writes.length)
    return [{ observable: 'row-count', table: name, count: seeded.length + written.length, source }]
  if (write.operation === 'update' && writes.length === 1 && seeded.length === 1 && written[0]) {
    return [{ observable: 'rows', table: name, match: 'part', rows: [visibleColumns(written[0])], source }]
  }
  if (write.operation === 'delete' && writes.length === 1 && seeded.length === 1)
    return [{ observable: 'row-count', table: name, count: 0, source }]
  return []
}

/** Given values and literal defaults; ids and timestamps that the database makes say nothing about the route. */
function visibleColumns(row: unknown): Expected {
  const expected = toExpected(row, 'row')
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return {}
  return Object.fromEntries(Object.entries(expected).filter(([, value]) => !isGenerated(value) && value !== null))
}

/** The outgoing calls of the scenario, host by host, in order. */
export function expectCalls(solution: Solution): Expectation[] {
  const calls = solution.scenario.events.filter(isExternal).flatMap((event) => {
    if (event.target.protocol !== 'http') return []
    const { world } = solution
    const url = evaluateExpression(event.target.url, world)
    if (!url.known || !URL.canParse(String(url.value))) return []
    const parsed = new URL(String(url.value))
    const stub = solution.stubs.find((candidate) => candidate.origin === parsed.origin)
    if (!stub) return []
    const method = evaluateExpression(event.target.method, world)
    const value: Record<string, Expected> = {
      method: method.known ? String(method.value) : stub.method,
      path: parsed.pathname,
    }
    const headers = readHeaders(event.target.headers, world)
    if (headers) value.headers = headers
    const body = readSentBody(event.target.body, world)
    if (body !== undefined) value.body = body
    return [{ stub: stub.name, value, at: event.at }]
  })
  const stubs = [...new Set(calls.map((call) => call.stub))]
  return stubs.map((stub) => {
    const own = calls.filter((call) => call.stub === stub)
    return {
      observable: 'calls',
      stub,
      calls: own.map((call) => call.value),
      source: fromCode('what the route sends today', own[0]?.at ?? null),
    }
  })
}

/** Headers that carry something of this request; the constant ones are the client's business. */
function readHeaders(expression: Expression, world: World): Expected | null {
  if (expression.kind !== 'object') return null
  const fields = Object.entries(expression.fields).flatMap(([key, field]): [string, Expected][] => {
    if (!JSON.stringify(field).includes('"input"')) return []
    const computed = evaluateExpression(field, world)
    const value = computed.known ? toExpected(computed.value, 'json') : undefined
    return value === undefined ? [] : [[key.toLowerCase(), String(value)]]
  })
  return fields.length > 0 ? Object.fromEntries(fields) : null
}

function readSentBody(expression: Expression, world: World): Expected | undefined {
  const [inner] = expression.kind === 'operation' && expression.name === 'JSON.stringify' ? expression.operands : []
  if (!inner) return undefined
  return readBody(inner, world)?.value
}
