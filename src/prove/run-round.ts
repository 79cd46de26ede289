import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findVitest } from '../run/find-vitest.ts'
import { runTests } from '../run/run.ts'
import type { RunFacts } from '../run/types.ts'
import { isComplete, readBaseline } from './baseline-parts.ts'
import type { Trials } from './try-mutants.ts'
import type { ProofEvent, ProofPlan } from './types.ts'

// Slower than this, per mutant, only an endless loop is.
const SLACK_MS = 15_000
// After which Vitest ends a test by itself; with only some tests, each of them may get there.
const TEST_LIMIT_MS = 5_000
// Until the first word of a worker, which starts Vitest and loads the app; and for one test without mutants.
const START_MS = 120_000
// From the end of the last worker to that of Vitest, which closes what the project's set-up has opened.
const CLOSE_MS = 5_000
const POLL_MS = 100

export interface RoundEnd {
  readonly events: readonly ProofEvent[]
  /** The mutants because of which a worker had to be ended, or ended itself. */
  readonly stuck: readonly number[]
  readonly run: RunFacts
}

/** What is known of one worker. */
interface Heard {
  readonly pid: number
  events: readonly ProofEvent[]
  at: number
  isKilled: boolean
}

/** Made anew for each round. */
export type RoundFolder = 'claims' | 'events' | 'postponed'

/** One Vitest with its workers, until they have done everything or none of them goes on. `folder` is empty. */
export async function runRound(
  trials: Trials,
  { plan: wanted, folder }: { readonly plan: Omit<ProofPlan, RoundFolder>; readonly folder: string },
  onTried: (mutants: number) => void,
): Promise<RoundEnd> {
  const plan: ProofPlan = {
    ...wanted,
    claims: join(folder, 'claims'),
    events: join(folder, 'events'),
    postponed: join(folder, 'postponed'),
  }
  for (const name of [plan.claims, plan.events, plan.postponed]) mkdirSync(name)
  const proof = join(folder, 'plan.json')
  writeFileSync(proof, JSON.stringify(plan))
  const workers = new Map<number, Heard>()
  const over = new AbortController()
  const startedAt = performance.now()
  // Its other workers hardly get on when one of them has been ended.
  const survivesNothing = findVitest(trials.root).version.startsWith('3.')
  let isMeasured = false
  const timer = setInterval(() => {
    listen(plan, workers)
    const all = [...workers.values()]
    onTried(all.flatMap(({ events }) => events).filter(({ kind }) => kind === 'tried').length)
    // Until then some workers may have to wait for another one, whose word counts for them.
    const last = Math.max(...all.map(({ at }) => at))
    if (!isMeasured) for (const worker of all) worker.at = last
    isMeasured ||= isComplete(plan.baseline)
    endSilent(all, isMeasured ? patience(trials, plan) : START_MS)
    const isCrippled = survivesNothing && all.some(({ isKilled }) => isKilled)
    if (isCrippled || isOver(all, { plan, startedAt })) over.abort()
  }, POLL_MS)
  try {
    const run = await runTests({
      root: trials.root,
      files: trials.tests.slice(0, 1),
      engine: trials.engine,
      settings: trials.settings,
      route: trials.route,
      ablate: false,
      proof,
      ...(trials.standby && { standby: trials.standby }),
      timeoutMs: 2 ** 31 - 1,
      signal: AbortSignal.any([trials.signal, over.signal]),
    })
    listen(plan, workers)
    const all = [...workers.values()]
    const ended = all.filter(({ isKilled }) => isKilled || !over.signal.aborted)
    return { events: all.flatMap(({ events }) => events), stuck: ended.flatMap(findStuck), run }
  } finally {
    clearInterval(timer)
  }
}

/** Each worker writes a file of its own, named by its process. */
function listen({ events: folder }: ProofPlan, workers: Map<number, Heard>): void {
  for (const name of readdirSync(folder)) {
    const events = readEvents(join(folder, name))
    const known = workers.get(Number(name)) ?? { pid: Number(name), events: [], at: performance.now(), isKilled: false }
    if (events.length > known.events.length) Object.assign(known, { events, at: performance.now() })
    workers.set(known.pid, known)
  }
}

function readEvents(file: string): ProofEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  // The last one is empty, or half written by a worker that was killed.
  return lines.slice(0, -1).map((line) => JSON.parse(line))
}

/** How long a worker may be at one mutant. */
function patience({ slackMs = SLACK_MS }: Trials, { baseline, asking }: ProofPlan): number {
  const { tests } = readBaseline(baseline)
  const each = asking === 'one' ? 0 : TEST_LIMIT_MS
  return slackMs + tests.reduce((sum, { durationMs }) => sum + 3 * durationMs + each, 0)
}

function endSilent(workers: readonly Heard[], patienceMs: number): void {
  for (const worker of workers) {
    if (hasEnded(worker) || performance.now() - worker.at < patienceMs) continue
    worker.isKilled = true
    worker.at = performance.now()
    try {
      process.kill(worker.pid, 'SIGKILL')
    } catch {
      // It has ended by itself, and Vitest did not notice.
    }
  }
}

/** One that could not work keeps the others waiting. */
function isOver(workers: readonly Heard[], { plan, startedAt }: { plan: ProofPlan; startedAt: number }): boolean {
  if (workers.some(({ events }) => events.at(-1)?.kind === 'failed')) return true
  if (!workers.every(hasEnded)) return false
  const last = Math.max(startedAt, ...workers.map(({ at }) => at))
  return performance.now() - last > (workers.length < plan.workers ? START_MS : CLOSE_MS)
}

function hasEnded({ events, isKilled }: Heard): boolean {
  const last = events.at(-1)?.kind
  return isKilled || last === 'done' || last === 'failed'
}

function findStuck({ events }: Heard): number[] {
  const last = events.at(-1)
  return last?.kind === 'begun' ? [last.mutant] : []
}
