import { describe, expect, it } from 'vitest'
import { experiment } from '../../src/flaky/experiment.ts'
import type { Lab, Setting } from '../../src/flaky/lab.ts'
import type { History, Trial } from '../../src/flaky/suspects.ts'
import type { Condition, Counts, Failure } from '../../src/flaky/types.ts'

const FILE = 'tests/a.test.ts'
const FAILURE: Failure = {
  fingerprint: 'f',
  class: 'assertion',
  message: 'expected 1 to be 2',
  expected: '2',
  actual: '1',
  at: null,
  code: null,
  isLate: false,
}

/** What a run would be, by a rule: whether the target fails, the how-many-eth run it is. */
function labOf(fails: (setting: Setting, run: number) => boolean, files: readonly string[] = [FILE]): Lab {
  let count = 0
  return {
    files,
    get count() {
      return count
    },
    run: () => Promise.reject(new Error('no test asks for a run as a whole')),
    async attempt(_target, setting, { times, until = () => false }) {
      let counts: Counts = { runs: 0, failed: 0 }
      while (counts.runs < times && !until(counts)) {
        count += 1
        counts = { runs: counts.runs + 1, failed: counts.failed + (fails(setting, count) ? 1 : 0) }
      }
      return counts
    },
  }
}

function trials(condition: Condition, results: readonly boolean[], before: readonly string[] = []): Trial[] {
  return results.map((failed, run) => ({
    run,
    condition,
    seed: condition === 'shuffled' ? 7 : null,
    failure: failed ? FAILURE : null,
    before,
  }))
}

function history(...all: readonly Trial[][]): History {
  return { file: FILE, key: 't\n0', trials: all.flat() }
}

const beforeOf = ({ order }: Setting): readonly string[] => order?.keys.slice(0, -1) ?? []
const TESTS = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}\n0`)

describe('order', () => {
  it('finds the test that breaks it', async () => {
    const suspect = history(trials('written', [false, false]), trials('shuffled', [true, true], TESTS))
    const finding = await experiment(
      suspect,
      labOf((setting) => beforeOf(setting).includes('d\n0')),
      null,
    )
    expect(finding).toMatchObject({ kind: 'order', isNeed: false, tests: ['d\n0'] })
    expect(finding.evidence).toEqual([
      'alone: passed 5 of 5',
      'after the 6 that ran before it with seed 7: failed 3 of 3',
      'after only the one named above, found by halving that order: failed 3 of 3',
    ])
  })

  it('finds two that only break it together', async () => {
    const suspect = history(trials('written', [false]), trials('shuffled', [true], TESTS))
    const both = ['b\n0', 'e\n0']
    const fails = (setting: Setting): boolean => both.every((key) => beforeOf(setting).includes(key))
    expect(await experiment(suspect, labOf(fails), null)).toMatchObject({ kind: 'order', tests: both })
  })

  it('finds the test that it needs', async () => {
    const suspect = history(trials('written', [false, false], TESTS), trials('shuffled', [true]))
    const finding = await experiment(
      suspect,
      labOf((setting) => !beforeOf(setting).includes('c\n0')),
      null,
    )
    expect(finding).toMatchObject({ kind: 'order', isNeed: true, tests: ['c\n0'] })
  })

  it('blames no test for what comes and goes in the same order', async () => {
    const suspect = history(trials('written', [true, false], TESTS))
    const finding = await experiment(
      suspect,
      labOf((_setting, run) => run > 5 && run % 2 === 0),
      null,
    )
    expect(finding).toMatchObject({ kind: 'random', tests: [] })
  })
})

describe('a busy machine', () => {
  it('is the cause where it fails only on one', async () => {
    const suspect = history(trials('written', Array(5).fill(false)), trials('loaded', [true, true, true]))
    const finding = await experiment(
      suspect,
      labOf(({ condition }) => condition === 'loaded'),
      null,
    )
    expect(finding.kind).toBe('load')
    expect(finding.evidence).toContain('in all 6 of 6 failed with the CPU loaded, 0 of 10 without')
  })

  it('is not, where one failure may be an accident', async () => {
    const suspect = history(trials('written', [false]), trials('loaded', [true, false]))
    const finding = await experiment(
      suspect,
      labOf((_setting, run) => run === 6),
      null,
    )
    expect(finding.kind).toBe('unknown')
  })
})

describe('other files', () => {
  const files = [FILE, 'tests/b.test.ts', 'tests/c.test.ts', 'tests/d.test.ts']
  const shared = history(trials('written', [false, false]), trials('shared', [true, true]))

  it('finds the one that it can not share with', async () => {
    const fails = ({ condition, files: beside }: Setting): boolean =>
      condition === 'shared' && beside.includes('tests/c.test.ts')
    const finding = await experiment(shared, labOf(fails, files), null)
    expect(finding).toMatchObject({ kind: 'shared-state', others: ['tests/c.test.ts'], isShared: true })
  })

  it('finds it by pairs where many files seldom meet', async () => {
    const fails = ({ condition, files: beside }: Setting): boolean =>
      condition === 'shared' && beside.length === 2 && beside.includes('tests/d.test.ts')
    const finding = await experiment(shared, labOf(fails, files), null)
    expect(finding).toMatchObject({ kind: 'shared-state', others: ['tests/d.test.ts'] })
  })

  it('finds what they share also where databases and ports are their own', async () => {
    const suspect = history(trials('written', [true, true, false]))
    const fails = ({ files: beside }: Setting): boolean => beside.includes('tests/b.test.ts')
    const finding = await experiment(suspect, labOf(fails, files), null)
    expect(finding).toMatchObject({ kind: 'shared-state', others: ['tests/b.test.ts'], isShared: false })
  })
})

it('says so when nothing shows why', async () => {
  const finding = await experiment(
    history(trials('written', [true, false, false])),
    labOf(() => false),
    null,
  )
  expect(finding).toMatchObject({ kind: 'unknown', tests: [], others: [] })
  expect(finding.evidence).toEqual(['alone: passed 10 of 10'])
})
