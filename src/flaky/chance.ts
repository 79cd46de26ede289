import type { Counts } from './types.ts'

/** What is accepted as no accident. */
export const SIGNIFICANCE = 0.05

/** So many runs that a failure of this rate would show with 95 %; from 3 to `limit`. */
export function countAttempts({ runs, failed }: Counts, limit: number): number {
  const rate = runs === 0 ? 0 : failed / runs
  if (rate >= 1) return 3
  if (rate <= 0) return limit
  return Math.min(limit, Math.max(3, Math.ceil(Math.log(SIGNIFICANCE) / Math.log(1 - rate))))
}

/** How likely it is that the first fails so much more often than the second by accident: Fisher's exact test, one-sided. */
export function probabilityOfAccident(first: Counts, second: Counts): number {
  const all = first.runs + second.runs
  const failed = first.failed + second.failed
  let sum = 0
  for (let among = first.failed; among <= Math.min(first.runs, failed); among += 1) {
    if (failed - among > second.runs) continue
    sum += Math.exp(choose(first.runs, among) + choose(second.runs, failed - among) - choose(all, failed))
  }
  return Math.min(1, sum)
}

/** The logarithm of how many ways there are. */
function choose(from: number, count: number): number {
  let sum = 0
  for (let index = 1; index <= count; index += 1) sum += Math.log(from - count + index) - Math.log(index)
  return sum
}
