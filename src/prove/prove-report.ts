import type { EngineFacts } from '../run/types.ts'
import type { Route } from '../scan/types.ts'
import { type JudgedMutant, type JudgedTest, judgeMutant, judgeTest } from './judge.ts'
import type { Told } from './try-mutants.ts'
import type { Mutant, MutantStatus } from './types.ts'

/** Everything that `itest prove` found out, as `--json` prints it. */
export interface ProveReport {
  readonly schema: 'itest.prove/1'
  readonly route: { readonly method: string; readonly path: string; readonly file: string; readonly line: number }
  readonly mutants: readonly JudgedMutant[]
  readonly tests: readonly JudgedTest[]
  readonly counts: Readonly<Record<MutantStatus, number>>
  /** Percent killed of those that were killed, survived or were not reached; null without any. */
  readonly score: number | null
  readonly minScore: number | null
  /** Files with mutants of which no test runs anything. */
  readonly unreachedFiles: readonly string[]
  readonly engine: EngineFacts
  /** Relative to the root. */
  readonly wrote: readonly string[]
  /** Milliseconds by stage. */
  readonly timings: Readonly<Record<string, number>>
  readonly exitCode: 0 | 1
}

export function buildProof(input: {
  route: Route
  mutants: readonly Mutant[]
  told: Told
  engine: EngineFacts
  timings: Readonly<Record<string, number>>
  minScore: number | null
}): ProveReport {
  const { method, path, file, line } = input.route
  const mutants = judgeMutants(input.mutants, input.told)
  const { tests: known, ablated } = input.told.baseline
  const tests = known.map((test) => judgeTest(test, { ablated, mutants }))
  const counts = countStatuses(mutants)
  const { killed, survived } = counts
  const all = killed + survived + counts['no-coverage']
  const score = all === 0 ? null : Math.round((1000 * killed) / all) / 10
  const files = [...new Set(mutants.map((one) => one.file))]
  return {
    schema: 'itest.prove/1',
    route: { method, path, file, line },
    mutants,
    tests,
    counts,
    score,
    minScore: input.minScore,
    unreachedFiles: files.filter((one) =>
      mutants.every((mutant) => mutant.file !== one || mutant.status === 'no-coverage'),
    ),
    engine: input.engine,
    wrote: [],
    timings: input.timings,
    exitCode: decideExitCode(tests, { score, minScore: input.minScore }),
  }
}

export function judgeMutants(mutants: readonly Mutant[], { events, stuck, baseline }: Told): JudgedMutant[] {
  const tried = new Map(events.flatMap((event) => (event.kind === 'tried' ? [[event.mutant, event] as const] : [])))
  const green = baseline.tests.filter(({ verdict }) => verdict.status === 'green')
  const reached = new Set(green.flatMap((test) => test.reached))
  return mutants.map((mutant) =>
    judgeMutant(mutant, {
      tried: tried.get(mutant.id) ?? null,
      isReached: reached.has(mutant.id),
      isStuck: stuck.has(mutant.id),
    }),
  )
}

function countStatuses(mutants: readonly JudgedMutant[]): Record<MutantStatus, number> {
  const count = (status: MutantStatus): number => mutants.filter((mutant) => mutant.status === status).length
  return {
    killed: count('killed'),
    survived: count('survived'),
    'no-coverage': count('no-coverage'),
    timeout: count('timeout'),
    broken: count('broken'),
    invalid: count('invalid'),
    equivalent: count('equivalent'),
  }
}

/**
 * A test that can't fail is a fault of the tests. A mutant that survives is a question, which only the user's own limit
 * turns into a no: some survivors are equivalent, and nobody wants a build to break over those.
 */
function decideExitCode(
  tests: readonly JudgedTest[],
  { score, minScore }: { score: number | null; minScore: number | null },
): 0 | 1 {
  const isVacuous = tests.some(({ vacuous }) => vacuous !== null)
  const saysNothing = !tests.some(({ now }) => now === 'green')
  return isVacuous || saysNothing || (minScore !== null && (score ?? 0) < minScore) ? 1 : 0
}
