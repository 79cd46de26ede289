import { type FileProblem, type JudgedTest, judgeFiles } from '../judge-files.ts'
import { type GateOptions, parseRoute, type RouteArgument } from '../options.ts'
import type { World } from '../pipeline.ts'
import type { EngineFacts } from '../run/types.ts'
import type { Codebase } from '../scan/types.ts'
import type { ReadFile } from './read-files.ts'
import type { Asked } from './types.ts'

/** A verdict, and what the app was like when it was given. */
export interface BeforeVerdict extends JudgedTest {
  readonly before: 'app' | 'ablation'
}

export interface JudgedBefore {
  readonly tests: readonly BeforeVerdict[]
  readonly fileProblems: readonly FileProblem[]
  readonly engine: EngineFacts | null
  readonly vitest: string
}

interface Context {
  readonly asked: Asked
  readonly options: GateOptions
  readonly codebase: Codebase
}

/**
 * Every test with the app as it is. Tests of a route that is there already, named by the user or by the ledger of a
 * generated file, may be green: what they could see is then looked at with the route answering 501.
 */
export async function judgeBefore(
  files: readonly ReadFile[],
  { asked, options, codebase }: Context,
  world: World,
): Promise<JudgedBefore> {
  const planned = asked.route ? [asked.route] : []
  const judge = (names: readonly string[], ablate: RouteArgument | null) =>
    judgeFiles({ ...options, files: names, routes: planned, ablate }, world)
  const now = await judge(
    files.map(({ file }) => file),
    null,
  )
  const tests = new Map(now.tests.map((test) => [keyOf(test), { ...test, before: 'app' as const }]))
  const judged = new Map<string, BeforeVerdict>(tests)
  for (const [route, names] of groupByRoute(files, asked, codebase)) {
    const green = now.tests.filter(({ file, verdict }) => verdict === 'green' && names.includes(file))
    if (green.length === 0) continue
    const ablated = await judge([...new Set(green.map(({ file }) => file))], route)
    for (const test of ablated.tests) {
      if (judged.get(keyOf(test))?.verdict !== 'green' || test.verdict !== 'red') continue
      const reason = `green as the app is; with the route answering 501: ${test.reason}`
      judged.set(keyOf(test), { ...test, reason, before: 'ablation' })
    }
  }
  return { ...now, tests: [...judged.values()] }
}

function keyOf({ file, name }: JudgedTest): string {
  return `${file}\n${name}`
}

/** Only routes that the app has: one that is not there yet can't be taken away. */
function groupByRoute(
  files: readonly ReadFile[],
  { route }: Asked,
  codebase: Codebase,
): [RouteArgument, readonly string[]][] {
  const names = new Map<string, string[]>()
  for (const { file, ledger } of files) {
    const name = route ? `${route.method} ${route.path}` : ledger?.route
    if (!name || !codebase.routes.some(({ method, path }) => `${method} ${path}` === name)) continue
    names.set(name, [...(names.get(name) ?? []), file])
  }
  return [...names].map(([name, of]) => [parseRoute([name]), of])
}
