import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { Agent, buildConnector, setGlobalDispatcher } from 'undici'
import type { HarnessState } from '../state.ts'
import { type ConnectionTarget, labelOf, readTarget, refuseConnection } from './connection-target.ts'
import { isLoopback, normaliseOrigin } from './origin.ts'

/**
 * From here on nothing leaves the process: HTTP(S) goes to the stub server, and every other connection is refused
 * unless it is to this file's database or to a server of this very process.
 */
export function guardNetwork(state: HarnessState): void {
  trackServers(state)
  guardSockets(state)
  redirectAgent(state, http.Agent.prototype, 'http:')
  redirectAgent(state, https.Agent.prototype, 'https:')
  redirectFetch(state)
}

function trackServers(state: HarnessState): void {
  const listen: unknown = Reflect.get(net.Server.prototype, 'listen')
  if (typeof listen !== 'function') return
  Reflect.set(net.Server.prototype, 'listen', function listenTracked(this: net.Server, ...args: unknown[]) {
    state.ownServers.add(this)
    this.once('close', () => state.ownServers.delete(this))
    return Reflect.apply(listen, this, args)
  })
}

function guardSockets(state: HarnessState): void {
  const connect: unknown = Reflect.get(net.Socket.prototype, 'connect')
  if (typeof connect !== 'function') return
  Reflect.set(net.Socket.prototype, 'connect', function connectGuarded(this: net.Socket, ...args: unknown[]) {
    const target = readTarget(args)
    if (isAllowed(state, target)) return Reflect.apply(connect, this, args)
    state.blocked.add(labelOf(target))
    return refuseConnection(this, target)
  })
}

function isAllowed(state: HarnessState, target: ConnectionTarget): boolean {
  if (!isLoopback(target.host)) return false
  return target.port === state.database?.port || isOwnServer(state, target.port)
}

function isOwnServer(state: HarnessState, port: number | string): boolean {
  for (const server of state.ownServers) {
    const address = server.address()
    if (address !== null && (typeof address === 'string' ? address : address.port) === port) return true
  }
  return false
}

function redirectAgent(state: HarnessState, prototype: http.Agent, protocol: 'http:' | 'https:'): void {
  const create: unknown = Reflect.get(prototype, 'createConnection')
  if (typeof create !== 'function') return
  Reflect.set(prototype, 'createConnection', function createRedirected(this: unknown, ...args: unknown[]) {
    const target = readTarget(args)
    const origin = originOf(protocol, target)
    if (origin === null || !isRedirected(state, target, origin)) return Reflect.apply(create, this, args)
    return connectToStub(state, origin)
  })
}

function originOf(protocol: string, { host, port }: ConnectionTarget): string | null {
  if (typeof port === 'string') return null
  const name = net.isIPv6(host) ? `[${host}]` : host
  return normaliseOrigin(`${protocol}//${name}${port > 0 ? `:${port}` : ''}`)
}

/** The app's own server stays reachable, unless the test declared a stub for that very origin. */
function isRedirected(state: HarnessState, { host, port }: ConnectionTarget, origin: string): boolean {
  return state.stubOrigins.has(origin) || !isLoopback(host) || !isOwnServer(state, port)
}

function connectToStub(state: HarnessState, origin: string): net.Socket {
  const address = state.stubServer?.address()
  if (!address || typeof address === 'string') throw new Error('The stub server of itest does not listen.')
  const socket = net.connect(address.port, '127.0.0.1')
  socket.once('connect', () => {
    if (socket.localPort !== undefined) state.redirected.set(socket.localPort, origin)
    // Clients such as Stripe's write only once TLS is up; there is none between us and ourselves.
    if (origin.startsWith('https:')) socket.emit('secureConnect')
  })
  if (origin.startsWith('https:')) Object.assign(socket, { encrypted: true, authorized: true })
  return socket
}

/** Node's own fetch reads the same global dispatcher as the undici package. */
function redirectFetch(state: HarnessState): void {
  const connectDirectly = buildConnector({})
  setGlobalDispatcher(
    new Agent({
      connect(options, callback) {
        const target = { host: options.hostname, port: Number(options.port) || defaultPort(options.protocol) }
        const origin = originOf(options.protocol, target)
        if (origin === null || !isRedirected(state, target, origin)) return connectDirectly(options, callback)
        const socket = connectToStub(state, origin)
        const fail = (error: Error) => callback(error, null)
        socket.once('error', fail)
        socket.once('connect', () => {
          socket.off('error', fail)
          callback(null, socket)
        })
      },
    }),
  )
}

function defaultPort(protocol: string): number {
  return protocol === 'https:' ? 443 : 80
}
