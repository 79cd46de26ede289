import { expect, it } from 'vitest'
import type { FlakyReport, FlakyTest } from '../../src/flaky/types.ts'
import { renderFlaky } from '../../src/report/flaky-text.ts'

const NONE = { runs: 0, failed: 0 }

const failure = (message: string, times = 1) => ({
  fingerprint: message,
  class: 'assertion',
  message,
  expected: null,
  actual: null,
  at: { file: 'tests/a.test.ts', line: 9 },
  code: null,
  isLate: false,
  times,
})

const TEST: FlakyTest = {
  file: 'tests/a.test.ts',
  name: 'answers\u001b[31m 201',
  line: 7,
  counts: { runs: 12, failed: 7 },
  under: { written: { runs: 6, failed: 2 }, shuffled: NONE, loaded: { runs: 6, failed: 5 }, shared: NONE },
  failures: [failure('expected 503 to be 201', 4), failure('one'), failure('two'), failure('three')],
  seed: null,
  replay: null,
  cause: {
    kind: 'shared-state',
    summary: 'it fails beside another file',
    culprits: [{ file: 'tests/b.test.ts', name: null, line: null }],
    evidence: ['alone: passed 5 of 5'],
    fix: 'give each its own rows',
  },
}

const REPORT: FlakyReport = {
  schema: 'itest.flaky/1',
  seed: 5,
  runs: 20,
  ran: { written: 6, shuffled: 0, loaded: 6, shared: 0 },
  experiments: 0,
  files: 2,
  tests: 3,
  flaky: [TEST],
  red: [{ file: 'tests/b.test.ts', name: null, runs: 12, failures: [failure('no key', 11), failure('no lock')] }],
  notes: ['1 of 12 runs gave no result: out of memory'],
  engine: { kind: 'pglite', version: '17.5', limits: [] },
  vitest: '4.1.12',
  durationMs: 1000,
  exitCode: 130,
}

it('says which, how often, why, and what to try', () => {
  expect(renderFlaky(REPORT, { color: false, width: 100 })).toBe(`tests/a.test.ts:7
  answers 201
  failed 7 of 12 runs: 2 of 6 as written, 5 of 6 with the CPU loaded
    4 x expected 503 to be 201 (tests/a.test.ts:9)
    1 x one (tests/a.test.ts:9)
    1 x two (tests/a.test.ts:9)
    1 more message
  cause: shared-state: it fails beside another file
    tests/b.test.ts
    - alone: passed 5 of 5
  try first: give each its own rows

Not flaky: these failed in every run
  tests/b.test.ts: (the whole file)
    11 x no key (tests/a.test.ts:9)
    1 more message

1 of 3 tests in 2 files is flaky, 1 always fails.
Interrupted after 12 of 20 runs: 6 as written, 0 shuffled, 6 with the CPU loaded.

Database: PGlite 17.5
Vitest 4.1.12
Orders drawn with --seed 5
Note: 1 of 12 runs gave no result: out of memory
`)
})

it('says that nothing is', () => {
  const calm: FlakyReport = { ...REPORT, flaky: [], red: [], notes: [], engine: null, exitCode: 0 }
  expect(renderFlaky(calm, { color: false, width: 100 })).toBe(`None of 3 tests in 2 files is flaky.
12 runs: 6 as written, 0 shuffled, 6 with the CPU loaded.

Vitest 4.1.12
Orders drawn with --seed 5
`)
})
