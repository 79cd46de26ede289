import { fingerprint } from '../judge/fingerprint.ts'
import { toProjectPath } from '../run/error-facts.ts'
import { keyOf, type TestName, type TestSaid } from './types.ts'
import { runFile, type Worker } from './worker.ts'

/**
 * A test is settled by the first bug that it is red with: red for the same reason each of three times, and green without
 * the bug in between. What differs is nobody's kill. Later ones of a settled test are taken at their word.
 */
export async function confirmKills(
  worker: Worker,
  said: readonly TestSaid[],
  { settled, turnOn }: { readonly settled: Set<string>; readonly turnOn: () => void },
): Promise<readonly TestSaid[]> {
  const fresh = said.filter((one) => one.verdict.status === 'red' && !settled.has(keyOf(one)))
  if (fresh.length === 0) return said
  worker.mutants.turnTo(null, 0)
  const without = await runAgain(worker, fresh)
  turnOn()
  const again = [await runAgain(worker, fresh), await runAgain(worker, fresh)]
  const doubtful = fresh.filter((one) => {
    const key = keyOf(one)
    const isSame = again.every((run) => labelOf(run.get(key)) === labelOf(one))
    return !isSame || without.get(key)?.verdict.status !== 'green'
  })
  for (const one of fresh) if (!doubtful.includes(one)) settled.add(keyOf(one))
  return said.filter((one) => !doubtful.includes(one))
}

/** These and no others. */
export async function runAgain(worker: Worker, tests: readonly TestName[]): Promise<ReadonlyMap<string, TestSaid>> {
  const { plan } = worker
  const keys = new Set(tests.map(keyOf))
  const said = new Map<string, TestSaid>()
  for (const file of plan.tests) {
    if (!tests.some((test) => test.file === toProjectPath(file, plan.root))) continue
    await runFile(worker, file, {
      isAblated: true,
      wants: (test) => keys.has(keyOf(test)),
      said: (one) => said.set(keyOf(one), one),
    })
  }
  return said
}

function labelOf(said: TestSaid | undefined): string | null {
  if (said?.verdict.status !== 'red') return null
  return fingerprint([said.verdict.class, said.verdict.reason])
}
