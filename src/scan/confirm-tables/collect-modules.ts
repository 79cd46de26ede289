import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ProjectFiles } from '../project/project.ts'
import { relativePath, ts } from '../syntax/syntax.ts'
import { findEffect, isCommonJs } from './find-effect.ts'

/** Packages whose import only declares. Drivers and `drizzle-orm/<driver>` are none: they belong to a connection. */
const HARMLESS =
  /^(?:drizzle-orm(?:\/(?:(?:pg|mysql|sqlite)-core|sql|zod|relations|_relations|utils|casing)(?:\/.*)?)?|drizzle-zod|drizzle-valibot|drizzle-typebox|zod(?:\/v[34].*)?|valibot|@sinclair\/typebox|nanoid|uuid|uuidv7|ulid|ulidx|cuid|@paralleldrive\/cuid2|typeid-js|date-fns|dayjs|(?:node:)?crypto)$/

/** A file of the project as JavaScript, with what its imports mean. */
export interface SafeModule {
  readonly file: string
  readonly code: string
  readonly isCommonJs: boolean
  /** Files of the project by the specifier in `code`. */
  readonly local: ReadonlyMap<string, string>
  /** Specifiers of packages. */
  readonly packages: readonly string[]
}

export type Collected =
  | { readonly safe: true; readonly modules: readonly SafeModule[] }
  | { readonly safe: false; readonly reason: string }

type Judged = { readonly module: SafeModule } | { readonly reason: string }

/** Everything that the import of a file would run, or why it must not run: asked file by file, with one memory. */
export function createCollector(files: ProjectFiles): (file: string) => Collected {
  const judged = new Map<string, Judged>()
  const judge = (file: string): Judged => {
    const known = judged.get(file)
    if (known) return known
    const found = judgeModule(files, file)
    judged.set(file, found)
    return found
  }
  return (entry) => {
    const modules = new Map<string, SafeModule>()
    const open = [entry]
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (modules.has(file)) continue
      const found = judge(file)
      if ('reason' in found) return { safe: false, reason: found.reason }
      modules.set(file, found.module)
      open.push(...found.module.local.values())
    }
    return { safe: true, modules: [...modules.values()] }
  }
}

function judgeModule(files: ProjectFiles, file: string): Judged {
  const name = relativePath(files.root, file)
  const code = transpile(files, file)
  if (code === null) return { reason: `${name} can't be read` }
  const tree = ts.createSourceFile(file, code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS)
  const effect = findEffect(tree)
  if (effect) return { reason: `${name} ${effect}, so that running it may do more than declare tables` }
  const local = new Map<string, string>()
  const packages: string[] = []
  for (const specifier of importsOf(code)) {
    const target = files.resolve(specifier, file)
    if (target) local.set(specifier, target.file)
    else if (files.isLocal(specifier, file))
      return { reason: `${name} imports ${specifier}, for which there is no source file` }
    else if (!HARMLESS.test(specifier))
      return { reason: `${name} imports ${specifier}, which may do more than declare` }
    else if (!isInstalled(specifier, file)) return { reason: `${specifier} is not installed` }
    else packages.push(specifier)
  }
  return { module: { file, code, isCommonJs: isCommonJs(tree), local, packages } }
}

/** JavaScript without types and without imports that are types only. */
function transpile(files: ProjectFiles, file: string): string | null {
  try {
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, allowJs: true }
    return ts.transpileModule(files.disk.read(file) ?? '', { fileName: file, compilerOptions }).outputText
  } catch {
    // Unreadable, or nested too deeply: such a file is not run, and the scan has recorded it already.
    return null
  }
}

function importsOf(code: string): string[] {
  return [...new Set(ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName))]
}

/** The folder of a package as Node finds it from a file; null when it is not installed, or comes with Node. */
export function packageFolder(specifier: string, from: string): string | null {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  for (let folder = path.dirname(from); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name)
    if (existsSync(path.join(candidate, 'package.json'))) return candidate
    if (folder === path.dirname(folder)) return null
  }
}

function isInstalled(specifier: string, from: string): boolean {
  return /^(?:node:)?crypto$/.test(specifier) || packageFolder(specifier, from) !== null
}
