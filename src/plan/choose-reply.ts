import type { Dossier, Expression, Scenario } from '../scan/types.ts'
import { writeAt } from './choose-inputs.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import { type ExternalEvent, expressionsOfScenario, failureOf, tableOf, walk } from './expressions.ts'
import { guessForColumn, guessNumber, guessText } from './guess-value.ts'
import type { Json, PlannedStub, StubReply } from './types.ts'

export type ReplyAttempt =
  | { readonly ok: true; readonly stub: PlannedStub; readonly answer: unknown }
  | { readonly ok: false; readonly why: string }

/** How the stubbed host answers this call so that the code goes the scenario's way. */
export function chooseReply(
  dossier: Dossier,
  scenario: Scenario,
  options: { event: ExternalEvent; world: World },
): ReplyAttempt {
  const { event, world } = options
  if (event.target.protocol !== 'http') {
    return { ok: false, why: `how ${event.target.name} (${event.target.module}) talks to its service` }
  }
  const [url, method] = [evaluateExpression(event.target.url, world), evaluateExpression(event.target.method, world)]
  if (!url.known || typeof url.value !== 'string') return { ok: false, why: `the address that ${event.caller} calls` }
  const parsed = URL.canParse(url.value) ? new URL(url.value) : null
  if (!parsed) return { ok: false, why: `the address that ${event.caller} calls (${url.value})` }
  const name = distinctName(dossier, nameEffect(event, parsed))
  const { reply, answer } = buildReply(dossier, scenario, { event, name })
  return {
    ok: true,
    stub: {
      name,
      origin: parsed.origin,
      method: method.known ? String(method.value).toUpperCase() : 'POST',
      path: parsed.pathname,
      reply,
    },
    answer,
  }
}

/** `payments` for PAYMENTS_URL, else for api.payments.example, else the package, else the calling function. */
export function nameEffect(event: ExternalEvent, url: URL | null = null): string {
  const variable =
    event.target.protocol === 'http' ? walk(event.target.url).find((part) => part.kind === 'env') : undefined
  const fromVariable =
    variable?.kind === 'env'
      ? variable.name.toLowerCase().replace(/_?(?:base|api|service)?_?(?:url|uri|host|endpoint)$/, '')
      : ''
  const labels = (url?.hostname ?? '').split('.').filter((label) => !/^(?:api|www|rest|gateway|sandbox)$/.test(label))
  const fromHost = /^(?:localhost|\d+)$/.test(labels[0] ?? '') ? '' : (labels[0] ?? '')
  const fromPackage = event.target.protocol === 'package' ? event.target.module : ''
  return camel(fromVariable || fromHost || fromPackage || event.caller)
}

/** A stub and a table may not share a name in the test file. */
function distinctName(dossier: Dossier, name: string): string {
  return dossier.tables.some((table) => table.exportName === name) ? `${name}Api` : name
}

function camel(text: string): string {
  const name = text.replace(/[^a-zA-Z0-9]+(.)?/g, (_match, next: string | undefined) => (next ?? '').toUpperCase())
  return /^[a-zA-Z]/.test(name) ? name : `host${name}`
}

function buildReply(
  dossier: Dossier,
  scenario: Scenario,
  call: { event: ExternalEvent; name: string },
): { reply: StubReply; answer: unknown } {
  const failure = failureOf(scenario)
  const how = failure?.event === call.event.id ? failure.how : null
  if (how === 'connection reset') return { reply: { kind: 'reset' }, answer: { $fails: how } }
  if (how === 'times out') return { reply: { kind: 'hang' }, answer: { $fails: how } }
  const status = chooseStatus(scenario, call.event, how === 'error status')
  const ok = status >= 200 && status < 300
  if (how === 'malformed')
    return { reply: { kind: 'text', status, body: '{"id":' }, answer: { ok, status, $fails: how } }
  const json = ok ? buildBody(dossier, scenario, call) : { error: 'declined', ...buildBody(dossier, scenario, call) }
  return { reply: { kind: 'json', status, body: json }, answer: { ok, status, json, headers: {} } }
}

function chooseStatus(scenario: Scenario, event: ExternalEvent, mustFail: boolean): number {
  const isCreation =
    event.target.protocol === 'http' && event.target.method.kind === 'literal' && event.target.method.value === 'POST'
  const candidates = [
    isCreation ? 201 : 200,
    200,
    201,
    204,
    ...namedStatuses(scenario, event),
    402,
    404,
    409,
    422,
    429,
    400,
    500,
    503,
  ]
  const world = (status: number): World => ({
    inputs: { body: {}, query: {}, params: {}, headers: {}, cookies: {} },
    environment: {},
    results: new Map([[event.id, { ok: status >= 200 && status < 300, status }]]),
  })
  const about = scenario.decisions.filter(({ condition }) => walk(condition).some((part) => isStatusOf(part, event)))
  const fitting = candidates.find((status) => {
    if (mustFail && status < 300) return false
    return about.every(({ condition, taken }) => {
      const computed = evaluateExpression(condition, world(status))
      return !computed.known || Boolean(computed.value) === taken
    })
  })
  return fitting ?? 200
}

function isStatusOf(part: Expression, event: ExternalEvent): boolean {
  return part.kind === 'result' && part.event === event.id && (part.path[0] === 'ok' || part.path[0] === 'status')
}

function namedStatuses(scenario: Scenario, event: ExternalEvent): number[] {
  return scenario.decisions.flatMap(({ condition }) => {
    const [left, right] = condition.kind === 'operation' && condition.name === '===' ? condition.operands : []
    return left && isStatusOf(left, event) && right?.kind === 'literal' && typeof right.value === 'number'
      ? [right.value]
      : []
  })
}

/** The fields of the answer that the code reads. */
function buildBody(
  dossier: Dossier,
  scenario: Scenario,
  { event, name }: { event: ExternalEvent; name: string },
): { [key: string]: Json } {
  const body: Record<string, unknown> = {}
  for (const part of expressionsOfScenario(scenario)) {
    if (part.kind !== 'result' || part.event !== event.id || part.path[0] !== 'json' || part.path.length < 2) continue
    const path = part.path.slice(1)
    const value = chooseField(dossier, scenario, { part, name })
    if (value !== undefined) writeAt(body, path, value)
  }
  return JSON.parse(JSON.stringify(body))
}

function chooseField(
  dossier: Dossier,
  scenario: Scenario,
  { part, name }: { part: Extract<Expression, { kind: 'result' }>; name: string },
): Json | undefined {
  const key = JSON.stringify(part)
  for (const { condition, taken } of scenario.decisions) {
    if (JSON.stringify(condition) === key) {
      if (!taken) return undefined
      continue
    }
    const [left, right] = condition.kind === 'operation' && condition.name === '===' ? condition.operands : []
    if (left && JSON.stringify(left) === key && right?.kind === 'literal')
      return taken ? right.value : typeof right.value === 'string' ? `not-${right.value}` : guessNumber('other')
  }
  const field = part.path.at(-1) ?? ''
  const column = storedIn(dossier, scenario, key)
  if (field === 'id' && (!column || column.json === 'string')) return `${singular(name)}-1`
  return column ? guessForColumn(column, field) : guessText(field)
}

function storedIn(
  dossier: Dossier,
  scenario: Scenario,
  key: string,
): Dossier['tables'][number]['columns'][number] | undefined {
  for (const event of scenario.events) {
    if (event.kind !== 'db' || event.values?.kind !== 'object') continue
    const column = Object.entries(event.values.fields).find(([, value]) => JSON.stringify(value) === key)?.[0]
    if (column) return tableOf(dossier, event.table)?.columns.find((candidate) => candidate.key === column)
  }
  return undefined
}

/** `payment` for `payments`; words that do not end like a plural stay. */
export function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y')
  if (/(?:ss|us|is)$/.test(word)) return word
  return /(?:x|ch|sh)es$/.test(word) ? word.replace(/es$/, '') : word.replace(/s$/, '')
}
