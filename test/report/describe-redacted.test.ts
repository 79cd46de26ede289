import { expect, it } from 'vitest'
import { describeRedacted } from '../../src/report/describe-redacted.ts'

it.each([
  [[], 'no secret was found in it to redact'],
  [[{ kind: 'stripe-key', count: 1 }], '1 secret was redacted (1 stripe key)'],
  [
    [
      { kind: 'environment-value', count: 2 },
      { kind: 'stripe-key', count: 1 },
    ],
    '3 secrets were redacted (2 environment values, 1 stripe key)',
  ],
])('counts %j', (redacted, text) => {
  expect(describeRedacted(redacted)).toBe(text)
})
