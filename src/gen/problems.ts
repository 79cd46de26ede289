import { type BrokenClass, classifyTest, type Verdict } from '../classify.ts'
import type { Path } from '../plan/types.ts'
import type { PlannedRoute } from '../plan-for.ts'
import type { ErrorFacts, TestFacts } from '../run/types.ts'
import type { CaseProblem } from '../write/author.ts'
import type { CheckedDraft, Outcome } from './report.ts'
import { lackFor } from './report.ts'

/** A draft, the file that it makes, and what was seen of it. */
export interface Tried {
  readonly draft: CheckedDraft
  readonly text: string
  /** Null when no test was written, so nothing ran. */
  readonly outcome: Outcome | null
}

/** What is wrong with the file around the cases, or with the project: no case can mend it. */
const NOT_THE_CASE: ReadonlySet<BrokenClass> = new Set(['import', 'hook', 'nothing-ran'])

const LONGEST_ERROR = 2000

/**
 * The cases that can't be used, for whoever may write them anew: refused by a check, broken in a run, or green whatever
 * the route does. A valid red is never among them: it is what the test is for.
 */
export function listProblems({ plan }: PlannedRoute, tried: Tried): CaseProblem[] {
  const isCommon = isCommonFailure(tried)
  const noticed = tried.outcome?.bugs.filter(({ noticedBy }) => noticedBy.length > 0) ?? []
  return plan.paths.flatMap((path) => {
    // Whichever test notices it.
    if (noticed.some(({ pathId }) => pathId === path.id)) return []
    const says = [...listRefusals(path, tried), ...(isCommon ? [] : listFailures(path, tried))]
    const code = tried.draft.draft.cases.find(({ pathId }) => pathId === path.id)?.code ?? null
    return says.length > 0 && path.status !== 'skipped' ? [{ pathId: path.id, code, says }] : []
  })
}

function listRefusals({ id }: Path, { draft }: Tried): string[] {
  const left = draft.draft.left.filter(({ pathId, isMistake }) => pathId === id && isMistake === true)
  return [
    ...left.map(({ reason }) => reason),
    ...draft.findings.flatMap(({ pathId, kind, message }) => (pathId === id ? [`${kind}: ${message}`] : [])),
  ]
}

/** Every test ends the same way: it is the project, the harness or the machine. */
function isCommonFailure({ draft, outcome }: Tried): boolean {
  if (!outcome || outcome.runs.real.fileErrors.length > 0) return true
  const verdicts = draft.kept.cases.map((one) => verdictOf(`[${one.pathId}] ${one.title}`, outcome))
  const reasons = new Set(verdicts.map((verdict) => (verdict.status === 'broken' ? verdict.reason : '')))
  const isHarness = verdicts.every((verdict) => verdict.status === 'broken' && verdict.class === 'harness')
  return verdicts.length > 1 && isHarness && reasons.size === 1
}

function verdictOf(title: string, { runs }: Outcome): Verdict {
  return classifyTest(runs.real, title, { ablated: false })
}

function listFailures(path: Path, { draft, text, outcome }: Tried): string[] {
  const written = draft.kept.cases.find(({ pathId }) => pathId === path.id)
  if (!written || !outcome || lackFor(path, outcome.engine) !== null) return []
  const title = `[${written.pathId}] ${written.title}`
  const types = outcome.typeFindings.filter(({ pathId }) => pathId === path.id)
  const test = outcome.runs.real.tests.find(({ name }) => name === title) ?? null
  return [
    ...types.map(({ message, line }) => `type-check: ${message}${quoteLine(text, line)}`),
    ...describeVerdict(verdictOf(title, outcome), test, text),
    ...describeProof(title, outcome),
    ...describeBug(path, outcome),
  ]
}

function describeVerdict(verdict: Verdict, test: TestFacts | null, text: string): string[] {
  if (verdict.status !== 'broken' || NOT_THE_CASE.has(verdict.class)) return []
  // What the reason says already is no news.
  const errors = test?.errors.filter(({ message }) => !verdict.reason.includes(message)) ?? []
  return [
    `it is broken (${verdict.class}): ${verdict.reason}`,
    ...errors.map((error) => describeError(error, { file: test?.file ?? '', text })),
  ]
}

function describeError({ name, message, frames, cause }: ErrorFacts, place: { file: string; text: string }): string {
  const line = frames.find(({ file }) => file === place.file)?.line ?? null
  const because = cause === null ? '' : `\ncaused by: ${cause}`
  return `${name}: ${`${message}${because}`.slice(0, LONGEST_ERROR)}${quoteLine(place.text, line)}`
}

/** A test that the missing route does not turn red tests nothing. */
function describeProof(title: string, outcome: Outcome): string[] {
  const isRed = classifyTest(outcome.runs.ablated, title, { ablated: true }).status !== 'green'
  if (isRed || verdictOf(title, outcome).status !== 'green') return []
  return ['it is green while the route answers 501 in place of its handler, so it does not test the route']
}

function describeBug(path: Path, { bugs, runs }: Outcome): string[] {
  const bug = bugs.find(({ pathId }) => pathId === path.id)
  if (!bug || bug.note !== null || path.status !== 'open' || !path.bug) return []
  const passed = runs.real.tests.some(({ name, state }) => name.startsWith(`[${path.id}]`) && state === 'passed')
  return passed ? [`it is green with the bug that it is for, too: ${path.bug.change}`] : []
}

function quoteLine(text: string, line: number | null): string {
  const code = line === null ? '' : (text.split('\n')[line - 1]?.trim() ?? '')
  return code === '' ? '' : `\n  at: ${code}`
}
