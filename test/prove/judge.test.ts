import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../src/classify.ts'
import { judgeMutant, judgeTest } from '../../src/prove/judge.ts'
import type { ProofEvent, TestSaid } from '../../src/prove/types.ts'
import { mutant } from '../support/proof-factory.ts'

const test = { file: 'tests/a.test.ts', name: 'a' }
const red: Verdict = { status: 'red', class: 'assertion', error: null, reason: 'expected 500 to be 201' }
const said = (verdict: Verdict, more: Partial<TestSaid> = {}): TestSaid => ({
  ...test,
  verdict,
  isRouteHit: true,
  ...more,
})

function tried(more: Partial<Extract<ProofEvent, { kind: 'tried' }>> = {}): Extract<ProofEvent, { kind: 'tried' }> {
  return {
    kind: 'tried',
    mutant: 1,
    said: [],
    fileError: null,
    isLoaded: true,
    isEndless: false,
    durationMs: 1,
    memory: 1,
    ...more,
  }
}

const statusOf = (told: Partial<Parameters<typeof judgeMutant>[1]>, more = {}) =>
  judgeMutant(mutant(more), { tried: tried(), isReached: true, isStuck: false, ...told }).status

describe('a mutant', () => {
  it('is killed by a valid red only', () => {
    const broken: Verdict = { status: 'broken', class: 'unstubbed-call', reason: 'no stub answers' }
    expect(statusOf({ tried: tried({ said: [said(red)] }) })).toBe('killed')
    expect(statusOf({ tried: tried({ said: [said(broken)] }) })).toBe('broken')
    expect(statusOf({ tried: tried({ said: [said(broken), said(red)] }) })).toBe('killed')
    expect(statusOf({})).toBe('survived')
  })

  it('is set apart when it does not end, does not load or is not reached', () => {
    const late: Verdict = { status: 'broken', class: 'timeout', reason: 'Test timed out in 5000ms.' }
    expect(statusOf({ tried: tried({ said: [said(late)] }) })).toBe('timeout')
    expect(statusOf({ tried: tried({ isEndless: true, said: [said(red)] }) })).toBe('timeout')
    expect(statusOf({ tried: null, isStuck: true })).toBe('timeout')
    expect(statusOf({ tried: tried({ fileError: 'SyntaxError: x', isLoaded: false }) })).toBe('invalid')
    expect(statusOf({ tried: tried({ fileError: 'Error: a late call' }) })).toBe('broken')
    expect(statusOf({ isReached: false })).toBe('no-coverage')
  })

  it('is not counted when nobody could tell it, or when it is no program', () => {
    expect(statusOf({}, { equivalent: 'it is the same code' })).toBe('equivalent')
    expect(statusOf({}, { invalid: 'it is no program' })).toBe('invalid')
  })
})

describe('a test', () => {
  const baseline = { ...test, fullName: 'a', verdict: { status: 'green' } as const, durationMs: 1, reached: [1] }
  const killer = { ...test, class: 'assertion', reason: 'expected 500 to be 201' }
  const killed = {
    ...judgeMutant(mutant(), { tried: tried({ said: [said(red)] }), isReached: true, isStuck: false }),
    killedBy: [killer],
  }
  const judge = (at501: TestSaid, at200: TestSaid, mutants = [killed]) =>
    judgeTest(baseline, { ablated: { '501': [at501], '200': [at200] }, mutants })
  const green = said({ status: 'green' })

  it('is vacuous when it stays green without the route', () => {
    expect(judge(said(red), said(red)).vacuous).toBeNull()
    expect(judge(green, said(red)).vacuous).toBe('stays green with the route answering 501')
    expect(judge(said(red), green).vacuous).toBe('stays green with the route answering an empty 200')
  })

  it('that is answered before the route needs a mutant', () => {
    const before = said({ status: 'green' }, { isRouteHit: false })
    expect(judge(before, before).vacuous).toBeNull()
    expect(judge(before, before, []).vacuous).toBe('is answered before the route, and no mutant turns it red')
  })

  it('says what turned it red first', () => {
    expect(judge(said(red), said(red)).firstRed?.by).toBe('the route answering 501')
    expect(judge(green, green).firstRed).toEqual({
      by: 'src/routes/orders.ts:17 called `charge(…)` twice',
      reason: 'expected 500 to be 201',
    })
  })
})
