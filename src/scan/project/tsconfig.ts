import path from 'node:path'
import { ts } from '../syntax/syntax.ts'
import type { Disk } from './disk.ts'

/** How imports are meant in the files below a tsconfig. */
export interface ImportSettings {
  /** Absolute; null when there is none. */
  readonly file: string | null
  readonly options: ts.CompilerOptions
  /** What could not be read of it, e.g. a base that is not installed. */
  readonly problems: readonly string[]
}

const NAMES = ['tsconfig.json', 'jsconfig.json']
const FALLBACK = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, allowJs: true }

/** The settings for a folder: those of the nearest tsconfig.json or jsconfig.json, not above `top`. */
export function createSettingsReader(disk: Disk, top: string): (folder: string) => ImportSettings {
  const known = new Map<string, ImportSettings>()
  const read = (folder: string): ImportSettings => {
    const settings = known.get(folder) ?? readHere(folder)
    known.set(folder, settings)
    return settings
  }
  const readHere = (folder: string): ImportSettings => {
    const name = NAMES.find((candidate) => disk.isFile(path.join(folder, candidate)))
    if (name) return readSettings(disk, path.join(folder, name))
    const parent = path.dirname(folder)
    return folder === top || parent === folder ? { file: null, options: FALLBACK, problems: [] } : read(parent)
  }
  return read
}

function readSettings(disk: Disk, file: string, depth = 0): ImportSettings {
  const host = {
    useCaseSensitiveFileNames: true,
    readDirectory: () => [],
    fileExists: disk.isFile,
    readFile: (name: string) => disk.read(name) ?? undefined,
  }
  const read = ts.readConfigFile(file, host.readFile)
  const parsed = ts.parseJsonConfigFileContent(read.config ?? {}, host, path.dirname(file))
  const errors = [...(read.error ? [read.error] : []), ...parsed.errors.filter(({ code }) => !IGNORED.has(code))]
  const referenced = depth === 0 ? referencedSettings(disk, file, read.config) : []
  const paths = Object.assign(
    {},
    ...referenced.map(({ options }) => absolutePaths(options)),
    absolutePaths(parsed.options),
  )
  return {
    file,
    options: {
      ...parsed.options,
      ...(Object.keys(paths).length > 0 ? { paths } : {}),
      allowJs: true,
      moduleResolution: parsed.options.moduleResolution ?? defaultResolution(parsed.options),
    },
    problems: [
      ...errors.map((error) =>
        ts.flattenDiagnosticMessageText(error.messageText, ' ').replaceAll(`${path.dirname(file)}/`, ''),
      ),
      ...referenced.flatMap(({ problems }) => problems),
    ],
  }
}

/** No input files (we list none), and an unknown option, which takes nothing from the rest. */
const IGNORED = new Set([18002, 18003, 5023, 5024, 6046])

/** A tsconfig that only points at others has its aliases there. */
function referencedSettings(disk: Disk, file: string, config: unknown): ImportSettings[] {
  const references: unknown = typeof config === 'object' && config !== null ? Reflect.get(config, 'references') : null
  if (!Array.isArray(references)) return []
  return references.flatMap((reference: unknown) => {
    const target: unknown = typeof reference === 'object' && reference !== null ? Reflect.get(reference, 'path') : null
    if (typeof target !== 'string') return []
    const full = path.resolve(path.dirname(file), target)
    const found = [full, path.join(full, 'tsconfig.json')].find(disk.isFile)
    return found ? [readSettings(disk, found, 1)] : []
  })
}

/** `paths` with absolute targets, so that several files' paths can stand side by side. */
function absolutePaths(options: ts.CompilerOptions): Record<string, string[]> {
  const base = options.baseUrl ?? Reflect.get(options, 'pathsBasePath')
  if (!options.paths || typeof base !== 'string') return {}
  return Object.fromEntries(
    Object.entries(options.paths).map(([key, targets]) => [key, targets.map((target) => path.resolve(base, target))]),
  )
}

function defaultResolution(options: ts.CompilerOptions): ts.ModuleResolutionKind {
  const nodeLike =
    options.module !== undefined && options.module >= ts.ModuleKind.Node16 && options.module <= ts.ModuleKind.NodeNext
  return nodeLike ? ts.ModuleResolutionKind.NodeNext : ts.ModuleResolutionKind.Bundler
}
