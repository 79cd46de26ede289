import http, { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import { DEADLOCK } from '../database/pglite/turns.ts'
import { isDelayed } from '../faults/board.ts'
import { findState, type HarnessState } from '../state.ts'
import { setClientAddress } from './client-address.ts'

// Taken before any test can fake it.
const { setTimeout: setTimer } = globalThis

/**
 * Counts the requests that servers of this process receive, remembers those that are not answered yet, and ends those
 * that nobody will answer.
 */
export function watchRequests(state: HarnessState): void {
  for (const prototype of [http.Server.prototype, https.Server.prototype]) watchServer(state, prototype)
}

function watchServer(state: HarnessState, prototype: http.Server): void {
  const emit: unknown = Reflect.get(prototype, 'emit')
  if (typeof emit !== 'function') return
  const { boundary } = state
  Reflect.set(prototype, 'emit', function emitWatched(this: http.Server, ...args: unknown[]) {
    const [event, request, response] = args
    // An upgrade to a WebSocket has a client as well.
    if (request instanceof IncomingMessage && state.client !== null) setClientAddress(request.socket, state.client)
    if (event !== 'request' || this === boundary.stubServer) return Reflect.apply(emit, this, args)
    note(state, request, response)
    // What the app does for this request belongs to the test that sent it, however late.
    return boundary.context.run(boundary.current, () => Reflect.apply(emit, this, args))
  })
}

function note(state: HarnessState, request: unknown, response: unknown): void {
  if (!(request instanceof IncomingMessage) || !(response instanceof ServerResponse)) return
  state.requests += 1
  state.open.set(response, `${request.method} ${request.url}`)
  response.once('finish', () => state.open.delete(response))
  limit(state, response)
}

/**
 * In Express 4 an error of an async handler leaves the request open for ever, and supertest waits as long. A request
 * that waits for a stub which hangs, a statement that a fault delays or a database that is being made is not judged:
 * there the app's own timeout is what the test is about.
 */
function limit(state: HarnessState, response: ServerResponse): void {
  const timer = setTimer(() => {
    const label = state.open.get(response)
    if (label === undefined || response.headersSent) return
    if (mayWait(state)) return limit(state, response)
    state.givenUp.push(label)
    state.lack ??= state.database?.faults.findLack() ?? null
    if (state.turns !== null && state.turns.deadlocked.size > 0) state.stuck = DEADLOCK
    response.req.socket.destroy()
  }, state.requestLimitMs)
  timer.unref()
  response.once('close', () => clearTimeout(timer))
}

function mayWait({ boundary, board, database }: HarnessState): boolean {
  return boundary.hanging.size > 0 || isDelayed(board) || database?.progress === 'under way'
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
