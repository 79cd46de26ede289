import net from 'node:net'
import type { HarnessState } from '../state.ts'

/**
 * Whatever port a server of the app asks for, it gets a free one on 127.0.0.1: test files run side by side, each with an
 * app that would listen on 3000. Who connects to the port that was asked for gets to the server all the same.
 */
export function guardPorts(state: HarnessState): void {
  const { boundary } = state
  const listen: unknown = Reflect.get(net.Server.prototype, 'listen')
  if (typeof listen !== 'function') return
  Reflect.set(net.Server.prototype, 'listen', function listenAnywhere(this: net.Server, ...args: unknown[]) {
    boundary.ownServers.add(this)
    this.once('close', () => boundary.ownServers.delete(this))
    const wanted = readPort(args)
    if (wanted === null || state.keepsPorts) return Reflect.apply(listen, this, args)
    this.once('listening', () => noteMoved(this, wanted, boundary.movedPorts))
    const callback = args.filter((argument) => typeof argument === 'function')
    return Reflect.apply(listen, this, [anywhere(args[0]), ...callback])
  })
}

/** What else the app wants of its server, e.g. a signal that closes it, stays. */
function anywhere(first: unknown): net.ListenOptions {
  const options = typeof first === 'object' ? first : {}
  return { ...options, port: 0, host: '127.0.0.1' }
}

/** Null: no port is named, but a socket's path, a handle or any free port. */
function readPort([first]: unknown[]): number | null {
  const port: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'port') : first
  const isNumber = typeof port === 'number' || (typeof port === 'string' && /^\d+$/.test(port))
  return isNumber && Number(port) > 0 ? Number(port) : null
}

function noteMoved(server: net.Server, wanted: number, moved: Map<number, number>): void {
  const address = server.address()
  if (address === null || typeof address === 'string') return
  moved.set(wanted, address.port)
  server.once('close', () => moved.delete(wanted))
}
