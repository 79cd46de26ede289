import type { RunnerTestCase, RunnerTestSuite } from 'vitest'
import { shuffled } from '../../run/shuffle.ts'
import type { RoundContext } from '../run-context.ts'

/**
 * Puts the tests of a file into the order of this round, before the first of them begins: Vitest itself only has the order
 * in which they stand, and what a seed makes of it.
 */
export function arrangeTests(
  file: RunnerTestSuite,
  chosen: readonly string[] | undefined,
  { order }: RoundContext,
): void {
  if (chosen) choose(file, new Map(chosen.map((key, index) => [key, index])))
  else if (order === 'reversed') reverse(file)
  else if (order !== null) shuffle(file, order)
}

/** The names of all tests of a file in the order in which they stand: with those of their suites, and numbered. */
export function nameTests(file: RunnerTestSuite): Map<RunnerTestCase, string> {
  const seen = new Map<string, number>()
  return new Map(
    listTests(file, []).map(({ test, name }) => {
      const index = seen.get(name) ?? 0
      seen.set(name, index + 1)
      return [test, `${name}\n${index}`]
    }),
  )
}

function listTests(
  { tasks }: RunnerTestSuite,
  above: readonly string[],
): { readonly test: RunnerTestCase; readonly name: string }[] {
  return tasks.flatMap((task) => {
    const names = [...above, task.name]
    return task.type === 'suite' ? listTests(task, names) : [{ test: task, name: names.join(' > ') }]
  })
}

/** All others are skipped, and so are the hooks of suites that have none of these. */
function choose(file: RunnerTestSuite, places: ReadonlyMap<string, number>): void {
  const names = nameTests(file)
  const placeOf = (task: RunnerTestCase | RunnerTestSuite): number =>
    task.type === 'suite' ? Math.min(...task.tasks.map(placeOf)) : (places.get(names.get(task) ?? '') ?? Infinity)
  const visit = (suite: RunnerTestSuite): void => {
    suite.shuffle = false
    suite.tasks = suite.tasks.toSorted((one, other) => compare(placeOf(one), placeOf(other)))
    for (const task of suite.tasks) {
      if (placeOf(task) === Infinity) task.mode = 'skip'
      else if (task.type === 'suite') visit(task)
    }
  }
  visit(file)
}

/** Infinity minus itself is no number. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1
}

function reverse(suite: RunnerTestSuite): void {
  suite.shuffle = false
  suite.tasks = suite.tasks.toReversed()
  for (const task of suite.tasks) if (task.type === 'suite') reverse(task)
}

/** As Vitest does with `sequence.seed`, so that its own command line can repeat it. */
function shuffle(suite: RunnerTestSuite, seed: number): void {
  suite.shuffle = false
  const suites = suite.tasks.filter((task) => task.type === 'suite')
  for (const inner of suites) shuffle(inner, seed)
  const tests = suite.tasks.filter((task) => task.type === 'test')
  suite.tasks = shuffled<RunnerTestSuite['tasks']>([suites, tests], seed).flatMap((group) => shuffled(group, seed))
}
