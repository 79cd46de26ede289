import { partsOf } from '../scan/expressions.ts'
import type { Scenario } from '../scan/types.ts'
import { buildBody } from './choose-reply-body.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import { type ExternalEvent, howItFails } from './expressions.ts'
import { distinctName, nameEffect } from './name-effect.ts'
import { type SolverState, worldOf } from './solver-state.ts'
import type { Json, PlannedStub, StubReply } from './types.ts'

export type ReplyAttempt =
  | { readonly ok: true; readonly stub: PlannedStub; readonly answers: readonly (readonly [number, unknown])[] }
  | { readonly ok: false; readonly why: string }

/** How the stubbed host answers this call so that the code goes the scenario's way, also when it was called before. */
export function chooseReply(state: SolverState, event: ExternalEvent): ReplyAttempt {
  if (event.target.protocol !== 'http')
    return { ok: false, why: `how ${event.target.name} (${event.target.module}) talks to its service` }
  const address = readAddress(state, event)
  if (!address.ok) return address
  const { url, method } = address
  const name = distinctName(state.dossier, nameEffect(event, url))
  const built = buildReply(state, { event, name })
  if (!built) return { ok: false, why: NO_STATUS }
  const { reply, answer } = built
  const place = { name, origin: url.origin, method, path: url.pathname }
  const usual = state.stubs.find(
    (stub) => stub.origin === place.origin && stub.method === method && stub.path === place.path,
  )
  if (!usual) return { ok: true, stub: { ...place, reply }, answers: [[event.id, answer]] }
  const merged = mergeReplies(usual.reply, reply)
  if (!merged)
    return {
      ok: false,
      why: `a stub that answers the second call of ${method} ${url.pathname} differently from the first`,
    }
  const answers = mergedAnswers(state, { event, url, method, merged })
  return { ok: true, stub: { ...usual, reply: merged }, answers: answers ?? [[event.id, answer]] }
}

type Address =
  | { readonly ok: true; readonly url: URL; readonly method: string }
  | { readonly ok: false; readonly why: string }

function readAddress(state: SolverState, event: ExternalEvent): Address {
  if (event.target.protocol !== 'http') return { ok: false, why: `the address that ${event.caller} calls` }
  const url = evaluateExpression(event.target.url, worldOf(state))
  const method = evaluateExpression(event.target.method, worldOf(state))
  if (!url.known || typeof url.value !== 'string') return { ok: false, why: `the address that ${event.caller} calls` }
  if (!URL.canParse(url.value)) return { ok: false, why: `the address that ${event.caller} calls (${url.value})` }
  if (!method.known) return { ok: false, why: `the method with which ${event.caller} calls` }
  return { ok: true, url: new URL(url.value), method: String(method.value ?? 'GET').toUpperCase() }
}

/** One answer for two calls of the same address; null when they need different ones. */
function mergeReplies(first: StubReply, second: StubReply): StubReply | null {
  if (first.kind !== 'json' || second.kind !== 'json') return first.kind === second.kind ? first : null
  if (first.status !== second.status || !isRecord(first.body) || !isRecord(second.body)) return null
  const old = first.body
  const clashes = Object.entries(second.body).some(
    ([key, value]) => key in old && JSON.stringify(old[key]) !== JSON.stringify(value),
  )
  return clashes ? null : { ...first, body: { ...old, ...second.body } }
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mergedAnswers(
  state: SolverState,
  { event, url, method, merged }: { event: ExternalEvent; url: URL; method: string; merged: StubReply },
): [number, unknown][] | null {
  if (merged.kind !== 'json') return null
  const same = state.scenario.events.filter((other) => {
    if (other.kind !== 'external' || other.id > event.id || other.effect !== 'known') return false
    const address = readAddress(state, other)
    return address.ok && address.url.href === url.href && address.method === method
  })
  return same.map((other) => [other.id, answerOf(merged, null)])
}

function answerOf(reply: StubReply, failure: string | null): unknown {
  if (reply.kind === 'reset' || reply.kind === 'hang') return { $fails: failure }
  const base = { ok: reply.status >= 200 && reply.status < 300, status: reply.status }
  if (reply.kind === 'text') return { ...base, $fails: failure }
  return { ...base, json: reply.body, text: JSON.stringify(reply.body), headers: {} }
}

function buildReply(
  state: SolverState,
  call: { event: ExternalEvent; name: string },
): { reply: StubReply; answer: unknown } | null {
  const how = howItFails(state.scenario, call.event.id)
  const reply = replyFor(state, { ...call, how })
  return reply && { reply, answer: answerOf(reply, how) }
}

function replyFor(
  state: SolverState,
  { event, name, how }: { event: ExternalEvent; name: string; how: string | null },
): StubReply | null {
  if (how === 'connection reset') return { kind: 'reset' }
  if (how === 'times out') return { kind: 'hang' }
  const status = chooseStatus(state.scenario, event)
  if (status === null) return null
  if (how === 'malformed') return { kind: 'text', status, body: '{"id":' }
  const body = buildBody(state, { event, name, status })
  return { kind: 'json', status, body: status < 300 ? body : { error: 'declined', ...body } }
}

/** No answer takes this way, for its conditions contradict each other: the scan looks at them one by one. */
export const NO_STATUS = 'an HTTP status that fits all conditions on it'

const STATUSES = [200, 201, 204, 402, 503, 500, 404, 409, 422, 429, 400]

/** Redirects are the client's own business. */
const EVERY_STATUS = [200, 400, 500].flatMap((first) => Array.from({ length: 100 }, (_, index) => first + index))

function chooseStatus(scenario: Scenario, event: ExternalEvent): number | null {
  const isCreation =
    event.target.protocol === 'http' && event.target.method.kind === 'literal' && event.target.method.value === 'POST'
  const world = (status: number): World => ({
    inputs: { body: {}, query: {}, params: {}, headers: {}, cookies: {} },
    environment: {},
    results: new Map([[event.id, { ok: status >= 200 && status < 300, status }]]),
  })
  const about = scenario.decisions.filter(({ condition }) =>
    partsOf(condition).some(
      (part) =>
        part.kind === 'result' && part.event === event.id && (part.path[0] === 'ok' || part.path[0] === 'status'),
    ),
  )
  const candidates = [isCreation ? 201 : 200, 200, 201, ...namedStatuses(scenario), ...STATUSES, ...EVERY_STATUS]
  const fitting = candidates.find((status) =>
    about.every(({ condition, taken }) => {
      const computed = evaluateExpression(condition, world(status))
      return !computed.known || Boolean(computed.value) === taken
    }),
  )
  return fitting ?? null
}

/** Numbers of the code that are an HTTP status: `response.status === 418`. */
function namedStatuses(scenario: Scenario): number[] {
  const numbers = scenario.decisions.flatMap(({ condition }) =>
    partsOf(condition).flatMap((part) =>
      part.kind === 'literal' && typeof part.value === 'number' ? [part.value] : [],
    ),
  )
  return numbers.filter((number) => Number.isInteger(number) && EVERY_STATUS.includes(number))
}
