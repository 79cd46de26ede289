import http, { type Server } from 'node:http'
import https from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'

const LISTEN_LIMIT_MS = 10_000

/**
 * Starts an app that only listens when its module is imported, and returns its server: `bootApp(() => import('../src/server.js'))`.
 * Whatever port it asks for, it gets a free one on 127.0.0.1. Rejects when it ends the process or does not listen within 10 seconds.
 */
export async function bootApp(load: () => Promise<unknown>): Promise<Server> {
  const { promise: listening, resolve, reject } = deferred<Server>()
  const restore = [
    catchListen(http.Server.prototype, resolve),
    catchListen(https.Server.prototype, resolve),
    catchExit(reject),
  ]
  const limit = new AbortController()
  try {
    const loaded = load()
    return await Promise.race([
      listening,
      loaded.then(() => listening),
      delay(LISTEN_LIMIT_MS, undefined, { signal: limit.signal }).then(() => {
        throw new Error(`The app did not listen within ${LISTEN_LIMIT_MS / 1000} seconds of its import.`)
      }),
    ])
  } finally {
    limit.abort()
    for (const undo of restore) undo()
  }
}

function catchListen(prototype: Server, found: (server: Server) => void): () => void {
  const listen: unknown = Reflect.get(prototype, 'listen')
  const own = Object.hasOwn(prototype, 'listen')
  if (typeof listen !== 'function') return () => {}
  Reflect.set(prototype, 'listen', function listenAnywhere(this: Server, ...args: unknown[]) {
    this.once('listening', () => found(this))
    const callback = args.filter((argument) => typeof argument === 'function')
    return Reflect.apply(listen, this, [0, '127.0.0.1', ...callback])
  })
  return () => void (own ? Reflect.set(prototype, 'listen', listen) : Reflect.deleteProperty(prototype, 'listen'))
}

function catchExit(reject: (error: Error) => void): () => void {
  const exit = process.exit
  process.exit = (code) => {
    const error = new Error(`The app ended the process with code ${code ?? 0} while it started.`)
    reject(error)
    throw error
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
