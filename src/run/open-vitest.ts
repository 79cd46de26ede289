import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ViteUserConfig } from 'vitest/config'
import type { TestSpecification, TestUserConfig, Vitest } from 'vitest/node'
import { escapePattern } from '../escape-pattern.ts'
import { createPlugin } from '../harness/vitest.ts'
import { chooseProjects, EXCLUDED, listFiles, ORDERLY } from './choose-projects.ts'
import { describeError } from './error-facts.ts'
import type { JobBase } from './job.ts'
import { writeFacts } from './reporter.ts'

type Plugins = NonNullable<ViteUserConfig['plugins']>

/** The project's own Vitest with the project's own config, but for what would keep the files of the job from running. */
export async function openVitest(
  job: JobBase,
  node: string,
  { options, plugins = [] }: { options: TestUserConfig; plugins?: Plugins },
): Promise<Vitest> {
  const { createVitest }: typeof import('vitest/node') = await import(node)
  process.env.TEST = 'true'
  process.env.VITEST = 'true'
  const vitest = await createVitest(
    'test',
    {
      root: job.root,
      dir: job.root,
      ...(hasConfig(job.root) ? {} : { config: false }),
      include: listFiles(job),
      exclude: EXCLUDED,
      ...(job.without.length > 0 ? { testNamePattern: allBut(job.without) } : {}),
      watch: false,
      bail: 0,
      passWithNoTests: false,
      ...ORDERLY,
      coverage: { enabled: false },
      typecheck: { enabled: false },
      update: false,
      api: false,
      ...options,
    },
    { cacheDir: job.cacheFolder, plugins: [...plugins, createPlugin(job), chooseProjects(job)] },
  )
  keepSnapshots(vitest)
  surviveDeadWorkers()
  return vitest
}

/** Starts what is started once, and runs nothing. */
export async function begin(vitest: Vitest): Promise<TestSpecification[]> {
  // Vitest 3 has it by another name.
  if ('standalone' in vitest) await vitest.standalone()
  else await Reflect.apply(Reflect.get(vitest, 'init'), vitest, [])
  return vitest.globTestSpecifications()
}

/** Vitest 3 goes on talking to a worker that is dead, and ends the whole run when nobody listens. */
function surviveDeadWorkers(): void {
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason, promise) => {
    if (reason instanceof Error && 'code' in reason && reason.code === 'ERR_IPC_CHANNEL_CLOSED') return
    for (const listener of listeners) listener(reason, promise)
  })
}

/** A snapshot that is not there yet would be written, into the user's files, and pass. */
function keepSnapshots({ config, projects }: Vitest): void {
  for (const one of [config, ...projects.map((project) => project.config)]) one.snapshotOptions.updateSnapshot = 'none'
}

function hasConfig(root: string): boolean {
  const names = ['vitest.config', 'vite.config']
  const extensions = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs']
  return names.some((name) => extensions.some((extension) => existsSync(join(root, `${name}.${extension}`))))
}

/** The title of a test begins with the id of its path in brackets. */
function allBut(ids: readonly string[]): RegExp {
  const titles = ids.map((id) => `\\[${escapePattern(id)}\\]`)
  return new RegExp(`^(?!.*(?:${titles.join('|')}))`)
}

/** The facts of a run that Vitest could not begin, or did not survive. */
export function writeFailure({ factsFile, root }: JobBase, version: string, error: unknown): void {
  const described = { ...describeError(error, root), code: 'ITEST_VITEST_FAILED' }
  writeFacts(factsFile, {
    reason: null,
    vitest: version,
    setupFiles: [],
    tests: [],
    fileErrors: [],
    stalled: [],
    unhandled: [{ test: null, file: null, error: described }],
    mistake: readMistake(error),
  })
}

/** By name, not by class: Vitest loads the global setup into a module graph of its own. */
function readMistake(error: unknown): { message: string; hint: string } | null {
  if (!(error instanceof Error && error.name === 'UserError' && 'hint' in error)) return null
  return { message: error.message, hint: String(error.hint) }
}
