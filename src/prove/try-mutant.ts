import { toProjectPath } from '../run/error-facts.ts'
import { confirmKills } from './confirm-kills.ts'
import { findNeedy } from './needy-tests.ts'
import { postpone } from './postponed.ts'
import { type Baseline, keyOf, type ProofEvent, type ProofPlan, type TestBaseline, type TestSaid } from './types.ts'
import { runFile, type Worker } from './worker.ts'

/** What is known of the tests without mutants. */
export interface Known extends Baseline {
  /** Otherwise some tests have not run yet. */
  readonly isComplete: boolean
}

/** What some of the tests said of a mutant. */
export interface Asked {
  /** Keys. */
  readonly tests: readonly string[]
  readonly said: readonly TestSaid[]
  readonly fileError: string | null
  readonly isLoaded: boolean
  readonly isEndless: boolean
  readonly durationMs: number
}

export interface Trial {
  readonly mutant: number
  /** What it was postponed with. */
  readonly before: Asked | null
}

const NOTHING: Asked = { tests: [], said: [], fileError: null, isLoaded: true, isEndless: false, durationMs: 0 }

const SLOW_MS = 800

/** Asks the tests that are known by now. Where others may have a say as well, the mutant is postponed. */
export async function tryMutant(
  worker: Worker,
  { mutant, before }: Trial,
  { known, settled }: { readonly known: Known; readonly settled: Set<string> },
): Promise<ProofEvent> {
  const { plan } = worker
  let asked = before ?? NOTHING
  const decided = decide(plan, { known, settled })
  for (const group of listGroups(plan, known))
    asked = await ask(worker, { mutant, group, asked, known, settled: decided })
  if (!known.isComplete && !isDecided(asked, { known, settled: decided })) {
    // It may go round more often than the tests did that have run so far.
    postpone(plan, mutant, asked.isEndless ? NOTHING : asked)
    return { kind: 'postponed', mutant }
  }
  const { tests: _, ...rest } = asked
  return { kind: 'tried', mutant, ...rest, memory: process.memoryUsage().rss }
}

/** Tests that need not be asked once another one has been red; the others get every chance to be. */
function decide({ asking }: ProofPlan, { known, settled }: { known: Known; settled: Set<string> }): Set<string> {
  if (asking === 'until-red') return settled
  return asking === 'one' ? listProven(known) : new Set()
}

/** Tests that were red without the route. */
function listProven({ ablated }: Baseline): Set<string> {
  const red = Object.values(ablated).flatMap((said) => said.filter(({ verdict }) => verdict.status === 'red'))
  return new Set(red.map(keyOf))
}

/**
 * Where the first red is enough, tests that wait for something come last: most bugs need none of them. They are not asked
 * as long as one that has not run yet may make that needless.
 */
function listGroups({ asking }: ProofPlan, { tests, isComplete }: Known): ((key: string) => boolean)[] {
  if (asking !== 'one') return [() => true]
  const quick = new Set(tests.filter(isQuick).map(keyOf))
  return [(key: string) => quick.has(key), (key: string) => !quick.has(key)].slice(0, isComplete ? 2 : 1)
}

/** One of the tests that are known was red, and none of the others has to be asked. */
function isDecided({ said, isEndless }: Asked, { known, settled }: { known: Known; settled: Set<string> }): boolean {
  if (isEndless || !said.some(ends)) return false
  const quick = new Set(known.tests.filter(isQuick).map(keyOf))
  const all = [...Object.values(known.ablated).flat(), ...known.tests].map(keyOf)
  return all.every((key) => quick.has(key) || settled.has(key))
}

export function isQuick({ durationMs }: TestBaseline): boolean {
  return durationMs <= SLOW_MS
}

interface Question {
  readonly mutant: number
  readonly group: (key: string) => boolean
  readonly asked: Asked
  readonly known: Known
  readonly settled: Set<string>
}

/** Asks again when a test was not green that has to have others before it. */
async function ask(worker: Worker, question: Question): Promise<Asked> {
  for (;;) {
    const asked = await askOnce(worker, question)
    const backed = listBacked(worker, question.known)
    const fresh = asked.said.slice(question.asked.said.length).filter((one) => !backed.has(keyOf(one)))
    const needy = worker.plan.asking === 'one' ? await findNeedy(worker, fresh, question.known) : []
    if (needy.length === 0) return asked
    for (const key of needy) worker.needy.add(key)
  }
}

/**
 * Keys of the tests that are asked with all before them, so that what they say is what they say in their file. For one
 * that waits for something this is cheaper than to find out whether it needs them.
 */
function listBacked({ plan, needy }: Worker, { tests }: Known): ReadonlySet<string> {
  if (plan.asking !== 'one') return needy
  const slow = tests.filter((test) => !isQuick(test))
  const first = slow.filter((test) => test === slow.find(({ file }) => file === test.file))
  return new Set([...needy, ...first.map(keyOf)])
}

async function askOnce(worker: Worker, { mutant, group, asked, known, settled }: Question): Promise<Asked> {
  const { plan, mutants } = worker
  const backed = listBacked(worker, known)
  const startedAt = performance.now()
  const wanted = [...listWanted(plan, mutant, known)].filter((key) => group(key) && !asked.tests.includes(key))
  const all: TestSaid[] = []
  let { fileError, isLoaded } = asked
  let isDone = asked.said.some(ends)
  const turnOn = (): void => mutants.turnTo(mutant, SLACK + 100 * (known.hits[mutant] ?? 0))
  turnOn()
  for (const file of plan.tests) {
    const name = `${toProjectPath(file, plan.root)}\n`
    const keys = known.tests.map(keyOf).filter((key) => key.startsWith(name))
    const isWanted = (key: string): boolean => wanted.includes(key) && !(isDone && settled.has(key))
    const isNeeded = (key: string): boolean =>
      keys.slice(keys.indexOf(key) + 1).some((later) => backed.has(later) && isWanted(later))
    if (!keys.some(isWanted)) continue
    const run = await runFile(worker, file, {
      isAblated: true,
      wants: (test) => isWanted(keyOf(test)) || isNeeded(keyOf(test)),
      said: (said) => {
        if (!wanted.includes(keyOf(said))) return
        all.push(said)
        isDone ||= ends(said)
      },
    })
    fileError ??= run.fileError
    isLoaded &&= run.isLoaded
  }
  const { isEndless } = mutants
  const said = all.filter(({ verdict }) => verdict.status !== 'green')
  return {
    tests: [...asked.tests, ...wanted],
    said: [...asked.said, ...(plan.asking === 'one' ? said : await confirmKills(worker, said, { settled, turnOn }))],
    fileError,
    isLoaded,
    isEndless: asked.isEndless || isEndless,
    durationMs: asked.durationMs + performance.now() - startedAt,
  }
}

const SLACK = 1000

/** Only a test that is green, and that runs the code, can notice what is wrong with it. */
function listWanted({ only }: ProofPlan, mutant: number, { tests }: Baseline): ReadonlySet<string> {
  const named = only && new Set(only.map(keyOf))
  const reaching = tests.filter(({ verdict, reached }) => verdict.status === 'green' && reached.includes(mutant))
  return new Set(reaching.map(keyOf).filter((key) => named === null || named.has(key)))
}

/** No further test has to say it. */
function ends({ verdict }: TestSaid): boolean {
  return verdict.status === 'red' || (verdict.status === 'broken' && verdict.class === 'timeout')
}
