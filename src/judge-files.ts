import { UserError } from './errors.ts'
import type { Engine } from './harness/engine/engine.ts'
import { checkTypes } from './judge/check-types.ts'
import { combine } from './judge/combine.ts'
import { listAbsent } from './judge/list-absent.ts'
import { patternOf, settleMissing } from './judge/missing-route.ts'
import { runAll } from './judge/run-all.ts'
import { type JudgeRunOptions, judgeRun, type Trials } from './judge/runs.ts'
import { createSourceReader } from './judge/source.ts'
import type { Judgement } from './judge/types.ts'
import type { GenOptions, RouteArgument } from './options.ts'
import type { World } from './pipeline.ts'
import type { RouteName } from './route-name.ts'
import { limitFor, openGuest } from './run/open-guest.ts'
import { arrangeFiles, chooseOrder } from './run/repeat-order.ts'
import { type Rounds, startRounds } from './run/rounds.ts'
import { runTests } from './run/run.ts'
import type { ChildOptions } from './run/spawn-worker.ts'
import type { RunFacts } from './run/types.ts'
import { readCodebase } from './scan/read-project.ts'

export type { Contrast, FileProblem, JudgedTest, Judgement } from './judge/types.ts'

export interface JudgeOptions
  extends Pick<GenOptions, 'root' | 'app' | 'config' | 'env' | 'database' | 'databaseUrl' | 'cache'> {
  /** Test files, relative to the root. */
  readonly files: readonly string[]
  /** Routes that the user says are yet to be written; may be empty. */
  readonly routes: readonly RouteArgument[]
  /** The route that answers 501 instead of running its handlers; null: the app is as it is. */
  readonly ablate: RouteArgument | null
  /** The first run and those in other orders after it; default 3. */
  readonly runs?: number
  /** After so long an endless loop is ended; default 10,000. */
  readonly silenceMs?: number
}

interface Setup {
  readonly options: JudgeOptions
  readonly world: World
  /** Null where itest can't tell what the project's database is, and tests run without one. */
  readonly engine: Engine | null
  readonly child: ChildOptions
  readonly rounds: Rounds
}

const RUNS = 3
const NO_TYPE_ERRORS: ReadonlyMap<string, string> = new Map()

/**
 * Runs any test files of a project and judges each test. Writes nothing into the project.
 * @throws UserError when the project can't be set up
 */
export async function judgeFiles(options: JudgeOptions, world: World): Promise<Judgement> {
  if (options.files.length === 0) return { tests: [], fileProblems: [], engine: null, vitest: '' }
  const { ablate, silenceMs } = options
  const { engine, child: guest } = await openGuest(options, options.files, world)
  const known = silenceMs === undefined ? {} : { silenceMs }
  const child = { ...guest, ...known, route: ablate, ablate: ablate !== null }
  const rounds = startRounds({ ...child, limitMs: limitFor(options.files) })
  try {
    return await judge({ options, world, engine, child, rounds })
  } finally {
    await rounds.end()
    await engine?.stop()
  }
}

async function judge(setup: Setup): Promise<Judgement> {
  const { options, world, engine } = setup
  const { root, files } = options
  world.progress('running the tests')
  const [first, types, existing] = await Promise.all([
    run(setup, { files }),
    // A file that is judged without its route has been judged with it.
    options.ablate ? NO_TYPE_ERRORS : checkTypes(root, files, world.signal),
    readRoutes(options),
  ])
  const read = createSourceReader(root)
  const ablated = options.ablate !== null
  const sites: JudgeRunOptions = { read, ablated, testFiles: new Set(files), setupFiles: new Set(first.setupFiles) }
  const start = judgeRun(first, sites)
  const repeats = await repeat(setup, listRepeated(start))
  const runs = [start, ...repeats.map((facts) => judgeRun(facts, sites))]
  const settled = await settleAll(setup, { sites, runs, existing })
  const absent = listAbsent(first, { files, read })
  return {
    tests: [...combine(settled, { types, existing }), ...absent.tests],
    fileProblems: absent.fileProblems,
    engine: engine?.facts ?? null,
    vitest: first.vitest,
  }
}

/** What is broken is so whatever another order brings. */
function listRepeated(start: Trials): string[] {
  const worth = [...start.values()].filter(({ verdict }) => verdict.status !== 'broken' || verdict.missing)
  return [...new Set(worth.map(({ test }) => test.file))]
}

/** In another order each time. */
async function repeat(setup: Setup, files: readonly string[]): Promise<RunFacts[]> {
  const { runs = RUNS } = setup.options
  const repeats: RunFacts[] = []
  for (let index = 1; index < runs && files.length > 0; index += 1) {
    setup.world.progress(`running the tests again, in another order: ${index} of ${runs - 1}`)
    repeats.push(await run(setup, { files, index }))
  }
  return repeats
}

/** Asks of each request that no route took what the test says when one answers 501. */
async function settleAll(
  setup: Setup,
  { sites, runs, existing }: { sites: JudgeRunOptions; runs: readonly Trials[]; existing: readonly RouteName[] },
): Promise<readonly Trials[]> {
  const fell = runs
    .flatMap((trials) => [...trials.values()])
    .flatMap(({ test, verdict }) =>
      verdict.status === 'broken' && verdict.missing ? [{ file: test.file, request: verdict.missing }] : [],
    )
  if (fell.length === 0) return runs
  setup.world.progress('running tests of routes that are not there yet')
  const files = [...new Set(fell.map(({ file }) => file))]
  const stubs = fell.map(({ request }) => patternOf(request))
  const stubbed = judgeRun(await run(setup, { files, stubs }), sites)
  return runs.map((trials) => settleMissing(trials, { stubbed, existing, planned: setup.options.routes }))
}

async function run(
  { world, child, rounds }: Setup,
  how: { files: readonly string[]; index?: number; stubs?: readonly RouteName[] },
): Promise<RunFacts> {
  const { index = 0, stubs } = how
  const order = chooseOrder(index)
  return runAll(how.files, async (files) => {
    world.signal.throwIfAborted()
    const facts = stubs
      ? await runTests({ ...child, files, stubs, timeoutMs: limitFor(files) })
      : await rounds.run({ files: arrangeFiles(files, order), order, orders: {}, shared: null })
    world.signal.throwIfAborted()
    return facts
  })
}

/** None where the project can't be read: then no request can be near one of them. */
async function readRoutes({ root, app, cache }: JudgeOptions): Promise<readonly RouteName[]> {
  try {
    return (await readCodebase(root, { app, cache })).routes
  } catch (error) {
    if (error instanceof UserError) return []
    throw error
  }
}
