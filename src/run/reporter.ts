import { renameSync, writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { openSealed } from '../harness/watch/seal.ts'
import { builtFile } from '../package-paths.ts'
import { describeError, toProjectPath } from './error-facts.ts'
import { HarnessFacts as HarnessSchema, type Progress, type WorkerFacts } from './job.ts'
import type { HarnessFacts, RunFacts, StalledFacts, TestFacts } from './types.ts'

const OWN_FOLDER = builtFile('')

/** Between two drafts of the facts; a run of thousands of tests writes them less often still. */
const DRAFT_MS = 200
/** Of the time of a run, one part in so many goes into drafts. */
const DRAFT_SHARE = 10

/**
 * Records what Vitest saw. The facts are written again and again, so that a run that has to be killed leaves those of the
 * tests before. `mistake` is the worker's to fill in.
 */
export function createReporter(options: {
  root: string
  factsFile: string
  version: string
  sealKey: string
  stalled: readonly StalledFacts[]
  onProgress: (progress: Progress) => void
}): Reporter & { flush(): void } {
  let vitest: Vitest | null = null
  const record = (reason: RunFacts['reason'], modules: readonly TestModule[], unhandled: readonly unknown[]) =>
    writeFacts(options.factsFile, {
      reason,
      vitest: options.version,
      setupFiles: listSetupFiles(vitest, options.root),
      ...describeModules(modules, options),
      unhandled: unhandled.map((error) => describeUnhandled(error, options.root)),
      stalled: options.stalled,
      mistake: null,
    })
  const flush = () => record(null, vitest?.state.getTestModules() ?? [], [])
  const drafts = createDrafts(flush)
  return {
    flush,
    onInit: (context) => {
      vitest = context
    },
    onTestCaseResult: (test) => {
      options.onProgress({ fullName: test.fullName, state: test.result().state })
      drafts.write()
    },
    onTestModuleCollected: drafts.write,
    onTestRunEnd: (modules, unhandled, reason) => {
      drafts.end()
      record(reason, modules, unhandled)
    },
  }
}

/** Not after every test: describing all of them each time would take as long as the tests. */
function createDrafts(write: () => void): { write(): void; end(): void } {
  let timer: NodeJS.Timeout | null = null
  let pauseMs = 0
  const draft = () => {
    timer = null
    const start = performance.now()
    write()
    pauseMs = Math.max(DRAFT_MS, DRAFT_SHARE * (performance.now() - start))
  }
  return {
    write: () => {
      timer ??= setTimeout(draft, pauseMs)
    },
    end: () => {
      if (timer) clearTimeout(timer)
      timer = null
    },
  }
}

function listSetupFiles(vitest: Vitest | null, root: string): string[] {
  const files = (vitest?.projects ?? []).flatMap(({ config }) => config.setupFiles)
  return files.filter((file) => !file.startsWith(OWN_FOLDER)).map((file) => toProjectPath(file, root))
}

/** Readers see the old facts or the new ones, never half a file. */
export function writeFacts(file: string, facts: WorkerFacts): void {
  writeFileSync(`${file}.draft`, JSON.stringify(facts))
  renameSync(`${file}.draft`, file)
}

interface Reading {
  readonly root: string
  readonly sealKey: string
}

function describeModules(modules: readonly TestModule[], reading: Reading): Pick<RunFacts, 'tests' | 'fileErrors'> {
  const { root } = reading
  const inFile = modules.map((module) => ({ module, file: toProjectPath(module.moduleId, root) }))
  return {
    tests: inFile.flatMap(({ module, file }) =>
      [...module.children.allTests()].map((test) => describeTest(test, file, reading)),
    ),
    fileErrors: inFile.flatMap(({ module, file }) => {
      const suites = [...module.children.allSuites()].flatMap((suite) =>
        suite.errors().map((error) => ({ file, suite: suite.fullName, error: describeError(error, root) })),
      )
      return [...module.errors().map((error) => ({ file, suite: null, error: describeError(error, root) })), ...suites]
    }),
  }
}

function describeTest(test: TestCase, file: string, { root, sealKey }: Reading): TestFacts {
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
    isMeantToFail: test.options.fails === true,
    harness: readHarness(test, sealKey),
  }
}

/** Test code could have written anything there. */
function readHarness(test: TestCase, sealKey: string): HarnessFacts | null {
  const facts = openSealed(sealKey, test.id, Reflect.get(test.meta(), 'itest'))
  return facts === null ? null : (HarnessSchema.safeParse(JSON.parse(facts)).data ?? null)
}

function describeUnhandled(error: unknown, root: string): RunFacts['unhandled'][number] {
  const read = (key: string): string | null => {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : null
    return typeof value === 'string' ? value : null
  }
  const path = read('VITEST_TEST_PATH')
  return {
    test: read('VITEST_TEST_NAME'),
    file: path === null ? null : toProjectPath(path, root),
    error: describeError(error, root),
  }
}
