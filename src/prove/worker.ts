import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import type { RunnerTestCase, RunnerTestFile } from 'vitest'
import { classifyTest } from '../classify.ts'
import { type Renew, watchRemains } from '../harness/renew.ts'
import { getState, type HarnessState } from '../harness/state.ts'
import { compileRequired, installSwitch, type MutantSwitch } from './mutant-switch.ts'
import type { Observer } from './runner.ts'
import { describeFile, describeTask, nameTask } from './task-facts.ts'
import type { ProofPlan, TestName, TestSaid } from './types.ts'
import { type UnhandledErrors, watchUnhandled } from './unhandled-errors.ts'

/** What Vitest does for us. */
export interface Stage {
  runFile(file: string, observer: Observer): Promise<RunnerTestFile>
  resetModules(): void
}

export interface Worker {
  readonly plan: ProofPlan
  readonly stage: Stage
  readonly state: HarnessState
  readonly mutants: MutantSwitch
  readonly unhandled: UnhandledErrors
  readonly renew: Renew
  /** Keys of tests that have to have those of their file before them. */
  readonly needy: Set<string>
}

/** What is there before the app is loaded for the first time belongs to the harness. */
export async function prepare(plan: ProofPlan, stage: Stage): Promise<Worker> {
  const state = getState()
  await state.database?.open()
  const mutants = installSwitch()
  compileRequired(plan.schemata)
  return {
    plan,
    stage,
    state,
    mutants,
    unhandled: watchUnhandled(plan.root),
    renew: watchRemains(state),
    needy: new Set(),
  }
}

export interface FileRun {
  readonly fileError: string | null
  readonly isLoaded: boolean
}

/** One test file with the app loaded anew; nothing is left of the time before. */
export async function runFile(
  worker: Worker,
  file: string,
  observer: {
    wants(test: TestName): boolean
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
      const { file, fullName: name } = nameTask(test, plan.root)
      const isWanted = observer.wants({ file, name })
      if (isWanted) unhandled.attribute(name)
      return isWanted
    },
    ended: (test) => {
      if (test.result === undefined || test.mode === 'skip') return
      observer.said(judge(worker, test, observer.isAblated), test)
    },
  })
  return describeFile(ran)
}

function judge({ state, unhandled }: Worker, test: RunnerTestCase, ablated: boolean): TestSaid {
  const facts = describeTask(test, state)
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
  return { file: facts.file, name: facts.fullName, verdict, isRouteHit: (facts.harness?.routeHits ?? 0) > 0 }
}

/** CommonJS files of the project itself; its packages stay. */
function forgetRequired(root: string): void {
  const { cache } = createRequire(join(root, 'package.json'))
  for (const file of Object.keys(cache)) {
    if (file.startsWith(root + sep) && !file.includes(`${sep}node_modules${sep}`)) delete cache[file]
  }
}
