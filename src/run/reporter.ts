import { renameSync, writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { describeError, toProjectPath } from './error-facts.ts'
import { HarnessFacts, type Progress, type WorkerFacts } from './job.ts'
import type { RunFacts, TestFacts } from './types.ts'

/**
 * Records what Vitest saw. The facts are written again after every test, so that a run that has to be killed leaves
 * those of the tests before. `mistake` is the worker's to fill in.
 */
export function createReporter(options: {
  root: string
  factsFile: string
  version: string
  onProgress: (progress: Progress) => void
}): Reporter {
  let vitest: Vitest | null = null
  const record = (reason: RunFacts['reason'], modules: readonly TestModule[], unhandled: readonly unknown[]) =>
    writeFacts(options.factsFile, {
      reason,
      vitest: options.version,
      ...describeModules(modules, options.root),
      unhandled: unhandled.map((error) => describeUnhandled(error, options.root)),
      mistake: null,
    })
  return {
    onInit: (context) => {
      vitest = context
    },
    onTestCaseResult: (test) => {
      options.onProgress({ fullName: test.fullName, state: test.result().state })
      record(null, vitest?.state.getTestModules() ?? [], [])
    },
    onTestModuleCollected: () => record(null, vitest?.state.getTestModules() ?? [], []),
    onTestRunEnd: (modules, unhandled, reason) => record(reason, modules, unhandled),
  }
}

/** Readers see the old facts or the new ones, never half a file. */
export function writeFacts(file: string, facts: WorkerFacts): void {
  writeFileSync(`${file}.draft`, JSON.stringify(facts))
  renameSync(`${file}.draft`, file)
}

function describeModules(modules: readonly TestModule[], root: string): Pick<RunFacts, 'tests' | 'fileErrors'> {
  const inFile = modules.map((module) => ({ module, file: toProjectPath(module.moduleId, root) }))
  return {
    tests: inFile.flatMap(({ module, file }) =>
      [...module.children.allTests()].map((test) => describeTest(test, { file, root })),
    ),
    fileErrors: inFile.flatMap(({ module, file }) => {
      const suites = [...module.children.allSuites()].flatMap((suite) => suite.errors())
      return [...module.errors(), ...suites].map((error) => ({ file, error: describeError(error, root) }))
    }),
  }
}

function describeTest(test: TestCase, { file, root }: { file: string; root: string }): TestFacts {
  const { state, errors } = test.result()
  const diagnostic = test.diagnostic()
  return {
    file,
    name: test.name,
    fullName: test.fullName,
    state,
    errors: (errors ?? []).map((error) => describeError(error, root)),
    durationMs: diagnostic?.duration ?? 0,
    retries: diagnostic?.retryCount ?? 0,
    // Test code could have written anything there.
    harness: HarnessFacts.safeParse(Reflect.get(test.meta(), 'itest')).data ?? null,
  }
}

function describeUnhandled(error: unknown, root: string): RunFacts['unhandled'][number] {
  const name: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'VITEST_TEST_NAME') : null
  return { test: typeof name === 'string' ? name : null, error: describeError(error, root) }
}
