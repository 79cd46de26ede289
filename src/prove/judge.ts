import type { Verdict } from '../classify.ts'
import type { Ablation, Baseline, Mutant, MutantStatus, ProofEvent, TestBaseline, TestName, TestSaid } from './types.ts'

/** A test that was validly red, and why. */
export interface Kill extends TestName {
  readonly class: string
  readonly reason: string
}

export interface JudgedMutant {
  readonly id: number
  readonly operator: string
  readonly file: string
  readonly line: number
  /** Follows "nothing would notice if FILE:LINE". */
  readonly change: string
  readonly status: MutantStatus
  /** In the order in which they ran; the first one was enough, so that later ones may not have been asked. */
  readonly killedBy: readonly Kill[]
  /** Why it is neither killed nor survived; null otherwise. */
  readonly note: string | null
}

export interface JudgedTest extends TestName {
  /** Without any change. Only a green test can say anything about a mutant. */
  readonly now: Verdict['status']
  readonly reason: string | null
  /** With the route gone. */
  readonly ablated: Readonly<Record<Ablation, Verdict['status'] | null>>
  /** Why it proves nothing about the route; null: something was seen to turn it red. */
  readonly vacuous: string | null
  /** Ids of the mutants that it killed. */
  readonly kills: readonly number[]
  readonly firstRed: { readonly by: string; readonly reason: string } | null
}

type Tried = Extract<ProofEvent, { kind: 'tried' }>

/** What the runs say of a mutant. `stuck`: a worker had to be ended because of it. */
export function judgeMutant(
  mutant: Mutant,
  told: { tried: Tried | null; isReached: boolean; isStuck: boolean },
): JudgedMutant {
  const { id, operator, file, line, change } = mutant
  const killedBy = (told.tried?.said ?? []).flatMap(toKill)
  const decided = decide(mutant, { ...told, killedBy })
  return { id, operator, file, line, change, ...decided, killedBy: decided.status === 'killed' ? killedBy : [] }
}

function decide(
  { invalid, equivalent }: Mutant,
  {
    tried,
    isReached,
    isStuck,
    killedBy,
  }: { tried: Tried | null; isReached: boolean; isStuck: boolean; killedBy: readonly Kill[] },
): Pick<JudgedMutant, 'status' | 'note'> {
  if (invalid !== null) return { status: 'invalid', note: invalid }
  if (equivalent !== null) return { status: 'equivalent', note: equivalent }
  if (isStuck) return { status: 'timeout', note: 'its process had to be ended' }
  if (!isReached) return { status: 'no-coverage', note: null }
  if (tried === null) return { status: 'broken', note: 'it was not tried' }
  if (tried.isEndless) return { status: 'timeout', note: 'it goes round and round' }
  if (killedBy.length > 0) return { status: 'killed', note: null }
  return explainBroken(tried)
}

function explainBroken({ said, fileError, isLoaded }: Tried): Pick<JudgedMutant, 'status' | 'note'> {
  const broken = said.flatMap(({ verdict }) => (verdict.status === 'broken' ? [verdict] : []))
  const late = broken.find((verdict) => verdict.class === 'timeout')
  if (late) return { status: 'timeout', note: late.reason }
  const [first] = broken
  if (first) return { status: 'broken', note: first.reason }
  if (fileError === null) return { status: 'survived', note: null }
  return { status: isLoaded ? 'broken' : 'invalid', note: fileError }
}

function toKill({ file, name, verdict }: TestSaid): Kill[] {
  return verdict.status === 'red' ? [{ file, name, class: verdict.class, reason: verdict.reason }] : []
}

const ABLATIONS: readonly Ablation[] = ['501', '200']

const ABLATED = {
  '501': 'the route answering 501',
  '200': 'the route answering an empty 200',
} satisfies Record<Ablation, string>

/** What is known of a test when everything has run. */
export function judgeTest(
  test: TestBaseline,
  { ablated, mutants }: { ablated: Baseline['ablated']; mutants: readonly JudgedMutant[] },
): JudgedTest {
  const { file, name, verdict } = test
  const isSame = (one: TestName): boolean => one.file === file && one.name === name
  const seen = ABLATIONS.flatMap((ablation) => ablated[ablation].filter(isSame).map((one) => ({ ablation, ...one })))
  const killed = mutants.flatMap(({ id, killedBy }) => killedBy.filter(isSame).map((kill) => ({ id, ...kill })))
  const find = (ablation: Ablation): Verdict['status'] | null =>
    seen.find((one) => one.ablation === ablation)?.verdict.status ?? null
  return {
    file,
    name,
    now: verdict.status,
    reason: 'reason' in verdict ? verdict.reason : null,
    ablated: { '501': find('501'), '200': find('200') },
    vacuous: verdict.status === 'green' ? explainVacuous(seen, killed.length) : null,
    kills: killed.map(({ id }) => id),
    firstRed: findFirstRed(seen, killed, mutants),
  }
}

function explainVacuous(seen: readonly (TestSaid & { ablation: Ablation })[], kills: number): string | null {
  const green = seen.filter(({ verdict }) => verdict.status === 'green')
  const reached = green.find(({ isRouteHit }) => isRouteHit)
  if (reached) return `stays green with ${ABLATED[reached.ablation]}`
  return green.length > 0 && kills === 0 ? 'is answered before the route, and no mutant turns it red' : null
}

function findFirstRed(
  seen: readonly (TestSaid & { ablation: Ablation })[],
  killed: readonly (Kill & { id: number })[],
  mutants: readonly JudgedMutant[],
): JudgedTest['firstRed'] {
  for (const { ablation, verdict } of seen) {
    if (verdict.status === 'red') return { by: ABLATED[ablation], reason: verdict.reason }
  }
  const [first] = killed
  const mutant = mutants.find(({ id }) => id === first?.id)
  return first && mutant ? { by: `${mutant.file}:${mutant.line} ${mutant.change}`, reason: first.reason } : null
}
