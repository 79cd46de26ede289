import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vitest/config'
import { type FindByPaths, readTsconfigPaths } from '../harness/tsconfig-paths.ts'
import { builtFile } from '../package-paths.ts'
import { findVitest } from '../run/find-vitest.ts'
import { JOB_VARIABLE, ProbeJob } from './record.ts'

const CHILD = builtFile('probe/child.js')

// The parent holds the other end. When it is gone, nothing of this run may stay.
process.on('disconnect', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'))

await host(ProbeJob.parse(JSON.parse(readFileSync(process.env[JOB_VARIABLE] ?? '', 'utf8'))))

/** Runs the child under Vitest. The project's own config is code that would run without a guard, so it is left out. */
async function host(job: ProbeJob): Promise<void> {
  const { createVitest }: typeof import('vitest/node') = await import(findVitest(job.root).node)
  process.env.TEST = 'true'
  process.env.VITEST = 'true'
  const vitest = await createVitest(
    'test',
    {
      root: job.root,
      dir: dirname(CHILD),
      include: ['child.js'],
      exclude: [],
      config: false,
      watch: false,
      reporters: [{}],
      environment: 'node',
      pool: 'forks',
      testTimeout: 0,
      disableConsoleIntercept: true,
      dangerouslyIgnoreUnhandledErrors: true,
      coverage: { enabled: false },
      api: false,
      server: { deps: { inline: [new RegExp(`^${escapePattern(builtFile(''))}`)] } },
    },
    {
      cacheDir: job.cacheFolder,
      plugins: [resolvePaths(job.root)],
      logLevel: 'silent',
      // Else Vite looks for a config of PostCSS, which is code as well.
      css: { postcss: { plugins: [] } },
    },
  )
  await vitest.start()
  // Whatever the app left running ends with this process group.
  process.exit()
}

/** Aliases of the tsconfig that is nearest to the importing file: in a monorepo each package has its own. */
function resolvePaths(root: string): Plugin {
  const known = new Map<string, FindByPaths>()
  const readNearest = (importer: string): FindByPaths => {
    const folder = findConfigured(dirname(importer), root)
    const found = known.get(folder) ?? readTsconfigPaths(folder)
    known.set(folder, found)
    return found
  }
  return {
    name: 'itest:probe',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!importer || importer.includes('node_modules')) return null
      const findByPaths = readNearest(importer)
      for (const candidate of findByPaths(source)) {
        const found = await this.resolve(candidate, importer, { skipSelf: true })
        if (found) return found
      }
      return null
    },
  }
}

function findConfigured(folder: string, root: string): string {
  if (!folder.startsWith(root)) return root
  return folder === root || existsSync(join(folder, 'tsconfig.json')) ? folder : findConfigured(dirname(folder), root)
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
