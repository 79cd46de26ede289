import type { ErrorFacts, HarnessFacts, RunFacts, TestFacts } from '../../src/run/types.ts'

export const TITLE = '[happy] answers 201'

/** A failed `expect(res.status).toBe(201)`. */
export function errorFacts(overrides: Partial<ErrorFacts> = {}): ErrorFacts {
  return {
    name: 'AssertionError',
    message: 'expected 500 to be 201 // Object.is equality',
    code: null,
    expected: '201',
    actual: '500',
    hasComparison: true,
    frames: [],
    cause: null,
    ...overrides,
  }
}

/** What the harness sees of a test that sends one request which reaches the route. */
export function harnessFacts(overrides: Partial<HarnessFacts> = {}): HarnessFacts {
  return {
    requests: 1,
    requestsBefore: 0,
    log: [{ method: 'POST', path: '/orders', status: 500, route: 'POST /orders', isApp: true, isGivenUp: false }],
    assertions: [{ frame: null, passed: 1, failed: 0, messages: [] }],
    uncaught: [],
    exits: [],
    hasFrozenTimers: false,
    tampered: [],
    routeHits: 1,
    unansweredRequests: [],
    unstubbedCalls: [],
    blockedConnections: [],
    unreachedFaults: [],
    appCrashes: [],
    isAfterCrash: false,
    ...overrides,
  }
}

export function testFacts(overrides: Partial<TestFacts> = {}): TestFacts {
  return {
    file: 'tests/integration/post-orders.test.ts',
    name: TITLE,
    fullName: `POST /orders > ${TITLE}`,
    state: 'passed',
    errors: [],
    durationMs: 12,
    retries: 0,
    isMeantToFail: false,
    harness: harnessFacts(),
    ...overrides,
  }
}

export function failedTest(error: Partial<ErrorFacts> = {}, harness: Partial<HarnessFacts> = {}): TestFacts {
  return testFacts({ state: 'failed', errors: [errorFacts(error)], harness: harnessFacts(harness) })
}

export function runFacts(overrides: Partial<RunFacts> = {}): RunFacts {
  return {
    exitCode: 0,
    reason: 'passed',
    vitest: '4.1.12',
    setupFiles: [],
    tests: [testFacts()],
    fileErrors: [],
    stalled: [],
    unhandled: [],
    stderrTail: '',
    durationMs: 900,
    ...overrides,
  }
}
