import type { Counts } from './types.ts'

/** What is accepted as no accident. */
export const SIGNIFICANCE = 0.05

/** So many runs that both a failure and a pass would show with 95 %, at the rate seen so far; from 3 to `limit`. */
export function countAttempts({ runs, failed }: Counts, limit: number): number {
  const rate = runs === 0 ? 0 : failed / runs
  if (rate <= 0) return limit
  if (rate >= 1) return Math.min(limit, 3)
  const rarer = Math.min(rate, 1 - rate)
  return Math.min(limit, Math.max(3, Math.ceil(Math.log(SIGNIFICANCE) / Math.log(1 - rarer))))
}

export function add(one: Counts, other: Counts): Counts {
  return { runs: one.runs + other.runs, failed: one.failed + other.failed }
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
