import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'

const ports = new Set<number>()

/**
 * An app that insists on TLS gets what looks like it on connections to this port: both ends are in this process, so
 * nothing would be gained by a certificate that it then has to trust.
 */
export function pretendTls(port: number): void {
  if (ports.size === 0) replaceConnect()
  ports.add(port)
}

function replaceConnect(): void {
  const connect: unknown = Reflect.get(tls, 'connect')
  if (typeof connect !== 'function') return
  Reflect.set(tls, 'connect', function connectPretending(this: unknown, ...args: unknown[]) {
    const socket = readSocket(args[0])
    if (socket?.remotePort === undefined || !ports.has(socket.remotePort)) return Reflect.apply(connect, this, args)
    Object.assign(socket, { encrypted: true, authorized: true })
    process.nextTick(() => socket.emit('secureConnect'))
    return socket
  })
  syncBuiltinESMExports()
}

function readSocket(options: unknown): net.Socket | null {
  const socket: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'socket') : null
  return socket instanceof net.Socket ? socket : null
}
