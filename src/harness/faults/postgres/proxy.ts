import net from 'node:net'
import type { ServerAccess } from '../../engine/server-access.ts'
import type { FaultBoard } from '../board.ts'
import { connectDirectly, type DatabasePlace } from '../connect-directly.ts'
import { connectServer } from './connect-server.ts'
import { TOO_MANY_CLIENTS } from './failures.ts'
import { errorFrame } from './frames.ts'
import { openSession, type Session } from './session.ts'
import { enterAs } from './startup.ts'

export interface FaultProxy {
  /** On 127.0.0.1. */
  readonly port: number
  /** Closes the idle connections of the app, so that it needs new ones. */
  closeIdle(): Promise<void>
  /** Ends what faults still hold: connections that wait, statements that sleep. */
  release(): void
  /** Whether a statement is under way. */
  isBusy(): boolean
  /** Whether a connection waits for its answer while another one has a transaction open and asks for nothing. */
  hasWaiting(): boolean
  /** Breaks those that wait, so that the transaction can end. */
  breakWaiting(): void
}

interface ProxyState {
  /** The server, and as whom and where every client gets in. */
  readonly findTarget: () => Promise<ServerAccess>
  readonly board: FaultBoard
  readonly sessions: Set<Session>
  readonly hanging: Set<net.Socket>
}

/**
 * Stands between the app and the test's database, whichever the app asks for, and lets the faults of the board happen.
 * Where the database is, it asks when the app connects, who waits for it.
 */
export async function startProxy(findTarget: () => Promise<ServerAccess>, board: FaultBoard): Promise<FaultProxy> {
  const state: ProxyState = { findTarget, board, sessions: new Set(), hanging: new Set() }
  const server = net.createServer((app) => {
    app.setNoDelay(true)
    app.unref()
    app.on('error', () => {})
    welcome(state, app)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The fault proxy of itest does not listen.')
  return {
    port: address.port,
    closeIdle: () => closeIdle(state),
    release: () => release(state),
    isBusy: () => [...state.sessions].some(({ link }) => link.pending.length > 0),
    hasWaiting: () => listWaiting(state).length > 0,
    breakWaiting: () => {
      for (const { app } of listWaiting(state)) app.destroy()
    },
  }
}

const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104
const CANCEL_REQUEST = 80877102
const STARTUP_LIMIT = 10_000
const CLOSE_LIMIT_MS = 500

/** Reads up to the startup packet, before which a client may ask for encryption. */
function welcome(state: ProxyState, app: net.Socket): void {
  let bytes = Buffer.alloc(0)
  const read = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk])
    // As the server does. A driver that crashed begins with what it had left to say on its last connection.
    if (bytes.length >= 4 && bytes.readUInt32BE(0) > STARTUP_LIMIT) return void app.destroy()
    if (bytes.length < 8 || bytes.length < bytes.readInt32BE(0)) return
    const code = bytes.readInt32BE(4)
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      bytes = bytes.subarray(8)
      app.write(code === SSL_REQUEST ? 'S' : 'N')
      return
    }
    app.off('data', read)
    // neon's client says more without waiting for an answer.
    const startup = bytes.subarray(0, bytes.readInt32BE(0))
    if (bytes.length > startup.length) app.unshift(bytes.subarray(startup.length))
    app.pause()
    const admitted = code === CANCEL_REQUEST ? cancel(state, startup) : admit(state, app, startup)
    // Without a database there is nothing to say; the test is told why.
    admitted.catch(() => app.destroy())
  }
  app.on('data', read)
}

async function admit(state: ProxyState, app: net.Socket, wanted: Buffer): Promise<void> {
  const { board, sessions, hanging } = state
  if (board.connections) {
    board.connections.hits += 1
    app.resume()
    if (board.connections.effect === 'refuse') return void app.end(errorFrame(TOO_MANY_CLIENTS))
    hanging.add(app)
    app.on('close', () => hanging.delete(app))
    return
  }
  const server = await state.findTarget()
  const socket = await connectServer(server)
  if (app.destroyed) return void socket.destroy()
  const session = openSession({ app, startup: enterAs(wanted, server), server, socket, board })
  app.resume()
  sessions.add(session)
  app.on('close', () => {
    // Nobody waits for it any more, but it would keep its locks until it wakes up.
    if (session.isAsleep) wake(session)
    sessions.delete(session)
  })
}

async function closeIdle(state: ProxyState): Promise<void> {
  const idle = [...state.sessions].filter(({ link }) => link.status === 'I' && link.pending.length === 0)
  await Promise.all(
    idle.map(
      ({ app }) =>
        new Promise<void>((resolve) => {
          // The app closes its end when it has seen ours closed; one that does not is not waited for.
          const limit = setTimeout(() => app.destroy(), CLOSE_LIMIT_MS)
          app.once('close', () => {
            clearTimeout(limit)
            setImmediate(resolve)
          })
          app.end()
        }),
    ),
  )
}

function listWaiting({ sessions }: ProxyState): Session[] {
  const all = [...sessions]
  const isHeld = all.some(({ link }) => link.status !== 'I' && link.pending.length === 0)
  return isHeld ? all.filter(({ link }) => link.pending.length > 0) : []
}

function release(state: ProxyState): void {
  for (const socket of state.hanging) socket.destroy()
  for (const session of state.sessions) if (session.isAsleep) wake(session)
}

function wake({ link, server }: Session): void {
  if (link.key === null) return
  const head = Buffer.alloc(8)
  head.writeInt32BE(8 + link.key.length, 0)
  head.writeInt32BE(CANCEL_REQUEST, 4)
  sendCancel(server, Buffer.concat([head, link.key]))
}

async function cancel({ findTarget }: ProxyState, request: Buffer): Promise<void> {
  sendCancel(await findTarget(), request)
}

function sendCancel(server: DatabasePlace, request: Buffer): void {
  const socket = connectDirectly(server)
  socket.on('error', () => {})
  socket.end(request)
}
