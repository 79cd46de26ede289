import { createRequire } from 'node:module'
import { basename } from 'node:path'
import type { Recorder } from './recorder.ts'

/** Packages that find the compiled part of another package, by the end of their main file. */
const FINDERS = /[\\/]node_modules[\\/](?:bindings|node-gyp-build)[\\/][\w.-]+\.js$/

/**
 * Compiled parts of packages (bcrypt, better-sqlite3) that are not built for this machine are replaced with something that
 * can be called and answers nothing of use: registering routes needs none of it.
 */
export function standInForNative({ record, caller }: Recorder): void {
  const require = createRequire(import.meta.url)
  const replace = (file: string): unknown => {
    record({ kind: 'blocked', what: `native module ${basename(file)}`, at: caller() })
    return createStandIn()
  }
  const nodeModule: unknown = require('node:module')
  if (typeof nodeModule !== 'function') return
  const load: unknown = Reflect.get(nodeModule, '_load')
  if (typeof load !== 'function') return
  Reflect.set(nodeModule, '_load', (request: unknown, ...rest: unknown[]) => {
    try {
      return Reflect.apply(load, nodeModule, [request, ...rest])
    } catch (error) {
      if (typeof request !== 'string' || !request.endsWith('.node')) throw error
      return replace(request)
    }
  })
  const extension = require.extensions['.js']
  if (!extension) return
  require.extensions['.js'] = (module, file) => {
    extension(module, file)
    const find: unknown = module.exports
    if (!FINDERS.test(file) || typeof find !== 'function') return
    module.exports = Object.assign((...args: unknown[]) => {
      try {
        return Reflect.apply(find, module, args)
      } catch {
        return replace(String(args[0]))
      }
    }, find)
  }
}

function createStandIn(): unknown {
  const target = function standIn(): void {}
  const instance: object = new Proxy(target, {
    get: (_target, key) => {
      // A promise of it would never settle, and a text of it would recurse.
      if (key === 'then') return undefined
      return key === Symbol.toPrimitive ? () => 'itest stand-in' : instance
    },
    getOwnPropertyDescriptor: (owner, key) =>
      Reflect.getOwnPropertyDescriptor(owner, key) ?? { value: instance, configurable: true, writable: true },
    apply: () => instance,
    construct: () => instance,
  })
  return instance
}
