import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isNeonQuery } from '../database/neon/neon-query.ts'
import { bridgeWebSocket, isNeonSocket } from '../database/neon/web-socket-bridge.ts'
import type { HarnessState } from '../state.ts'
import { noteLate, type Traffic } from './boundary.ts'
import { findAnswer } from './find-answer.ts'
import { readMark } from './follow-calls.ts'
import { normaliseOrigin } from './origin.ts'
import { readCall } from './read-call.ts'
import type { RecordedCall } from './stub-types.ts'
import { writeAnswer } from './write-answer.ts'

const STUB_FIRST =
  'Stub it before the app is imported, e.g. above `await bootApp(() => import(...))`: what such a stub answers holds until the first test.'

/** Starts the server on 127.0.0.1 that answers for every host outside. It records each call, also unstubbed ones. */
export async function startStubServer(state: HarnessState): Promise<Server> {
  const server = createServer((request, response) => {
    answer(state, request, response).catch(() => request.socket.destroy())
  })
  // The server never closes an idle connection, so a client can't run into one that is just being closed.
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => socket.unref())
  server.on('connect', (request, socket) => openTunnel(state, { server, request, socket }))
  server.on('upgrade', (request, socket) => upgrade(state, request, socket))
  server.on('clientError', (_error, socket) => refuseProtocol(state, socket))
  state.boundary.stubServer = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return server
}

async function answer(state: HarnessState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { boundary } = state
  const { traffic, isOfRequest } = readMark(boundary, request.headers)
  const url = findPostgres(state)
  if (url !== null && isNeonQuery(request)) {
    // It needs a driver, which few apps have a use for.
    const { answerNeonQuery } = await import('../database/neon/http-endpoint.ts')
    return answerNeonQuery(url, request, response)
  }
  const call = await readCall(request, findOrigin(state, request))
  if (traffic.phase === 'settling' || (traffic.phase === 'over' && !isOfRequest)) {
    request.socket.resetAndDestroy()
    return
  }
  traffic.calls.push(call)
  try {
    const found = findAnswer(traffic.rules, call)
    if (found) return await writeAnswer(found, { call, response, hanging: boundary.hanging })
    noteUnstubbed(state, traffic, call)
  } catch (error) {
    // A stub that does not work fails the test with its own words, whatever the app makes of the broken connection.
    traffic.thrown.push(error)
  }
  request.socket.resetAndDestroy()
}

function findOrigin({ boundary }: HarnessState, request: IncomingMessage): string {
  return boundary.destinations.get(request.socket.remotePort ?? 0) ?? normaliseOrigin(`http://${request.headers.host}`)
}

function noteUnstubbed({ boundary, isLoading }: HarnessState, traffic: Traffic, call: RecordedCall): void {
  const query = new URLSearchParams(call.query).toString()
  const label = `${call.method} ${call.origin}${call.path}${query === '' ? '' : `?${query}`}`
  // It may be why the app does not start, and then there is no test that could say so.
  if (isLoading)
    console.warn(`itest: ${label} was called while the app was loaded, and nothing answers it. ${STUB_FIRST}`)
  if (traffic.phase === 'running') traffic.unstubbed.push(label)
  else noteLate(boundary, traffic, label)
}

/** What a client sends through a proxy is recorded as what it is, a call to the host behind it. */
function openTunnel(
  { boundary }: HarnessState,
  { server, request, socket }: { server: Server; request: IncomingMessage; socket: Duplex },
): void {
  readMark(boundary, request.headers)
  const port = request.socket.remotePort ?? 0
  boundary.destinations.set(port, normaliseOrigin(`https://${request.url}`))
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
  server.emit('connection', socket)
}

/** Web sockets are opened to neon's database only; any other is a call like any other. */
function upgrade(state: HarnessState, request: IncomingMessage, socket: Duplex): void {
  const { port } = state.database ?? {}
  const { traffic } = readMark(state.boundary, request.headers)
  if (port && findPostgres(state) !== null && isNeonSocket(request)) return bridgeWebSocket(port, request, socket)
  const origin = findOrigin(state, request)
  if (traffic.phase === 'running') traffic.unstubbed.push(`web socket ${origin}${request.url}`)
  else noteLate(state.boundary, traffic, `web socket ${origin}${request.url}`)
  socket.destroy()
}

function findPostgres({ database }: HarnessState): string | null {
  return database?.dialect === 'postgres' ? database.url : null
}

/** HTTP/2, or no HTTP at all. */
function refuseProtocol({ boundary }: HarnessState, socket: Duplex): void {
  const origin = socket instanceof Socket ? boundary.destinations.get(socket.remotePort ?? 0) : undefined
  const { current } = boundary
  if (origin && current.phase === 'running') current.unstubbed.push(`${origin} (not HTTP/1.1)`)
  socket.destroy()
}
