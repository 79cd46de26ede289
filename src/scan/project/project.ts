import path from 'node:path'
import { createDisk, type Disk } from './disk.ts'
import { declares, findPackages, foldersIn, type PackageFolder, type Packages, rangeOf } from './packages-on-disk.ts'
import { createResolver, nearestPackage, type ResolvedImport } from './resolve-import.ts'
import { createSettingsReader } from './tsconfig.ts'

export interface ProjectFiles {
  readonly root: string
  readonly disk: Disk
  /** Those of the root, and of a monorepo's packages below it. */
  readonly packages: Packages
  /** Absolute; null when the project has none. */
  readonly tsconfig: string | null
  /** What could not be read of the tsconfig. */
  readonly tsconfigProblems: readonly string[]
  /** The project's own source files, absolute, sorted. */
  readonly sources: readonly string[]
  /** The file that an import means, or null when it is a package or can't be found. */
  resolve(specifier: string, from: string): ResolvedImport | null
  /** Whether the specifier is meant to be a file of the project, found or not. */
  isLocal(specifier: string, from: string): boolean
  hasPackage(name: string): boolean
  /** The installed version of a package, else the range that a package.json gives, as seen from a file; null: unknown. */
  versionOf(name: string, from: string): string | null
}

const LOCK_FILES = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'npm-shrinkwrap.json']
const SOURCE = /\.(?:ts|mts|cts|js|mjs|cjs|tsx|jsx)$/

/** Reads what identifies the project at `root` (absolute). @throws UserError when it has no package.json */
export function openProject(root: string): ProjectFiles {
  const disk = createDisk()
  const packages = findPackages(disk, root)
  const settingsFor = createSettingsReader(disk, packages.top)
  const sources = [root, ...usedPackages(packages, root)].flatMap((folder) => listSources(disk, folder))
  const settings = settingsFor(root)
  // What is installed may change what a package means without any of our files changing.
  for (const name of LOCK_FILES) for (const folder of new Set([root, packages.top])) disk.read(path.join(folder, name))
  const all = [...new Map([...packages.inside, ...packages.byName.values()].map((one) => [one.folder, one])).values()]
  return {
    root,
    disk,
    packages,
    tsconfig: settings.file,
    tsconfigProblems: settings.problems,
    sources: [...new Set(sources)].sort(),
    ...createResolver({ disk, root, packages, sources, settingsFor }),
    hasPackage: (name) => all.some((one) => declares(one, name)) || installed(disk, root, name) !== null,
    versionOf: (name, from) =>
      versionOf({ disk, packages: all, top: packages.top }, name, nearestPackage(packages, from) ?? root),
  }
}

/** Packages of the workspace outside of the root that those inside depend on, directly or through each other. */
function usedPackages({ inside, byName }: Packages, root: string): string[] {
  const seen = new Set<PackageFolder>(inside)
  for (const one of seen) {
    for (const name of Object.keys({ ...one.json.dependencies, ...one.json.devDependencies })) {
      const used = byName.get(name)
      if (used && !root.startsWith(`${used.folder}/`)) seen.add(used)
    }
  }
  return [...seen].filter((one) => !inside.includes(one)).map(({ folder }) => folder)
}

interface VersionSearch {
  readonly disk: Disk
  readonly packages: readonly PackageFolder[]
  readonly top: string
}

/** A range such as `workspace:*` or `catalog:` tells no version, so what is installed comes first. */
function versionOf({ disk, packages, top }: VersionSearch, name: string, folder: string): string | null {
  for (let current = folder; ; current = path.dirname(current)) {
    const version = installed(disk, current, name)?.version
    if (version) return version
    if (current === top || path.dirname(current) === current) break
  }
  const nearest = packages.filter((one) => folder === one.folder || folder.startsWith(`${one.folder}/`))
  const ranges = [...nearest, ...packages].flatMap(({ json }) => rangeOf(json, name) ?? [])
  return ranges.find((range) => /\d/.test(range)) ?? null
}

function installed(disk: Disk, folder: string, name: string): { readonly version?: string } | null {
  const file = path.join(folder, 'node_modules', name, 'package.json')
  if (!disk.exists(file)) return null
  const version = disk.read(file)?.match(/"version":\s*"([^"]+)"/)?.[1]
  return version ? { version } : {}
}

function listSources(disk: Disk, folder: string): string[] {
  const own = [...disk.list(folder)].flatMap(([name, kind]) =>
    kind === 'file' && SOURCE.test(name) && !/\.d\.[mc]?ts$/.test(name) ? [path.join(folder, name)] : [],
  )
  return [...own, ...foldersIn(disk, folder).flatMap((name) => listSources(disk, path.join(folder, name)))]
}
