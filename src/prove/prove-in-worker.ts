import { appendFileSync, closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isComplete, isMissing, PARTS, readBaseline, readSoFar, writePart, writeSoFar } from './baseline-parts.ts'
import { findCollector } from './collect-garbage.ts'
import { ablate, measureTests } from './measure-baseline.ts'
import { listPostponed, takePostponed } from './postponed.ts'
import { isQuick, type Known, type Trial, tryMutant } from './try-mutant.ts'
import type { BaselinePart, ProofEvent, ProofPlan } from './types.ts'
import { prepare, type Stage, type Worker } from './worker.ts'

const WAIT_MS = 20
const WRITE_EVERY_MS = 50
const COLLECT_EVERY = 20

type Tell = (event: ProofEvent) => void

/** Every run that the plan asks for, one after the other, each told as an event. */
export async function proveInWorker(plan: ProofPlan, stage: Stage): Promise<void> {
  const file = join(plan.events, String(process.pid))
  const tell: Tell = (event) => appendFileSync(file, `${JSON.stringify(event)}\n`)
  writeFileSync(file, '', { flag: 'a' })
  try {
    const worker = await prepare(plan, stage)
    for (const part of PARTS) {
      if (isMissing(plan.baseline, part) && claim(plan, part)) await measure(worker, part, tell)
    }
    tell({ kind: 'ready' })
    await tryMutants(worker, tell)
    tell({ kind: 'done' })
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? `${error.stack}` : String(error) })
  }
}

async function measure(worker: Worker, part: BaselinePart, tell: Tell): Promise<void> {
  const { baseline: file } = worker.plan
  if (part !== 'tests') return writePart(file, part, await ablate(worker, part))
  let writtenAt = 0
  const measured = await measureTests(worker, (soFar) => {
    if (performance.now() - writtenAt < WRITE_EVERY_MS) return
    writeSoFar(file, soFar)
    tell({ kind: 'measured', tests: soFar.tests.length })
    writtenAt = performance.now()
  })
  writePart(file, part, measured)
}

/** Workers take from one list, and the first who asks gets it. */
function claim({ claims }: ProofPlan, name: string): boolean {
  try {
    closeSync(openSync(join(claims, name), 'wx'))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function tryMutants(worker: Worker, tell: Tell): Promise<void> {
  const { plan } = worker
  const collectGarbage = findCollector()
  const open = new Set(plan.mutants)
  const settled = new Set<string>()
  let tried = 0
  for (let known = readKnown(plan); ; known = known?.isComplete ? known : readKnown(plan)) {
    const next = known && choose(plan, { known, open })
    if (known && next) {
      tell({ kind: 'begun', mutant: next.mutant })
      tell(await tryMutant(worker, next, { known, settled }))
      tried += 1
      if (tried % COLLECT_EVERY === 0) collectGarbage()
    } else if (known?.isComplete) return
    else await delay(WAIT_MS)
  }
}

/** While a test waits for something, what is known of the others is enough for most mutants. */
function readKnown({ baseline, asking }: ProofPlan): Known | null {
  if (isComplete(baseline)) return { ...readBaseline(baseline), isComplete: true }
  const soFar = asking === 'one' ? readSoFar(baseline) : null
  return soFar && { ...soFar, isComplete: false }
}

function choose(plan: ProofPlan, { known, open }: { known: Known; open: Set<number> }): Trial | null {
  const postponed = known.isComplete ? new Set(listPostponed(plan)) : new Set<number>()
  for (const mutant of sortByWait([...postponed, ...open], known)) {
    if (postponed.has(mutant)) {
      const before = takePostponed(plan, mutant)
      if (before) return { mutant, before }
    } else if (known.isComplete || known.tests.some((one) => isQuick(one) && one.reached.includes(mutant))) {
      open.delete(mutant)
      if (claim(plan, String(mutant))) return { mutant, before: null }
    }
  }
  return null
}

/** Those first that may wait longest, so that no worker waits alone in the end. */
function sortByWait(mutants: readonly number[], { tests }: Known): number[] {
  const slow = tests.filter((test) => !isQuick(test))
  const waitFor = (mutant: number): number =>
    slow.reduce((sum, { durationMs, reached }) => sum + (reached.includes(mutant) ? durationMs : 0), 0)
  const waits = new Map(mutants.map((mutant) => [mutant, waitFor(mutant)]))
  return mutants.toSorted((one, other) => (waits.get(other) ?? 0) - (waits.get(one) ?? 0))
}
