import { describe, expect, it } from 'vitest'
import { listWeaknesses } from '../../src/gate/list-weaknesses.ts'
import { settleGreen } from '../../src/gate/settle-green.ts'
import type { JudgedTest } from '../../src/judge-files.ts'
import type { ProvenTest, TestProof } from '../../src/prove/prove-tests.ts'

const NAME = { file: 'tests/a.test.ts', name: 'GET /a > answers' }

function judged(verdict: JudgedTest['verdict'], reason: string): JudgedTest {
  const isRed = verdict === 'red'
  return {
    ...NAME,
    verdict,
    class: isRed ? 'assertion' : null,
    reason,
    contrast: null,
    fingerprint: null,
    route: 'GET /a',
  }
}

const KILLED: TestProof = { status: 'killed', killed: 1, reached: 4, first: 'src/a.ts:3 answered 200 instead of 201' }
const SURVIVED: TestProof = { status: 'survived', reached: 4 }
const UNKNOWN: TestProof = { status: 'unknown', reason: 'the tests could not be run' }

function proven(proof: TestProof, vacuous: string | null = null): ProvenTest {
  const kill = { ...NAME, class: 'assertion', reason: 'expected 200 to be 201' }
  return { ...NAME, proof, kill: proof.status === 'killed' ? kill : null, vacuous }
}

const green = judged('green', 'it passed 3 times')
const redWithout = judged('red', 'expected 501 to be 201')
const greenWithout = judged('green', 'it passed 3 times')

/** The verdict, what it was given before, and what is said of its weakness. */
function settle(ablated: JudgedTest | null, seen: ProvenTest | null) {
  const settled = settleGreen(green, { ablated, proven: seen })
  const before = settled.verdict === 'red' ? settled.before : null
  const test = { ...settled, verdict: settled.verdict === 'red' ? 'red' : 'green', before, isNew: true } as const
  const findings = listWeaknesses([test], [settled]).map(({ kind, isAllowed }) => [kind, isAllowed])
  return { verdict: settled.verdict, before, findings, reason: settled.reason }
}

describe('a test that is green as the app is', () => {
  it('passes by the missing route and a bug', () => {
    expect(settle(redWithout, proven(KILLED))).toMatchObject({ verdict: 'red', before: 'ablation', findings: [] })
  })

  it('passes by the missing route alone, which is said', () => {
    const weak = [['weak', true]]
    expect(settle(redWithout, proven(SURVIVED))).toMatchObject({ verdict: 'red', findings: weak })
    const vacuous = proven(KILLED, 'stays green with the route answering an empty 200')
    expect(settle(redWithout, vacuous)).toMatchObject({ verdict: 'red', findings: weak })
    // It noticed a bug, so it notices more than the missing route.
    expect(settleGreen(green, { ablated: redWithout, proven: vacuous }).weakness).toBe(
      'it would not notice a route that does nothing: it stays green with the route answering an empty 200',
    )
  })

  it('never counts as proven by bugs that could not be tried', () => {
    const unproven = { verdict: 'red', before: 'ablation', findings: [['unproven', true]] }
    expect(settle(redWithout, proven(UNKNOWN))).toMatchObject(unproven)
    expect(settle(redWithout, null)).toMatchObject(unproven)
    expect(settle(greenWithout, proven(UNKNOWN)).verdict).toBe('green')
  })

  it('passes by a bug alone only where prove does not call it vacuous', () => {
    expect(settle(greenWithout, proven(KILLED))).toMatchObject({ verdict: 'red', before: 'mutant' })
    expect(settle(greenWithout, proven(KILLED, 'stays green with the route answering 501'))).toMatchObject({
      verdict: 'green',
      reason: 'it passed 3 times; with the route answering 501 it is green, too',
    })
  })

  it('does not pass by what is not red each time', () => {
    const flaky = judged('flaky', 'red in run 1; green in run 2')
    expect(settle(flaky, proven(SURVIVED))).toMatchObject({
      verdict: 'green',
      reason: 'it passed 3 times; with the route answering 501 it is flaky: red in run 1; green in run 2',
    })
  })
})
