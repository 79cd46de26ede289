import { checkCases } from '../check/check.ts'
import type { Finding } from '../check/types.ts'
import { ModelError } from '../errors.ts'
import type { PlannedRoute } from '../plan-for.ts'
import type { Author, CaseProblem } from '../write/author.ts'
import { writeBuiltIn } from '../write/built-in.ts'
import type { Draft } from '../write/types.ts'
import { listProblems, type Tried } from './problems.ts'
import type { CheckedDraft } from './report.ts'

/** What became of the cases of one route, until none could be made better. */
export interface Attempts {
  readonly last: Tried
  /** Paths whose test was written anew, and is of use now. */
  readonly repaired: readonly string[]
  /** Paths for which the author has written no test that is of use, with what was wrong in the end. */
  readonly givenUp: readonly GivenUp[]
  /** Why the author stopped before its time; null: it did not. */
  readonly failure: ModelError | null
}

export interface GivenUp {
  readonly pathId: string
  readonly says: readonly string[]
  /** The built-in writer's test is there in its place. */
  readonly isReplaced: boolean
}

interface Attempt {
  readonly planned: PlannedRoute
  readonly author: Author
  /** Writes the file, and runs it where it has a test. */
  readonly tryOut: (draft: CheckedDraft) => Promise<Tried>
  /** An interruption is no failure of the author's. */
  readonly signal: AbortSignal
}

/**
 * write -> check -> run, and what is broken or fails a check goes back to the author, as often as it has attempts. Where
 * they do not help, and where the author fails, the built-in writer's cases take the place of what can't be used.
 */
export async function writeAndTry(attempt: Attempt): Promise<Attempts> {
  const { planned, author, tryOut } = attempt
  const first = await orFailure(attempt, author.write)
  if (first instanceof ModelError) {
    const draft = writeBuiltIn(planned.plan, planned.vocabulary)
    return { last: await tryOut(checkDraft(planned, draft)), repaired: [], givenUp: [], failure: first }
  }
  let last = await tryOut(checkDraft(planned, first))
  let problems = listProblems(planned, last)
  const wrong = new Set<string>()
  let failure: ModelError | null = null
  while (problems.length > 0) {
    for (const { pathId } of problems) wrong.add(pathId)
    const { draft } = last.draft
    const next = await orFailure(attempt, () => author.repair(draft, problems))
    if (next instanceof ModelError) failure = next
    if (next === null || next instanceof ModelError) break
    last = await tryOut(checkDraft(planned, next.draft, next.refused))
    problems = listProblems(planned, last)
  }
  return { ...(await replaceUseless(attempt, { last, problems, wrong })), failure }
}

async function orFailure<T>({ signal }: Attempt, work: () => Promise<T>): Promise<T | ModelError> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ModelError) || signal.aborted) throw error
    return error
  }
}

async function replaceUseless(
  { planned, author, tryOut }: Attempt,
  { last, problems, wrong }: { last: Tried; problems: readonly CaseProblem[]; wrong: ReadonlySet<string> },
): Promise<Omit<Attempts, 'failure'>> {
  const isUseless = (pathId: string): boolean => problems.some((one) => one.pathId === pathId)
  const repaired = [...wrong].filter((pathId) => !isUseless(pathId))
  // Of the built-in writer's own cases there is no better version.
  if (author.account() === null) return { last, repaired, givenUp: [] }
  const { draft, replaced } = replaceCases(planned, last.draft.draft, isUseless)
  const useless = problems.map(({ pathId, says }) => ({ pathId, says }))
  const unwritten = last.draft.draft.left.flatMap(({ pathId, reason }) =>
    replaced.has(pathId) && !isUseless(pathId) ? [{ pathId, says: [reason] }] : [],
  )
  const givenUp = [...useless, ...unwritten].map((one) => ({ ...one, isReplaced: replaced.has(one.pathId) }))
  if (replaced.size === 0) return { last, repaired, givenUp }
  return { last: await tryOut(checkDraft(planned, draft)), repaired, givenUp }
}

/** Also for a path that the author did not write, though all that its test needs is known. */
function replaceCases(
  { plan, vocabulary }: PlannedRoute,
  draft: Draft,
  isUseless: (pathId: string) => boolean,
): { draft: Draft; replaced: ReadonlySet<string> } {
  const isMissing = (pathId: string): boolean => !draft.cases.some((one) => one.pathId === pathId)
  const taken = writeBuiltIn(plan, vocabulary).cases.filter(({ pathId }) => isUseless(pathId) || isMissing(pathId))
  const replaced = new Set(taken.map(({ pathId }) => pathId))
  const cases = [...draft.cases.filter(({ pathId }) => !replaced.has(pathId)), ...taken]
  const order = plan.paths.map(({ id }) => id)
  return {
    replaced,
    draft: {
      ...draft,
      cases: cases.toSorted((one, other) => order.indexOf(one.pathId) - order.indexOf(other.pathId)),
      left: draft.left.filter(({ pathId }) => !replaced.has(pathId)),
    },
  }
}

/** What a check refuses is not run: a case is data until it has passed. */
function checkDraft(
  { plan, vocabulary, config }: PlannedRoute,
  draft: Draft,
  refusedRepairs: readonly Finding[] = [],
): CheckedDraft {
  const { variables } = config
  const found = checkCases({ cases: draft.cases, plan, names: vocabulary.scaffold.names, variables })
  const explained = new Set(draft.left.map((left) => left.pathId))
  const findings = found.filter(
    (finding) => !(finding.pathId !== null && explained.has(finding.pathId) && finding.kind === 'one-test-per-path'),
  )
  const refused = new Set(findings.map((finding) => finding.pathId))
  const dropped = draft.cases.filter((one) => refused.has(one.pathId))
  const left = [
    ...draft.left,
    ...dropped.map((one) => ({ pathId: one.pathId, reason: 'what the writer wrote was refused by a check' })),
  ]
  const kept = { ...draft, cases: draft.cases.filter((one) => !refused.has(one.pathId)), left }
  return { draft, findings: [...findings, ...refusedRepairs], kept }
}
