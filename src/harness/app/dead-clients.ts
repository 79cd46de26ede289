import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { HarnessState } from '../state.ts'

const watched = new WeakSet<object>()

/**
 * A `Client` of node-postgres that lost its connection never answers again, where a pool would open another one. Notes
 * that the app goes on asking such a client: in production its process would have ended, and begun anew.
 */
export function watchDeadClients(state: HarnessState): void {
  const prototype = findClient(state.root)
  const query: unknown = prototype && Reflect.get(prototype, 'query')
  if (prototype === null || typeof query !== 'function' || watched.has(prototype)) return
  watched.add(prototype)
  Reflect.set(prototype, 'query', function queryWatched(this: object, ...args: unknown[]) {
    if (Reflect.get(this, '_queryable') === false) state.isDriverBroken = true
    return Reflect.apply(query, this, args)
  })
}

function findClient(root: string): object | null {
  try {
    const pg: unknown = createRequire(join(root, 'package.json'))('pg')
    const client: unknown = typeof pg === 'object' && pg !== null ? Reflect.get(pg, 'Client') : null
    return typeof client === 'function' && typeof client.prototype === 'object' ? client.prototype : null
  } catch {
    // In a monorepo it may be out of sight from here: then the tests after a crash say less.
    return null
  }
}
