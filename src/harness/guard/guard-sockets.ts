import net from 'node:net'
import { type Boundary, findActor, noteBlocked, noteLate } from '../http/boundary.ts'
import { type ConnectionRequest, labelOf, readRequest, refuseConnection } from '../http/connection-target.ts'
import type { HarnessState } from '../state.ts'
import { chooseWay, type Way } from './choose-way.ts'

/** Every TCP connection and local socket of the process begins here, whatever client opens it. */
export function guardSockets(state: HarnessState): void {
  const connect: unknown = Reflect.get(net.Socket.prototype, 'connect')
  if (typeof connect !== 'function') return
  const { boundary } = state
  Reflect.set(net.Socket.prototype, 'connect', function connectGuarded(this: net.Socket, ...args: unknown[]) {
    const request = readRequest(args)
    const way = knownWay(state, this) ?? chooseWay(state, request, { isTls: false })
    if (way.kind === 'allow') return Reflect.apply(connect, this, args)
    if (way.kind === 'own') return Reflect.apply(connect, this, toPort(way.port, request))
    if (way.kind === 'refuse') {
      noteBlocked(boundary, labelOf(way.target))
      return refuseConnection(this, way.target)
    }
    const port = findPort(state, way)
    if (port === null) return refuseConnection(this, request.target)
    boundary.redirected.set(this, way.destination)
    this.once('connect', () => {
      if (this.localPort !== undefined) boundary.destinations.set(this.localPort, way.destination)
    })
    return Reflect.apply(connect, this, toPort(port, request))
  })
}

function toPort(port: number, { callback }: ConnectionRequest): unknown[] {
  return [{ port, host: '127.0.0.1' }, ...(callback ? [callback] : [])]
}

/** A connection that was already sent somewhere: by the TLS guard, or before it broke and was opened again. */
function knownWay({ boundary }: HarnessState, socket: net.Socket): Way | null {
  const destination = boundary.redirected.get(socket)
  if (destination === undefined) return null
  return { kind: destination.includes('://') ? 'stub' : 'mail', destination }
}

/** Null: nobody listens there. */
function findPort({ boundary }: HarnessState, way: Way & { destination: string }): number | null {
  if (way.kind === 'mail' && !mayMail(boundary, way.destination)) return null
  const address = (way.kind === 'mail' ? boundary.mailServer : boundary.stubServer)?.address()
  if (!address || typeof address === 'string') throw new Error('The servers of itest do not listen.')
  return address.port
}

function mayMail(boundary: Boundary, host: string): boolean {
  const { traffic, isOfRequest } = findActor(boundary)
  const isLate = isOfRequest && traffic.phase === 'over'
  if (isLate) noteLate(boundary, traffic, `mail over ${host}`)
  return !isLate && boundary.current.mailAnswer.kind !== 'refuse'
}
