import http, { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { RequestFacts } from '../../run/types.ts'
import { DEADLOCK } from '../database/pglite/turns.ts'
import { isDelayed } from '../faults/board.ts'
import { findState, type HarnessState } from '../state.ts'
import { type AnswerStub, readStubs } from '../watch/stub-routes.ts'
import { isOfApp, listRequests, type RequestEntry } from '../watch/test-watch.ts'
import { setClientAddress } from './client-address.ts'

// Taken before any test can fake it.
const { setTimeout: setTimer } = globalThis

/**
 * Counts the requests that servers of this process receive, remembers those that are not answered yet, and ends those
 * that nobody will answer.
 */
export function watchRequests(state: HarnessState): void {
  const answerStub = readStubs()
  for (const prototype of [http.Server.prototype, https.Server.prototype]) watchServer(state, { prototype, answerStub })
}

function watchServer(
  state: HarnessState,
  { prototype, answerStub }: { prototype: http.Server; answerStub: AnswerStub },
): void {
  const emit: unknown = Reflect.get(prototype, 'emit')
  if (typeof emit !== 'function') return
  const { boundary } = state
  Reflect.set(prototype, 'emit', function emitWatched(this: http.Server, ...args: unknown[]) {
    const [event, request, response] = args
    // An upgrade to a WebSocket has a client as well.
    if (request instanceof IncomingMessage && state.client !== null) setClientAddress(request.socket, state.client)
    if (event !== 'request' || this === boundary.stubServer) return Reflect.apply(emit, this, args)
    if (!(request instanceof IncomingMessage) || !(response instanceof ServerResponse))
      return Reflect.apply(emit, this, args)
    const entry = note(state, request, response)
    if (answerStub(request, response)) {
      Object.assign(entry, { route: `${entry.method} ${entry.path}`, madeBy: '' })
      return true
    }
    // What the app does for this request belongs to the test that sent it, however late.
    return boundary.context.run(boundary.current, () => Reflect.apply(emit, this, args))
  })
}

function note(state: HarnessState, request: IncomingMessage, response: ServerResponse): RequestEntry {
  const path = (request.url ?? '').replace(/\?.*$/s, '')
  const watched: RequestEntry = {
    method: request.method ?? '',
    path,
    status: null,
    route: null,
    isGivenUp: false,
    madeBy: null,
  }
  state.watch.requests.push(watched)
  state.entries.set(request, watched)
  state.open.set(response, `${request.method} ${request.url}`)
  response.once('finish', () => {
    watched.status = response.statusCode
    state.open.delete(response)
  })
  response.once('close', () => {
    watched.isGivenUp = watched.status === null
  })
  limit(state, response)
  return watched
}

/**
 * In Express 4 an error of an async handler leaves the request open for ever, and supertest waits as long. A request
 * that waits for a stub which hangs, a statement that a fault delays or a database that is being made is not judged:
 * there the app's own timeout is what the test is about.
 */
function limit(state: HarnessState, response: ServerResponse): void {
  const timer = setTimer(() => {
    const label = state.open.get(response)
    if (label === undefined || response.headersSent || !state.isUsed || !isToApp(state, response.req)) return
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
  return [...state.open].flatMap(([response, label]) =>
    response.writableEnded || !isToApp(state, response.req) ? [] : [label],
  )
}

/** What servers of this process got since the test began. */
export function listAppRequests({ watch, makers, testFile }: HarnessState): RequestFacts[] {
  return listRequests(watch, { all: makers, testFile })
}

/** A server that the test brought may be silent for a reason. */
function isToApp({ entries, makers, testFile }: HarnessState, request: IncomingMessage): boolean {
  const entry = entries.get(request)
  return !entry || isOfApp(entry, { all: makers, testFile })
}
