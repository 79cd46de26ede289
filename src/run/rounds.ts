import { rmSync } from 'node:fs'
import { UserError } from '../errors.ts'
import { Progress } from './job.ts'
import { killGroup } from './kill-group.ts'
import { type Round, RoundEnd } from './round.ts'
import { type ChildOptions, makeRunFolder, ownError, prepareJob, readFacts, spawnWorker } from './spawn-worker.ts'
import type { RunFacts } from './types.ts'

/** `files` are all that may run. */
export interface RoundsOptions extends ChildOptions {
  /** After this a round is ended from outside. */
  readonly limitMs: number
  readonly onProgress?: (progress: Progress) => void
}

export interface RoundFacts extends RunFacts {
  /** The tests in the order in which they began, as their places in `tests`. */
  readonly ran: readonly number[]
  /** Whether `shared` has an effect in this project. */
  readonly mayShare: boolean
}

export interface Rounds {
  /** @throws UserError when the project can't be set up */
  run(round: Round): Promise<RoundFacts>
  end(): Promise<void>
}

/** Test files leave their databases until the process ends, so it must end from time to time. */
const FILES_PER_PROCESS = 60

/**
 * Runs test files again and again in one process of Vitest, whose start takes longer than most files do. Each file gets a
 * fresh worker each time. A process that does not survive a round is followed by another one.
 */
export function startRounds(options: RoundsOptions): Rounds {
  let child: Child | null = null
  return {
    async run(round) {
      options.signal.throwIfAborted()
      if (child && child.ran >= FILES_PER_PROCESS) {
        await child.end()
        child = null
      }
      child ??= startChild(options)
      const facts = await child.run(round)
      if (!child.isAlive()) {
        await child.end()
        child = null
      }
      options.signal.throwIfAborted()
      return facts
    },
    end: async () => {
      await child?.end()
      child = null
    },
  }
}

type Worker = ReturnType<typeof spawnWorker>['child']

interface Child {
  /** Files so far, one that ran twice counted twice. */
  readonly ran: number
  run(round: Round): Promise<RoundFacts>
  isAlive(): boolean
  end(): Promise<void>
}

function startChild(options: RoundsOptions): Child {
  const { signal, limitMs, onProgress } = options
  const folder = makeRunFolder(options)
  const job = prepareJob(options, folder)
  const { child, stderrTail } = spawnWorker(options, { script: 'rounds-worker', job, folder })
  const kill = (): void => killGroup(child.pid)
  signal.addEventListener('abort', kill, { once: true })
  let isAlive = true
  const ended = child.then(() => {
    isAlive = false
    signal.removeEventListener('abort', kill)
    kill()
  })
  let isLate = false
  const giveUp = (): void => {
    isLate = true
    kill()
  }
  const within = async <Result>(work: Promise<Result>): Promise<Result> => {
    const timer = setTimeout(giveUp, limitMs)
    return work.finally(() => clearTimeout(timer))
  }
  let ran = 0
  return {
    get ran() {
      return ran
    },
    isAlive: () => isAlive,
    async run(round) {
      ran += round.files.length
      rmSync(job.factsFile, { force: true })
      const startedAt = performance.now()
      const end = waitForEnd(child, onProgress)
      child.send?.(round)
      const result = await within(Promise.race([end, ended.then(() => null)]))
      const { ran: order = [], mayShare = false } = result ?? {}
      const facts = { ...readRound(job.factsFile, isLate ? limitMs : null), stderrTail: stderrTail() }
      return { ...facts, ran: order, mayShare, durationMs: performance.now() - startedAt }
    },
    async end() {
      if (isAlive) child.send?.('end', () => {})
      await within(ended)
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

function waitForEnd(child: Worker, onProgress: RoundsOptions['onProgress']): Promise<RoundEnd> {
  return new Promise((resolve) => {
    child.on('message', function listen(sent: unknown) {
      const end = RoundEnd.safeParse(sent)
      if (end.success) {
        child.off('message', listen)
        return resolve(end.data)
      }
      const progress = Progress.safeParse(sent)
      if (progress.success) onProgress?.(progress.data)
    })
  })
}

/** `lateMs`: the limit, for a round that was ended for it. */
function readRound(file: string, lateMs: number | null): Omit<RunFacts, 'durationMs' | 'stderrTail'> {
  const facts = readFacts(file)
  if (facts?.mistake) throw new UserError(facts.mistake.message, { hint: facts.mistake.hint })
  const { mistake: _, ...found } = facts ?? { ...NOTHING, mistake: null }
  const isLost = found.reason === null && found.unhandled.length === 0 && found.stalled.length === 0
  const unhandled = isLost || lateMs !== null ? [...found.unhandled, lost(lateMs)] : found.unhandled
  return { ...found, unhandled, exitCode: null }
}

const NOTHING = {
  reason: null,
  vitest: 'unknown',
  setupFiles: [],
  tests: [],
  fileErrors: [],
  stalled: [],
  unhandled: [],
} as const

function lost(lateMs: number | null): RunFacts['unhandled'][number] {
  const error =
    lateMs === null
      ? ownError('ITEST_RUN_CRASHED', 'the run ended without a result')
      : ownError('ITEST_RUN_TIMEOUT', `the run was killed after ${lateMs} ms`)
  return { test: null, file: null, error }
}
