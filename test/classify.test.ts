import { describe, expect, it } from 'vitest'
import { classifyTest, type Verdict } from '../src/classify.ts'
import { proveByAblation } from '../src/prove/ablation.ts'
import type { ErrorFacts, HarnessFacts, RunFacts } from '../src/run/types.ts'
import { errorFacts, failedTest, harnessFacts, runFacts, TITLE, testFacts } from './support/run-factory.ts'

const FILE = 'tests/integration/post-orders.test.ts'

function classify(facts: Partial<RunFacts>, ablated = false): Verdict {
  return classifyTest(runFacts(facts), TITLE, { ablated })
}

function classifyFailure(error: Partial<ErrorFacts>, harness: Partial<HarnessFacts> = {}, ablated = false): Verdict {
  return classify({ tests: [failedTest(error, harness)] }, ablated)
}

describe('a test that passed', () => {
  it('is green', () => {
    expect(classify({})).toEqual({ status: 'green' })
  })

  it('is trivial when it sent no request', () => {
    expect(classify({ tests: [testFacts({ harness: harnessFacts({ requests: 0 }) })] })).toMatchObject({
      status: 'broken',
      class: 'trivial',
    })
  })

  it('is red when an error that nobody catches would have ended the app', () => {
    const error = errorFacts({ name: 'Error', message: 'boom' })

    expect(classify({ unhandled: [{ test: TITLE, file: null, error }] })).toEqual({
      status: 'red',
      class: 'app-crash',
      error,
      reason: 'an error that nobody catches ends the process: boom',
    })
  })

  it('is green when the unhandled error belongs to another test, or to none', () => {
    const error = errorFacts({ message: 'boom' })

    expect(classify({ unhandled: [{ test: '[other] does', file: null, error }] })).toEqual({ status: 'green' })
    expect(classify({ unhandled: [{ test: null, file: null, error }] })).toEqual({ status: 'green' })
  })

  it('is red when the app would not have survived the fault', () => {
    const harness = harnessFacts({ appCrashes: ['Connection terminated unexpectedly (after commit)'] })

    expect(classify({ tests: [testFacts({ harness })] })).toEqual({
      status: 'red',
      class: 'app-crash',
      error: null,
      reason: "the app's process would have crashed: Connection terminated unexpectedly (after commit)",
    })
  })

  it('says nothing when the harness saw nothing of it', () => {
    expect(classify({ tests: [testFacts({ harness: null })] })).toMatchObject({ status: 'broken', class: 'harness' })
  })

  it('says nothing when it passed on a retry only', () => {
    expect(classify({ tests: [testFacts({ retries: 1 })] })).toMatchObject({ status: 'broken', class: 'harness' })
  })
})

describe('a failed assertion', () => {
  it('is red, with the error', () => {
    expect(classifyFailure({})).toEqual({
      status: 'red',
      class: 'assertion',
      error: errorFacts(),
      reason: 'expected 500 to be 201 // Object.is equality',
    })
  })

  it('names a crash that came with it', () => {
    expect(classifyFailure({}, { appCrashes: ['boom (after commit)'] })).toMatchObject({
      class: 'assertion',
      crash: "the app's process would have crashed: boom (after commit)",
    })
  })

  it('says nothing when the driver did not recover from the crash of an earlier test', () => {
    expect(classifyFailure({}, { isAfterCrash: true })).toMatchObject({ status: 'broken', class: 'harness' })
  })

  it('is skipped when the engine can not do what it asks for', () => {
    const message = 'PGlite can not delay a statement'

    expect(classifyFailure({ code: 'ITEST_ENGINE_CANNOT', message })).toEqual({ status: 'skipped', reason: message })
  })

  it.each([
    { what: 'node:assert', error: { name: 'AssertionError', code: 'ERR_ASSERTION' } },
    {
      what: 'toMatch on undefined',
      error: { name: 'TypeError', message: '.toMatch() expects to receive a string, but got undefined' },
    },
    {
      what: 'toBeGreaterThan on undefined',
      error: { name: 'TypeError', message: 'actual value must be number or bigint, received "undefined"' },
    },
    {
      what: 'toHaveLength on undefined',
      error: { message: 'Target cannot be null or undefined.', hasComparison: false },
    },
    {
      what: 'a matcher of expect.extend, in colour',
      error: {
        name: 'Error',
        message: '\u001b[2mexpect(\u001b[22m\u001b[31mreceived\u001b[39m\u001b[2m).toBeOneOf()\u001b[22m',
      },
    },
  ])('is also $what', ({ error }) => {
    expect(classifyFailure(error)).toMatchObject({ status: 'red', class: 'assertion' })
  })

  it.each([null, '', 'undefined'])(
    'says nothing when its snapshot is still to be written, here with %j as expected',
    (expected) => {
      const message = 'Snapshot `answers 202 1` mismatched'

      expect(classifyFailure({ name: 'Error', message, expected })).toMatchObject({
        status: 'broken',
        class: 'no-assertion',
      })
    },
  )

  it('is no news of the app when the test sent no request', () => {
    expect(classifyFailure({}, { requests: 0 })).toMatchObject({ status: 'broken', class: 'trivial' })
  })

  it('is no news of the route when the request ended in a 404 elsewhere', () => {
    const verdict = classifyFailure({ actual: '404' }, { routeHits: 0 })

    expect(verdict).toMatchObject({ status: 'broken', class: 'missing-route' })
  })

  it('is red when the route itself answered 404', () => {
    expect(classifyFailure({ actual: '404' }, { routeHits: 1 })).toMatchObject({ status: 'red' })
  })

  it('blames the missing route before the fault that could not be reached', () => {
    const verdict = classifyFailure({ actual: '404' }, { routeHits: 0, unreachedFaults: ['insert into orders'] })

    expect(verdict).toMatchObject({ class: 'missing-route' })
  })
})

describe('a failure that says nothing about the app', () => {
  it.each<{ what: string; error?: Partial<ErrorFacts>; harness?: Partial<HarnessFacts>; is: object }>([
    {
      what: 'a call without a stub, said once',
      harness: { unstubbedCalls: ['POST https://a.example/x', 'POST https://a.example/x'] },
      is: { class: 'unstubbed-call', reason: 'no stub answers POST https://a.example/x' },
    },
    {
      what: 'a connection that was refused',
      harness: { blockedConnections: ['127.0.0.1:6379'] },
      is: {
        class: 'unstubbed-call',
        reason: 'the app tried to reach 127.0.0.1:6379, and nothing stands in for it',
      },
    },
    {
      what: 'a fault that nothing hit',
      harness: { unreachedFaults: ['insert into orders'] },
      is: { class: 'fault-not-reached', reason: 'the fault was not reached: insert into orders' },
    },
    {
      what: 'a timeout while every request was answered',
      error: { name: 'Error', message: 'Test timed out in 5000ms.\nIf this is a long-running test, …' },
      is: { class: 'timeout', reason: 'Test timed out in 5000ms.' },
    },
    {
      what: 'a timeout of an operation',
      error: { name: 'TestTimeoutError', message: 'STACK_TRACE_ERROR' },
      is: { class: 'timeout' },
    },
    {
      what: 'an error of ours',
      error: { name: 'Error', code: 'ITEST_DATABASE_BUSY', message: 'the app left a transaction open' },
      is: { class: 'harness', reason: 'the app left a transaction open' },
    },
    {
      what: 'an error of ours that looks like an assertion',
      error: { name: 'AssertionError', code: 'ITEST_DATABASE_BUSY' },
      is: { class: 'harness' },
    },
    {
      what: 'a mistake in the test',
      error: { name: 'TypeError', message: "Cannot read properties of undefined (reading 'id')" },
      is: { class: 'harness', reason: "TypeError: Cannot read properties of undefined (reading 'id')" },
    },
    {
      what: 'a connection that supertest could not make',
      error: { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:1' },
      is: { class: 'harness' },
    },
    {
      what: 'a thrown value without a name or message',
      error: { name: '', message: '' },
      is: { class: 'harness', reason: 'thrown: an error without a message' },
    },
  ])('is broken: $what', ({ error = {}, harness = {}, is }) => {
    expect(classifyFailure(error, harness)).toMatchObject({ status: 'broken', ...is })
  })

  it('is broken when there is no error at all, or nothing is known of the test', () => {
    expect(classify({ tests: [testFacts({ state: 'failed' })] })).toMatchObject({ status: 'broken', class: 'harness' })
    const unseen = testFacts({ state: 'failed', errors: [errorFacts()], harness: null })
    expect(classify({ tests: [unseen] })).toMatchObject({ status: 'broken', class: 'harness' })
  })
})

describe('a request that nobody answers', () => {
  const hang = { unansweredRequests: ['POST /orders'] }

  it.each([
    { shape: 'Test timed out', error: { name: 'Error', message: 'Test timed out in 5000ms.' } },
    { shape: 'ECONNABORTED', error: { name: 'Error', code: 'ECONNABORTED', message: 'Timeout of 1000ms exceeded' } },
    { shape: 'an assertion', error: { message: 'expected undefined to be 202', actual: 'undefined' } },
  ])('is red, in the shape of $shape', ({ error }) => {
    expect(classifyFailure(error, hang)).toMatchObject({
      status: 'red',
      class: 'hang',
      reason: 'POST /orders was never answered',
    })
  })

  it('names the error that the app dropped', () => {
    const dropped = errorFacts({ name: 'PaymentError', message: 'declined\nmore' })
    const tests = [failedTest({ message: 'Test timed out in 5000ms.' }, hang)]

    expect(classify({ tests, unhandled: [{ test: `POST /orders > ${TITLE}`, file: null, error: dropped }] })).toEqual({
      status: 'red',
      class: 'hang',
      error: dropped,
      reason: 'POST /orders was never answered; the app dropped this error: declined',
    })
  })
})

describe('a test that did not run', () => {
  const fileError = (error: Partial<ErrorFacts>) => [
    { file: FILE, suite: null, error: errorFacts({ name: 'Error', ...error }) },
  ]

  it.each([
    { what: 'import', error: { message: "Cannot find module './payments.js'" }, is: 'import' },
    {
      what: 'syntax',
      error: { message: 'Transform failed with 1 error:\n/a.ts:6:29: ERROR: Unexpected ","' },
      is: 'syntax',
    },
    { what: 'syntax by name', error: { name: 'SyntaxError', message: 'no export named x' }, is: 'syntax' },
    { what: 'our own setup', error: { code: 'ITEST_SETUP', message: 'no database' }, is: 'harness' },
  ])('is broken with its file: $what', ({ error, is }) => {
    expect(classify({ tests: [], fileErrors: fileError(error) })).toMatchObject({ status: 'broken', class: is })
  })

  it('says where the syntax is wrong, not only that it is', () => {
    const message = 'Transform failed with 1 error:\nsrc/a.ts:6:29: ERROR: Unexpected ","'

    expect(classify({ tests: [], fileErrors: fileError({ message }) })).toMatchObject({
      reason: 'Transform failed with 1 error: src/a.ts:6:29: ERROR: Unexpected ","',
    })
  })

  it('is broken by a hook when it was collected and skipped', () => {
    const tests = [testFacts({ state: 'skipped' })]

    expect(classify({ tests, fileErrors: fileError({ message: 'connect ECONNREFUSED' }) })).toMatchObject({
      class: 'hook',
      reason: 'connect ECONNREFUSED',
    })
  })

  it('is not blamed on the error of another file', () => {
    const tests = [testFacts({ state: 'skipped' })]
    const fileErrors = [{ file: 'tests/other.test.ts', suite: null, error: errorFacts() }]

    expect(classify({ tests, fileErrors })).toEqual({
      status: 'broken',
      class: 'nothing-ran',
      reason: 'the test did not run',
    })
  })

  it.each([
    { what: 'was killed for its time', code: 'ITEST_RUN_TIMEOUT', is: 'timeout' },
    { what: 'ended without a result', code: 'ITEST_RUN_CRASHED', is: 'nothing-ran' },
    // A dead worker: all its tests are pending, the run says "passed", and one error has no test.
    { what: 'lost its worker', code: null, is: 'nothing-ran' },
  ])('says so when the run $what', ({ code, is }) => {
    const unhandled = [{ test: null, file: null, error: errorFacts({ name: 'Error', code, message: 'it ended' }) }]

    expect(classify({ tests: [testFacts({ state: 'pending' })], unhandled })).toEqual({
      status: 'broken',
      class: is,
      reason: 'it ended',
    })
  })

  it('quotes the last words of the process when nothing else is known', () => {
    expect(classify({ tests: [], stderrTail: 'a\nout of memory\n' })).toMatchObject({ reason: 'out of memory' })
  })
})

describe('with the route answering 501', () => {
  it('faults that were not reached and 404s are no excuse', () => {
    expect(classifyFailure({}, { unreachedFaults: ['insert into orders'] }, true)).toMatchObject({ status: 'red' })
    expect(classifyFailure({ actual: '404' }, { routeHits: 0 }, true)).toMatchObject({ status: 'red' })
  })

  it('a test is judged beside what it says of the route as it is', () => {
    const runs = { ablated: runFacts({ tests: [failedTest({ actual: '501' })] }), real: runFacts() }

    expect(proveByAblation(TITLE, runs)).toMatchObject({ before: { status: 'red' }, now: { status: 'green' } })
  })

  it('a test that does not notice is green before as well', () => {
    expect(proveByAblation(TITLE, { ablated: runFacts(), real: runFacts() }).before).toEqual({ status: 'green' })
  })
})
