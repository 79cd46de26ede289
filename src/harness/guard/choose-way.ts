import net from 'node:net'
import { findActor } from '../http/boundary.ts'
import { type ConnectionRequest, type ConnectionTarget, labelOf } from '../http/connection-target.ts'
import { isLoopback, matchesOrigin, normaliseOrigin } from '../http/origin.ts'
import type { HarnessState } from '../state.ts'
import { isCalledByPostgresDriver } from './postgres-drivers.ts'

export type Way =
  | { readonly kind: 'allow' }
  | { readonly kind: 'refuse'; readonly target: ConnectionTarget }
  /** To the stub server, as a connection to this origin. */
  | { readonly kind: 'stub'; readonly destination: string }
  | { readonly kind: 'mail'; readonly destination: string }
  /** To this port of this process: the test's database, or a server of the app that asked for another port. */
  | { readonly kind: 'own'; readonly port: number }

// The registered ports, and those that providers and local catchers such as MailHog offer beside them.
const MAIL_PORTS = new Set<number | string>([25, 465, 587, 1025, 2465, 2525, 2587])

/** Where a connection may go. `isTls`: the client asks for TLS from the start. */
export function chooseWay(state: HarnessState, request: ConnectionRequest, { isTls }: { isTls: boolean }): Way {
  const { boundary, database } = state
  const { host, port } = request.target
  const target = { host: boundary.placeholders.get(host) ?? host, port }
  if (typeof port === 'string') return isOwnServer(state, port) ? { kind: 'allow' } : toDatabase(state, target)
  const origin = findOrigin(state, { ...request, target }, isTls)
  if (isLoopback(target.host)) {
    // The app's own server stays reachable, unless the test declared a stub for that very origin.
    if (origin !== null && isStubbed(state, origin)) return { kind: 'stub', destination: origin }
    if (port === database?.port || isOwnServer(state, port)) return { kind: 'allow' }
    const moved = boundary.movedPorts.get(port)
    if (moved !== undefined) return { kind: 'own', port: moved }
    // What a test that imports nothing of itest does by itself is its own affair, also when nobody listens there.
    if (origin !== null && !state.isUsed && !findActor(boundary).isOfRequest) return { kind: 'allow' }
  }
  if (origin !== null) return { kind: 'stub', destination: origin }
  if (MAIL_PORTS.has(port)) return { kind: 'mail', destination: labelOf(target) }
  return toDatabase(state, target)
}

/** Wherever the app's code says that its database is, the test's own takes its place. */
function toDatabase({ database }: HarnessState, target: ConnectionTarget): Way {
  const isMeant = database?.dialect === 'mysql' ? isMysqlPlace(target.port) : isCalledByPostgresDriver()
  return database?.port && isMeant ? { kind: 'own', port: database.port } : { kind: 'refuse', target }
}

/** Where a MySQL listens, unless it is told otherwise. */
function isMysqlPlace(port: number | string): boolean {
  return port === 3306 || /\/mysqld?\.sock$/.test(String(port))
}

/** Whether an HTTP call to this origin ends at the stub server. */
export function isRedirected(state: HarnessState, origin: string): boolean {
  const { hostname, port } = new URL(origin)
  if (isStubbed(state, origin) || !isLoopback(hostname)) return true
  return !isOwnServer(state, Number(port)) && !state.boundary.movedPorts.has(Number(port))
}

function isStubbed({ boundary }: HarnessState, origin: string): boolean {
  return [...boundary.stubOrigins].some((pattern) => matchesOrigin(pattern, origin))
}

function isOwnServer({ boundary }: HarnessState, port: number | string): boolean {
  for (const server of boundary.ownServers) {
    const address = server.address()
    if (address !== null && (typeof address === 'string' ? address : address.port) === port) return true
  }
  return false
}

/** The origin that an HTTP client wants to reach; null when this is no HTTP client, as far as can be told. */
function findOrigin(state: HarnessState, { target, options }: ConnectionRequest, isTls: boolean): string | null {
  const { boundary } = state
  const { port } = target
  const host = net.isIPv6(target.host) ? `[${target.host}]` : target.host
  const origins = [isTls || port === 443 ? 'https' : 'http', isTls ? 'http' : 'https'].map((scheme) =>
    normaliseOrigin(`${scheme}://${host}${Number(port) > 0 ? `:${port}` : ''}`),
  )
  const [likely = null] = origins
  const isKnown = saysHttp(options) || boundary.announced.has(labelOf(target)) || port === 80 || port === 443
  return isKnown ? likely : (origins.find((origin) => isStubbed(state, origin)) ?? null)
}

/** Node's agents hand the options of the call on to the connection; clients of proxies say what they will speak. */
function saysHttp(options: object): boolean {
  const protocols: unknown = Reflect.get(options, 'ALPNProtocols')
  if (Array.isArray(protocols) && protocols.includes('http/1.1')) return true
  return '_agentKey' in options || 'headers' in options
}
