import { expect, it } from 'vitest'
import { countAttempts, probabilityOfAccident } from '../../src/flaky/chance.ts'

it.each([
  { first: { runs: 3, failed: 3 }, second: { runs: 5, failed: 0 }, probability: 1 / 56 },
  { first: { runs: 4, failed: 2 }, second: { runs: 4, failed: 2 }, probability: 53 / 70 },
  { first: { runs: 5, failed: 0 }, second: { runs: 5, failed: 5 }, probability: 1 },
  { first: { runs: 0, failed: 0 }, second: { runs: 5, failed: 1 }, probability: 1 },
])('$first.failed of $first.runs against $second.failed of $second.runs', ({ first, second, probability }) => {
  expect(probabilityOfAccident(first, second)).toBeCloseTo(probability, 6)
})

it.each([
  { failed: 50, attempts: 5 },
  { failed: 10, attempts: 20 },
  { failed: 90, attempts: 20 },
  { failed: 100, attempts: 3 },
  { failed: 0, attempts: 20 },
])('tries $attempts times what failed in $failed of 100', ({ failed, attempts }) => {
  expect(countAttempts({ runs: 100, failed }, 20)).toBe(attempts)
})
