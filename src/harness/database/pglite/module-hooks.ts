import type { LoadHook, ResolveHook } from 'node:module'

// Node runs these hooks in a thread of their own. They name a module that makes the class in the app's thread.
const ENTRY = /[\\/]node_modules[\\/]@electric-sql[\\/]pglite[\\/]dist[\\/]index\.js$/
const MARK = '?itest'
// Those of the electric-sql packages and our own engine mean the real one.
const OWN = /[\\/]node_modules[\\/]@electric-sql[\\/]|[\\/]harness[\\/]engine[\\/]pglite\.js$/

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const resolved = await nextResolve(specifier, context)
  const isOwn = context.parentURL !== undefined && OWN.test(context.parentURL)
  return ENTRY.test(resolved.url) && !isOwn ? { ...resolved, url: `${resolved.url}${MARK}` } : resolved
}

export const load: LoadHook = async (url, context, nextLoad) => {
  if (!url.endsWith(MARK)) return nextLoad(url, context)
  const original = JSON.stringify(url.slice(0, -MARK.length))
  const source = `import * as original from ${original}
export * from ${original}
export const PGlite = globalThis[Symbol.for('itest.pglite')](original)`
  return { format: 'module', source, shortCircuit: true }
}
