import { rmSync } from 'node:fs'
import { UserError } from '../errors.ts'
import type { Job } from './job.ts'
import { Progress, type WorkerFacts } from './job.ts'
import { killGroup } from './kill-group.ts'
import { type ChildOptions, makeRunFolder, ownError, prepareJob, readFacts, spawnWorker } from './spawn-worker.ts'
import type { RunFacts } from './types.ts'

export interface RunOptions extends ChildOptions {
  /** After this the whole process group is killed. */
  readonly timeoutMs: number
  /** The file with the plan of a proof, see `prove/`. */
  readonly proof?: string
  readonly onProgress?: (progress: Progress) => void
}

type Stop = 'ITEST_RUN_TIMEOUT' | 'ITEST_RUN_ABORTED'

/**
 * Runs test files in a child process without credentials and returns what Vitest saw. A run that was killed has
 * `reason: null` and says so in `unhandled`. Throws a `UserError` when the project can't be set up, e.g. when a
 * migration fails.
 */
export async function runTests(options: RunOptions): Promise<RunFacts> {
  const startedAt = performance.now()
  const folder = makeRunFolder(options)
  try {
    const job: Job = { ...prepareJob(options, folder), proof: options.proof ?? null }
    const child = await runChild(options, { job, folder })
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

interface ChildEnd {
  readonly exitCode: number | null
  readonly stopped: Stop | null
  readonly stderrTail: string
}

async function runChild(options: RunOptions, { job, folder }: { job: Job; folder: string }): Promise<ChildEnd> {
  const { child, stderrTail } = spawnWorker(options, { script: 'worker', job, folder })
  child.on('message', (message: unknown) => {
    const progress = Progress.safeParse(message)
    if (progress.success) options.onProgress?.(progress.data)
  })
  const watchdog = watch(options, () => killGroup(child.pid))
  const result = await child
  watchdog.end()
  killGroup(child.pid)
  return { exitCode: result.exitCode ?? null, stopped: watchdog.stopped(), stderrTail: stderrTail() }
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
