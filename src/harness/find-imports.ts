import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { ProjectFiles } from '../scan/project/project.ts'

/** An import of a file of the project; `find` asks all plugins of Vite but our own. */
export interface AskedImport<Found> {
  readonly source: string
  readonly importer: string
  readonly find: (id: string) => Promise<Found | null>
}

/** What an import means, as a compiler sees it; a file for what Vite does not find at all, null for what nobody does. */
export type FindImport = <Found>(asked: AskedImport<Found>) => Promise<Found | string | null>

/**
 * Vite honours neither `paths` nor `baseUrl`, and wants what a package names in `exports` or `imports` to be built. The
 * aliases of the tsconfig that is nearest to the importing file come first, as for a compiler, and the rest after Vite.
 */
export function createImportFinder(root: string): FindImport {
  const known = new Map<string, Promise<FindByPaths>>()
  let project: Promise<ProjectFiles | null> | null = null
  return async ({ source, importer, find }) => {
    if (source.startsWith('\0') || importer.includes('node_modules')) return null
    const config = source.startsWith('.') ? null : findConfig(dirname(importer))
    if (config !== null) {
      const reading = known.get(config) ?? readPaths(config)
      known.set(config, reading)
      for (const candidate of (await reading)(source)) {
        const found = await find(candidate)
        if (found) return found
      }
    }
    const byVite = await find(source).catch(() => null)
    if (byVite) return byVite
    project ??= openFiles(root)
    return (await project)?.resolve(source, importer.replace(/\?.*$/, ''))?.file ?? null
  }
}

async function openFiles(root: string): Promise<ProjectFiles | null> {
  const { openProject } = await import('../scan/project/project.ts')
  return existsSync(join(root, 'package.json')) ? openProject(root) : null
}

function findConfig(folder: string): string | null {
  const found = ['tsconfig.json', 'jsconfig.json'].map((name) => join(folder, name)).find((file) => existsSync(file))
  if (found) return found
  const parent = dirname(folder)
  return parent === folder ? null : findConfig(parent)
}

/** Files that an import may mean by `paths`, best first; empty when none applies. */
type FindByPaths = (specifier: string) => readonly string[]

async function readPaths(config: string): Promise<FindByPaths> {
  // Most projects have none, and need not wait for a compiler.
  if (!/"(?:paths|extends|references)"/.test(readFileSync(config, 'utf8'))) return () => []
  const [{ createSettingsReader }, { createDisk }] = await Promise.all([
    import('../scan/project/tsconfig.ts'),
    import('../scan/project/disk.ts'),
  ])
  const folder = dirname(config)
  const { options } = createSettingsReader(createDisk(), folder)(folder)
  const patterns = Object.entries(options.paths ?? {})
    .map(([pattern, targets]) => ({ pattern: splitAtStar(pattern), targets }))
    .sort((a, b) => b.pattern.before.length - a.pattern.before.length)
  return (specifier) => {
    const found = patterns.find(({ pattern }) => matches(pattern, specifier))
    if (!found) return []
    const { before, after } = found.pattern
    const middle = after === null ? '' : specifier.slice(before.length, specifier.length - after.length)
    return found.targets.map((target) =>
      resolve(
        folder,
        target.replace('*', () => middle),
      ),
    )
  }
}

interface Pattern {
  readonly before: string
  /** null: the pattern has no star and must be met exactly. */
  readonly after: string | null
}

function splitAtStar(pattern: string): Pattern {
  const star = pattern.indexOf('*')
  if (star === -1) return { before: pattern, after: null }
  return { before: pattern.slice(0, star), after: pattern.slice(star + 1) }
}

function matches({ before, after }: Pattern, specifier: string): boolean {
  if (after === null) return specifier === before
  return specifier.length >= before.length + after.length && specifier.startsWith(before) && specifier.endsWith(after)
}
