import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onRequire } from '../on-require.ts'

/** Forgets what the limiters of this process have counted. */
export type ResetLimits = () => Promise<void>

/** The files whose export is a class that counts: express-rate-limit 5, express-slow-down 1, rate-limiter-flexible. */
const COUNTER =
  /[\\/]node_modules[\\/](?:(?:express-rate-limit|express-slow-down)[\\/]lib[\\/]memory-store|rate-limiter-flexible[\\/]lib[\\/]component[\\/]MemoryStorage[\\/]MemoryStorage)\.js$/
/** Where such a class is one of several exports: express-rate-limit 6 and later, of which express-slow-down 2 makes use. */
const STORES = /[\\/]node_modules[\\/]express-rate-limit[\\/]dist[\\/]index\.cjs$/

/**
 * Every test begins with its full allowance, whoever its limits are for: what the packages count in memory is forgotten.
 * Must run before the app makes its limiters.
 */
export async function watchRateLimits(root: string): Promise<ResetLimits> {
  const counters = new Set<object>()
  onRequire((module, file) => {
    if (COUNTER.test(file)) module.exports = watchInstances(module.exports, counters)
    if (STORES.test(file)) watchInit(module.exports, counters)
  })
  for (const build of findModules(root)) watchInit(await import(pathToFileURL(build).href), counters)
  return async () => {
    for (const counter of counters) await forget(counter)
  }
}

function watchInstances(counter: unknown, counters: Set<object>): unknown {
  if (typeof counter !== 'function') return counter
  return new Proxy(counter, {
    construct(target, args, newTarget) {
      const made: object = Reflect.construct(target, args, newTarget)
      counters.add(made)
      return made
    },
  })
}

/** The package's own code has the class already, but not yet an instance. */
function watchInit(exported: object, counters: Set<object>): void {
  const store: unknown = Reflect.get(exported, 'MemoryStore')
  const prototype: unknown = typeof store === 'function' ? store.prototype : null
  const init: unknown = typeof prototype === 'object' && prototype !== null ? Reflect.get(prototype, 'init') : null
  if (typeof prototype !== 'object' || prototype === null || typeof init !== 'function') return
  Reflect.set(prototype, 'init', function initWatched(this: object, ...args: unknown[]) {
    counters.add(this)
    return Reflect.apply(init, this, args)
  })
}

/** The builds for `import`, which Node tells nobody of: the app's own, and the one that express-slow-down brings. */
function findModules(root: string): Set<string> {
  const own = resolveFrom(join(root, 'package.json'), 'express-rate-limit')
  const slowDown = resolveFrom(join(root, 'package.json'), 'express-slow-down')
  const brought = slowDown === null ? null : resolveFrom(slowDown, 'express-rate-limit')
  const builds = [own, brought].flatMap((file) => (file === null ? [] : [join(dirname(file), 'index.mjs')]))
  return new Set(builds.filter((file) => existsSync(file)))
}

function resolveFrom(file: string, name: string): string | null {
  try {
    return createRequire(file).resolve(name)
  } catch {
    return null
  }
}

async function forget(counter: object): Promise<void> {
  const resetAll: unknown = Reflect.get(counter, 'resetAll')
  if (typeof resetAll === 'function') return Reflect.apply(resetAll, counter, [])
  const counts: unknown = Reflect.get(counter, '_storage')
  const remove: unknown = Reflect.get(counter, 'delete')
  if (typeof counts !== 'object' || counts === null || typeof remove !== 'function') return
  const keys = counts instanceof Map ? [...counts.keys()] : Object.keys(counts)
  for (const key of keys) Reflect.apply(remove, counter, [key])
}
