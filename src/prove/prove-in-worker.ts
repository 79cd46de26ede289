import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunnerTestCase, RunnerTestFile } from 'vitest'
import { classifyTest, type Verdict } from '../classify.ts'
import { type Renew, watchRemains } from '../harness/renew.ts'
import { getState, type HarnessState } from '../harness/state.ts'
import { toProjectPath } from '../run/error-facts.ts'
import { findCollector } from './collect-garbage.ts'
import { compileRequired, installSwitch, type MutantSwitch } from './mutant-switch.ts'
import type { Observer } from './runner.ts'
import { describeFile, describeTask } from './task-facts.ts'
import type { Ablation, Baseline, ProofEvent, ProofPlan, TestBaseline, TestSaid } from './types.ts'
import { type UnhandledErrors, watchUnhandled } from './unhandled-errors.ts'

/** What Vitest does for us. */
export interface Stage {
  runFile(file: string, observer: Observer): Promise<RunnerTestFile>
  resetModules(): void
}

interface Worker {
  readonly plan: ProofPlan
  readonly stage: Stage
  readonly state: HarnessState
  readonly mutants: MutantSwitch
  readonly unhandled: UnhandledErrors
  readonly renew: Renew
}

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
    let tried = 0
    for (const mutant of plan.mutants) {
      if (!claim(plan, mutant)) continue
      tell({ kind: 'begun', mutant })
      tell(await tryMutant(worker, mutant, baseline))
      tried += 1
      if (tried % COLLECT_EVERY === 0) collectGarbage()
    }
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? `${error.stack}` : String(error) })
  }
}

async function findBaseline(worker: Worker): Promise<Baseline> {
  const { file, isMeasuredHere } = worker.plan.baseline
  if (isMeasuredHere) {
    const baseline = await measureBaseline(worker)
    writeFileSync(`${file}.draft`, JSON.stringify(baseline))
    renameSync(`${file}.draft`, file)
  }
  while (!existsSync(file)) await delay(WAIT_MS)
  return JSON.parse(readFileSync(file, 'utf8'))
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

/** What is there before the app is loaded for the first time belongs to the harness. */
async function prepare(plan: ProofPlan, stage: Stage): Promise<Worker> {
  const state = getState()
  await state.database?.open()
  const mutants = installSwitch()
  compileRequired(plan.schemata)
  return { plan, stage, state, mutants, unhandled: watchUnhandled(plan.root), renew: watchRemains(state) }
}

interface FileRun {
  readonly fileError: string | null
  readonly isLoaded: boolean
}

/** One test file with the app loaded anew; nothing is left of the time before. */
async function runFile(
  worker: Worker,
  file: string,
  observer: {
    wants(test: RunnerTestCase): boolean
    said(said: TestSaid, test: RunnerTestCase): void
    isAblated: boolean
  },
): Promise<FileRun> {
  const { plan, stage, unhandled } = worker
  worker.renew()
  stage.resetModules()
  forgetRequired(plan.root)
  unhandled.begin()
  const ran = await stage.runFile(file, {
    wants: (test) => {
      const isWanted = observer.wants(test)
      if (isWanted) unhandled.attribute(describeTask(test, plan.root).fullName)
      return isWanted
    },
    ended: (test) => {
      if (test.result === undefined || test.mode === 'skip') return
      observer.said(judge(worker, test, observer.isAblated), test)
    },
  })
  return describeFile(ran)
}

function judge({ plan, unhandled }: Worker, test: RunnerTestCase, ablated: boolean): TestSaid {
  const facts = describeTask(test, plan.root)
  const run = {
    exitCode: null,
    reason: null,
    vitest: '',
    setupFiles: [],
    stalled: [],
    fileErrors: [],
    stderrTail: '',
    durationMs: 0,
  }
  const verdict = classifyTest({ ...run, tests: [facts], unhandled: unhandled.list() }, facts.name, { ablated })
  return { file: facts.file, name: facts.name, verdict, isRouteHit: (facts.harness?.routeHits ?? 0) > 0 }
}

async function measureBaseline(worker: Worker): Promise<Baseline> {
  const measured = await measure(worker)
  return { ...measured, ablated: { '501': await ablate(worker, '501'), '200': await ablate(worker, '200') } }
}

/** The tests as they are, and what code each of them runs. */
async function measure(worker: Worker): Promise<Omit<Baseline, 'ablated'>> {
  const { mutants, plan } = worker
  const tests: TestBaseline[] = []
  const hits: Record<number, number> = {}
  for (const file of plan.tests) {
    const own: TestBaseline[] = []
    const atLoad = new Set<number>()
    let begun = false
    mutants.turnTo(null, 0)
    mutants.asked.clear()
    const { fileError } = await runFile(worker, file, {
      isAblated: false,
      wants: () => {
        if (!begun) for (const id of mutants.asked.keys()) atLoad.add(id)
        begun = true
        count(hits, mutants.asked)
        mutants.asked.clear()
        return true
      },
      said: (said, test) => {
        const { fullName, durationMs } = describeTask(test, plan.root)
        own.push({ ...said, fullName, durationMs, reached: [...mutants.asked.keys()] })
      },
    })
    count(hits, mutants.asked)
    if (fileError !== null && own.length === 0) throw new Error(`${toProjectPath(file, plan.root)}: ${fileError}`)
    tests.push(...own.map((test) => ({ ...test, reached: [...new Set([...test.reached, ...atLoad])] })))
  }
  return { tests, hits }
}

function count(hits: Record<number, number>, asked: ReadonlyMap<number, number>): void {
  for (const [id, times] of asked) hits[id] = (hits[id] ?? 0) + times
}

async function ablate(worker: Worker, ablation: Ablation): Promise<TestSaid[]> {
  const { state, mutants, plan } = worker
  const all: TestSaid[] = []
  mutants.turnTo(null, 0)
  state.ablate = Number(ablation)
  for (const file of plan.tests) {
    await runFile(worker, file, { isAblated: true, wants: () => true, said: (said) => all.push(said) })
  }
  state.ablate = null
  return all
}

const SLACK = 1000

async function tryMutant(worker: Worker, mutant: number, baseline: Baseline): Promise<ProofEvent> {
  const startedAt = performance.now()
  const reaching = baseline.tests.filter(
    ({ verdict, reached }) => verdict.status === 'green' && reached.includes(mutant),
  )
  const wanted = new Set(reaching.map(keyOf))
  const proven = listProven(baseline)
  const all: TestSaid[] = []
  const files: FileRun[] = []
  let isDone = false
  worker.mutants.turnTo(mutant, SLACK + 100 * (baseline.hits[mutant] ?? 0))
  for (const file of worker.plan.tests) {
    if (!reaching.some((test) => test.file === toProjectPath(file, worker.plan.root))) continue
    const run = await runFile(worker, file, {
      isAblated: true,
      wants: (test) => {
        const key = keyOf({ file: toProjectPath(test.file.filepath, worker.plan.root), name: test.name })
        return wanted.has(key) && !(isDone && proven.has(key))
      },
      said: (said) => {
        all.push(said)
        isDone ||= ends(said.verdict)
      },
    })
    files.push(run)
  }
  return {
    kind: 'tried',
    mutant,
    said: all.filter(({ verdict }) => verdict.status !== 'green'),
    fileError: files.find(({ fileError }) => fileError !== null)?.fileError ?? null,
    isLoaded: files.every(({ isLoaded }) => isLoaded),
    isEndless: worker.mutants.isEndless,
    durationMs: performance.now() - startedAt,
    memory: process.memoryUsage().rss,
  }
}

/** Tests that were red without the route; the others get every chance to be. */
function listProven({ ablated }: Baseline): ReadonlySet<string> {
  const red = Object.values(ablated).flatMap((said) => said.filter(({ verdict }) => verdict.status === 'red'))
  return new Set(red.map(keyOf))
}

/** No further test has to say it. */
function ends(verdict: Verdict): boolean {
  return verdict.status === 'red' || (verdict.status === 'broken' && verdict.class === 'timeout')
}

function keyOf({ file, name }: { readonly file: string; readonly name: string }): string {
  return `${file}\n${name}`
}

/** CommonJS files of the project itself; its packages stay. */
function forgetRequired(root: string): void {
  const { cache } = createRequire(join(root, 'package.json'))
  for (const file of Object.keys(cache)) {
    if (file.startsWith(root + sep) && !file.includes(`${sep}node_modules${sep}`)) delete cache[file]
  }
}
