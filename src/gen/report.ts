import type { BootEnvironment } from '../boot-environment.ts'
import type { Finding } from '../check/types.ts'
import { classifyTest } from '../classify.ts'
import { findLack } from '../harness/faults/unsupported.ts'
import { findDifference, type Outcome as RunOutcome } from '../judge/find-difference.ts'
import type { Path } from '../plan/types.ts'
import type { PlannedRoute } from '../plan-for.ts'
import type { PromptSize } from '../prompt.ts'
import { proveByAblation } from '../prove/ablation.ts'
import type { BugProof } from '../prove/try-survivors.ts'
import type { RedactedKind } from '../redact/types.ts'
import { type Judged, reportPath } from '../report/build-report.ts'
import type { GenReport, ReportedPath } from '../report/types.ts'
import type { EngineFacts, RunFacts } from '../run/types.ts'
import type { Account, Draft } from '../write/types.ts'
import type { Attempts } from './attempts.ts'
import { listHints } from './hints.ts'

export interface CheckedDraft {
  readonly draft: Draft
  /** The cases without those that a check refuses. */
  readonly kept: Draft
  readonly findings: readonly Finding[]
}

export interface Runs {
  readonly ablated: RunFacts
  readonly real: RunFacts
  /** The same, in other orders. */
  readonly again: readonly RunFacts[]
}

/** What was seen of a draft. */
export interface Outcome {
  readonly runs: Runs
  readonly typeFindings: readonly Finding[]
  readonly engine: EngineFacts
  readonly wrote: readonly string[]
  /** What the tests say of bugs that none noticed before. */
  readonly bugs: readonly BugProof[]
}

export interface ReportInput {
  readonly planned: PlannedRoute
  readonly draft: CheckedDraft
  readonly text: string
  readonly timings: Readonly<Record<string, number>>
  /** Null when no test was written, so nothing ran. */
  readonly outcome: Outcome | null
  readonly attempts: Pick<Attempts, 'repaired' | 'givenUp' | 'failure'>
  readonly account: Account | null
  readonly prompt: PromptSize | null
  readonly redacted: readonly RedactedKind[] | null
  readonly hints: readonly string[]
  /** Variables that the app reads while it loads and that have no value. */
  readonly without: BootEnvironment['without']
}

/** What a run of `gen` has shown, path by path. */
export function buildReport(input: ReportInput): GenReport {
  const { planned, draft, outcome } = input
  const { file } = planned.vocabulary.scaffold
  const paths = planned.plan.paths.map((one) => reportPath(judge(one, input), { file, text: input.text }))
  const findings = [
    ...draft.findings,
    ...(outcome ? [...outcome.typeFindings, ...findRunErrors(outcome.runs.real)] : []),
    ...paths.flatMap((one) => findMissed(one, input)),
  ]
  return {
    schema: 'itest.gen/1',
    route: planned.plan.route,
    file: outcome ? file : null,
    writer: describeWriter(input, paths),
    engine: outcome?.engine ?? null,
    vitest: outcome?.runs.real.vitest ?? null,
    runs: outcome ? 1 + outcome.runs.again.length : 0,
    paths,
    findings,
    questions: planned.plan.questions,
    unresolved: planned.read.dossier.unresolved,
    wrote: outcome?.wrote ?? [],
    hints: [
      ...planned.notes,
      ...input.hints,
      ...listHints({ read: planned.read, paths, run: outcome?.runs.real ?? null, without: input.without }),
    ],
    timings: input.timings,
    exitCode: input.attempts.failure ? 4 : decideExitCode(paths, findings),
  }
}

function describeWriter(
  { draft, account, attempts, prompt, redacted }: ReportInput,
  paths: readonly ReportedPath[],
): GenReport['writer'] {
  const { repaired, givenUp, failure } = attempts
  const confirmed = paths.filter(({ before, now }) => before === 'red' && ['green', 'red'].includes(now)).length
  const costUsd = account?.costUsd ?? null
  return {
    name: draft.draft.writer,
    model: account?.model ?? null,
    requests: account?.requests ?? 0,
    cachedReplies: account?.cached ?? 0,
    usage: account?.usage ?? null,
    costUsd,
    costPerConfirmedTestUsd: costUsd === null || confirmed === 0 ? null : costUsd / confirmed,
    repaired,
    givenUp,
    prompt,
    redacted,
    failure: failure && { message: failure.message, hint: failure.hint },
  }
}

/** No when a test or a check says so, and when a path must be tested but not one test could be written. */
function decideExitCode(paths: readonly ReportedPath[], findings: readonly Finding[]): 0 | 1 {
  const saysNo = paths.some((one) => ['red', 'broken', 'flaky'].includes(one.now)) || findings.length > 0
  const hasNothing = paths.some((one) => one.now === 'open') && !paths.some((one) => one.now === 'green')
  return saysNo || hasNothing ? 1 : 0
}

/** A test that was written for a bug and is green with it says nothing about it. */
function findMissed({ id, now, bug }: ReportedPath, { draft, planned }: ReportInput): Finding[] {
  const written = draft.kept.cases.find(({ pathId }) => pathId === id)
  const name = written && `${planned.vocabulary.scaffold.suite} > [${id}] ${written.title}`
  if (!bug || name === undefined || now !== 'green' || bug.noticedBy.includes(name)) return []
  const tried =
    bug.note === null
      ? 'is green with the bug that it is for, too'
      : `was not seen red with the bug that it is for: ${bug.note}`
  return [
    {
      kind: 'misses-bug',
      pathId: id,
      message: `its test ${tried} (${bug.file}:${bug.line} ${bug.change})`,
      line: null,
    },
  ]
}

/** Errors of the run that no test can be held to: nobody may take the other results for the whole story. */
function findRunErrors(run: RunFacts): Finding[] {
  const loose = run.unhandled.filter(({ test }) => test === null).map(({ error }) => error)
  const ofFiles = run.tests.some((test) => test.state === 'passed') ? run.fileErrors.map(({ error }) => error) : []
  return [...loose, ...ofFiles].map((error) => ({
    kind: 'run-error',
    pathId: null,
    message: `an error outside of the tests: ${error.name}: ${error.message.split('\n')[0]}`,
    line: null,
  }))
}

function judge(one: Path, { draft, outcome }: ReportInput): Judged {
  const left = draft.kept.left.find((candidate) => candidate.pathId === one.id)?.reason ?? null
  const written = draft.kept.cases.find((candidate) => candidate.pathId === one.id)
  const bug = outcome?.bugs.find(({ pathId }) => pathId === one.id)
  const about = bug ? { bug } : {}
  if (!written || !outcome) return { path: one, before: null, now: null, left, ...about }
  const title = `[${written.pathId}] ${written.title}`
  const proof = proveByAblation(title, outcome.runs)
  const difference = findDifference(listOutcomes(title, outcome.runs))
  const misfit = outcome.typeFindings.find((finding) => finding.pathId === one.id)
  const lack = lackFor(one, outcome.engine)
  if (lack !== null) return { path: one, before: proof.before, now: { status: 'skipped', reason: lack }, left }
  return {
    path: one,
    ...about,
    ...proof,
    ...(difference === null ? {} : { now: { status: 'flaky', reason: difference } as const }),
    ...(misfit ? { now: { status: 'broken', class: 'type', reason: misfit.message } as const } : {}),
    left,
  }
}

function listOutcomes(title: string, { real, again }: Runs): RunOutcome[] {
  return [real, ...again].map((run) => {
    const test = run.tests.find(({ name }) => name === title) ?? null
    const frame = test?.errors[0]?.frames.find(({ file }) => file === test.file) ?? null
    return { test, verdict: classifyTest(run, title, { ablated: false }), frame }
  })
}

/** Why this database can't do what the path needs; null when it can. */
export function lackFor(path: Path, { kind }: EngineFacts): string | null {
  return path.status === 'planned' ? findLack(kind, path.given.needs) : null
}
