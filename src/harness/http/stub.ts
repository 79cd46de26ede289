import { getState } from '../state.ts'
import { matchesOrigin, normaliseOrigin } from './origin.ts'
import type { RecordedCall, StubAnswer, StubReply } from './stub-types.ts'

type Headers = Readonly<Record<string, string>>
type Handler = (call: RecordedCall) => StubReply | Promise<StubReply>

/**
 * What a stub answers. Answers that follow each other are given one per call, and the last one stays:
 * `.reply(429, undefined, { 'retry-after': '1' }).reply(200, { id: 'ch_1' })`.
 */
export interface StubResponse {
  /** Answers with a status and a body: text and bytes as they are (so `'{"id":'` is malformed JSON), anything else as JSON. */
  reply(status: number, body?: unknown, headers?: Headers): StubResponse
  /**
   * Answers with what the function returns, and runs it while the app waits: what it writes to `db` is a competing
   * request without any timing. What it throws fails the test.
   */
  reply(handler: Handler): StubResponse
  /** Answers piece by piece, e.g. `stream(200, ['data: 1\n\n', 'data: 2\n\n'], { 'content-type': 'text/event-stream' })`. */
  stream(status: number, chunks: readonly string[], headers?: Headers): StubResponse
  /** Like `reply`, but the connection breaks after half of the body. */
  cutBody(status: number, body: unknown, headers?: Headers): StubResponse
  /** Breaks the connection after the request was received. */
  resetConnection(): StubResponse
  /** Never answers, or, with `afterHeaders`, sends status 200 and headers and then nothing more. */
  hang(options?: { readonly afterHeaders?: boolean }): StubResponse
}

export interface Stub {
  /**
   * The answers for a method (or `ALL`) and a path, in which `:id` is any segment and `*` anything. A path with `?`
   * compares the whole query as well, and `when` whatever else matters. Of several that fit, the one set last counts.
   */
  on(method: string, path: string, when?: (call: RecordedCall) => boolean): StubResponse
  /** What the app sent to this origin during this test, in order. */
  readonly calls: readonly RecordedCall[]
}

/**
 * Stands for a server outside, e.g. `stub('https://api.stripe.com')` or `stub('https://*.amazonaws.com')`. Answers and
 * calls are forgotten before each test. A call that nothing answers fails the test, also when the app swallows the error.
 */
export function stub(origin: string): Stub {
  const normalised = normaliseOrigin(origin)
  getState().boundary.stubOrigins.add(normalised)
  return {
    on: (method, path, when) => {
      const answers: StubAnswer[] = []
      const { rules } = getState().boundary.current
      rules.push({ origin: normalised, method: method.toUpperCase(), path, when: when ?? null, answers, hits: 0 })
      return respond(answers)
    },
    get calls() {
      return getState().boundary.current.calls.filter((call) => matchesOrigin(normalised, call.origin))
    },
  }
}

/** All calls of this test in order, whatever stub they went to. */
export function listCalls(): readonly RecordedCall[] {
  return getState().boundary.current.calls
}

function respond(answers: StubAnswer[]): StubResponse {
  const add = (answer: StubAnswer): StubResponse => {
    answers.push(answer)
    return response
  }
  const response: StubResponse = {
    reply: (first: number | Handler, body?: unknown, headers: Headers = {}) =>
      add({ kind: 'reply', answer: typeof first === 'function' ? first : () => ({ status: first, body, headers }) }),
    stream: (status, chunks, headers = {}) => add({ kind: 'stream', reply: { status, headers }, chunks }),
    cutBody: (status, body, headers = {}) => add({ kind: 'cut', reply: { status, body, headers } }),
    resetConnection: () => add({ kind: 'reset' }),
    hang: ({ afterHeaders = false } = {}) => add({ kind: 'hang', afterHeaders }),
  }
  return response
}
