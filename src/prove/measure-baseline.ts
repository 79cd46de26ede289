import { toProjectPath } from '../run/error-facts.ts'
import { describeTask } from './task-facts.ts'
import type { Ablation, Baseline, TestBaseline, TestSaid } from './types.ts'
import { runFile, type Worker } from './worker.ts'

/** The tests as they are, and what code each of them runs. */
export async function measureTests(worker: Worker): Promise<Omit<Baseline, 'ablated'>> {
  const { mutants, plan } = worker
  const tests: TestBaseline[] = []
  const hits: Record<number, number> = {}
  for (const file of plan.tests) {
    const own: TestBaseline[] = []
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
        const { durationMs } = describeTask(test, plan.root)
        own.push({ ...said, durationMs, reached: [...mutants.asked.keys()] })
      },
    })
    count(hits, mutants.asked)
    if (fileError !== null && own.length === 0) throw new Error(`${toProjectPath(file, plan.root)}: ${fileError}`)
    tests.push(...own.map((test) => ({ ...test, reached: [...new Set([...test.reached, ...atLoad])] })))
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
