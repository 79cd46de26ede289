import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Forgets what the limiters of this process have counted. */
export type ResetLimits = () => Promise<void>

const PACKAGE = 'express-rate-limit'

/**
 * Every test begins with its full allowance: the counters that express-rate-limit keeps in memory are set back. Must run
 * before the app makes its limiters.
 */
export async function watchRateLimits(root: string): Promise<ResetLimits> {
  const stores = new Set<object>()
  for (const store of await findStores(root)) {
    const init: unknown = Reflect.get(store, 'init')
    if (typeof init !== 'function') continue
    Reflect.set(store, 'init', function initWatched(this: object, ...args: unknown[]) {
      stores.add(this)
      return Reflect.apply(init, this, args)
    })
  }
  return async () => {
    for (const store of stores) {
      const resetAll: unknown = Reflect.get(store, 'resetAll')
      if (typeof resetAll === 'function') await Reflect.apply(resetAll, store, [])
    }
  }
}

/** The prototypes of its memory stores: the package holds one build for `import` and one for `require`. */
async function findStores(root: string): Promise<object[]> {
  const main = resolveFrom(root)
  if (main === null) return []
  const builds = [main, join(dirname(main), 'index.mjs')].filter((file) => existsSync(file))
  const loaded: object[] = await Promise.all(builds.map((file) => import(pathToFileURL(file).href)))
  return loaded.flatMap((exported) => {
    const store: unknown = Reflect.get(exported, 'MemoryStore')
    return typeof store === 'function' && typeof store.prototype === 'object' ? [store.prototype] : []
  })
}

function resolveFrom(root: string): string | null {
  try {
    return createRequire(join(root, 'package.json')).resolve(PACKAGE)
  } catch {
    return null
  }
}
