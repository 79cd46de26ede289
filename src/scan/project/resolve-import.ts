import { isBuiltin } from 'node:module'
import path from 'node:path'
import { ts } from '../syntax/syntax.ts'
import type { Disk } from './disk.ts'
import { declares, type PackageFolder, type Packages } from './packages-on-disk.ts'
import type { ImportSettings } from './tsconfig.ts'

/** The file that an import means. `note` says in which way it is not what a compiler would have found. */
export interface ResolvedImport {
  readonly file: string
  readonly note: string | null
}

export interface ResolverInput {
  readonly disk: Disk
  readonly root: string
  readonly packages: Packages
  readonly sources: readonly string[]
  readonly settingsFor: (folder: string) => ImportSettings
}

export interface Resolver {
  resolve(specifier: string, from: string): ResolvedImport | null
  /** Whether the specifier is meant to be a file of the project, found or not. */
  isLocal(specifier: string, from: string): boolean
}

export const SOURCE_EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.tsx', '.jsx'] as const

/** Finds the project's own files only; whatever comes from a package of somebody else is none of them. */
export function createResolver(input: ResolverInput): Resolver {
  const { disk, packages } = input
  const caches = new Map<ts.CompilerOptions, ts.ModuleResolutionCache>()
  const known = new Map<string, ResolvedImport | null>()
  const aliases = new Map<ts.CompilerOptions, readonly string[]>()
  const byLowerCase = new Map(input.sources.map((file) => [file.toLowerCase(), file]))
  const host: ts.ModuleResolutionHost = {
    fileExists: (file) => file.startsWith(`${packages.top}/`) && !file.includes('/node_modules/') && disk.isFile(file),
    readFile: (file) => disk.read(file) ?? undefined,
    getCurrentDirectory: () => input.root,
  }

  const byCompiler = (specifier: string, from: string): string | null => {
    const { options } = input.settingsFor(path.dirname(from))
    const cache = caches.get(options) ?? ts.createModuleResolutionCache(input.root, (name) => name, options)
    caches.set(options, cache)
    const found = ts.resolveModuleName(specifier, from, options, host, cache).resolvedModule
    if (!found || found.resolvedFileName.includes('/node_modules/')) return null
    return found.resolvedFileName.endsWith('.d.ts') ? null : found.resolvedFileName
  }

  const aliasesFrom = (from: string): readonly string[] => {
    const { options } = input.settingsFor(path.dirname(from))
    const found = aliases.get(options) ?? listAliases(packages, options)
    aliases.set(options, found)
    return found
  }

  const isLocal = (specifier: string, from: string): boolean =>
    /^[./#]/.test(specifier) ||
    findPackage(packages, specifier) !== null ||
    aliasesFrom(from).some((alias) => specifier.startsWith(alias))

  const search = (specifier: string, from: string): ResolvedImport | null => {
    const isMeant = isLocal(specifier, from) || isBelowRoot(input, specifier, from)
    if (!isMeant) return isListed(packages, specifier) ? null : byConvention(input, specifier, from)
    const found =
      byCompiler(specifier, from) ??
      jsonFile(input, specifier, from) ??
      byImportMap(input, specifier, from) ??
      inWorkspace(input, specifier)
    if (found) return { file: found, note: null }
    return byConvention(input, specifier, from) ?? inOtherCase(byLowerCase, specifier, from)
  }

  return {
    isLocal,
    resolve(specifier, from) {
      const key = `${path.dirname(from)}\0${specifier}`
      const before = known.get(key)
      if (before !== undefined) return before
      const found = search(specifier, from)
      known.set(key, found)
      return found
    },
  }
}

function jsonFile({ disk }: ResolverInput, specifier: string, from: string): string | null {
  const file = path.resolve(path.dirname(from), specifier)
  return specifier.startsWith('.') && specifier.endsWith('.json') && disk.isFile(file) ? file : null
}

/** What imports that mean a file of the project begin with, from `paths` and from the package `module-alias`. */
function listAliases(packages: Packages, { paths }: ts.CompilerOptions): string[] {
  const declared = Object.keys(paths ?? {}).map((key) => key.replace(/\*$/, ''))
  const own = packages.inside.flatMap(({ json }) => Object.keys(json._moduleAliases ?? {}))
  return [...declared, ...own, '@/', '~/'].filter((alias) => alias !== '' && alias !== '*')
}

/** `src/db` with a `baseUrl`, or as older projects write it with NODE_PATH. */
function isBelowRoot({ disk, root, settingsFor }: ResolverInput, specifier: string, from: string): boolean {
  if (settingsFor(path.dirname(from)).options.baseUrl) return true
  const [first = ''] = specifier.split('/')
  return specifier.includes('/') && disk.list(root).get(first) === 'folder'
}

function findPackage(packages: Packages, specifier: string): PackageFolder | null {
  return packages.byName.get(packageName(specifier)) ?? null
}

/** Whether some package.json lists the package that a specifier names, or Node ships it. */
function isListed({ inside, byName }: Packages, specifier: string): boolean {
  const name = packageName(specifier)
  return isBuiltin(specifier) || [...inside, ...byName.values()].some((one) => declares(one, name))
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** `#db` whose `imports` name what is built: its source. */
function byImportMap({ disk, packages }: ResolverInput, specifier: string, from: string): string | null {
  const folder = specifier.startsWith('#') ? nearestPackage(packages, from) : null
  const owner = packages.inside.find((one) => one.folder === folder)
  return owner ? firstSource(disk, owner.folder, mapTargets(owner.json.imports, specifier)) : null
}

/** `@acme/db/schema`: the source of another package of the workspace, even where nothing is installed or built. */
function inWorkspace(input: ResolverInput, specifier: string): string | null {
  const owner = findPackage(input.packages, specifier)
  if (!owner) return null
  const rest = specifier
    .split('/')
    .slice(specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const targets = [
    ...exportTargets(owner.json.exports, rest === '' ? '.' : `./${rest}`),
    ...(rest === '' ? [owner.json.types, owner.json.module, owner.json.main, 'src/index', 'index'] : []),
    ...(rest === '' ? [] : [rest, `src/${rest}`]),
  ]
  return firstSource(
    input.disk,
    owner.folder,
    targets.flatMap((target) => target ?? []),
  )
}

/** What `exports` says of a subpath, all conditions in the order in which source is likeliest. */
function exportTargets(exported: unknown, subpath: string): string[] {
  if (typeof exported === 'string') return subpath === '.' ? [exported] : []
  if (typeof exported !== 'object' || exported === null) return []
  const entries = Object.entries(exported)
  if (!entries.some(([key]) => key.startsWith('.'))) return subpath === '.' ? conditionTargets(exported) : []
  return mapTargets(exported, subpath)
}

/** Of a map of names to targets, of which `*` stands for the same text in both. */
function mapTargets(map: unknown, subpath: string): string[] {
  return Object.entries(Object(map)).flatMap(([pattern, target]) => {
    const [before = '', after] = pattern.split('*')
    if (after === undefined) return pattern === subpath ? conditionTargets(target) : []
    if (!subpath.startsWith(before) || !subpath.endsWith(after)) return []
    const middle = subpath.slice(before.length, subpath.length - after.length)
    return conditionTargets(target).map((one) => one.replace('*', middle))
  })
}

function conditionTargets(target: unknown): string[] {
  if (typeof target === 'string') return [target]
  if (typeof target !== 'object' || target === null) return []
  return Object.values(target).flatMap(conditionTargets)
}

/** Aliases whose declaration can't be read are meant as nearly everybody means them. */
function byConvention(input: ResolverInput, specifier: string, from: string): ResolvedImport | null {
  const declared = input.packages.inside.flatMap(({ folder, json }) =>
    Object.entries(json._moduleAliases ?? {}).map(([alias, target]) => ({
      alias,
      folders: [path.join(folder, target)],
    })),
  )
  const owner = nearestPackage(input.packages, from) ?? input.root
  const usual = ['@/', '~/', '#/', '#', '@'].map((alias) => ({ alias, folders: [path.join(owner, 'src'), owner] }))
  for (const { alias, folders } of [...declared, ...usual]) {
    if (!specifier.startsWith(alias)) continue
    const rest = specifier.slice(alias.length).replace(/^\//, '')
    for (const folder of folders) {
      const file = firstSource(input.disk, folder, [rest])
      if (file) return { file, note: declared.some((one) => one.alias === alias) ? null : GUESSED }
    }
  }
  const plain = specifier.startsWith('.') ? null : firstSource(input.disk, input.root, [specifier])
  return plain ? { file: plain, note: null } : null
}

const GUESSED = 'no tsconfig that can be read says where this alias points; taken as it is usually meant'

export function nearestPackage(packages: Packages, file: string): string | null {
  const around = packages.inside.filter(({ folder }) => file.startsWith(`${folder}/`))
  return around.sort((a, b) => b.folder.length - a.folder.length)[0]?.folder ?? null
}

/** `httpException` for `HttpException.ts`: found on macOS and Windows, not on Linux. */
function inOtherCase(byLowerCase: ReadonlyMap<string, string>, specifier: string, from: string): ResolvedImport | null {
  if (!specifier.startsWith('.')) return null
  const target = path.resolve(path.dirname(from), specifier).toLowerCase()
  for (const candidate of sourceCandidates(target)) {
    const file = byLowerCase.get(candidate)
    if (file) return { file, note: `written in another case than ${path.basename(file)}: Linux does not find it` }
  }
  return null
}

/** The first of the names that is a source file, with the extension left out, built to `dist`, or naming a folder. */
export function firstSource(disk: Disk, folder: string, names: readonly string[]): string | null {
  const candidates = names.flatMap((name) => sourceCandidates(path.resolve(folder, name)))
  return candidates.find((file) => !file.endsWith('.d.ts') && disk.isFile(file)) ?? null
}

/** Where the source of `dist/server.js` may be: `src/server.ts`, `server.ts` and so on, likeliest first. */
function sourceCandidates(file: string): string[] {
  const base = file.replace(/\.d\.[mc]?ts$|\.[mc]?[tj]sx?$/, '')
  const bases = [
    base,
    base.replace(/\/(?:dist|build|out|lib)\/(?=[^/])/, '/src/'),
    base.replace(/\/(?:dist|build|out|lib)\/(?:src\/)?(?=[^/])/, '/'),
    base.replace(/\/(?:dist|build|out|lib)\/src\//, '/src/'),
  ]
  const isWhole = SOURCE_EXTENSIONS.some((extension) => file.endsWith(extension))
  return [
    ...(isWhole ? [file] : []),
    ...[...new Set(bases)].flatMap((one) => [
      ...SOURCE_EXTENSIONS.map((extension) => one + extension),
      ...SOURCE_EXTENSIONS.map((extension) => `${one}/index${extension}`),
    ]),
  ]
}
