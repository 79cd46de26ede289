import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runAgain } from './confirm-kills.ts'
import { type Baseline, keyOf, type TestSaid } from './types.ts'
import type { Worker } from './worker.ts'

/**
 * Which of these tests need what the tests before them leave: by itself such a one is not green without any bug, so that
 * it says nothing of one. A worker finds it out for all, when a test is first not green.
 */
export async function findNeedy(
  worker: Worker,
  said: readonly TestSaid[],
  { tests }: Baseline,
): Promise<readonly string[]> {
  const needy: string[] = []
  for (const one of said) {
    const key = keyOf(one)
    const first = tests.find((test) => test.file === one.file)
    if (first && keyOf(first) === key) continue
    const file = join(worker.plan.claims, `alone-${tests.findIndex((test) => keyOf(test) === key)}`)
    if (!existsSync(file)) writeFileSync(file, await askAlone(worker, one))
    if (readFileSync(file, 'utf8') === 'needy') needy.push(key)
  }
  return needy
}

async function askAlone(worker: Worker, one: TestSaid): Promise<'needy' | 'green'> {
  worker.mutants.turnTo(null, 0)
  const said = await runAgain(worker, [one])
  return said.get(keyOf(one))?.verdict.status === 'green' ? 'green' : 'needy'
}
