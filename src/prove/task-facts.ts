import type { RunnerTask, RunnerTestCase, RunnerTestFile } from 'vitest'
import { describeError, toProjectPath } from '../run/error-facts.ts'
import { HarnessFacts as HarnessSchema } from '../run/job.ts'
import type { HarnessFacts, TestFacts } from '../run/types.ts'

/** A test as the reporter of a run would have it, from inside the worker. */
export function describeTask(test: RunnerTestCase, root: string): TestFacts {
  const { result } = test
  return {
    file: toProjectPath(test.file.filepath, root),
    name: test.name,
    fullName: nameFully(test),
    state: result?.state === 'pass' ? 'passed' : result?.state === 'fail' ? 'failed' : 'skipped',
    errors: (result?.errors ?? []).map((error) => describeError(error, root)),
    durationMs: result?.duration ?? 0,
    retries: result?.retryCount ?? 0,
    harness: readHarness(test),
    isMeantToFail: test.fails === true,
  }
}

function readHarness({ meta }: RunnerTestCase): HarnessFacts | null {
  const sealed: unknown = Reflect.get(meta, 'itest')
  const facts: unknown = typeof sealed === 'object' && sealed !== null ? Reflect.get(sealed, 'facts') : null
  return typeof facts === 'string' ? (HarnessSchema.safeParse(JSON.parse(facts)).data ?? null) : null
}

/** What went wrong outside of the tests of a file. */
export function describeFile(file: RunnerTestFile): { fileError: string | null; isLoaded: boolean } {
  const errors = [
    file.result?.errors ?? [],
    ...file.tasks.map((task) => (task.type === 'suite' ? (task.result?.errors ?? []) : [])),
  ]
  const [first] = errors.flat()
  return {
    fileError: first ? `${first.name ?? 'Error'}: ${first.message.split('\n')[0]}` : null,
    isLoaded: file.tasks.length > 0,
  }
}

function nameFully(task: RunnerTask): string {
  return task.suite ? `${nameFully(task.suite)} > ${task.name}` : task.name
}
