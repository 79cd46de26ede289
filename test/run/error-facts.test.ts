import { describe, expect, it } from 'vitest'
import { describeError } from '../../src/run/error-facts.ts'

describe('describeError', () => {
  it('takes what poll saw last for what Vitest 3 throws, where it was thrown', () => {
    const last = { name: 'AssertionError', message: 'expected 200 to be 201', expected: '201', actual: '200' }
    const stacks = [{ file: '/app/tests/poll.test.ts', line: 6, column: 9 }]

    expect(
      describeError({ name: 'Error', message: 'Matcher did not succeed in time.', cause: last, stacks }, '/app'),
    ).toEqual({
      name: 'AssertionError',
      message: 'expected 200 to be 201',
      code: null,
      expected: '201',
      actual: '200',
      hasComparison: true,
      frames: [{ file: 'tests/poll.test.ts', line: 6, column: 9 }],
      cause: null,
    })
  })

  it('says of what is no error what it is', () => {
    expect(describeError('out of milk', '/app')).toMatchObject({ name: 'string', message: 'out of milk', frames: [] })
    expect(describeError(undefined, '/app')).toMatchObject({ name: 'undefined', message: 'undefined', cause: null })
  })
})
