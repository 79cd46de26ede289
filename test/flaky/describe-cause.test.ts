import { describe, expect, it } from 'vitest'
import { describeCause } from '../../src/flaky/describe-cause.ts'
import { findClue } from '../../src/flaky/find-clue.ts'
import { type Finding, NOTHING_FOUND } from '../../src/flaky/finding.ts'
import type { Cause, Culprit, FailureGroup } from '../../src/flaky/types.ts'

const FAILURE: FailureGroup = {
  fingerprint: 'f',
  class: 'assertion',
  message: 'expected 1 to be 2',
  expected: '2',
  actual: '1',
  at: { file: 'tests/a.test.ts', line: 12 },
  code: null,
  isLate: false,
  times: 1,
}

const EARLIER: Culprit = { file: 'tests/a.test.ts', name: 'takes an item', line: 4 }
const OTHER: Culprit = { file: 'tests/b.test.ts', name: null, line: null }

function cause(
  finding: Partial<Finding>,
  { culprits = [], failures = [FAILURE] }: { culprits?: readonly Culprit[]; failures?: readonly FailureGroup[] } = {},
): Cause {
  return describeCause({ ...NOTHING_FOUND, ...finding }, findClue(failures), {
    name: 'begins empty',
    failures,
    culprits,
  })
}

describe('a cause', () => {
  it.each([
    {
      found: cause({ kind: 'order' }, { culprits: [EARLIER] }),
      kind: 'order',
      summary: 'it fails after "takes an item", and passes alone',
    },
    {
      found: cause({ kind: 'order', isNeed: true }, { culprits: [EARLIER, EARLIER] }),
      kind: 'order',
      summary: 'it passes only after "takes an item" and 1 more, and fails alone',
    },
    {
      found: cause({ kind: 'shared-state', isShared: true }, { culprits: [OTHER] }),
      kind: 'shared-state',
      summary:
        'it fails while tests/b.test.ts runs at the same time and the files share one database and the ports, and passes without',
    },
    {
      found: cause(
        { kind: 'shared-state' },
        { culprits: [OTHER], failures: [{ ...FAILURE, code: 'EADDRINUSE', message: 'listen EADDRINUSE :::3000' }] },
      ),
      kind: 'port',
      summary: 'it asks for a port that tests/b.test.ts listens on',
    },
    {
      found: cause(
        { kind: 'order' },
        { culprits: [EARLIER], failures: [{ ...FAILURE, expected: '[1,2]', actual: '[2,1]' }] },
      ),
      kind: 'unordered-rows',
      summary: 'the same rows come in another order after "takes an item"',
    },
    { found: cause({ kind: 'load' }), kind: 'load', summary: expect.stringContaining('when the machine is busy') },
    { found: cause({}), kind: 'unknown', summary: 'cause not found' },
  ])('is told: $kind', ({ found, kind, summary }) => {
    expect(found).toMatchObject({ kind, summary })
    expect(found.fix.length).toBeGreaterThan(20)
  })

  it('points at the failure where nothing else is known', () => {
    expect(cause({ kind: 'random' }).fix).toContain('tests/a.test.ts:12')
  })
})

describe('what failures say themselves', () => {
  const reordered = { ...FAILURE, expected: '[1,2]', actual: '[2,1]' }

  it('counts when at least half of them say it', () => {
    expect(
      findClue([
        { ...reordered, times: 2 },
        { ...FAILURE, times: 2 },
      ]),
    ).toEqual({
      kind: 'unordered-rows',
      evidence: 'in 2 of 4 failures: expected and actual have the same items in another order',
    })
  })

  it('does not count when fewer do', () => {
    expect(findClue([reordered, { ...FAILURE, times: 2 }])).toBeNull()
  })
})
