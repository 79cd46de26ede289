import { startEngine } from './harness/engine/engine.ts'
import type { GateOptions, RouteArgument } from './options.ts'
import type { World } from './pipeline.ts'
import { describeDatabase, describeProject } from './project-setup.ts'
import type { EngineFacts } from './run/types.ts'
export interface JudgedTest {
  readonly file: string
  readonly name: string
  readonly verdict: 'red' | 'green' | 'broken' | 'flaky' | 'skipped'
  readonly class: string | null
  readonly reason: string
  readonly contrast: {
    readonly expected: string | null
    readonly actual: string | null
    readonly at: { readonly file: string; readonly line: number } | null
  } | null
  readonly fingerprint: string | null
  readonly route: string | null
}
export async function judgeFiles(
  options: Pick<GateOptions, 'root' | 'app' | 'database' | 'databaseUrl' | 'cache' | 'runs'> & {
    files: readonly string[]
    routes: readonly RouteArgument[]
    ablate: RouteArgument | null
  },
  world: World,
): Promise<{ tests: JudgedTest[]; engine: EngineFacts | null; vitest: string }> {
  const { chooseBootEnvironment } = await import('./boot-environment.ts')
  const { readCodebase } = await import('./scan/read-project.ts')
  const { runTests } = await import('./run/run.ts')
  const { classifyTest } = await import('./classify.ts')
  const codebase = await readCodebase(options.root, options)
  const boot = chooseBootEnvironment(options.root, codebase)
  const harness = describeProject(options.root, codebase.database, { plan: { environment: {} }, boot })
  const engine = await startEngine({
    preference: options.database,
    databaseUrl: options.databaseUrl,
    project: { root: options.root, facts: harness.facts },
    signal: world.signal,
  })
  try {
    const facts = await runTests({
      root: options.root,
      files: options.files,
      engine,
      route: options.ablate ?? { method: 'GET', path: '/none' },
      ablate: options.ablate !== null,
      timeoutMs: 60000,
      signal: world.signal,
    })
    return {
      engine: engine.facts,
      vitest: facts.vitest,
      tests: facts.tests.map((test) => {
        const v = classifyTest(facts, test.name, { ablated: options.ablate !== null })
        return {
          file: test.file,
          name: test.fullName,
          verdict: v.status,
          class: 'class' in v ? v.class : null,
          reason: 'reason' in v ? v.reason : '',
          contrast: null,
          fingerprint: null,
          route: null,
        }
      }),
    }
  } finally {
    await engine.stop()
  }
}
void describeDatabase
