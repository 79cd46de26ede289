import { appendFileSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { toProjectPath } from '../run/error-facts.ts'
import { isComplete, isMissing, readBaseline, writePart } from './baseline-parts.ts'
import { findCollector } from './collect-garbage.ts'
import { confirmKills } from './confirm-kills.ts'
import { ablate, measureTests } from './measure-baseline.ts'
import { type Baseline, keyOf, type ProofEvent, type ProofPlan, type TestSaid } from './types.ts'
import { type FileRun, prepare, runFile, type Stage, type Worker } from './worker.ts'

const WAIT_MS = 20
const COLLECT_EVERY = 20

/** Every run that the plan asks for, one after the other, each told as an event. */
export async function proveInWorker(plan: ProofPlan, stage: Stage): Promise<void> {
  const tell = (event: ProofEvent): void => appendFileSync(plan.events, `${JSON.stringify(event)}\n`)
  try {
    const worker = await prepare(plan, stage)
    const baseline = await findBaseline(worker)
    tell({ kind: 'ready' })
    const collectGarbage = findCollector()
    const settled = plan.asking === 'one' ? listProven(baseline) : new Set<string>()
    let tried = 0
    for (const mutant of plan.mutants) {
      if (!claim(plan, mutant)) continue
      tell({ kind: 'begun', mutant })
      tell(await tryMutant(worker, mutant, { baseline, settled: plan.asking === 'each' ? new Set() : settled }))
      tried += 1
      if (tried % COLLECT_EVERY === 0) collectGarbage()
    }
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? `${error.stack}` : String(error) })
  }
}

async function findBaseline(worker: Worker): Promise<Baseline> {
  const { file, parts } = worker.plan.baseline
  for (const part of parts) {
    if (!isMissing(file, part)) continue
    writePart(file, part, part === 'tests' ? await measureTests(worker) : await ablate(worker, part))
  }
  while (!isComplete(file)) await delay(WAIT_MS)
  return readBaseline(file)
}

/** Workers take from one list, and the first who asks gets it. */
function claim({ claims }: ProofPlan, mutant: number): boolean {
  try {
    closeSync(openSync(join(claims, String(mutant)), 'wx'))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

interface Known {
  readonly baseline: Baseline
  /** Tests that need not be asked once another one has been red; the others get every chance to be. */
  readonly settled: Set<string>
}

const SLACK = 1000

async function tryMutant(worker: Worker, mutant: number, { baseline, settled }: Known): Promise<ProofEvent> {
  const { plan, mutants } = worker
  const startedAt = performance.now()
  const wanted = listWanted(plan, mutant, baseline)
  const all: TestSaid[] = []
  const files: FileRun[] = []
  let isDone = false
  const turnOn = (): void => mutants.turnTo(mutant, SLACK + 100 * (baseline.hits[mutant] ?? 0))
  turnOn()
  for (const { file, group } of listRuns(plan, baseline)) {
    const name = toProjectPath(file, plan.root)
    const isWanted = (key: string): boolean => wanted.has(key) && group(key) && !(isDone && settled.has(key))
    if (![...wanted].some((key) => key.startsWith(`${name}\n`) && isWanted(key))) continue
    const run = await runFile(worker, file, {
      isAblated: true,
      wants: (test) => isWanted(keyOf(test)),
      said: (said) => {
        all.push(said)
        isDone ||= ends(said)
      },
    })
    files.push(run)
  }
  const { isEndless } = mutants
  const said = all.filter(({ verdict }) => verdict.status !== 'green')
  const confirmed = plan.asking === 'one' ? said : await confirmKills(worker, said, { settled, turnOn })
  return {
    kind: 'tried',
    mutant,
    said: confirmed,
    fileError: files.find(({ fileError }) => fileError !== null)?.fileError ?? null,
    isLoaded: files.every(({ isLoaded }) => isLoaded),
    isEndless,
    durationMs: performance.now() - startedAt,
    memory: process.memoryUsage().rss,
  }
}

const SLOW_MS = 800

/** Where the first red is enough, tests that wait for something come last: most bugs need none of them. */
function listRuns(
  { asking, tests }: ProofPlan,
  baseline: Baseline,
): { readonly file: string; readonly group: (key: string) => boolean }[] {
  if (asking !== 'one') return tests.map((file) => ({ file, group: () => true }))
  const slow = new Set(baseline.tests.filter(({ durationMs }) => durationMs > SLOW_MS).map(keyOf))
  return [false, true].flatMap((isSlow) => tests.map((file) => ({ file, group: (key) => slow.has(key) === isSlow })))
}

/** Only a test that is green, and that runs the code, can notice what is wrong with it. */
function listWanted({ only }: ProofPlan, mutant: number, { tests }: Baseline): ReadonlySet<string> {
  const named = only && new Set(only.map(keyOf))
  const reaching = tests.filter(({ verdict, reached }) => verdict.status === 'green' && reached.includes(mutant))
  return new Set(reaching.map(keyOf).filter((key) => named === null || named.has(key)))
}

/** Tests that were red without the route. */
function listProven({ ablated }: Baseline): Set<string> {
  const red = Object.values(ablated).flatMap((said) => said.filter(({ verdict }) => verdict.status === 'red'))
  return new Set(red.map(keyOf))
}

/** No further test has to say it. */
function ends({ verdict }: TestSaid): boolean {
  return verdict.status === 'red' || (verdict.status === 'broken' && verdict.class === 'timeout')
}
