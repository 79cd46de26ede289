import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import type { Engine } from '../harness/engine/engine.ts'
import type { HandedSettings } from '../harness/read-run-settings.ts'
import { runTests } from '../run/run.ts'
import type { RunFacts } from '../run/types.ts'
import { isComplete, partsOf, readBaseline } from './baseline-parts.ts'
import { compileSchemata } from './schemata.ts'
import type { Asking, Baseline, BaselinePart, Mutant, ProofEvent, ProofPlan, TestName } from './types.ts'

export interface Trials {
  readonly root: string
  readonly route: { readonly method: string; readonly path: string }
  /** Absolute. */
  readonly tests: readonly string[]
  readonly mutants: readonly Mutant[]
  /** The tests that count; default: all. */
  readonly only?: readonly TestName[] | null
  /** Default: `one`. */
  readonly asking?: Asking
  /** By file as the mutants name it. */
  readonly texts: ReadonlyMap<string, string>
  readonly engine: Engine
  /** What the user's config says for tests. */
  readonly settings: HandedSettings
  readonly signal: AbortSignal
  readonly onProgress: (done: number) => void
  /** Processes side by side; default: by the number of cores and of mutants. */
  readonly workers?: number
  /** How long a worker may be silent at one mutant, beside the time that its tests take. */
  readonly slackMs?: number
}

/** Everything that workers told, and the mutants because of which one had to be ended. */
export interface Told {
  readonly events: readonly ProofEvent[]
  readonly stuck: ReadonlySet<number>
  readonly baseline: Baseline
}

// Slower than this, per mutant, only an endless loop is.
const SLACK_MS = 15_000
// After which Vitest ends a test by itself; with only some tests, each of them may get there.
const TEST_LIMIT_MS = 5_000
// Until the first word of a worker, which starts Vitest and loads the app.
const START_MS = 120_000
const POLL_MS = 100
/** Below this, a further worker takes longer to start than it saves. */
const FEW = 20
const MOST_WORKERS = 4

/** Runs all mutants, each in one of a few workers that stay. @throws UserError when the tests can't be run at all */
export async function tryMutants(trials: Trials): Promise<Told> {
  const folder = mkdtempSync(join(trials.engine.folder, 'proof-'))
  const wanted = trials.mutants.filter(({ invalid, equivalent }) => invalid === null && equivalent === null)
  const shared: Shared = {
    folder,
    plan: {
      root: trials.root,
      tests: trials.tests,
      schemata: compileAll(trials),
      mutants: wanted.map(({ id }) => id),
      only: trials.only ?? null,
      asking: trials.asking ?? 'one',
      claims: join(folder, 'claims'),
    },
    baseline: join(folder, 'baseline.json'),
    files: [],
    stuck: new Set(),
  }
  mkdirSync(shared.plan.claims)
  // Which tests still have to be red, one worker knows.
  const most = trials.asking === 'until-red' ? 1 : trials.workers
  const count = most ?? countWorkers(wanted.length, trials.engine.kind)
  const failed = new AbortController()
  const lane = async (index: number): Promise<void> => {
    try {
      await runLane(trials, shared, { parts: partsOf(index, count), signal: failed.signal })
    } catch (error) {
      failed.abort(error)
    }
  }
  try {
    await Promise.all(Array.from({ length: count }, (_, index) => lane(index)))
    trials.signal.throwIfAborted()
    failed.signal.throwIfAborted()
    const events = shared.files.flatMap(readEvents)
    return { events, stuck: shared.stuck, baseline: readBaseline(shared.baseline) }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Tests wait much of the time, for a timeout or for an answer that never comes, so there may be more than cores. */
function countWorkers(mutants: number, engine: Engine['kind']): number {
  // Each of them would have a PGlite of its own, half a gigabyte.
  return mutants < FEW || engine === 'pglite' ? 1 : Math.min(MOST_WORKERS, availableParallelism() + 1)
}

interface Shared {
  readonly folder: string
  readonly plan: Omit<ProofPlan, 'baseline' | 'events'>
  /** Of the whole proof; where its parts are. */
  readonly baseline: string
  /** Of events, one per worker. */
  readonly files: string[]
  readonly stuck: Set<number>
}

/** One worker after the other: when one gets stuck, the next goes on behind it. */
async function runLane(
  trials: Trials,
  shared: Shared,
  { parts, signal }: { parts: readonly BaselinePart[]; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    const name = join(shared.folder, `${shared.files.length}`)
    const plan = { ...shared.plan, baseline: { file: shared.baseline, parts }, events: `${name}.events` }
    shared.files.push(plan.events)
    const run = await work(trials, plan, { file: `${name}.json`, shared, signal })
    const last = readEvents(plan.events).at(-1)
    if (last?.kind === 'failed') throw explain(last.message)
    if (last === undefined) throw explain(describeEnd(run))
    if (last.kind !== 'begun') return
    shared.stuck.add(last.mutant)
  }
}

function explain(message: string): UserError {
  return new UserError(`the tests could not be run: ${message.split('\n')[0]?.replace(/^Error: /, '')}`, {
    hint: 'They must run without any mutant first: `npx vitest run FILE` shows what is wrong.',
  })
}

function compileAll({ root, mutants, texts }: Trials): Record<string, string> {
  const able = mutants.filter(({ invalid }) => invalid === null)
  return Object.fromEntries(
    [...texts].map(([file, text]) => [
      // As Vite and Node name it.
      realpathSync(join(root, file)),
      compileSchemata(
        text,
        able.filter((one) => one.file === file),
      ),
    ]),
  )
}

/** One worker, until its end or until it is silent for too long. */
async function work(
  trials: Trials,
  plan: ProofPlan,
  { file, shared, signal }: { file: string; shared: Shared; signal: AbortSignal },
): Promise<RunFacts> {
  writeFileSync(file, JSON.stringify(plan))
  writeFileSync(plan.events, '')
  const silence = new AbortController()
  let known = 0
  let heardAt = performance.now()
  const timer = setInterval(() => {
    const events = readEvents(plan.events)
    if (events.length > known) heardAt = performance.now()
    known = events.length
    trials.onProgress(shared.files.flatMap(readEvents).filter(({ kind }) => kind === 'tried').length)
    if (performance.now() - heardAt > (known === 0 ? START_MS : patience(trials, shared))) silence.abort()
  }, POLL_MS)
  try {
    return await runTests({
      root: trials.root,
      files: trials.tests.slice(0, 1),
      engine: trials.engine,
      settings: trials.settings,
      route: trials.route,
      ablate: false,
      proof: file,
      timeoutMs: 2 ** 31 - 1,
      signal: AbortSignal.any([trials.signal, signal, silence.signal]),
    })
  } finally {
    clearInterval(timer)
  }
}

/** How long a worker may be at one mutant. */
function patience({ slackMs = SLACK_MS }: Trials, shared: Shared): number {
  if (!isComplete(shared.baseline)) return START_MS
  const { tests } = readBaseline(shared.baseline)
  const each = shared.plan.asking === 'one' ? 0 : TEST_LIMIT_MS
  return slackMs + tests.reduce((sum, { durationMs }) => sum + 3 * durationMs + each, 0)
}

function readEvents(file: string): ProofEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  // The last one is empty, or half written by a worker that was killed.
  return lines.slice(0, -1).map((line) => JSON.parse(line))
}

function describeEnd({ unhandled, stderrTail }: RunFacts): string {
  return unhandled[0]?.error.message ?? (stderrTail.trim().split('\n').at(-1) || 'the worker ended without a word')
}
