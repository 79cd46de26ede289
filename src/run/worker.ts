import { existsSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { escapePattern } from '../escape-pattern.ts'
import { createPlugin } from '../harness/vitest.ts'
import { readProof } from '../prove/worker-options.ts'
import { describeError } from './error-facts.ts'
import { findVitest } from './find-vitest.ts'
import { Job, type Progress } from './job.ts'
import { matchesGlob } from './matches-glob.ts'
import { createReporter, writeFacts } from './reporter.ts'
import type { StalledFacts } from './types.ts'
import { watchWorkers } from './watch-workers.ts'

// The parent holds the other end. When it is gone, nothing of this run may stay, not even a test in an endless loop.
process.on('disconnect', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'))

await work(Job.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))))

async function work(job: Job): Promise<void> {
  const { version, node } = findVitest(job.root)
  try {
    await runVitest(job, { version, node })
  } catch (error) {
    if (error instanceof Error && error.name === 'FilesNotFoundError') return
    process.exitCode = 1
    writeFacts(job.factsFile, {
      reason: null,
      vitest: version,
      setupFiles: [],
      tests: [],
      fileErrors: [],
      stalled: [],
      unhandled: [
        { test: null, file: null, error: { ...describeError(error, job.root), code: 'ITEST_VITEST_FAILED' } },
      ],
      mistake: readMistake(error),
    })
  } finally {
    // Something that the project left running must not keep this process.
    process.exit()
  }
}

/** By name, not by class: Vitest loads the global setup into a module graph of its own. */
function readMistake(error: unknown): { message: string; hint: string } | null {
  if (!(error instanceof Error && error.name === 'UserError' && 'hint' in error)) return null
  return { message: error.message, hint: String(error.hint) }
}

async function runVitest(job: Job, { version, node }: { version: string; node: string }): Promise<void> {
  const { createVitest }: typeof import('vitest/node') = await import(node)
  process.env.TEST = 'true'
  process.env.VITEST = 'true'
  const proof = job.proof === null ? null : readProof(job.proof)
  const stalled: StalledFacts[] = []
  const reporter = createReporter({ ...job, version, stalled, onProgress: send })
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
      reporters: [reporter],
      bail: 0,
      passWithNoTests: false,
      ...ORDERLY,
      ...(job.seed === null ? {} : { sequence: { shuffle: { files: true, tests: true }, seed: job.seed } }),
      coverage: { enabled: false },
      typecheck: { enabled: false },
      update: false,
      api: false,
      ...proof?.options,
    },
    {
      cacheDir: job.cacheFolder,
      plugins: [...(proof ? [proof.plugin] : []), createPlugin(job), chooseProjects(job)],
    },
  )
  const stopWatching = watchWorkers(job.journalFolder, job.root, stalled)
  try {
    await vitest.start()
  } finally {
    stopWatching()
    await vitest.close()
  }
}

/** What each project must have, or the harness could not tell one test from another. */
const ORDERLY = {
  environment: 'node',
  pool: 'forks',
  isolate: true,
  retry: 0,
  // The harness counts them itself: Vitest does not know those of supertest and node:assert.
  expect: { requireAssertions: false },
  // The harness watches one test at a time.
  maxConcurrency: 1,
} as const

const EXCLUDED = ['**/node_modules/**']

/** Whatever the project's own patterns are, exactly these files run. */
function listFiles({ root, files }: Job): string[] {
  return files.map((file) => escapeGlob(relative(root, file).split(sep).join('/')))
}

/**
 * Projects within the config bring setup files of their own; a file of tests runs in the first one that wants it. Those that
 * are named by their folders have configs of their own, which would not get the harness: without them all is one project.
 */
function chooseProjects(job: Job): { name: string; config: (config: { test?: object }) => void } {
  return {
    name: 'itest:projects',
    config: ({ test }) => {
      if (!test) return
      const projects: unknown = Reflect.get(test, 'projects')
      if (!job.isGuest || !Array.isArray(projects) || !projects.every(isInline)) {
        Reflect.deleteProperty(test, 'projects')
        return
      }
      const wanted = splitFiles(job, projects)
      const kept = projects.flatMap((project, index) => adapt(job, project, wanted[index] ?? []))
      Reflect.set(test, 'projects', kept)
    },
  }
}

interface InlineProject {
  readonly plugins?: readonly unknown[]
  readonly test?: { readonly include?: readonly string[] }
}

function isInline(project: unknown): project is InlineProject {
  if (typeof project !== 'object' || project === null || Reflect.has(project, 'then')) return false
  const test: unknown = Reflect.get(project, 'test')
  return !Reflect.has(project, 'root') && !(typeof test === 'object' && test !== null && Reflect.has(test, 'root'))
}

/** The files of each project, by its patterns; what none wants goes to the last one. */
function splitFiles(job: Job, projects: readonly InlineProject[]): string[][] {
  const groups = projects.map((): string[] => [])
  for (const file of listFiles(job)) {
    const found = projects.findIndex(({ test }) => test?.include?.some((pattern) => matchesGlob(file, pattern)))
    groups.at(found)?.push(file)
  }
  return groups
}

function adapt(job: Job, project: InlineProject, include: string[]): object[] {
  if (include.length === 0) return []
  const test = { ...project.test, ...ORDERLY, include, exclude: EXCLUDED }
  return [{ ...project, test, plugins: [createPlugin(job), ...(project.plugins ?? [])] }]
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

function escapeGlob(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@]/g, '\\$&')
}

function send(progress: Progress): void {
  if (process.connected) process.send?.(progress)
}
