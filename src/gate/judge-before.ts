import { type FileProblem, type JudgedTest, judgeFiles } from '../judge-files.ts'
import { type GateOptions, parseRoute, type RouteArgument } from '../options.ts'
import type { World } from '../pipeline.ts'
import { proveTests } from '../prove/prove-tests.ts'
import { keyOf } from '../prove/types.ts'
import type { EngineFacts } from '../run/types.ts'
import type { Codebase } from '../scan/types.ts'
import type { TestOutline } from '../test-files/outline.ts'
import { findOutline } from './compare.ts'
import type { ReadFile } from './read-files.ts'
import { type BeforeVerdict, settleGreen } from './settle-green.ts'
import type { Asked } from './types.ts'

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
  readonly known: ReadonlySet<TestOutline>
}

/**
 * Every test with the app as it is. A new one of a route that is there already may be green: what it could see is then
 * looked at with the route answering 501, and with one bug after the other in it.
 */
export async function judgeBefore(files: readonly ReadFile[], context: Context, world: World): Promise<JudgedBefore> {
  const { asked, options } = context
  const judge = (names: readonly string[], ablate: RouteArgument | null) =>
    judgeFiles({ ...options, files: names, routes: asked.route ? [asked.route] : [], ablate }, world)
  const now = await judge(
    files.map(({ file }) => file),
    null,
  )
  const judged = new Map<string, BeforeVerdict>(now.tests.map((test) => [keyOf(test), asItIs(test)]))
  const green = now.tests.filter((test) => test.verdict === 'green' && isNew(test, files, context))
  for (const [name, tests] of groupByRoute(green, files, context)) {
    if (name === null) {
      for (const test of tests) judged.set(keyOf(test), { ...asItIs(test), reason: `${test.reason}; ${NO_ROUTE}` })
      continue
    }
    const route = parseRoute([name])
    const ablated = await judge([...new Set(tests.map(({ file }) => file))], route)
    const proven = await proveTests(route, { tests, options }, world)
    for (const test of tests) {
      const isSame = (one: { file: string; name: string }): boolean => keyOf(one) === keyOf(test)
      const seen = { ablated: ablated.tests.find(isSame) ?? null, proven: proven.find(isSame) ?? null }
      judged.set(keyOf(test), settleGreen(test, seen))
    }
  }
  return { ...now, tests: [...judged.values()] }
}

const NO_ROUTE =
  'which route of the app it is about is not known, so none could be taken away to see it red: name it, as in `itest red "POST /orders"`'

function asItIs(test: JudgedTest): BeforeVerdict {
  return { ...test, before: 'app', mutants: null, weakness: null }
}

function isNew({ file, name }: JudgedTest, files: readonly ReadFile[], { known }: Context): boolean {
  const outline = findOutline(files.find((one) => one.file === file)?.outlines ?? [], name)
  return !outline || !known.has(outline)
}

/**
 * The route that the user names, else that the file was generated for, else that took the last request of the test. Only
 * one that the app has: what is not there yet can't be taken away.
 */
function groupByRoute(
  tests: readonly JudgedTest[],
  files: readonly ReadFile[],
  { asked, codebase }: Context,
): ReadonlyMap<string | null, readonly JudgedTest[]> {
  const existing = new Set(codebase.routes.map(({ method, path }) => `${method} ${path}`))
  const groups = new Map<string | null, JudgedTest[]>()
  for (const test of tests) {
    const generated = files.find(({ file }) => file === test.file)?.ledger?.route ?? null
    const name = asked.route ? `${asked.route.method} ${asked.route.path}` : (generated ?? test.route)
    const known = name !== null && existing.has(name) ? name : null
    groups.set(known, [...(groups.get(known) ?? []), test])
  }
  return groups
}
