import type { GenOptions, RouteArgument } from '../options.ts'
import type { World } from '../pipeline.ts'
import { createStopwatch, type Stopwatch } from '../progress.ts'
import { startProjectEngine } from '../run/open-guest.ts'
import { type Standby, standBy } from '../run/standby.ts'
import type { EngineFacts } from '../run/types.ts'
import { describeBroken } from '../scan/mistakes.ts'
import { readRoute } from '../scan/read-project.ts'
import type { Route } from '../scan/types.ts'
import { findMutants } from './find-mutants.ts'
import { readTexts } from './read-texts.ts'
import { type Told, tryMutants } from './try-mutants.ts'
import type { Asking, Mutant, TestName } from './types.ts'

export interface RouteOptions
  extends Pick<GenOptions, 'root' | 'app' | 'cache' | 'config' | 'env' | 'database' | 'databaseUrl'> {
  /** For the first run; default: one that is made and ended here. */
  readonly standby?: Standby
}

export interface RouteTrials {
  /** The test files for the route as the code has it, absolute. */
  readonly tests: (route: Route) => readonly string[]
  /** Those that count; null: all. */
  readonly only: readonly TestName[] | null
  readonly asking: Asking
}

export interface TriedRoute {
  readonly route: Route
  readonly mutants: readonly Mutant[]
  /** Of the files with mutants, by file. */
  readonly texts: ReadonlyMap<string, string>
  readonly told: Told
  readonly engine: EngineFacts
  /** Milliseconds by stage. */
  readonly timings: Readonly<Record<string, number>>
}

/** Puts every bug that is known into a route, one after the other, and runs its tests. @throws UserError when they can't be run */
export async function tryRoute(
  wanted: RouteArgument,
  { trials, options }: { readonly trials: RouteTrials; readonly options: RouteOptions },
  world: World,
): Promise<TriedRoute> {
  const { time, timings } = createStopwatch(world.now)
  // Both take a while, and need no more than the code.
  const standby = options.standby ?? standBy(options.root)
  const starting = time('database', () => startProjectEngine(options, world))
  starting.catch(() => {})
  try {
    const found = await findTrials(wanted, { trials, options, time }, world)
    const engine = await starting
    const label = `running ${found.mutants.length} mutants`
    world.progress(label)
    const told = await time('run', () =>
      tryMutants({
        root: options.root,
        ...found,
        only: trials.only,
        asking: trials.asking,
        engine,
        settings: { file: options.config, env: options.env },
        standby,
        signal: world.signal,
        onProgress: (done) => world.progress(`${label}: ${done} of ${found.mutants.length}`),
      }),
    )
    world.signal.throwIfAborted()
    const { route, mutants, texts } = found
    return { route, mutants, texts, told, engine: describe(engine.facts), timings: timings() }
  } finally {
    if (!options.standby) standby.end()
    const engine = await starting.catch(() => null)
    await engine?.stop()
  }
}

async function findTrials(
  wanted: RouteArgument,
  {
    trials,
    options,
    time,
  }: { readonly trials: RouteTrials; readonly options: RouteOptions; readonly time: Stopwatch['time'] },
  world: World,
): Promise<Pick<TriedRoute, 'route' | 'mutants' | 'texts'> & { readonly tests: readonly string[] }> {
  const { root } = options
  world.progress('reading the code')
  const { dossier, broken } = await time('scan', () => readRoute(root, { ...wanted, whole: true }, options))
  if (broken[0]) throw describeBroken(broken[0])
  const { route } = dossier
  const tests = trials.tests(route)
  const texts = readTexts(root, dossier)
  const mutants = await time('mutants', () => findMutants(dossier, (file) => texts.get(file) ?? null))
  return { route, tests, texts, mutants }
}

function describe({ kind, version, limits, place }: EngineFacts): EngineFacts {
  return { kind, version, limits, place }
}
