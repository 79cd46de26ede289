import type { JudgedMutant, JudgedTest } from '../../src/prove/judge.ts'
import type { ProveReport } from '../../src/prove/prove-report.ts'
import type { Mutant } from '../../src/prove/types.ts'

export function mutant(overrides: Partial<Mutant> = {}): Mutant {
  return {
    id: 1,
    operator: 'called-twice',
    file: 'src/routes/orders.ts',
    line: 17,
    change: 'called `charge(…)` twice',
    edits: [],
    equivalent: null,
    invalid: null,
    ...overrides,
  }
}

export function judgedMutant(overrides: Partial<JudgedMutant> = {}): JudgedMutant {
  const { id, operator, file, line, change } = mutant()
  return { id, operator, file, line, change, status: 'killed', killedBy: [], note: null, ...overrides }
}

export function judgedTest(overrides: Partial<JudgedTest> = {}): JudgedTest {
  return {
    file: 'tests/integration/post-orders.test.ts',
    name: '[happy] answers 201, stores the order and calls payments once',
    now: 'green',
    reason: null,
    ablated: { '501': 'red', '200': 'red' },
    vacuous: null,
    kills: [],
    firstRed: null,
    ...overrides,
  }
}

export function proveReport(overrides: Partial<ProveReport> = {}): ProveReport {
  return {
    schema: 'itest.prove/1',
    route: { method: 'POST', path: '/orders', file: 'src/routes/orders.ts', line: 8 },
    mutants: [],
    tests: [],
    counts: { killed: 0, survived: 0, 'no-coverage': 0, timeout: 0, broken: 0, invalid: 0, equivalent: 0 },
    score: null,
    minScore: null,
    unreachedFiles: [],
    engine: { kind: 'postgres', version: '15.18', limits: [] },
    wrote: [],
    timings: { run: 7000 },
    exitCode: 0,
    ...overrides,
  }
}
