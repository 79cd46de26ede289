import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../harness/engine/engine.ts'
import { runTests } from '../run/run.ts'
import type { RunFacts } from '../run/types.ts'
import { compileSchemata } from './schemata.ts'
import type { Baseline, Mutant, ProofEvent, ProofPlan } from './types.ts'

export interface Trials {
  readonly root: string
  readonly route: { readonly method: string; readonly path: string }
  /** Absolute. */
  readonly tests: readonly string[]
  readonly mutants: readonly Mutant[]
  /** By file as the mutants name it. */
  readonly texts: ReadonlyMap<string, string>
  readonly engine: Engine
  readonly signal: AbortSignal
  readonly onProgress: (done: number) => void
}

/** Everything that workers told, and the mutants that had to be ended from outside. */
export interface Told {
  readonly events: readonly ProofEvent[]
  readonly stuck: ReadonlySet<number>
  /** Why the proof stopped before its end; null: it did not. */
  readonly failure: string | null
}

// Slower than this, per mutant, only an endless loop is.
const SLACK_MS = 15_000
// Until the first word of a worker, which starts Vitest and loads the app.
const START_MS = 120_000
const POLL_MS = 100

/** Runs all mutants in one worker; when one gets stuck, the next worker goes on behind it. */
export async function tryMutants(trials: Trials): Promise<Told> {
  const folder = mkdtempSync(join(trials.engine.folder, 'proof-'))
  const events: ProofEvent[] = []
  const stuck = new Set<number>()
  const schemata = compileAll(trials)
  const wanted = trials.mutants.filter(({ invalid, equivalent }) => invalid === null && equivalent === null)
  try {
    for (let round = 0; ; round += 1) {
      const done = new Set(events.flatMap((event) => (event.kind === 'tried' ? [event.mutant] : [])))
      const rest = wanted.map(({ id }) => id).filter((id) => !done.has(id) && !stuck.has(id))
      const baseline = findBaseline(events)
      if (baseline !== null && rest.length === 0) return { events, stuck, failure: null }
      const plan = {
        root: trials.root,
        tests: trials.tests,
        schemata,
        mutants: rest,
        baseline,
        ablate: baseline === null,
      }
      const file = join(folder, `${round}`)
      const told = await work(trials, { ...plan, events: `${file}.events` }, `${file}.json`)
      events.push(...told.events)
      const last = told.events.at(-1)
      if (last?.kind === 'begun') stuck.add(last.mutant)
      else if (last?.kind === 'failed') return { events, stuck, failure: last.message }
      else if (told.events.length === 0) return { events, stuck, failure: explain(told.run) }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function findBaseline(events: readonly ProofEvent[]): Baseline | null {
  return events.find((event) => event.kind === 'baseline')?.baseline ?? null
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
async function work(trials: Trials, plan: ProofPlan, file: string): Promise<{ events: ProofEvent[]; run: RunFacts }> {
  writeFileSync(file, JSON.stringify(plan))
  writeFileSync(plan.events, '')
  const watchdog = new AbortController()
  let known = 0
  let heardAt = performance.now()
  const timer = setInterval(() => {
    const events = readEvents(plan.events)
    if (events.length > known) heardAt = performance.now()
    known = events.length
    trials.onProgress(events.filter(({ kind }) => kind === 'tried').length)
    if (performance.now() - heardAt > patience(events, plan.baseline)) watchdog.abort()
  }, POLL_MS)
  try {
    const run = await runTests({
      root: trials.root,
      files: trials.tests.slice(0, 1),
      engine: trials.engine,
      route: trials.route,
      ablate: false,
      proof: file,
      timeoutMs: 2 ** 31 - 1,
      signal: AbortSignal.any([trials.signal, watchdog.signal]),
    })
    return { events: readEvents(plan.events), run }
  } finally {
    clearInterval(timer)
    trials.signal.throwIfAborted()
  }
}

/** How long a worker may say nothing. */
function patience(events: readonly ProofEvent[], known: Baseline | null): number {
  const baseline = findBaseline(events) ?? known
  if (baseline === null || events.length === 0) return START_MS
  const once = baseline.tests.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return SLACK_MS + 3 * once
}

function readEvents(file: string): ProofEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  // The last one is empty, or half written by a worker that was killed.
  return lines.slice(0, -1).map((line) => JSON.parse(line))
}

function explain({ unhandled, stderrTail }: RunFacts): string {
  return unhandled[0]?.error.message ?? (stderrTail.trim().split('\n').at(-1) || 'the worker ended without a word')
}
