import type { RunnerTestCase, RunnerTestFile } from 'vitest'
import * as vitest from 'vitest'
import { startTests } from 'vitest/internal/browser'
import { proveInWorker } from './prove-in-worker.ts'
import type { Stage } from './worker.ts'
import { PLAN_VARIABLE, readPlan } from './worker-options.ts'

/** What decides which tests of a file run, and is told what became of them. */
export interface Observer {
  wants(test: RunnerTestCase): boolean
  ended(test: RunnerTestCase): void
}

type Runner = Parameters<typeof startTests>[1]

/**
 * Takes the place of Vitest's runner in its worker, which calls it with `new`. The file that Vitest wants run is not
 * loaded; when Vitest believes to be done with it, the work begins: the test files run again and again in this one
 * process, once for each mutant.
 */
// biome-ignore lint/style/noDefaultExport: Vitest asks for the default one.
export default function ProofRunner(config: Runner['config']): Runner {
  const runner: Runner = Reflect.construct(Base, [config])
  const { importFile, onAfterRunFiles } = runner
  const stage: Stage = {
    runFile: (file, observer) => runFile(observe(runner, importFile, observer), file),
    resetModules: () => {
      vitest.vi.restoreAllMocks()
      vitest.vi.resetModules()
    },
  }
  return Object.assign(runner, {
    importFile: (...args: Parameters<Runner['importFile']>) =>
      args[1] === 'collect' ? undefined : Reflect.apply(importFile, runner, args),
    onAfterRunFiles: async (files: RunnerTestFile[]) => {
      await proveInWorker(readPlan(process.env[PLAN_VARIABLE] ?? ''), stage)
      return onAfterRunFiles?.call(runner, files)
    },
  })
}

/** Where it was before Vitest 4.1; since 5 there is no such file, which Vite must not look for. */
const RUNNERS = 'vitest/runners'

/** Since Vitest 4.1 it is exported where everything is. */
const Base: typeof vitest.TestRunner =
  Reflect.get(vitest, 'TestRunner') ?? Reflect.get(await import(RUNNERS), 'VitestTestRunner')

async function runFile(runner: Runner, file: string): Promise<RunnerTestFile> {
  const [ran] = await startTests([file], runner)
  if (!ran) throw new Error(`Vitest ran nothing of ${file}.`)
  return ran
}

/** A runner that tells the observer, and not Vitest's main process, which would keep every result. */
function observe(runner: Runner, importFile: Runner['importFile'], observer: Observer): Runner {
  const inherited = (name: 'onCollectStart' | 'onAfterRunFiles' | 'onBeforeRunTask' | 'onAfterRunTask') => {
    const method: unknown = Reflect.get(Base.prototype, name)
    return (...args: unknown[]): unknown =>
      typeof method === 'function' ? Reflect.apply(method, observed, args) : undefined
  }
  const observed: Runner = Object.assign(Object.create(runner), {
    importFile: (...args: unknown[]) => Reflect.apply(importFile, observed, args),
    onCollectStart: inherited('onCollectStart'),
    onCollected: () => {},
    onTaskUpdate: async () => {},
    onTestAnnotate: async (_test: unknown, annotation: unknown) => annotation,
    onTestArtifactRecord: async (_test: unknown, artifact: unknown) => artifact,
    onAfterRunFiles: inherited('onAfterRunFiles'),
    onBeforeRunTask: async (test: RunnerTestCase) => {
      if (test.mode === 'run' && !observer.wants(test)) test.mode = 'skip'
      await inherited('onBeforeRunTask')(test)
    },
    onAfterRunTask: async (test: RunnerTestCase) => {
      await inherited('onAfterRunTask')(test)
      observer.ended(test)
    },
  })
  return observed
}
