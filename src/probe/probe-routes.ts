import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { UserError } from '../errors.ts'
import { builtFile } from '../package-paths.ts'
import { buildBareEnvironment } from '../run/child-environment.ts'
import { findVitest } from '../run/find-vitest.ts'
import { killGroup } from '../run/kill-group.ts'
import { joinRecords } from './join-records.ts'
import { JOB_VARIABLE, type ProbeJob, ProbeRecord } from './record.ts'
import type { ProbeResult } from './types.ts'

export interface ProbeOptions {
  /** Absolute. */
  readonly root: string
  /** Files to load, relative to the root, in this order; `factory` names an export to call. */
  readonly entries: readonly { readonly file: string; readonly factory: string | null }[]
  /** Variables that the app needs to start, with values that are no secret. */
  readonly environment: Readonly<Record<string, string>>
  readonly parent: NodeJS.ProcessEnv
  /** After this the whole process group is killed. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Loads the app in a child process that reaches nothing, and returns what it registered. An app that can't start is a
 * result, not an error. The app's own code may write files; its temporary folder is removed afterwards.
 * @throws UserError when there is no Vitest to load the project with
 */
export async function probeRoutes(options: ProbeOptions): Promise<ProbeResult> {
  assertVitest(options.root)
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'itest-probe-')))
  try {
    const job = prepareJob(options, folder)
    const end = await runChild(options, folder)
    return describeRun(readRecords(job.recordsFile), end)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function assertVitest(root: string): void {
  try {
    findVitest(root)
  } catch (cause) {
    throw new UserError('--probe loads the app as a test would, and found no Vitest 3.2 or later', {
      hint: 'npm install -D vitest (on Node 20: vitest@4), or leave --probe out.',
      cause,
    })
  }
}

function prepareJob(options: ProbeOptions, folder: string): ProbeJob {
  const job: ProbeJob = {
    root: options.root,
    entries: options.entries.map(({ file, factory }) => ({ file: join(options.root, file), factory })),
    recordsFile: join(folder, 'records.jsonl'),
    cacheFolder: join(folder, 'cache'),
    importLimitMs: Math.round(options.timeoutMs / 3),
  }
  mkdirSync(join(folder, 'home'))
  writeFileSync(job.recordsFile, '')
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job))
  return job
}

interface ChildEnd {
  readonly isLate: boolean
  readonly stderr: string
}

async function runChild(options: ProbeOptions, folder: string): Promise<ChildEnd> {
  const child = execa(process.execPath, [builtFile('probe/host.js')], {
    cwd: options.root,
    env: {
      ...options.environment,
      ...buildBareEnvironment(options.parent, join(folder, 'home')),
      [JOB_VARIABLE]: join(folder, 'job.json'),
    },
    extendEnv: false,
    // A group of its own, so that killing it reaches the worker of Vitest as well.
    detached: true,
    cleanup: false,
    ipc: true,
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    maxBuffer: 100_000,
  })
  let isLate = false
  const stop = (): void => killGroup(child.pid)
  const timer = setTimeout(() => {
    isLate = true
    stop()
  }, options.timeoutMs)
  options.signal.addEventListener('abort', stop, { once: true })
  const { stderr } = await child
  clearTimeout(timer)
  options.signal.removeEventListener('abort', stop)
  stop()
  options.signal.throwIfAborted()
  return { isLate, stderr: typeof stderr === 'string' ? stderr : '' }
}

/** The last line of a child that was killed may be half a record. */
function readRecords(file: string): ProbeRecord[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [ProbeRecord.parse(JSON.parse(line))]
      } catch {
        return []
      }
    })
}

function describeRun(records: readonly ProbeRecord[], end: ChildEnd): ProbeResult {
  const blocked = records.flatMap((record) => (record.kind === 'blocked' ? [`${record.what}${place(record.at)}`] : []))
  const failures = records.flatMap((record) => (record.kind === 'failed' ? [record] : []))
  const reason = findFailure(records, end)
  const troubles = failures.map((record) => `${record.message}${place(record.at)}`).filter((text) => text !== reason)
  const seen = { routes: joinRecords(records), blocked: [...new Set(blocked)], troubles: [...new Set(troubles)] }
  return reason === null ? { ...seen, status: 'complete' } : { ...seen, status: 'failed', reason }
}

function findFailure(records: readonly ProbeRecord[], { isLate, stderr }: ChildEnd): string | null {
  const listens = records.some(({ kind }) => kind === 'listens')
  const failure = records.find((record) => record.kind === 'failed' && (record.isFatal || !listens))
  if (failure?.kind === 'failed') return `${failure.message}${place(failure.at)}`
  if (isLate) return 'the app was still starting when its time was over'
  if (records.some(({ kind }) => kind === 'done')) return null
  const [line] = stderr.split('\n').filter((text) => /error/i.test(text))
  return `the process ended before the app had started${line ? `: ${line.trim().slice(0, 200)}` : ''}`
}

function place(at: { readonly file: string; readonly line: number } | null): string {
  return at ? ` (${at.file}:${at.line})` : ''
}
