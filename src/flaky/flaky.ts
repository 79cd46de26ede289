import { randomInt } from 'node:crypto'
import { NO_SETTINGS } from '../config/settings.ts'
import { UserError } from '../errors.ts'
import { findTestFiles, namedTestFiles } from '../gate/find-test-files.ts'
import { readTestFiles } from '../gate/read-files.ts'
import { filesOf } from '../gate/red.ts'
import type { Asked } from '../gate/types.ts'
import { type Engine, startEngine } from '../harness/engine/engine.ts'
import { findProjectFacts } from '../harness/find-project-facts.ts'
import type { ProjectFacts } from '../harness/project-facts.ts'
import type { FlakyOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import { startRounds } from '../run/rounds.ts'
import { buildFlakyReport } from './build-report.ts'
import { type Diagnosis, diagnoseAll } from './diagnose.ts'
import { openLab } from './lab.ts'
import { describeOthersLoad } from './load-cpu.ts'
import { observe } from './observe.ts'
import { createOutcomeReader } from './read-outcomes.ts'
import type { FlakyReport } from './types.ts'

/** A run may last so long, and so much longer with each file. */
const RUN_LIMIT_MS = 300_000
const FILE_LIMIT_MS = 10_000

/**
 * Runs test files again and again: as they stand, shuffled, on a busy CPU, and sharing what they share outside of itest. For
 * each test that both passes and fails, runs of its own find out why. Writes nothing into the project.
 * @throws UserError when there is nothing to run, or the project can't be set up
 */
export async function findFlaky(asked: Asked, options: FlakyOptions, world: World): Promise<FlakyReport> {
  const startedAt = world.now()
  const files = await chooseFiles(asked, options)
  const othersLoad = describeOthersLoad()
  world.progress('starting a database')
  const facts = await readFacts(options)
  const engine = facts && (await startEngineFor(facts, options, world))
  const { root, config, env } = options
  const limitMs = RUN_LIMIT_MS + files.length * FILE_LIMIT_MS
  const settings = { file: config, env }
  const rounds = startRounds({
    root,
    files,
    engine,
    ...(facts && { facts }),
    settings,
    route: null,
    ablate: false,
    isGuest: true,
    signal: world.signal,
    limitMs,
  })
  const lab = openLab(rounds, { files, read: createOutcomeReader(root, files) })
  try {
    const seen = await observe(lab, { runs: options.runs, seed: options.seed ?? randomInt(1, 100_000) }, world)
    const diagnoses: Diagnosis[] = []
    await diagnoseAll(seen.observations, { lab, root, into: diagnoses }, world)
    return buildFlakyReport(
      { ...seen, diagnoses },
      { lab, options, engine, othersLoad, durationMs: world.now() - startedAt, world },
    )
  } finally {
    await rounds.end()
    await engine?.stop()
  }
}

async function chooseFiles({ route, files }: Asked, options: FlakyOptions): Promise<readonly string[]> {
  const { root, cwd } = options
  const names = files.length > 0 ? namedTestFiles(root, files, cwd) : findTestFiles(root)
  if (names.length === 0) {
    throw new UserError(`expected test files in ${root}, found none`, {
      hint: 'Their names end in .test.ts or .spec.ts (or .js, .mts, ...). Name the folder of the project with --root.',
    })
  }
  if (route === null) return names
  const read = await readTestFiles(root, names, options)
  return filesOf(route, read.files).map(({ file }) => file)
}

/** Null where the code does not say what database the app has: tests that need none run all the same. */
async function readFacts({ root, app, env }: FlakyOptions): Promise<ProjectFacts | null> {
  try {
    return await findProjectFacts(root, { ...NO_SETTINGS, app, env })
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

function startEngineFor(facts: ProjectFacts, options: FlakyOptions, world: World): Promise<Engine> {
  const { root, database, databaseUrl } = options
  return startEngine({ preference: database, databaseUrl, project: { root, facts }, signal: world.signal })
}
