import type { RunnerTask, RunnerTestCase, RunnerTestFile } from 'vitest'
import type { HarnessState } from '../harness/state.ts'
import { describeError, toProjectPath } from '../run/error-facts.ts'
import type { TestFacts } from '../run/types.ts'

/** A test as the reporter of a run would have it, from inside the worker, when it has just ended. */
export function describeTask(test: RunnerTestCase, { root, ended }: HarnessState): TestFacts {
  const { result } = test
  return {
    ...nameTask(test, root),
    state: result?.state === 'pass' ? 'passed' : result?.state === 'fail' ? 'failed' : 'skipped',
    errors: (result?.errors ?? []).map((error) => describeError(error, root)),
    durationMs: result?.duration ?? 0,
    retries: result?.retryCount ?? 0,
    harness: ended?.id === test.id ? ended.facts : null,
    isMeantToFail: test.fails === true,
  }
}

export function nameTask(test: RunnerTestCase, root: string): Pick<TestFacts, 'file' | 'name' | 'fullName'> {
  return { file: toProjectPath(test.file.filepath, root), name: test.name, fullName: nameFully(test) }
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
