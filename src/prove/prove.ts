import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { NO_SETTINGS } from '../config/settings.ts'
import { startEngine } from '../harness/engine/engine.ts'
import { findProjectFacts } from '../harness/find-project-facts.ts'
import type { GenOptions, RouteArgument } from '../options.ts'
import type { World } from '../pipeline.ts'
import { createStopwatch } from '../progress.ts'
import type { EngineFacts } from '../run/types.ts'
import { describeBroken } from '../scan/mistakes.ts'
import { readRoute } from '../scan/read-project.ts'
import type { Dossier } from '../scan/types.ts'
import { findMutants } from './find-mutants.ts'
import { findTests } from './find-tests.ts'
import { buildProof, type ProveReport } from './prove-report.ts'
import { tryMutants } from './try-mutants.ts'

export interface ProveOptions
  extends Pick<GenOptions, 'root' | 'app' | 'cache' | 'config' | 'env' | 'database' | 'databaseUrl'> {
  /** Test files, as the user wrote them; empty: those generated for the route. */
  readonly tests: readonly string[]
  /** Percent of the mutants that must be killed; null: it is only reported. */
  readonly minScore: number | null
}

/** Which bug put into the route is caught by which test, and which by none. @throws UserError without tests to prove */
export async function prove(wanted: RouteArgument, options: ProveOptions, world: World): Promise<ProveReport> {
  const { time, timings } = createStopwatch(world.now)
  const { root } = options
  world.progress('reading the code')
  const { dossier, broken } = await time('scan', () => readRoute(root, { ...wanted, whole: true }, options))
  if (broken[0]) throw describeBroken(broken[0])
  const { route } = dossier
  const tests = findTests(root, { route: `${route.method} ${route.path}`, tests: options.tests })
  const texts = readTexts(root, dossier)
  const mutants = await time('mutants', () => findMutants(dossier, (file) => texts.get(file) ?? null))
  const facts = await findProjectFacts(root, { ...NO_SETTINGS, app: options.app, env: options.env })
  world.progress('starting a database')
  const engine = await time('database', () =>
    startEngine({
      preference: options.database,
      databaseUrl: options.databaseUrl,
      project: { root, facts },
      signal: world.signal,
    }),
  )
  try {
    const label = `running ${mutants.length} mutants`
    world.progress(label)
    const onProgress = (done: number): void => world.progress(`${label}: ${done} of ${mutants.length}`)
    const settings = { file: options.config, env: options.env }
    const trials = { root, route, tests, mutants, texts, engine, settings, signal: world.signal, onProgress }
    const told = await time('run', () => tryMutants(trials))
    world.signal.throwIfAborted()
    return buildProof({
      route,
      mutants,
      told,
      engine: describe(engine.facts),
      timings: timings(),
      minScore: options.minScore,
    })
  } finally {
    await engine.stop()
  }
}

/** What can't be read, or is of a package, has no mutants. */
function readTexts(root: string, { route, app, sources }: Dossier): ReadonlyMap<string, string> {
  const named = [route.file, app.file, ...sources.map(({ at }) => at.file), ...route.middleware.map(({ file }) => file)]
  const files = [...new Set(named)].filter(
    (file) => !/(?:^|\/)node_modules\//.test(file) && existsSync(path.join(root, file)),
  )
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]))
}

function describe({ kind, version, limits, place }: EngineFacts): EngineFacts {
  return { kind, version, limits, place }
}
