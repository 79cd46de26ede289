import { NO_SETTINGS } from '../config/settings.ts'
import { UserError } from '../errors.ts'
import { type Engine, startEngine } from '../harness/engine/engine.ts'
import { findProjectFacts } from '../harness/find-project-facts.ts'
import type { ProjectFacts } from '../harness/project-facts.ts'
import type { GenOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import type { ChildOptions } from './spawn-worker.ts'

export type EngineOptions = Pick<GenOptions, 'root' | 'app' | 'env' | 'database' | 'databaseUrl'>

// A test that never ends is ended long before; this is for what nobody thought of.
const RUN_LIMIT_MS = 300_000
const FILE_LIMIT_MS = 10_000

export interface Guest {
  /** Null where the code does not say what database the app has: tests that need none run all the same. */
  readonly engine: Engine | null
  readonly child: ChildOptions
}

/** What any test files of a project need to run, whoever wrote them. @throws UserError when there is no such database */
export async function openGuest(
  options: EngineOptions & Pick<GenOptions, 'config'>,
  files: readonly string[],
  world: World,
): Promise<Guest> {
  const facts = await readFacts(options)
  world.progress('starting a database')
  const engine = facts && (await startFor(facts, options, world))
  const { root, config, env } = options
  const settings = { file: config, env }
  const known = facts && { facts }
  const child = { root, files, engine, ...known, settings, route: null, ablate: false, isGuest: true }
  return { engine, child: { ...child, signal: world.signal } }
}

/** The database that the tests of a project get. @throws UserError when the code does not say which, or there is none */
export async function startProjectEngine(options: EngineOptions, world: World): Promise<Engine> {
  const facts = await findFacts(options)
  world.progress('starting a database')
  return startFor(facts, options, world)
}

/** How long a run of so many files may take. */
export function limitFor(files: readonly string[]): number {
  return RUN_LIMIT_MS + files.length * FILE_LIMIT_MS
}

async function readFacts(options: EngineOptions): Promise<ProjectFacts | null> {
  try {
    return await findFacts(options)
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

function findFacts({ root, app, env }: EngineOptions): Promise<ProjectFacts> {
  return findProjectFacts(root, { ...NO_SETTINGS, app, env })
}

function startFor(facts: ProjectFacts, options: EngineOptions, world: World): Promise<Engine> {
  const { root, database, databaseUrl } = options
  return startEngine({ preference: database, databaseUrl, project: { root, facts }, signal: world.signal })
}
