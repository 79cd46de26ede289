import { openSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'vitest'
import { guardProcess } from './guard.ts'
import { standInForNative } from './native-stand-in.ts'
import { JOB_VARIABLE, ProbeJob, type ProbeRecord } from './record.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { requireTypeScript } from './require-typescript.ts'
import { watchRegistrations } from './watch-registrations.ts'

// Vitest runs this file as if it were a test of the project: that is how the project's modules are loaded in its tests.
const POLL_MS = 50
/** What registers after an await is waited for until nothing new came for so long. */
const QUIET_MS = 400
/** An app that has registered nothing and does not listen yet gets longer. */
const PATIENCE_MS = 3000

test('the app registers its routes', async () => {
  const job = ProbeJob.parse(JSON.parse(readFileSync(process.env[JOB_VARIABLE] ?? '', 'utf8')))
  const recorder = createRecorder(openSync(job.recordsFile, 'a'), job.root, requireTypeScript())
  const activity = watchActivity(recorder)
  watchRegistrations(activity.recorder)
  standInForNative(activity.recorder)
  guardProcess(activity.recorder)
  noteUncaught(activity.recorder)
  for (const entry of job.entries) await load(entry, job, activity.recorder)
  await activity.settled()
  recorder.record({ kind: 'done' })
})

interface Activity {
  readonly recorder: Recorder
  readonly settled: () => Promise<void>
}

function watchActivity(recorder: Recorder): Activity {
  let last = performance.now()
  let isUp = false
  const record = (one: ProbeRecord): void => {
    last = performance.now()
    isUp ||= one.kind === 'verb' || one.kind === 'listens'
    recorder.record(one)
  }
  return {
    recorder: { ...recorder, record },
    settled: async () => {
      const start = performance.now()
      while (performance.now() - last < QUIET_MS || (!isUp && performance.now() - start < PATIENCE_MS))
        await delay(POLL_MS)
    },
  }
}

/** What fails where nobody catches it is how an app that needs its database says that it can't start. */
function noteUncaught({ record, origin }: Recorder): void {
  const note = (thrown: unknown): void =>
    record({ kind: 'failed', isFatal: false, message: describe(thrown), at: origin(thrown) })
  for (const name of ['uncaughtException', 'unhandledRejection'] as const) {
    process.removeAllListeners(name)
    process.on(name, note)
  }
}

async function load(entry: ProbeJob['entries'][number], job: ProbeJob, recorder: Recorder): Promise<void> {
  const file = relative(job.root, entry.file)
  const limit = new AbortController()
  try {
    await Promise.race([
      start(entry),
      delay(job.importLimitMs, undefined, { signal: limit.signal }).then(() => {
        throw new Error(`${file} was not loaded within ${job.importLimitMs / 1000} seconds`)
      }),
    ])
  } catch (thrown) {
    recorder.record({ kind: 'failed', isFatal: true, message: describe(thrown), at: recorder.origin(thrown) })
  } finally {
    limit.abort()
  }
}

async function start({ file, factory }: ProbeJob['entries'][number]): Promise<void> {
  const module: unknown = await import(/* @vite-ignore */ file)
  if (factory === null || typeof module !== 'object' || module === null) return
  const make: unknown = Reflect.get(module, factory)
  if (typeof make === 'function') await make()
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `thrown: ${String(thrown)}`
}
