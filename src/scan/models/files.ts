import path from 'node:path'
import { type Call, callFunctionLike } from '../interpret/call.ts'
import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import {
  array,
  fulfilled,
  knownString,
  literal,
  native,
  object,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import type { EntryKind } from '../project/disk.ts'
import { SKIPPED_FOLDERS } from '../project/packages-on-disk.ts'
import { fromProjectPath, toProjectPath } from '../project/project-path.ts'
import { findByPattern } from './file-patterns.ts'
import { memberNames } from './packages.ts'

const GLOBBING = /^(?:glob|fast-glob|globby|tiny-glob|tinyglobby|fdir)(?:\/|$)/
const LISTING = /^(?:fs|fs\/promises|fs-extra|graceful-fs)$/

/** Folders that the code lists to load what is in them. Only while the app is made: what a request finds is not known. */
export function callFiles(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (machine.run) return null
  if (GLOBBING.test(callee.module)) return globFiles(machine, callee, call)
  if (!LISTING.test(callee.module)) return null
  const names = memberNames(callee)
  const name = names.at(-1)
  const target = projectPath(machine, call.args[0])
  if (target === null) return null
  if (name === 'existsSync') return literal(kindOf(machine, target) !== null)
  if (name === 'statSync' || name === 'lstatSync') return describe(kindOf(machine, target))
  if (name !== 'readdirSync' && name !== 'readdir') return null
  const entries = listFolder(machine, target, call)
  if (name === 'readdirSync') return entries
  const callback = call.args.findLast((arg) => arg.kind === 'function')
  if (!callback) return fulfilled(entries)
  return callFunctionLike(machine, { callee: callback, self: null, args: [literal(null), entries], node: call.node })
}

function projectPath(machine: Machine, value: Value | undefined): string | null {
  const text = knownString(value?.kind === 'object' ? value.fields.get('href') : value)
  if (text === null) return null
  const file = fromProjectPath(machine, text)
  return toProjectPath(machine, file) === null ? null : file
}

function kindOf({ files: { disk }, root }: Machine, file: string): EntryKind | null {
  if (file === root) return 'folder'
  return disk.list(path.dirname(file)).get(path.basename(file)) ?? null
}

function describe(kind: EntryKind | null): Value {
  return object(
    [
      ['isDirectory', native('isDirectory', () => literal(kind === 'folder'))],
      ['isFile', native('isFile', () => literal(kind === 'file'))],
    ],
    { open: true },
  )
}

function listFolder(machine: Machine, folder: string, call: Call): Value {
  const options = call.args[1]?.kind === 'object' ? call.args[1].fields : new Map<string, Value>()
  const isSet = (name: string): boolean => {
    const value = options.get(name)
    return value?.kind === 'literal' && Boolean(value.value)
  }
  if (kindOf(machine, folder) !== 'folder') {
    noteUnresolved(machine, 'lists a folder that is not there before a run', call.node)
    return array([], true)
  }
  const entries = entriesOf(machine, folder, isSet('recursive') ? DEPTH : 0)
  const named = asCompiled(entries, call)
  if (!isSet('withFileTypes')) return array(named.map(({ name }) => literal(name)))
  return array(named.map(({ name, kind }) => directoryEntry(machine, { folder, name, kind })))
}

interface Entry {
  /** Relative to the folder that is listed. */
  readonly name: string
  readonly kind: EntryKind
}

const DEPTH = 8

function entriesOf(machine: Machine, folder: string, depth: number): Entry[] {
  return [...machine.files.disk.list(folder)].flatMap(([name, kind]): Entry[] => {
    if (kind === 'file' || depth === 0 || SKIPPED_FOLDERS.has(name)) return [{ name, kind }]
    const inner = entriesOf(machine, path.join(folder, name), depth - 1)
    return [{ name, kind }, ...inner.map((entry) => ({ ...entry, name: `${name}/${entry.name}` }))]
  })
}

/** Code that asks for `.js` alone, beside TypeScript, means what the compiler makes of it. */
function asCompiled(entries: readonly Entry[], { node }: Call): readonly Entry[] {
  const { text } = node.getSourceFile()
  if (!/\.js\b/.test(text.replace(/(?:from|import|require)\s*\(?\s*['"][^'"]*['"]/g, '')) || /\bts\b/.test(text))
    return entries
  return entries.map((entry) => ({ ...entry, name: entry.name.replace(/(?<!\.d)\.ts$/, '.js') }))
}

function directoryEntry(machine: Machine, { folder, name, kind }: Entry & { folder: string }): Value {
  const parent = literal(toProjectPath(machine, path.dirname(path.join(folder, name))) ?? UNDEFINED.value)
  const entry = object([
    ['name', literal(path.basename(name))],
    ['parentPath', parent],
    ['path', parent],
    ['isDirectory', native('isDirectory', () => literal(kind === 'folder'))],
    ['isFile', native('isFile', () => literal(kind === 'file'))],
    ['isSymbolicLink', native('isSymbolicLink', () => literal(false))],
  ])
  return entry
}

/** `glob.sync('src/routes/*.ts')`, `await fg([...], { cwd })`. */
function globFiles(machine: Machine, callee: PackageValue, call: Call): Value | null {
  const isSync = /sync/i.test(memberNames(callee).at(-1) ?? callee.module)
  const [first, options] = call.args
  const patterns = (first?.kind === 'array' ? first.items : [first]).map(knownString)
  const given = options?.kind === 'object' ? options.fields : new Map<string, Value>()
  const cwd = given.has('cwd') ? projectPath(machine, given.get('cwd')) : machine.root
  const known = patterns.filter((pattern) => pattern !== null)
  if (cwd === null || known.length < patterns.length || known.length === 0) {
    noteUnresolved(machine, 'which files this finds is not known before a run', call.node)
    return null
  }
  const absolute = given.get('absolute')
  const isAbsolute = absolute?.kind === 'literal' && Boolean(absolute.value)
  const found = array(findByPattern(machine, { patterns: known, cwd, isAbsolute }).map(literal))
  const callback = call.args.findLast((arg) => arg.kind === 'function')
  if (!callback) return isSync ? found : fulfilled(found)
  return callFunctionLike(machine, { callee: callback, self: null, args: [literal(null), found], node: call.node })
}
