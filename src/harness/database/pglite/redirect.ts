import { register } from 'node:module'
import { pathToFileURL } from 'node:url'
import { builtFile } from '../../../package-paths.ts'
import { onRequire } from '../../on-require.ts'
import { type PgliteModule, standInForPglite } from './stand-in.ts'
import type { Turns } from './turns.ts'

// What is installed once lives outside of the modules, which may be loaded again.
const KEY = Symbol.for('itest.pglite')
const ENTRY = /[\\/]node_modules[\\/]@electric-sql[\\/]pglite[\\/]dist[\\/]index\.cjs$/

/**
 * From here on every PGlite that this process opens, by `import` or `require`, from the app or from Drizzle, is the
 * database behind `port`. Gives who waits for whom there.
 */
export function redirectPglite(port: number): Turns {
  const isInstalled = Reflect.has(globalThis, KEY)
  const turns: Turns = { count: 0, deadlocked: new Set() }
  const place = { host: '127.0.0.1', port }
  const standIn = (module: PgliteModule): object => standInForPglite(module, { place, turns })
  Reflect.set(globalThis, KEY, standIn)
  if (isInstalled) return turns
  register(pathToFileURL(builtFile('harness/database/pglite/module-hooks.js')))
  onRequire((module, file) => {
    if (ENTRY.test(file)) module.exports = { ...module.exports, PGlite: standIn(module.exports) }
  })
  return turns
}
