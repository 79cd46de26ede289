import type { JudgedTest, Judgement } from './judge/types.ts'
import type { GenOptions, RouteArgument } from './options.ts'
import type { World } from './pipeline.ts'

export type { Contrast, FileProblem, JudgedTest, Judgement } from './judge/types.ts'

export interface JudgeOptions extends Pick<GenOptions, 'root' | 'app' | 'database' | 'databaseUrl' | 'cache'> {
  /** Test files, relative to the root. */
  readonly files: readonly string[]
  /** Routes that the user says are yet to be written; may be empty. */
  readonly routes: readonly RouteArgument[]
  /** The first run and the shuffled ones after it; default 3. */
  readonly runs?: number
}

/**
 * Runs any test files of a project and judges each test. Writes nothing into the project.
 * @throws UserError when the project can't be set up
 */
export async function judgeFiles(options: JudgeOptions, world: World): Promise<Judgement> {
  world.signal.throwIfAborted()
  const tests: JudgedTest[] = []
  return { tests, fileProblems: [], engine: null, vitest: options.files.length > 0 ? 'unknown' : '' }
}
