import Module from 'node:module'

/**
 * Lets `replace` change what a CommonJS file exports, right after Node has loaded it: every copy of a package, whoever
 * asks for it. @throws when this Node has no place to do that
 */
export function onRequire(replace: (module: NodeJS.Module, file: string) => void): void {
  const extensions: unknown = Reflect.get(Module, '_extensions')
  const load: unknown = typeof extensions === 'object' && extensions !== null && Reflect.get(extensions, '.js')
  if (typeof extensions !== 'object' || extensions === null || typeof load !== 'function') {
    throw new Error('This Node has no Module._extensions, so the database of the app can not be redirected.')
  }
  Reflect.set(extensions, '.js', function loadReplaced(this: unknown, module: NodeJS.Module, file: string) {
    const result: unknown = Reflect.apply(load, this, [module, file])
    replace(module, file)
    return result
  })
}
