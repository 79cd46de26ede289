import http, { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import { findState, type HarnessState } from '../state.ts'

/** Counts the requests that servers of this process receive, and remembers those that are not answered yet. */
export function watchRequests(state: HarnessState): void {
  for (const prototype of [http.Server.prototype, https.Server.prototype]) watchServer(state, prototype)
}

function watchServer(state: HarnessState, prototype: http.Server): void {
  const emit: unknown = Reflect.get(prototype, 'emit')
  if (typeof emit !== 'function') return
  Reflect.set(prototype, 'emit', function emitWatched(this: http.Server, ...args: unknown[]) {
    const [event, request, response] = args
    if (event === 'request' && this !== state.stubServer) note(state, request, response)
    return Reflect.apply(emit, this, args)
  })
}

function note(state: HarnessState, request: unknown, response: unknown): void {
  if (!(request instanceof IncomingMessage) || !(response instanceof ServerResponse)) return
  state.requests += 1
  state.open.set(response, `${request.method} ${request.url}`)
  response.once('finish', () => state.open.delete(response))
}

/** The request that is being answered, when there is exactly one. */
export function findOpenRequest(): string | null {
  const open = [...(findState()?.open.values() ?? [])]
  return open.length === 1 ? (open[0] ?? null) : null
}

/** Requests without an answer, e.g. `POST /orders`; also those whose client gave up waiting. */
export function listUnanswered(state: HarnessState): string[] {
  return [...state.open].flatMap(([response, label]) => (response.writableEnded ? [] : [label]))
}
