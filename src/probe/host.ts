import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Plugin } from 'vitest/config'
import { escapePattern } from '../escape-pattern.ts'
import { createImportFinder } from '../harness/find-imports.ts'
import { transformCts } from '../harness/transform-cts.ts'
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
      plugins: [resolveImports(job.root)],
      logLevel: 'silent',
      // Else Vite looks for a config of PostCSS, which is code as well.
      css: { postcss: { plugins: [] } },
    },
  )
  await vitest.start()
  // Whatever the app left running ends with this process group.
  process.exit()
}

function resolveImports(root: string): Plugin {
  const findImport = createImportFinder(root)
  return {
    name: 'itest:probe',
    enforce: 'pre',
    async resolveId(source, importer) {
      const find = (id: string) => this.resolve(id, importer, { skipSelf: true })
      return importer ? findImport({ source, importer, find }) : null
    },
    transform: (code, id) => (/\.cts$/.test(id) ? transformCts(code, id) : null),
  }
}
