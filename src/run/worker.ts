import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Vitest } from 'vitest/node'
import { escapePattern } from '../escape-pattern.ts'
import { createPlugin } from '../harness/vitest.ts'
import { readProof } from '../prove/worker-options.ts'
import { chooseProjects, EXCLUDED, listFiles, ORDERLY } from './choose-projects.ts'
import { describeError } from './error-facts.ts'
import { findVitest } from './find-vitest.ts'
import { Job, type Progress } from './job.ts'
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
  keepSnapshots(vitest)
  surviveDeadWorkers()
  const stopWatching = watchWorkers(job.journalFolder, job.root, (one) => {
    stalled.push(one)
    if (!version.startsWith('3.')) return
    // Its pool waits for that worker for ever; the parent runs the other files anew.
    reporter.flush()
    process.exit(1)
  })
  try {
    await vitest.start()
  } finally {
    stopWatching()
    await vitest.close()
  }
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

function send(progress: Progress): void {
  if (process.connected) process.send?.(progress)
}
