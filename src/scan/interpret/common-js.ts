import path from 'node:path'
import { noteLoad } from '../boot/boot-log.ts'
import { toSpecifier } from '../project/project-path.ts'
import { callFunctionLike } from './call.ts'
import { makeError } from './error-values.ts'
import { type ImportPlace, isGone, resolveImport } from './find-import.ts'
import { jsonModule } from './json-module.ts'
import { type Machine, type Module, noteUnresolved } from './machine.ts'
import { pathValue } from './module-paths.ts'
import { loadWhole, namespaceOf, packageImport } from './modules.ts'
import { CertainlyThrown } from './stops.ts'
import { literal, native, object, UNDEFINED, type Value } from './values.ts'

/** What a CommonJS module exports under a name; null when it does not. */
export function readCommonJs(machine: Machine, module: Module, name: string): Value | null {
  const assigned = module.exports.get('export=')?.()
  const exported = assigned ?? (module.scope.cells.get('module') ? commonJsExports(module) : null)
  if (!exported) return null
  if (name === 'default') return exported.kind === 'object' && exported.fields.size === 0 ? null : exported
  const getter = exported.kind === 'object' ? exported.getters.get(name) : undefined
  if (getter)
    return callFunctionLike(machine, {
      callee: getter,
      self: exported,
      args: [],
      node: machine.parser.parse(module.file).tree,
    })
  if (exported.kind === 'object' || exported.kind === 'function') return exported.fields.get(name) ?? null
  return null
}

/** Everything that a CommonJS module exports; the whole under `default` when it is no object of names. */
export function listCommonJs(machine: Machine, module: Module): [string, Value][] {
  const exported = readCommonJs(machine, module, 'default')
  if (!exported) return []
  return exported.kind === 'object' ? [...exported.fields] : [['default', exported]]
}

function commonJsExports(module: Module): Value | null {
  const cell = module.scope.cells.get('module')
  return cell?.value.kind === 'object' ? (cell.value.fields.get('exports') ?? null) : null
}

export function defineCommonJs(machine: Machine, module: Module): void {
  const exported = object()
  module.scope.cells.set('exports', { value: exported })
  module.scope.cells.set('module', { value: object([['exports', exported]]) })
  const require = native('require', (args, node) => {
    const specifier = args[0]?.kind === 'literal' ? args[0].value : null
    if (typeof specifier === 'string') {
      const required = requireModule(machine, specifier, { from: module.file, node })
      if (machine.isCaught && isGone(machine, specifier, module.file)) throw missing(specifier)
      return required
    }
    noteUnresolved(machine, 'require of a computed path', node)
    return UNDEFINED
  })
  module.scope.cells.set('require', { value: require })
  module.scope.cells.set('__filename', { value: pathValue(machine, module.file) })
  module.scope.cells.set('__dirname', { value: pathValue(machine, path.dirname(module.file)) })
}

/** `try { app.use(require('./not-there')) } catch {}` */
function missing(specifier: string): CertainlyThrown {
  const code = literal('MODULE_NOT_FOUND')
  return new CertainlyThrown(makeError('Error', literal(`Cannot find module '${specifier}'`), [['code', code]]))
}

/** The value of `require(specifier)` or `await import(specifier)`. */
export function requireModule(machine: Machine, written: string, { from, node }: ImportPlace): Value {
  const specifier = toSpecifier(machine, written, from)
  const file = resolveImport(machine, specifier, { from, node })
  if (!file) return packageImport(specifier, '*')
  if (file.endsWith('.json')) return jsonModule(machine, file, '*')
  noteLoad(machine, from, file)
  const module = loadWhole(machine, file)
  const assigned = module.exports.get('export=')?.() ?? commonJsExports(module)
  const isCommonJs = assigned && !(assigned.kind === 'object' && assigned.fields.size === 0)
  return isCommonJs ? assigned : namespaceOf(machine, module)
}
