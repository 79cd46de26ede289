import path from 'node:path'
import type { Machine, Module } from '../interpret/machine.ts'
import type { FunctionValue, RouterValue, Value } from '../interpret/values.ts'
import type { ProjectFiles } from '../project/project.ts'
import { relativePath } from '../syntax/syntax.ts'
import type { AppEntry } from '../types.ts'

/** How a test gets hold of the app: imported, made by a factory, or caught when it listens. */
export function describeEntry(machine: Machine, files: ProjectFiles, router: RouterValue): AppEntry {
  const expressMajor = readExpressMajor(files, path.join(files.root, router.at.file))
  const exported = findExport(machine, (value) => value === router)
  const listener = machine.listeners.find((candidate) => candidate.app === router)
  if (exported && !(listener && listener.file === exported.module.file)) {
    return { ...place(machine, exported.module, router), how: 'exported', exportName: exported.name, expressMajor }
  }
  const maker = machine.makers.get(router)
  const factory = maker && findExport(machine, (value) => value.kind === 'function' && value.node === maker.node)
  if (factory && maker && !needsArguments(maker)) {
    return { ...place(machine, factory.module, router), how: 'factory', exportName: factory.name, expressMajor }
  }
  const file = listener?.file ?? (exported ? exported.module.file : path.join(files.root, router.at.file))
  return {
    file: relativePath(files.root, file),
    line: router.at.line,
    how: 'listens',
    exportName: exported?.name ?? null,
    expressMajor,
  }
}

function needsArguments(maker: FunctionValue): boolean {
  return maker.node.parameters.some(
    (parameter) => !parameter.initializer && !parameter.questionToken && !parameter.dotDotDotToken,
  )
}

function place(machine: Machine, module: Module, router: RouterValue): { file: string; line: number } {
  return { file: relativePath(machine.root, module.file), line: router.at.line }
}

function findExport(machine: Machine, matches: (value: Value) => boolean): { module: Module; name: string } | null {
  for (const module of machine.modules.values()) {
    for (const [name, read] of module.exports) {
      // A module that only passes the app on is a worse entry than the one that made it.
      const value = module.passedOn.has(name) ? null : read()
      if (value && matches(value)) return { module, name }
    }
  }
  return null
}

/** From the installed package, else from the range in package.json; Express 5 when neither tells. */
function readExpressMajor(files: ProjectFiles, file: string): 4 | 5 {
  return files.versionOf('express', file)?.match(/\d+/)?.[0] === '4' ? 4 : 5
}
