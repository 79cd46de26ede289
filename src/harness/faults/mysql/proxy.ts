import net from 'node:net'
import type { MysqlProduct } from '../../engine/mysql-binary.ts'
import type { FaultBoard } from '../board.ts'
import { connectDirectly } from '../connect-directly.ts'
import { TOO_MANY_CONNECTIONS } from './failures.ts'
import { logIn } from './login.ts'
import { openStream } from './packet-stream.ts'
import { errorPacket } from './packets.ts'
import { type Session, serveSession } from './session.ts'

export interface MysqlProxy {
  /** On 127.0.0.1. */
  readonly port: number
  /** Closes the idle connections of the app, so that it needs new ones. */
  closeIdle(): Promise<void>
  /** Ends what faults still hold: connections that wait, statements that sleep. */
  release(): void
}

export interface MysqlTarget {
  /** Of the server, on 127.0.0.1. */
  readonly port: number
  /** The database of the test, whichever the app names. */
  readonly database: string
  readonly product: MysqlProduct
  /** Ends what a connection of the server is doing. */
  readonly kill: (connectionId: number) => Promise<void>
}

interface ProxyState {
  readonly findTarget: () => Promise<MysqlTarget>
  readonly board: FaultBoard
  readonly sessions: Set<Session>
  readonly hanging: Set<net.Socket>
}

const CLOSE_LIMIT_MS = 500

/** Stands between the app and the server, which it finds when the app connects, and lets the faults of the board happen. */
export async function startMysqlProxy(findTarget: () => Promise<MysqlTarget>, board: FaultBoard): Promise<MysqlProxy> {
  const state: ProxyState = { findTarget, board, sessions: new Set(), hanging: new Set() }
  const server = net.createServer((app) => {
    app.setNoDelay(true)
    app.unref()
    app.on('error', () => {})
    // Without a database there is nothing to say; the test is told why.
    admit(state, app).catch(() => app.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The fault proxy of itest does not listen.')
  return { port: address.port, closeIdle: () => closeIdle(state), release: () => release(state) }
}

async function admit(state: ProxyState, app: net.Socket): Promise<void> {
  const { board, sessions, hanging } = state
  if (board.connections) {
    board.connections.hits += 1
    app.resume()
    if (board.connections.effect === 'refuse') return void app.end(errorPacket(0, TOO_MANY_CONNECTIONS))
    hanging.add(app)
    app.on('close', () => hanging.delete(app))
    return
  }
  const { port, database, product, kill } = await state.findTarget()
  const server = connectDirectly({ host: '127.0.0.1', port })
  const [client, stream] = [openStream(app), openStream(server)]
  app.on('close', () => server.destroySoon())
  server.on('close', () => app.destroySoon())
  const link = await logIn(client, stream, database)
  if (link === null) return
  const session: Session = {
    app: client,
    link,
    board,
    names: { product, database },
    kill,
    prepared: new Map(),
    isBusy: false,
    isAsleep: false,
    isLost: false,
  }
  sessions.add(session)
  app.on('close', () => {
    // Nobody waits for it any more, but it would keep its locks until it wakes up.
    if (session.isAsleep) wake(session)
    sessions.delete(session)
  })
  await serveSession(session)
}

async function closeIdle({ sessions }: ProxyState): Promise<void> {
  const idle = [...sessions].filter(({ isBusy, link }) => !isBusy && !link.isInTransaction)
  await Promise.all(
    idle.map(
      ({ app: { socket } }) =>
        new Promise<void>((resolve) => {
          // The app closes its end when it has seen ours closed; one that does not is not waited for.
          const limit = setTimeout(() => socket.destroy(), CLOSE_LIMIT_MS)
          socket.once('close', () => {
            clearTimeout(limit)
            setImmediate(resolve)
          })
          socket.end()
        }),
    ),
  )
}

function release(state: ProxyState): void {
  for (const socket of state.hanging) socket.destroy()
  for (const session of state.sessions) if (session.isAsleep) wake(session)
}

function wake({ kill, link }: Session): void {
  // It may have woken up by itself meanwhile, or be gone.
  kill(link.connectionId).catch(() => {})
}
