import { toProjectPath } from '../run/error-facts.ts'
import type { Ablation, MeasuredTests, TestBaseline, TestSaid } from './types.ts'
import { runFile, type Worker } from './worker.ts'

/** The tests as they are, and what code each of them runs; `onTest` gets what is known after each of them. */
export async function measureTests(worker: Worker, onTest: (measured: MeasuredTests) => void): Promise<MeasuredTests> {
  const { mutants, plan } = worker
  const tests: TestBaseline[] = []
  const hits: Record<number, number> = {}
  for (const file of plan.tests) {
    const before = tests.length
    const atLoad = new Set<number>()
    let begun = false
    mutants.turnTo(null, 0)
    mutants.asked.clear()
    const { fileError } = await runFile(worker, file, {
      isAblated: false,
      wants: () => {
        if (!begun) for (const id of mutants.asked.keys()) atLoad.add(id)
        begun = true
        count(hits, mutants.asked)
        mutants.asked.clear()
        return true
      },
      said: (said, test) => {
        tests.push({
          ...said,
          durationMs: test.result?.duration ?? 0,
          reached: [...new Set([...mutants.asked.keys(), ...atLoad])],
        })
        onTest({ tests, hits })
      },
    })
    count(hits, mutants.asked)
    if (fileError !== null && tests.length === before) {
      throw new Error(`${toProjectPath(file, plan.root)}: ${fileError}`)
    }
  }
  return { tests, hits }
}

function count(hits: Record<number, number>, asked: ReadonlyMap<number, number>): void {
  for (const [id, times] of asked) hits[id] = (hits[id] ?? 0) + times
}

/** What the tests say without the route. */
export async function ablate(worker: Worker, ablation: Ablation): Promise<TestSaid[]> {
  const { state, mutants, plan } = worker
  const all: TestSaid[] = []
  mutants.turnTo(null, 0)
  state.ablate = Number(ablation)
  for (const file of plan.tests) {
    await runFile(worker, file, { isAblated: true, wants: () => true, said: (said) => all.push(said) })
  }
  state.ablate = null
  return all
}
