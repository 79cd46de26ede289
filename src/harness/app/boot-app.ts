import http, { type Server } from 'node:http'
import https from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { findState } from '../state.ts'
import { findExportedApp } from './exported-app.ts'
import { isRegistered } from './registered-routes.ts'

const LISTEN_LIMIT_MS = 10_000
/** An app that is exported and does not listen by then is meant to be imported. */
const EXPORT_LIMIT_MS = 300
const STEP_MS = 10

export interface BootOptions {
  /** e.g. `POST /orders/:id`: an app that goes on after it listens is waited for until it has this route. */
  readonly route?: string
}

/**
 * Starts an app that only listens when its module is imported, and returns its server: `bootApp(() => import('../src/server.js'))`.
 * Whatever port it asks for, it gets a free one on 127.0.0.1. An app that is exported and does not listen gets a server.
 * Rejects when it ends the process, or is not ready within 10 seconds. An app whose start fails after it has made its server,
 * as for want of a built client, is served all the same, with a warning.
 */
export async function bootApp(load: () => Promise<unknown>, { route }: BootOptions = {}): Promise<Server> {
  const { promise: listening, resolve, reject } = deferred<Server>()
  const restore = [
    catchListen(http.Server.prototype, resolve),
    catchListen(https.Server.prototype, resolve),
    catchExit(reject),
  ]
  const made = catchServers()
  const limit = new AbortController()
  try {
    const loaded = load()
    const server = await Promise.race([
      listening,
      loaded.then((module) => serveExported(module, listening)),
      watchFailures(made.servers, limit.signal),
    ])
    // What stands below `listen` in the app's files runs before the first request.
    await Promise.race([loaded, delay(EXPORT_LIMIT_MS, undefined, { signal: limit.signal })])
    if (route !== undefined) await waitForRoute(() => [...server.listeners('request'), ...made.apps], route)
    return server
  } finally {
    limit.abort()
    for (const undo of [made.restore, ...restore]) undo()
  }
}

/** Ends with what the app had made when a promise that nobody awaits was rejected, or throws when it takes too long. */
async function watchFailures(servers: readonly Server[], signal: AbortSignal): Promise<Server> {
  const state = findState()
  const known = state?.dropped.length ?? 0
  if (state) state.isBooting = true
  signal.addEventListener('abort', () => state && Object.assign(state, { isBooting: false }))
  const end = performance.now() + LISTEN_LIMIT_MS
  while (performance.now() < end) {
    await delay(STEP_MS, undefined, { signal })
    if ((state?.dropped.length ?? 0) === known) continue
    // A start that goes on all the same listens soon.
    await delay(EXPORT_LIMIT_MS, undefined, { signal })
    const cause = state?.dropped[known]
    const message = cause instanceof Error ? cause.message : String(cause)
    const server = servers.at(-1)
    if (!server) throw new Error(`The app failed before it listened: ${message}`, { cause })
    console.warn(`itest: the app failed before it listened, so the server that it had made answers: ${message}`)
    return server
  }
  throw new Error(`The app did not listen within ${LISTEN_LIMIT_MS / 1000} seconds of its import.`)
}

/**
 * Servers that answer requests by an Express app, listening or not, and the apps. What else takes part in a server, such as
 * Socket.IO, puts its own listener in the place of the app's.
 */
function catchServers(): { servers: Server[]; apps: unknown[]; restore: () => void } {
  const servers: Server[] = []
  const apps: unknown[] = []
  const { on } = http.Server.prototype
  Reflect.set(http.Server.prototype, 'on', function onCaught(this: Server, ...args: unknown[]) {
    const [event, listener] = args
    if (event === 'request' && findExportedApp(listener) !== null) {
      servers.push(this)
      apps.push(listener)
    }
    return Reflect.apply(on, this, args)
  })
  return { servers, apps, restore: () => void Reflect.deleteProperty(http.Server.prototype, 'on') }
}

async function serveExported(module: unknown, listening: Promise<Server>): Promise<Server> {
  const app = findExportedApp(module)
  if (app === null) return listening
  return Promise.race([listening, delay(EXPORT_LIMIT_MS).then(() => http.createServer(app))])
}

async function waitForRoute(listHandlers: () => readonly unknown[], route: string): Promise<void> {
  const end = performance.now() + LISTEN_LIMIT_MS
  while (!listHandlers().some((handler) => isRegistered(handler, route))) {
    if (performance.now() > end) {
      throw new Error(`The app listens, but has not registered ${route} within ${LISTEN_LIMIT_MS / 1000} seconds.`)
    }
    await delay(STEP_MS)
  }
}

function catchListen(prototype: Server, found: (server: Server) => void): () => void {
  const listen: unknown = Reflect.get(prototype, 'listen')
  const own = Object.hasOwn(prototype, 'listen')
  if (typeof listen !== 'function') return () => {}
  Reflect.set(prototype, 'listen', function listenCaught(this: Server, ...args: unknown[]) {
    this.once('listening', () => found(this))
    return Reflect.apply(listen, this, args)
  })
  return () => void (own ? Reflect.set(prototype, 'listen', listen) : Reflect.deleteProperty(prototype, 'listen'))
}

function catchExit(reject: (error: Error) => void): () => void {
  const { exit } = process
  process.exit = (code) => {
    try {
      return exit(code)
    } catch (error) {
      if (error instanceof Error) reject(error)
      throw error
    }
  }
  return () => {
    process.exit = exit
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let settle: { resolve: (value: T) => void; reject: (error: Error) => void } = { resolve: () => {}, reject: () => {} }
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...settle }
}
