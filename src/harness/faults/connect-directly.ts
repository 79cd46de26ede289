import net from 'node:net'

// Taken before the guard stands: the app may not reach the server, the proxy must.
const connectSocket = net.Socket.prototype.connect

/** To the database server itself, on 127.0.0.1. */
export function connectDirectly(port: number): net.Socket {
  const socket = new net.Socket()
  socket.setNoDelay(true)
  socket.unref()
  Reflect.apply(connectSocket, socket, [{ port, host: '127.0.0.1' }])
  return socket
}

/** Reads no more from `source` until `full` has sent what it holds. */
export function pauseUntilDrained(full: net.Socket, source: net.Socket): void {
  source.pause()
  full.once('drain', () => source.resume())
}
