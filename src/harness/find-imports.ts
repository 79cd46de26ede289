import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProjectFiles } from '../scan/project/project.ts'
import { type FindByPaths, readTsconfigPaths } from './tsconfig-paths.ts'

/** An import of a file of the project; `find` asks all plugins of Vite but our own. */
export interface AskedImport<Found> {
  readonly source: string
  readonly importer: string
  readonly find: (id: string) => Promise<Found | null>
}

/** What an import means, as a compiler sees it; a file for what Vite does not find at all, null for what nobody does. */
export type FindImport = <Found>(asked: AskedImport<Found>) => Promise<Found | string | null>

const CODE = /\.[cm]?[jt]sx?(?:\?|$)/

/**
 * Vite honours neither `paths` nor `baseUrl`, and wants what a package names in `exports` or `imports` to be built. The
 * aliases of the tsconfig that is nearest to the importing file come first, as for a compiler, and the rest after Vite.
 */
export function createImportFinder(root: string): FindImport {
  const known = new Map<string, FindByPaths>()
  let project: Promise<ProjectFiles | null> | null = null
  return async ({ source, importer, find }) => {
    // Vite asks for pages as well, whether there are any or not.
    const isOurs = CODE.test(importer) && !importer.includes('node_modules')
    if (source.startsWith('\0') || !isOurs) return null
    const config = source.startsWith('.') ? null : findConfig(dirname(importer))
    if (config !== null) {
      const findByPaths = known.get(config) ?? readTsconfigPaths(config)
      known.set(config, findByPaths)
      for (const candidate of findByPaths(source)) {
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
