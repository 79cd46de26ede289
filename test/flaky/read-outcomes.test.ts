import { describe, expect, it } from 'vitest'
import { createOutcomeReader, type Outcome } from '../../src/flaky/read-outcomes.ts'
import type { RunFacts, TestFacts } from '../../src/run/types.ts'
import { errorFacts, harnessFacts, runFacts, testFacts } from '../support/run-factory.ts'

const FILE = 'tests/a.test.ts'
const LATE = errorFacts({ name: 'Error', message: 'the job has no queue', expected: null, actual: null })

const named = (name: string, more: Partial<TestFacts> = {}): TestFacts =>
  testFacts({ file: FILE, name, fullName: name, ...more })

function read(facts: Partial<RunFacts>, ran: readonly number[] = []): Outcome[] {
  return createOutcomeReader('/nowhere', [FILE])({ ...runFacts(facts), ran, mayShare: false })
}

/** Which fail, by name; the file as a whole is `null`. */
function failing(facts: Partial<RunFacts>): (string | null)[] {
  return read(facts).flatMap(({ key, failure }) => (failure ? [key === null ? null : key.replace('\n0', '')] : []))
}

describe('what a run says of each test', () => {
  it('is that it passed or failed, and what ran before it', () => {
    const tests = [named('a'), named('b', { state: 'failed', errors: [errorFacts()] }), named('c')]
    const [first, second, third, file] = read({ tests }, [2, 0, 1])
    expect(first).toEqual({ file: FILE, key: 'a\n0', failure: null, before: ['c\n0'] })
    expect(second).toMatchObject({ key: 'b\n0', before: ['c\n0', 'a\n0'], failure: { expected: '201', isLate: false } })
    expect(third).toMatchObject({ key: 'c\n0', before: [] })
    expect(file).toEqual({ file: FILE, key: null, failure: null, before: [] })
  })

  it('tells tests of one name apart', () => {
    expect(read({ tests: [named('a'), named('a')] }).map(({ key }) => key)).toEqual(['a\n0', 'a\n1', null])
  })

  it('gives failures with other ids, moments and ports the same fingerprint', () => {
    const failure = (message: string): string | undefined =>
      read({ tests: [named('a', { state: 'failed', errors: [errorFacts({ message })] })] })[0]?.failure?.fingerprint
    expect(failure('no order 2026-11-22T02:06:48.045Z at localhost:4711')).toBe(
      failure('no order 2026-11-22T02:06:49.110Z at localhost:9'),
    )
    expect(failure('no order')).not.toBe(failure('no customer'))
  })

  it('is nothing where it did not run', () => {
    const skipped = named('a', { state: 'skipped' })
    const cannot = named('b', { state: 'failed', errors: [errorFacts({ code: 'ITEST_ENGINE_CANNOT' })] })
    expect(read({ tests: [skipped, cannot, named('c', { state: 'pending' })] }).map(({ key }) => key)).toEqual([null])
  })

  it('is a failure where a worker took it along', () => {
    const tests = [named('a', { state: 'pending' })]
    expect(failing({ tests, stalled: [{ file: FILE, test: 'a' }] })).toEqual(['a'])
  })

  it('is a failure where only a second try passed', () => {
    expect(failing({ tests: [named('a', { retries: 1, errors: [errorFacts()] })] })).toEqual(['a'])
  })
})

describe('an error that nobody catches', () => {
  const uncaught = { kind: 'exception', isOfRequest: false, error: LATE } as const

  it('is held against the test that started it', () => {
    const harness = harnessFacts({ uncaught: [{ ...uncaught, of: 'starts' }] })
    const tests = [named('starts'), named('waits', { harness })]
    expect(failing({ tests })).toEqual(['starts'])
    expect(read({ tests })[0]?.failure).toMatchObject({ message: 'the job has no queue', isLate: true })
  })

  it('is held against the test that ran when nobody else is known', () => {
    const harness = harnessFacts({ uncaught: [{ ...uncaught, of: null }] })
    expect(failing({ tests: [named('a', { harness }), named('b')] })).toEqual(['a'])
  })

  it('is held against the file when no test was at work', () => {
    const tests = [named('a'), named('b')]
    expect(failing({ tests, unhandled: [{ test: null, file: FILE, error: LATE }] })).toEqual([null])
  })
})

it('holds a hook against the file', () => {
  const tests = [named('a', { state: 'skipped' })]
  expect(failing({ tests, fileErrors: [{ file: FILE, suite: null, error: LATE }] })).toEqual([null])
})
