import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../errors.ts'
import { ts } from './syntax.ts'

export interface PackageJson {
  readonly name?: string
  readonly type?: string
  readonly main?: string
  readonly module?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export interface ProjectFiles {
  readonly root: string
  readonly packageJson: PackageJson
  /** Absolute; null when the project has none. */
  readonly tsconfig: string | null
  readonly compilerOptions: ts.CompilerOptions
  /** The project's own source files, absolute, sorted. */
  readonly sources: readonly string[]
  /** The file that an import means, or null when it is a package or can't be found. */
  resolve(specifier: string, from: string): string | null
  /** Whether the specifier is meant to be a file of the project, found or not. */
  isLocal(specifier: string): boolean
  hasPackage(name: string): boolean
}

const SKIPPED_FOLDERS = new Set([
  'node_modules',
  'dist',
  'build',
  'coverage',
  '.git',
  '.next',
  'out',
  '.itest',
  '.turbo',
])
const SOURCE = /\.(?:ts|mts|cts|js|mjs|cjs|tsx)$/

/** Reads what identifies the project. Throws UserError when the folder is no TypeScript + Express + Drizzle project. */
export function openProject(root: string): ProjectFiles {
  const packageFile = path.join(root, 'package.json')
  if (!existsSync(packageFile)) {
    throw new UserError(`no package.json in ${root}`, {
      hint: 'Run itest in the folder of your Express project, or name it with --root DIR.',
    })
  }
  const packageJson = readPackageJson(packageFile)
  const tsconfig = findTsconfig(root)
  const compilerOptions = readCompilerOptions(tsconfig)
  const cache = ts.createModuleResolutionCache(root, (name) => name, compilerOptions)
  const aliases = [...Object.keys(compilerOptions.paths ?? {}).map((key) => key.replace(/\*$/, '')), '#']
  const isLocal = (specifier: string): boolean =>
    specifier.startsWith('.') ||
    specifier.startsWith('/') ||
    aliases.some((alias) => alias !== '' && specifier.startsWith(alias))
  return {
    root,
    packageJson,
    tsconfig,
    compilerOptions,
    sources: listSources(root),
    isLocal,
    hasPackage: (name) => declaresPackage(packageJson, name) || existsSync(path.join(root, 'node_modules', name)),
    resolve(specifier, from) {
      if (!isLocal(specifier) && !compilerOptions.baseUrl) return null
      const found = ts.resolveModuleName(specifier, from, compilerOptions, ts.sys, cache).resolvedModule
      if (!found || found.isExternalLibraryImport || found.resolvedFileName.endsWith('.d.ts')) return null
      if (found.extension === '.json') return null
      return found.resolvedFileName
    },
  }
}

function declaresPackage(packageJson: PackageJson, name: string): boolean {
  return name in { ...packageJson.dependencies, ...packageJson.devDependencies }
}

function readPackageJson(file: string): PackageJson {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new UserError(`${file} can't be read as JSON: ${cause instanceof Error ? cause.message : cause}`, {
      hint: 'Fix package.json; itest reads the dependencies and scripts from it.',
      cause,
    })
  }
}

function findTsconfig(root: string): string | null {
  const file = path.join(root, 'tsconfig.json')
  return existsSync(file) ? file : null
}

function readCompilerOptions(tsconfig: string | null): ts.CompilerOptions {
  const fallback = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, allowJs: true }
  if (!tsconfig) return fallback
  const read = ts.readConfigFile(tsconfig, ts.sys.readFile)
  if (read.error) {
    const text = ts.flattenDiagnosticMessageText(read.error.messageText, ' ')
    throw new UserError(`${tsconfig} can't be read: ${text}`, {
      hint: 'Fix the file; `npx tsc --showConfig` shows the same error.',
    })
  }
  const host = { ...ts.sys, readDirectory: () => [] }
  const { options } = ts.parseJsonConfigFileContent(read.config, host, path.dirname(tsconfig))
  return { ...options, allowJs: true, moduleResolution: options.moduleResolution ?? defaultResolution(options) }
}

function defaultResolution(options: ts.CompilerOptions): ts.ModuleResolutionKind {
  const nodeLike =
    options.module !== undefined && options.module >= ts.ModuleKind.Node16 && options.module <= ts.ModuleKind.NodeNext
  return nodeLike ? ts.ModuleResolutionKind.NodeNext : ts.ModuleResolutionKind.Bundler
}

function listSources(root: string): string[] {
  const found: string[] = []
  const visit = (folder: string): void => {
    for (const entry of readFolder(folder)) {
      const full = path.join(folder, entry)
      if (SKIPPED_FOLDERS.has(entry) || entry.startsWith('.')) continue
      if (isFolder(full)) visit(full)
      else if (SOURCE.test(entry) && !entry.endsWith('.d.ts')) found.push(full)
    }
  }
  visit(root)
  return found.sort()
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // A folder that can't be listed holds no source we could read either; its importers report what is missing.
    return []
  }
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false
}
