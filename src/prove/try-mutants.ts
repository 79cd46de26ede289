import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import type { Engine } from '../harness/engine/engine.ts'
import type { HandedSettings } from '../harness/read-run-settings.ts'
import type { Standby } from '../run/standby.ts'
import type { RunFacts } from '../run/types.ts'
import { isComplete, readBaseline } from './baseline-parts.ts'
import { type RoundFolder, runRound } from './run-round.ts'
import { compileSchemata } from './schemata.ts'
import type { Asking, Baseline, Mutant, ProofEvent, ProofPlan, TestName } from './types.ts'

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
  /** For the first workers. */
  readonly standby?: Standby
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

/** Below this, a further worker takes longer to start than it saves. */
const FEW = 20
const MOST_WORKERS = 4

/** Runs all mutants, each in one of a few workers that stay. @throws UserError when the tests can't be run at all */
export async function tryMutants(trials: Trials): Promise<Told> {
  const folder = mkdtempSync(join(trials.engine.folder, 'proof-'))
  try {
    return await tryInRounds(trials, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** One, as a rule. What is left when a mutant has ended the last worker gets new ones. */
async function tryInRounds(trials: Trials, folder: string): Promise<Told> {
  const plan = makePlan(trials, folder)
  const told = { events: [] as ProofEvent[], stuck: new Set<number>() }
  for (let left = plan.mutants; ; ) {
    const own = { ...plan, mutants: left, workers: countWorkers(trials, left.length) }
    const before = plan.mutants.length - left.length
    const round = await runRound(trials, { plan: own, folder: mkdtempSync(join(folder, 'round-')) }, (tried) =>
      trials.onProgress(before + tried),
    )
    trials.signal.throwIfAborted()
    const failed = round.events.find((event) => event.kind === 'failed')
    if (failed) throw explain(failed.message)
    told.events.push(...round.events)
    for (const mutant of round.stuck) told.stuck.add(mutant)
    const still = listLeft(plan, told)
    if (!isComplete(plan.baseline) || (still.length === left.length && left.length > 0))
      throw explain(describeEnd(round.run))
    if (still.length === 0) return { ...told, baseline: readBaseline(plan.baseline) }
    left = still
  }
}

function makePlan(trials: Trials, folder: string): Omit<ProofPlan, RoundFolder | 'workers'> {
  const { root, tests, mutants, only = null, asking = 'one' } = trials
  return {
    root,
    tests,
    schemata: compileAll(trials),
    mutants: sortByWait(mutants.filter((one) => one.invalid === null && one.equivalent === null)).map(({ id }) => id),
    only,
    asking,
    baseline: join(folder, 'baseline.json'),
  }
}

/** Those first with which a request often gets no answer, so that no worker waits for that alone in the end. */
function sortByWait(mutants: readonly Mutant[]): Mutant[] {
  const mayHang = ({ operator }: Mutant): number => Number(operator === 'swallowed-error')
  return mutants.toSorted((one, other) => mayHang(other) - mayHang(one))
}

function listLeft({ mutants }: { mutants: readonly number[] }, told: Pick<Told, 'events' | 'stuck'>): number[] {
  const tried = new Set(told.events.flatMap((event) => (event.kind === 'tried' ? [event.mutant] : [])))
  return mutants.filter((mutant) => !tried.has(mutant) && !told.stuck.has(mutant))
}

/** Tests wait much of the time, for a timeout or for an answer that never comes, so there may be more than cores. */
function countWorkers({ workers, asking, engine }: Trials, mutants: number): number {
  // Which tests still have to be red, one worker knows.
  if (asking === 'until-red') return 1
  if (workers !== undefined) return workers
  // Each of them would have a PGlite of its own, half a gigabyte.
  return mutants < FEW || engine.kind === 'pglite' ? 1 : Math.min(MOST_WORKERS, availableParallelism() + 1)
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

function describeEnd({ unhandled, stderrTail }: RunFacts): string {
  return unhandled[0]?.error.message ?? (stderrTail.trim().split('\n').at(-1) || 'the worker ended without a word')
}
