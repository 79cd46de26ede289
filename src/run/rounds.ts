import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { UserError } from '../errors.ts'
import type { Engine } from '../harness/engine/engine.ts'
import type { HandedSettings } from '../harness/read-run-settings.ts'
import { builtFile } from '../package-paths.ts'
import { buildChildEnvironment } from './child-environment.ts'
import { WorkerFacts } from './job.ts'
import { killGroup } from './kill-group.ts'
import { type Round, RoundEnd, type RoundsJob } from './round.ts'
import type { RunFacts } from './types.ts'

export interface RoundsOptions {
  readonly root: string
  /** All test files that may run, relative to the root. */
  readonly files: readonly string[]
  /** Null: the project has no database that itest can make, and its tests run without one. */
  readonly engine: Engine | null
  readonly settings: HandedSettings
  readonly signal: AbortSignal
  /** After this a round is ended from outside. */
  readonly limitMs: number
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

interface Child {
  /** Files so far, one that ran twice counted twice. */
  readonly ran: number
  run(round: Round): Promise<RoundFacts>
  isAlive(): boolean
  end(): Promise<void>
}

function startChild(options: RoundsOptions): Child {
  const { engine, signal, limitMs } = options
  const folder = mkdtempSync(engine ? join(engine.folder, 'run-') : join(tmpdir(), 'itest-run-'))
  const job = prepareJob(options, folder)
  const child = spawnWorker(options, folder)
  const kill = (): void => killGroup(child.pid)
  signal.addEventListener('abort', kill, { once: true })
  let isAlive = true
  const ended = child.then(() => {
    isAlive = false
    signal.removeEventListener('abort', kill)
    kill()
  })
  const within = async <Result>(work: Promise<Result>): Promise<Result> => {
    const timer = setTimeout(kill, limitMs)
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
      const end = new Promise<RoundEnd>((resolve) => child.once('message', (sent) => resolve(RoundEnd.parse(sent))))
      child.send?.(round)
      const result = await within(Promise.race([end, ended.then(() => null)]))
      const { ran: order = [], mayShare = false } = result ?? {}
      return { ...readFacts(job.factsFile, limitMs), ran: order, mayShare, durationMs: performance.now() - startedAt }
    },
    async end() {
      if (isAlive) child.send?.('end', () => {})
      await within(ended)
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

function spawnWorker({ engine, root, settings }: RoundsOptions, folder: string) {
  const environment = { parent: process.env, home: join(folder, 'home'), engine, route: null, ablate: false, settings }
  return execa(process.execPath, [builtFile('run/rounds-worker.js'), join(folder, 'job.json')], {
    cwd: root,
    env: buildChildEnvironment(environment),
    extendEnv: false,
    // A group of its own, so that killing it reaches the workers of Vitest as well.
    detached: true,
    cleanup: false,
    ipc: true,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
  })
}

function prepareJob({ root, files }: RoundsOptions, folder: string): RoundsJob {
  const job: RoundsJob = {
    root: resolve(root),
    files: files.map((file) => resolve(root, file)),
    sealKey: randomBytes(16).toString('hex'),
    factsFile: join(folder, 'facts.json'),
    cacheFolder: join(folder, 'cache'),
    journalFolder: join(folder, 'journal'),
  }
  mkdirSync(join(folder, 'home'))
  mkdirSync(job.journalFolder)
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job))
  return job
}

function readFacts(file: string, limitMs: number): Omit<RunFacts, 'durationMs'> {
  const facts = parseFacts(file)
  if (facts?.mistake) throw new UserError(facts.mistake.message, { hint: facts.mistake.hint })
  const { mistake: _, ...found } = facts ?? { ...NOTHING, mistake: null }
  const isLost = found.reason === null && found.unhandled.length === 0 && found.stalled.length === 0
  const unhandled = isLost ? [...found.unhandled, lost(limitMs)] : found.unhandled
  return { ...found, unhandled, exitCode: null, stderrTail: '' }
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

function parseFacts(file: string): WorkerFacts | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  return WorkerFacts.parse(JSON.parse(text))
}

function lost(limitMs: number): RunFacts['unhandled'][number] {
  const message = `the run ended without a result; it may last ${limitMs} ms`
  const error = { name: 'Error', message, code: 'ITEST_RUN_CRASHED', expected: null, actual: null }
  return { test: null, file: null, error: { ...error, hasComparison: false, frames: [], cause: null } }
}
