import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/errors.ts'
import { readDraft } from '../../src/write/draft-schema.ts'
import { openPath, plan, plannedPath, skippedPath } from '../support/plan-factory.ts'

const THREE = plan({
  paths: [
    plannedPath({ id: 'happy', title: 'answers 201' }),
    openPath({ id: 'idempotent-retry' }),
    skippedPath({ id: 'external-fails' }),
  ],
})

const FROM = 'anthropic'
const HAPPY = { pathId: 'happy', title: 'answers 201 and stores the order', code: 'const a = 1' }
const RETRY = { pathId: 'idempotent-retry', title: 'charges once', code: 'const b = 2' }

const read = (reply: unknown) => readDraft(JSON.stringify(reply), THREE, FROM)

function failureOf(text: string) {
  try {
    readDraft(text, THREE, FROM)
  } catch (error) {
    if (error instanceof ModelError) return error
  }
  throw new Error('expected a ModelError')
}

describe('readDraft', () => {
  it('takes a case for each planned and each open path, in the order of the plan', () => {
    expect(read({ cases: [RETRY, HAPPY], left: [] })).toEqual({
      writer: 'anthropic',
      cases: [HAPPY, RETRY],
      left: [],
    })
  })

  it('keeps a stated reason, on one line, without control characters', () => {
    const reason = 'the provider\n\u001b[31mhas no\u202e refund call '
    expect(read({ cases: [HAPPY], left: [{ pathId: 'idempotent-retry', reason }] }).left).toEqual([
      { pathId: 'idempotent-retry', reason: 'the provider [31mhas no refund call' },
    ])
  })

  it('notes a path about which the model said nothing', () => {
    expect(read({ cases: [HAPPY], left: [] }).left).toEqual([
      { pathId: 'idempotent-retry', reason: 'the model returned neither a test nor a reason', isMistake: true },
    ])
  })

  it('keeps none of several different tests for one path, and one of equal ones', () => {
    const other = { ...RETRY, code: 'const c = 3' }
    const draft = read({ cases: [HAPPY, { ...HAPPY }, RETRY, other], left: [] })
    expect(draft.cases).toEqual([HAPPY])
    expect(draft.left).toEqual([
      {
        pathId: 'idempotent-retry',
        reason: 'the model wrote 2 different tests for this path; none was kept',
        isMistake: true,
      },
    ])
  })

  it('keeps the test when the model also gave a reason', () => {
    const draft = read({ cases: [HAPPY, RETRY], left: [{ pathId: 'happy', reason: 'not sure' }] })
    expect(draft.cases).toEqual([HAPPY, RETRY])
    expect(draft.left).toEqual([])
  })

  it('drops tests that nobody asked for, and says so', () => {
    const cases = [HAPPY, RETRY, { ...HAPPY, pathId: 'bonus\n' }, { ...HAPPY, pathId: 'external-fails' }]
    expect(read({ cases, left: [] })).toMatchObject({
      cases: [HAPPY, RETRY],
      left: [
        { pathId: 'bonus', reason: 'the model wrote a test for a path that the plan does not have; it was dropped' },
        { pathId: 'external-fails', reason: 'the model wrote a test for a skipped path; it was dropped' },
      ],
    })
  })

  it('leaves a path whose test has no code', () => {
    expect(read({ cases: [{ ...HAPPY, code: ' \n' }, RETRY], left: [] }).left).toEqual([
      { pathId: 'happy', reason: 'the model wrote a test without any code', isMistake: true },
    ])
  })

  it('tidies title and code, and nothing else', () => {
    const title = '[happy] answers 201\n  and  stores'
    const code = '\n  const a = 1\r\n\r\n  const b = 2\n\n'
    expect(read({ cases: [{ ...HAPPY, title, code }], left: [] }).cases).toEqual([
      { pathId: 'happy', title: 'answers 201 and stores', code: '  const a = 1\n\n  const b = 2' },
    ])
  })

  it('falls back on the title of the plan', () => {
    expect(read({ cases: [{ ...HAPPY, title: '[happy]' }], left: [] }).cases[0]?.title).toBe('answers 201')
  })
})

describe('readDraft refuses', () => {
  it('what is not JSON', () => {
    const error = failureOf('Sure! Here is:\n```json\n{}\n```')
    expect(error.message).toBe('The model\'s reply is not JSON. It begins with: "Sure! Here is: ```json {} ```"')
    expect(error.hint).toContain('--model none')
  })

  it('JSON of another shape, naming what differs', () => {
    const error = failureOf(JSON.stringify({ cases: [{ pathId: 'happy', title: 3, code: 'x' }] }))
    expect(error.message).toMatch(/cases\.0\.title: .*expected string.*; left: .*expected array/)
  })

  it('a reply with a reason for every path', () => {
    const left = ['happy', 'idempotent-retry'].map((pathId) => ({ pathId, reason: 'no body known' }))
    const error = failureOf(JSON.stringify({ cases: [], left }))
    expect(error.message).toBe(
      'The model wrote none of the 2 tests that were asked for. happy: no body known; idempotent-retry: no body known',
    )
  })

  it('no reply that only lacks a test, since another one may have it', () => {
    expect(read({ cases: [], left: [] }).left).toMatchObject([{ isMistake: true }, { isMistake: true }])
  })
})
