import type { Engine } from '../harness/engine/engine.ts'
import type { GenOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import type { PlannedRoute } from '../plan-for.ts'
import { chooseOrder } from '../run/repeat-order.ts'
import { startRounds } from '../run/rounds.ts'
import { runTests } from '../run/run.ts'
import type { ChildOptions } from '../run/spawn-worker.ts'
import type { RunFacts } from '../run/types.ts'
import { lackFor, type Runs } from './report.ts'

export interface GenRunSetup {
  readonly engine: Engine
  readonly options: GenOptions
  readonly world: World
  /** Of the tests. */
  readonly count: number
}

const RUN_LIMIT_MS = 180_000

/** With the route answering 501 and with the route as it is, side by side; then as it is again, in other orders. */
export async function runTestsOf(planned: PlannedRoute, setup: GenRunSetup): Promise<Runs> {
  const { engine, options, world, count } = setup
  const lacking = planned.plan.paths.filter((one) => lackFor(one, engine.facts) !== null).map(({ id }) => id)
  let done = 0
  const label = `running ${count} ${count === 1 ? 'test' : 'tests'} twice, before and now`
  const child: Omit<ChildOptions, 'ablate'> = {
    root: options.root,
    files: [planned.vocabulary.scaffold.file],
    engine,
    route: planned.plan.route,
    settings: { file: options.config, env: options.env },
    signal: world.signal,
  }
  const onProgress = () => {
    done += 1
    if (done <= 2 * count) world.progress(`${label}: ${done} of ${2 * count}`)
  }
  world.progress(label)
  const [ablated, [real, ...again]] = await Promise.all([
    // Without its handlers the route asks nothing of the database.
    runTests({ ...child, ablate: true, timeoutMs: RUN_LIMIT_MS, onProgress }),
    runAgainAndAgain({ ...child, ablate: false, without: lacking, onProgress }, setup),
  ])
  world.signal.throwIfAborted()
  return { ablated, real, again }
}

const RUNS = 3
const RUNS_IN_CI = 10

async function runAgainAndAgain(
  child: ChildOptions & { onProgress: () => void },
  { options, world }: GenRunSetup,
): Promise<[RunFacts, ...RunFacts[]]> {
  const runs = options.runs ?? (world.environment.CI ? RUNS_IN_CI : RUNS)
  const rounds = startRounds({ ...child, limitMs: RUN_LIMIT_MS })
  const run = (index: number) => rounds.run({ files: child.files, order: chooseOrder(index), orders: {}, shared: null })
  try {
    const real = await run(0)
    const again: RunFacts[] = []
    // What does not even load does so no other time.
    const hasRun = real.tests.some(({ state }) => state === 'passed' || state === 'failed')
    for (let index = 1; index < runs && hasRun; index += 1) {
      world.progress(`running them again, in another order: ${index} of ${runs - 1}`)
      again.push(await run(index))
    }
    return [real, ...again]
  } finally {
    await rounds.end()
  }
}
