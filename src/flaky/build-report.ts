import type { Engine } from '../harness/engine/engine.ts'
import type { FlakyOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import type { Diagnosis } from './diagnose.ts'
import type { Lab } from './lab.ts'
import { createLocator, nameOf } from './locate-test.ts'
import type { Observed } from './observe.ts'
import { countTrials, groupFailures, type History, listHistories, type Observation } from './suspects.ts'
import type { Condition, FlakyReport, FlakyTest, RedTest } from './types.ts'

interface Circumstances {
  readonly lab: Lab
  readonly options: FlakyOptions
  readonly engine: Engine | null
  /** What others did on this machine before the first run; null: little. */
  readonly othersLoad: string | null
  readonly durationMs: number
  readonly world: World
}

export function buildFlakyReport(
  seen: Observed & { readonly diagnoses: readonly Diagnosis[] },
  { lab, options, engine, othersLoad, durationMs, world }: Circumstances,
): FlakyReport {
  const histories = listHistories(seen.observations)
  const flaky = seen.diagnoses.map((diagnosis) => describeFlaky(diagnosis, options.root))
  return {
    schema: 'itest.flaky/1',
    seed: seen.seed,
    runs: options.runs,
    ran: tally((condition) => seen.observations.filter((one) => one.condition === condition && hasRun(one)).length),
    experiments: lab.count - seen.observations.length,
    files: lab.files.length,
    tests: histories.filter(({ key }) => key !== null).length,
    flaky: flaky.toSorted((one, other) => other.counts.failed - one.counts.failed),
    red: histories.filter(isRed).map(describeRed),
    notes: listNotes(seen, { files: lab.files, engine, othersLoad }),
    engine: engine?.facts ?? null,
    vitest: seen.vitest,
    durationMs: Math.round(durationMs),
    exitCode: world.signal.aborted ? 130 : flaky.length > 0 ? 1 : 0,
  }
}

function hasRun({ outcomes }: Observation): boolean {
  return outcomes.length > 0
}

function tally<Value>(of: (condition: Condition) => Value): Record<Condition, Value> {
  return { written: of('written'), shuffled: of('shuffled'), loaded: of('loaded'), shared: of('shared') }
}

function describeFlaky({ history, cause }: Diagnosis, root: string): FlakyTest {
  const { file, key, trials } = history
  const { name, line } = key === null ? { name: null, line: null } : createLocator(root)(file, key)
  const seed = trials.find(({ failure, seed }) => failure && seed !== null)?.seed ?? null
  return {
    file,
    name,
    line,
    counts: countTrials(trials),
    under: tally((condition) => countTrials(trials, condition)),
    failures: groupFailures(trials),
    seed,
    replay: seed === null ? null : `npx vitest run ${file} --sequence.shuffle.tests --sequence.seed=${seed}`,
    cause,
  }
}

function isRed({ trials }: History): boolean {
  const { runs, failed } = countTrials(trials)
  return failed > 0 && failed === runs
}

function describeRed({ file, key, trials }: History): RedTest {
  return { file, name: key === null ? null : nameOf(key), runs: trials.length, failures: groupFailures(trials) }
}

function listNotes(
  { hasShared, lost, observations }: Observed,
  { files, engine, othersLoad }: { files: readonly string[] } & Pick<Circumstances, 'engine' | 'othersLoad'>,
): string[] {
  const kind = engine?.facts.kind
  const owns = kind === 'pglite' || kind === 'mysql' || kind === 'mariadb'
  return [
    ...(hasShared || files.length === 1 || !observations.some(hasRun)
      ? []
      : [
          'itest() is in the Vitest config, so files shared neither a database nor ports, as in every run of this project',
        ]),
    ...(hasShared && owns
      ? [`on ${kind} each file had a database of its own in every run: what files do to each other there was not seen`]
      : []),
    ...(othersLoad === null
      ? []
      : [
          `others kept this machine busy (${othersLoad}), also in runs without load: what only fails then may look random`,
        ]),
    ...(lost.length > 0 ? [`${lost.length} of ${observations.length} runs gave no result: ${lost[0]}`] : []),
  ]
}
