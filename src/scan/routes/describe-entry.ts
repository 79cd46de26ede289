import path from 'node:path'
import { describeHolder, findMaking } from '../boot/app-boot.ts'
import { reachableFiles } from '../boot/reachable-files.ts'
import { listCommonJs } from '../interpret/common-js.ts'
import type { Machine, Module } from '../interpret/machine.ts'
import type { RouterValue, Value } from '../interpret/values.ts'
import type { ProjectFiles } from '../project/project.ts'
import { relativePath } from '../syntax/syntax.ts'
import type { AppEntry } from '../types.ts'
import { readParameters } from './factory-parameters.ts'
import { howToRead } from './held-app.ts'

/**
 * How a test gets hold of the app: imported, made by a factory, or caught when it listens. A file that the user names and
 * that starts the app is how.
 */
export function describeEntry(
  machine: Machine,
  router: RouterValue,
  { files, appFile }: { files: ProjectFiles; appFile: string | null },
): AppEntry {
  const expressMajor = readExpressMajor(files, path.join(files.root, router.at.file))
  const exported = findExport(machine, (value) => value === router)
  const listener = machine.listeners.find((candidate) => candidate.app === router)
  // What starts the app is part of it when it fills the container that the routes ask.
  const isSetUpFor = (file: string): boolean =>
    listener !== undefined && (listener.file === appFile || isFilledBy(machine, listener.file, file))
  if (exported && listener?.file !== exported.module.file && !isSetUpFor(exported.module.file)) {
    return { ...place(machine, exported.module, router), how: 'exported', exportName: exported.name, expressMajor }
  }
  const maker = machine.makers.get(router)
  const factory = maker && findExport(machine, (value) => value.kind === 'function' && value.node === maker.node)
  const parameters = maker ? readParameters(machine, maker.node.parameters) : []
  // What starts the app knows best what to call the factory with.
  if (factory && (parameters.length === 0 || !listener) && !isSetUpFor(factory.module.file)) {
    const given = parameters.length > 0 ? { parameters } : {}
    return {
      ...place(machine, factory.module, router),
      how: 'factory',
      exportName: factory.name,
      expressMajor,
      ...given,
    }
  }
  const held = listener ? null : describeHeld(machine, router)
  if (held) return { ...held, line: router.at.line, expressMajor }
  const file = listener?.file ?? (exported ? exported.module.file : path.join(files.root, router.at.file))
  return {
    file: relativePath(files.root, file),
    line: router.at.line,
    how: 'listens',
    exportName: exported?.name ?? null,
    expressMajor,
  }
}

/** Whether a container is filled by `starting` or what it imports, and not by what loading `file` alone loads. */
function isFilledBy(machine: Machine, starting: string, file: string): boolean {
  const { filling } = machine.boot
  if (filling.size === 0) return false
  const own = reachableFiles(machine, [file])
  const missing = [...filling].filter((filler) => !own.has(filler))
  if (missing.length === 0) return false
  const started = reachableFiles(machine, [starting])
  return missing.some((filler) => started.has(filler))
}

/** The app is a property: of a class that is exported, or of an instance that is. */
function describeHeld(machine: Machine, router: RouterValue): Omit<AppEntry, 'line' | 'expressMajor'> | null {
  const made = findMaking(machine, router)
  const holder = made && describeHolder(machine, made)
  if (!made || !holder || holder.exportName === null) return null
  const read = howToRead(made, holder.property)
  if (read === null) return null
  const { exportName, isInstance } = holder
  const parameters = isInstance ? [] : readParameters(machine, read.constructorParameters)
  return {
    file: router.at.file,
    how: isInstance ? 'instance' : 'class',
    exportName,
    property: read.property,
    ...(parameters.length > 0 ? { parameters } : {}),
  }
}

function place(machine: Machine, module: Module, router: RouterValue): { file: string; line: number } {
  return { file: relativePath(machine.root, module.file), line: router.at.line }
}

function findExport(machine: Machine, matches: (value: Value) => boolean): { module: Module; name: string } | null {
  for (const module of machine.modules.values()) {
    for (const [name, read] of module.exports) {
      // A module that only passes the app on is a worse entry than the one that made it.
      const value = module.passedOn.has(name) ? null : read()
      if (value && matches(value)) return { module, name: name === 'export=' ? 'default' : name }
    }
    for (const [name, value] of listCommonJs(machine, module)) if (matches(value)) return { module, name }
  }
  return null
}

/** From the installed package, else from the range in package.json; Express 5 when neither tells. */
function readExpressMajor(files: ProjectFiles, file: string): 4 | 5 {
  return files.versionOf('express', file)?.match(/\d+/)?.[0] === '4' ? 4 : 5
}
