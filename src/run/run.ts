import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { UserError } from '../errors.ts'
import type { Engine } from '../harness/engine/engine.ts'
import type { ProjectFacts } from '../harness/project-facts.ts'
import type { HandedSettings } from '../harness/read-run-settings.ts'
import { builtFile } from '../package-paths.ts'
import { buildChildEnvironment } from './child-environment.ts'
import { type Job, Progress, WorkerFacts } from './job.ts'
import { killGroup } from './kill-group.ts'
import type { ErrorFacts, RunFacts } from './types.ts'

export interface RouteName {
  readonly method: string
  readonly path: string
}

export interface RunOptions {
  readonly root: string
  /** Test files, absolute or relative to the root. */
  readonly files: readonly string[]
  /** Ids of paths whose tests are not run. */
  readonly without?: readonly string[]
  /** Null: the project has no database that itest can make, and its tests run without one. */
  readonly engine: Engine | null
  /** What is known of the project, so that the run does not read its code anew; default: what `itest gen` wrote down. */
  readonly facts?: ProjectFacts
  /** The route under test; null: the files test whatever they like. */
  readonly route: RouteName | null
  /** What the user's config says for tests. */
  readonly settings?: HandedSettings
  /** The route answers 501 instead of running its handlers. */
  readonly ablate: boolean
  /** Routes that are not there yet: they answer 501. */
  readonly stubs?: readonly RouteName[]
  /** Files and tests run in an order that this number stands for. */
  readonly seed?: number
  /** Files that import nothing of itest are only watched: nobody resets their rows, and they may wait. */
  readonly isGuest?: boolean
  /** After this the whole process group is killed. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** The file with the plan of a proof, see `prove/`. */
  readonly proof?: string
  readonly onProgress?: (progress: Progress) => void
}

type Stop = 'ITEST_RUN_TIMEOUT' | 'ITEST_RUN_ABORTED'

const STDERR_LIMIT = 4000

/**
 * Runs test files in a child process without credentials and returns what Vitest saw. A run that was killed has
 * `reason: null` and says so in `unhandled`. Throws a `UserError` when the project can't be set up, e.g. when a
 * migration fails.
 */
export async function runTests(options: RunOptions): Promise<RunFacts> {
  const startedAt = performance.now()
  const folder = mkdtempSync(options.engine ? join(options.engine.folder, 'run-') : join(tmpdir(), 'itest-run-'))
  try {
    const job = prepareJob(options, folder)
    const child = await runChild(options, folder)
    const facts = readFacts(job.factsFile)
    if (facts?.mistake) throw new UserError(facts.mistake.message, { hint: facts.mistake.hint })
    return {
      exitCode: child.exitCode,
      reason: child.stopped ? null : (facts?.reason ?? null),
      vitest: facts?.vitest ?? 'unknown',
      setupFiles: facts?.setupFiles ?? [],
      tests: facts?.tests ?? [],
      fileErrors: facts?.fileErrors ?? [],
      stalled: facts?.stalled ?? [],
      unhandled: [...(facts?.unhandled ?? []), ...explainEnd(options, child, facts)],
      stderrTail: child.stderrTail,
      durationMs: performance.now() - startedAt,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function prepareJob(options: RunOptions, folder: string): Job {
  const job: Job = {
    root: resolve(options.root),
    files: options.files.map((file) => resolve(options.root, file)),
    without: [...(options.without ?? [])],
    factsFile: join(folder, 'facts.json'),
    cacheFolder: join(folder, 'cache'),
    journalFolder: join(folder, 'journal'),
    seed: options.seed ?? null,
    isGuest: options.isGuest === true,
    sealKey: randomBytes(16).toString('hex'),
    proof: options.proof ?? null,
  }
  mkdirSync(join(folder, 'home'))
  mkdirSync(job.journalFolder)
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job))
  return job
}

interface ChildEnd {
  readonly exitCode: number | null
  readonly stopped: Stop | null
  readonly stderrTail: string
}

async function runChild(options: RunOptions, folder: string): Promise<ChildEnd> {
  const child = execa(process.execPath, [builtFile('run/worker.js'), join(folder, 'job.json')], {
    cwd: options.root,
    env: buildChildEnvironment({ ...options, parent: process.env, home: join(folder, 'home') }),
    extendEnv: false,
    // A group of its own, so that killing it reaches the workers of Vitest as well.
    detached: true,
    cleanup: false,
    ipc: true,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  let stderrTail = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderrTail = (stderrTail + chunk.toString()).slice(-STDERR_LIMIT)
  })
  child.on('message', (message: unknown) => {
    const progress = Progress.safeParse(message)
    if (progress.success) options.onProgress?.(progress.data)
  })
  const watchdog = watch(options, () => killGroup(child.pid))
  const result = await child
  watchdog.end()
  killGroup(child.pid)
  return { exitCode: result.exitCode ?? null, stopped: watchdog.stopped(), stderrTail }
}

function watch(options: RunOptions, kill: () => void): { end(): void; stopped(): Stop | null } {
  let stopped: Stop | null = null
  const stop = (reason: Stop) => {
    stopped ??= reason
    kill()
  }
  const abort = () => stop('ITEST_RUN_ABORTED')
  const timer = setTimeout(() => stop('ITEST_RUN_TIMEOUT'), options.timeoutMs)
  options.signal.addEventListener('abort', abort, { once: true })
  if (options.signal.aborted) abort()
  return {
    end: () => {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', abort)
    },
    stopped: () => stopped,
  }
}

function readFacts(file: string): WorkerFacts | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  return WorkerFacts.parse(JSON.parse(text))
}

function explainEnd(options: RunOptions, child: ChildEnd, facts: WorkerFacts | null): RunFacts['unhandled'] {
  if (child.stopped === 'ITEST_RUN_TIMEOUT') {
    return [
      { test: null, file: null, error: ownError(child.stopped, `the run was killed after ${options.timeoutMs} ms`) },
    ]
  }
  if (child.stopped) return [{ test: null, file: null, error: ownError(child.stopped, 'the run was aborted') }]
  if (facts && (facts.reason !== null || facts.unhandled.length > 0 || facts.stalled.length > 0)) return []
  const message = `the run ended without a result, with exit code ${child.exitCode}`
  return [{ test: null, file: null, error: ownError('ITEST_RUN_CRASHED', message) }]
}

function ownError(code: string, message: string): ErrorFacts {
  return {
    name: 'Error',
    message,
    code,
    expected: null,
    actual: null,
    hasComparison: false,
    frames: [],
    cause: null,
  }
}
