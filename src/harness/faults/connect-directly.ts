import net from 'node:net'

// Taken before the guard stands: the app may not reach the server, the proxy and the side connection must.
const connectSocket = net.Socket.prototype.connect

export interface DatabasePlace {
  /** An address, no name: tests look up none; or the folder of Postgres' local socket. */
  readonly host: string
  readonly port: number
}

/** To the database server itself. */
export function connectDirectly({ host, port }: DatabasePlace): net.Socket {
  const socket = new net.Socket()
  socket.setNoDelay(true)
  socket.unref()
  const isFolder = host.startsWith('/')
  Reflect.apply(connectSocket, socket, [isFolder ? { path: `${host}/.s.PGSQL.${port}` } : { port, host }])
  return socket
}

/** For a driver that connects it itself. */
export function makeDirectSocket(): net.Socket {
  const socket = new net.Socket()
  return Object.defineProperty(socket, 'connect', { value: connectSocket })
}

/** Reads no more from `source` until `full` has sent what it holds. */
export function pauseUntilDrained(full: net.Socket, source: net.Socket): void {
  source.pause()
  full.once('drain', () => source.resume())
}
