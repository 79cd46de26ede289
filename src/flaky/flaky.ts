import { randomInt } from 'node:crypto'
import { UserError } from '../errors.ts'
import { findTestFiles, namedTestFiles } from '../gate/find-test-files.ts'
import { readTestFiles } from '../gate/read-files.ts'
import { filesOf } from '../gate/red.ts'
import type { Asked } from '../gate/types.ts'
import type { FlakyOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import { limitFor, openGuest } from '../run/open-guest.ts'
import { startRounds } from '../run/rounds.ts'
import { buildFlakyReport } from './build-report.ts'
import { type Diagnosis, diagnoseAll } from './diagnose.ts'
import { openLab } from './lab.ts'
import { describeOthersLoad } from './load-cpu.ts'
import { observe } from './observe.ts'
import { createOutcomeReader } from './read-outcomes.ts'
import type { FlakyReport } from './types.ts'

/**
 * Runs test files again and again: as they stand, shuffled, on a busy CPU, and sharing what they share outside of itest. For
 * each test that both passes and fails, runs of its own find out why. Writes nothing into the project.
 * @throws UserError when there is nothing to run, or the project can't be set up
 */
export async function findFlaky(asked: Asked, options: FlakyOptions, world: World): Promise<FlakyReport> {
  const startedAt = world.now()
  const files = await chooseFiles(asked, options)
  const othersLoad = describeOthersLoad()
  const { engine, child } = await openGuest(options, files, world)
  const { root } = options
  const rounds = startRounds({ ...child, limitMs: limitFor(files) })
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
