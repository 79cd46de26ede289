import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Engine } from '../harness/engine/engine.ts'
import type { ProjectFacts } from '../harness/project-facts.ts'
import type { HandedSettings } from '../harness/read-run-settings.ts'
import type { RouteName } from '../route-name.ts'
import { buildChildEnvironment } from './child-environment.ts'
import { type JobBase, WorkerFacts } from './job.ts'
import { type OpenChild, openChild } from './open-child.ts'
import type { Assignment, Standby } from './standby.ts'
import type { ErrorFacts } from './types.ts'

/** What every process of Vitest is told, however often it runs the files. */
export interface ChildOptions {
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
  /** Files that import nothing of itest are only watched: nobody resets their rows, and they may wait. */
  readonly isGuest?: boolean
  /** A worker that did not react for so long is ended; default 10,000. */
  readonly silenceMs?: number
  /** A process that has loaded Vitest by now. */
  readonly standby?: Standby
  readonly signal: AbortSignal
}

const SILENCE_MS = 10_000

/** A folder for the files of one process; it must be removed in the end. */
export function makeRunFolder({ engine }: ChildOptions): string {
  const folder = mkdtempSync(engine ? join(engine.folder, 'run-') : join(tmpdir(), 'itest-run-'))
  mkdirSync(join(folder, 'home'))
  mkdirSync(join(folder, 'journal'))
  return folder
}

export function prepareJob(options: ChildOptions, folder: string): JobBase {
  return {
    root: resolve(options.root),
    files: options.files.map((file) => resolve(options.root, file)),
    without: [...(options.without ?? [])],
    factsFile: join(folder, 'facts.json'),
    cacheFolder: join(folder, 'cache'),
    journalFolder: join(folder, 'journal'),
    isGuest: options.isGuest === true,
    silenceMs: options.silenceMs ?? SILENCE_MS,
    sealKey: randomBytes(16).toString('hex'),
  }
}

/** Starts the process, without credentials. */
export function spawnWorker(
  options: ChildOptions,
  { script, job, folder }: { script: Assignment['script']; job: JobBase; folder: string },
): OpenChild {
  const file = join(folder, 'job.json')
  writeFileSync(file, JSON.stringify(job))
  const environment = buildChildEnvironment({ ...options, parent: process.env, home: join(folder, 'home') })
  const ready = options.standby?.assign({ script, job: file, environment })
  return ready ?? openChild(script, { root: options.root, environment, args: [file] })
}

/** What the process has left behind so far; null when it did not come so far. */
export function readFacts(file: string): WorkerFacts | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  return WorkerFacts.parse(JSON.parse(text))
}

/** Something that happened to the run as a whole. */
export function ownError(code: string, message: string): ErrorFacts {
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
