import net from 'node:net'
import tls from 'node:tls'
import { readRequest } from '../http/connection-target.ts'
import type { HarnessState } from '../state.ts'
import { chooseWay } from './choose-way.ts'

/**
 * There is no TLS between us and ourselves, so that no certificate is needed: what goes to a stub or to the test's own database
 * stays plain and only looks secured. A connection that was opened plain and is upgraded (STARTTLS, a proxy's tunnel) likewise.
 */
export function guardTls(state: HarnessState): void {
  const connect: unknown = Reflect.get(tls, 'connect')
  if (typeof connect !== 'function') return
  const { boundary } = state
  Reflect.set(tls, 'connect', (...args: unknown[]) => {
    const request = readRequest(args)
    const carrier: unknown = Reflect.get(request.options, 'socket')
    if (carrier instanceof net.Socket) {
      const isOurs = boundary.redirected.has(carrier) || carrier.remotePort === state.database?.port
      return isOurs ? pretend(carrier, request) : Reflect.apply(connect, tls, args)
    }
    const way = chooseWay(state, request, { isTls: true })
    if (way.kind !== 'stub' && way.kind !== 'mail') return Reflect.apply(connect, tls, args)
    const socket = new net.Socket()
    boundary.redirected.set(socket, way.destination)
    return pretend(socket.connect(443, 'redirected.invalid'), request)
  })
}

function pretend(socket: net.Socket, { options, callback }: ReturnType<typeof readRequest>): net.Socket {
  const servername: unknown = Reflect.get(options, 'servername')
  // What clients ask a secured connection for.
  Object.assign(socket, {
    encrypted: true,
    authorized: true,
    authorizationError: null,
    alpnProtocol: false,
    servername: typeof servername === 'string' ? servername : false,
    getPeerCertificate: () => ({}),
    getCipher: () => ({ name: 'TLS_AES_256_GCM_SHA384', standardName: 'TLS_AES_256_GCM_SHA384', version: 'TLSv1.3' }),
    getProtocol: () => 'TLSv1.3',
    getSession: () => undefined,
    isSessionReused: () => false,
    setServername: () => {},
  })
  if (callback) socket.once('secureConnect', callback)
  const secure = (): boolean => socket.emit('secureConnect')
  if (socket.connecting) socket.once('connect', secure)
  else process.nextTick(() => !socket.destroyed && secure())
  return socket
}
