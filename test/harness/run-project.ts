import { type Engine, startEngine } from '../../src/harness/engine/engine.ts'
import { runTests } from '../../src/run/run.ts'
import type { RunFacts } from '../../src/run/types.ts'
import { makeProject, type SampleProject } from './sample-project.ts'

/** For a run of a whole project, its database included. */
export const LIMIT_MS = 120_000

export type Files = Readonly<Record<string, string>>

/** Runs the tests among the files as the CLI would. */
export function runFiles(
  { root }: Pick<SampleProject, 'root'>,
  engine: Engine,
  { files, route = { method: 'GET', path: '/' } }: { files: Files; route?: { method: string; path: string } },
): Promise<RunFacts> {
  return runTests({
    root,
    files: Object.keys(files).filter((name) => name.startsWith('tests/')),
    engine,
    route,
    ablate: false,
    timeoutMs: LIMIT_MS,
    signal: new AbortController().signal,
  })
}

/** Runs the tests of a sample project made of the files, on a database of its own, and leaves nothing. */
export async function runProject(
  files: Files,
  options: { express?: string; route?: { method: string; path: string } } = {},
): Promise<RunFacts> {
  const { express, route } = options
  const engine = await startEngine({ preference: 'auto' })
  const project = makeProject(files, express === undefined ? {} : { express })
  try {
    return await runFiles(project, engine, { files, ...(route ? { route } : {}) })
  } finally {
    project.remove()
    await engine.stop()
  }
}
