import net from 'node:net'
import { watchTimers } from './app/app-timers.ts'
import { endStuckRequests } from './app/stuck-requests.ts'
import { beginTraffic } from './http/boundary.ts'
import type { HarnessState } from './state.ts'

/** Ends what an app has left behind in this process, so that it can be loaded anew. */
export type Renew = () => void

/**
 * For a process that loads the app many times over. What is there now stays; what comes later is of an app: its
 * connections, servers and timers, its listeners, and what it keeps in global names.
 */
export function watchRemains(state: HarnessState): Renew {
  const timers = watchTimers()
  endStuckRequests(state, timers)
  const servers = new Set(state.boundary.ownServers)
  const names = new Set<string>(Object.getOwnPropertyNames(globalThis))
  const listeners = listListeners()
  return () => {
    timers.clear()
    for (const server of state.boundary.ownServers) if (!servers.has(server)) closeServer(server)
    for (const socket of listSockets(state)) dropSilently(socket)
    state.database?.closeOpened?.()
    // What packages keep for all their copies goes by symbols, and they are not loaded anew.
    for (const key of Object.keys(globalThis)) if (!names.has(key)) Reflect.deleteProperty(globalThis, key)
    removeListeners(listeners)
    forget(state)
  }
}

/** As before the first test of a file. */
function forget(state: HarnessState): void {
  Object.assign(state, { isLoading: true, isBooting: false, isDriverBroken: false, lastError: '', dropped: [] })
  state.boundary.current.phase = 'over'
  beginTraffic(state.boundary, 'before the first test')
  state.boundary.late = []
  state.open.clear()
}

function closeServer(server: net.Server): void {
  const closeAll: unknown = Reflect.get(server, 'closeAllConnections')
  if (typeof closeAll === 'function') Reflect.apply(closeAll, server, [])
  if (server.listening) server.close()
}

/** The app's connections to its database: Node has no other list of them. */
function listSockets({ database }: HarnessState): readonly net.Socket[] {
  const list: unknown = Reflect.get(process, '_getActiveHandles')
  const handles: unknown = typeof list === 'function' ? Reflect.apply(list, process, []) : []
  if (!Array.isArray(handles) || database?.port == null) return []
  return handles.filter((one): one is net.Socket => one instanceof net.Socket && one.remotePort === database.port)
}

/** Its pool must not notice, or it would complain about a connection that it has lost. */
function dropSilently(socket: net.Socket): void {
  for (const event of ['close', 'end', 'error', 'data', 'readable', 'timeout']) socket.removeAllListeners(event)
  socket.on('error', () => {})
  socket.destroy()
}

type Listeners = ReadonlyMap<string | symbol, ReadonlySet<unknown>>

function listListeners(): Listeners {
  return new Map(process.eventNames().map((name) => [name, new Set<unknown>(process.rawListeners(String(name)))]))
}

function removeListeners(before: Listeners): void {
  for (const name of process.eventNames()) {
    if (typeof name !== 'string') continue
    for (const listener of process.rawListeners(name)) {
      if (before.get(name)?.has(listener) !== true) Reflect.apply(process.removeListener, process, [name, listener])
    }
  }
}
