import { isAboutTime, isReordered } from './read-contrast.ts'
import type { CauseKind, FailureGroup } from './types.ts'

/** What failures say by themselves. */
export interface Clue {
  readonly kind: CauseKind
  readonly evidence: string
}

const CLUES: readonly { kind: CauseKind; says: (failure: FailureGroup) => string | null }[] = [
  {
    kind: 'port',
    says: ({ code, message }) => (code === 'EADDRINUSE' || /\bEADDRINUSE\b/.test(message) ? message : null),
  },
  {
    kind: 'leak',
    says: ({ isLate }) => (!isLate ? null : 'the error came of what was still at work when its test had ended'),
  },
  {
    kind: 'unordered-rows',
    says: (failure) => (isReordered(failure) ? 'expected and actual have the same items in another order' : null),
  },
  {
    kind: 'time',
    says: (failure) => (isAboutTime(failure) ? 'expected and actual differ in nothing but moments' : null),
  },
]

/** What at least half of the failures say. */
export function findClue(failures: readonly FailureGroup[]): Clue | null {
  const all = count(failures)
  for (const { kind, says } of CLUES) {
    const saying = failures.filter((failure) => says(failure) !== null)
    const [first] = saying
    if (first && count(saying) * 2 >= all) {
      return { kind, evidence: `in ${count(saying)} of ${all} failures: ${says(first)}` }
    }
  }
  return null
}

function count(failures: readonly FailureGroup[]): number {
  let sum = 0
  for (const { times } of failures) sum += times
  return sum
}
