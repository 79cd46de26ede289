import type { ts } from '../syntax/syntax.ts'
import { type Machine, noteUnresolved } from './machine.ts'

/** Where an import stands. */
export interface ImportPlace {
  readonly from: string
  readonly node: ts.Node
}

/** The file of the project that an import means; one that is missing, or found in an unusual way, is said. */
export function resolveImport(machine: Machine, specifier: string, { from, node }: ImportPlace): string | null {
  const found = machine.files.resolve(specifier, from)
  if (found?.note) noteUnresolved(machine, `'${specifier}': ${found.note}`, node)
  if (!found && isMeantAsFile(machine, specifier, from))
    noteUnresolved(machine, `no file for the import '${specifier}'`, node)
  return found?.file ?? null
}

/** Whether loading this certainly fails: a file beside this one, and there is none. */
export function isGone(machine: Machine, specifier: string, from: string): boolean {
  const isBeside = /^\.\.?\//.test(specifier) && !ASSETS.test(specifier)
  return isBeside && machine.files.resolve(specifier, from) === null
}

/** `@/` and `~/` are always files; `@acme/db` may be a package that is not installed here. */
function isMeantAsFile(machine: Machine, specifier: string, from: string): boolean {
  return machine.files.isLocal(specifier, from) && !ASSETS.test(specifier)
}

const ASSETS = /\.(?:css|scss|svg|png|jpe?g|html|txt|sql|graphql|wasm|node)$/
