import { getState, type RecordedCall, type StubAnswer } from '../state.ts'
import { normaliseOrigin } from './origin.ts'

export interface StubResponse {
  /** Answers with a status and a body: text as it is, anything else as JSON. */
  reply(status: number, body?: unknown): void
  /** Cuts the connection after the request was received. */
  resetConnection(): void
  /** Never answers. */
  hang(): void
}

export interface Stub {
  /** The last answer set for a method and path counts. A path with `?` compares the query as well. */
  on(method: string, path: string): StubResponse
  /** What the app sent to this origin during this test, in order. */
  readonly calls: readonly RecordedCall[]
}

/** Stands for a server outside, e.g. `stub('https://api.stripe.com')`. Answers and calls are forgotten before each test. */
export function stub(origin: string): Stub {
  const normalised = normaliseOrigin(origin)
  getState().stubOrigins.add(normalised)
  return {
    on: (method, path) => {
      const set = (answer: StubAnswer) => {
        getState().rules.push({ origin: normalised, method: method.toUpperCase(), path, answer })
      }
      return {
        reply: (status, body) => set(toAnswer(status, body)),
        resetConnection: () => set({ kind: 'reset' }),
        hang: () => set({ kind: 'hang' }),
      }
    },
    get calls() {
      return getState().calls.flatMap((recorded) => (recorded.origin === normalised ? [recorded.call] : []))
    },
  }
}

function toAnswer(status: number, body: unknown): StubAnswer {
  if (body === undefined) return { kind: 'reply', status, body: '', type: null }
  if (typeof body === 'string') return { kind: 'reply', status, body, type: 'text/plain; charset=utf-8' }
  return { kind: 'reply', status, body: JSON.stringify(body), type: 'application/json; charset=utf-8' }
}
