import path from 'node:path'
import { UserError } from '../../errors.ts'
import type { Disk } from './disk.ts'

export interface PackageJson {
  readonly name?: string
  readonly type?: string
  readonly main?: string
  readonly module?: string
  readonly types?: string
  readonly exports?: unknown
  readonly imports?: unknown
  readonly bin?: unknown
  readonly workspaces?: unknown
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  /** Of the package `module-alias`. */
  readonly _moduleAliases?: Readonly<Record<string, string>>
}

export interface PackageFolder {
  /** Absolute. */
  readonly folder: string
  readonly json: PackageJson
}

export interface Packages {
  /** Those in the root, the root's own first; outermost before innermost. */
  readonly inside: readonly PackageFolder[]
  /** Packages of the same workspace, by name: an import of one is an import of its source. */
  readonly byName: ReadonlyMap<string, PackageFolder>
  /** The folder above which nothing belongs to the project. */
  readonly top: string
}

/** Folders that hold no source of the project. */
export const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  'bower_components',
  'dist',
  'build',
  'coverage',
  'out',
])

const DEPTH = 5

/** The packages of a project: one, or those of a monorepo. @throws UserError when there is none, or it is no JSON */
export function findPackages(disk: Disk, root: string): Packages {
  const inside = packagesIn(disk, root, 0)
  if (inside.length === 0) {
    throw new UserError(`no package.json in ${root}`, {
      hint: 'Run itest in the folder of your Express project, or name it with --root DIR.',
    })
  }
  const workspace = findWorkspace(disk, root)
  const around = workspace === null ? [] : packagesIn(disk, workspace, 0)
  const named = [...around, ...inside].flatMap((one): [string, PackageFolder][] => {
    const { name } = one.json
    // A project that calls itself `express` still means the package when it imports express.
    return name && !declares(one, name) ? [[name, one]] : []
  })
  return { inside, byName: new Map(named), top: workspace ?? root }
}

function packagesIn(disk: Disk, folder: string, depth: number): PackageFolder[] {
  const own = disk.isFile(path.join(folder, 'package.json')) ? [readPackage(disk, folder, depth)] : []
  if (depth >= DEPTH) return own.flatMap((one) => one ?? [])
  const inner = foldersIn(disk, folder).flatMap((name) => packagesIn(disk, path.join(folder, name), depth + 1))
  return [...own.flatMap((one) => one ?? []), ...inner]
}

export function foldersIn(disk: Disk, folder: string): string[] {
  return [...disk.list(folder)].flatMap(([name, kind]) =>
    kind === 'folder' && !SKIPPED_FOLDERS.has(name) && !name.startsWith('.') ? [name] : [],
  )
}

/** Only the root's own package.json is needed for certain; a broken one further down is somebody else's. */
function readPackage(disk: Disk, folder: string, depth: number): PackageFolder | null {
  const file = path.join(folder, 'package.json')
  try {
    const json: unknown = JSON.parse((disk.read(file) ?? '').replace(/^\uFEFF/, ''))
    return { folder, json: typeof json === 'object' && json !== null ? json : {} }
  } catch (cause) {
    if (depth > 0) return null
    const reason = disk.failure(file) ?? (cause instanceof Error ? cause.message : String(cause))
    throw new UserError(`${file} can't be read as JSON: ${reason}`, {
      hint: 'Fix package.json; itest reads the dependencies and scripts from it.',
      cause,
    })
  }
}

/** The nearest folder above that declares workspaces; a repository's own folder ends the search. */
function findWorkspace(disk: Disk, root: string): string | null {
  for (let folder = root; ; folder = path.dirname(folder)) {
    if (declaresWorkspaces(disk, folder)) return folder
    if (disk.exists(path.join(folder, '.git')) || path.dirname(folder) === folder) return null
  }
}

function declaresWorkspaces(disk: Disk, folder: string): boolean {
  if (['pnpm-workspace.yaml', 'lerna.json'].some((name) => disk.exists(path.join(folder, name)))) return true
  return /"workspaces"\s*:/.test(disk.read(path.join(folder, 'package.json')) ?? '')
}

export function declares({ json }: PackageFolder, name: string): boolean {
  return rangeOf(json, name) !== null
}

/** The version range under which a package.json lists a package; null when it does not. */
export function rangeOf(json: PackageJson, name: string): string | null {
  const range: unknown = json.dependencies?.[name] ?? json.devDependencies?.[name] ?? json.peerDependencies?.[name]
  return range === undefined || range === null ? null : String(range)
}
