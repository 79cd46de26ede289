import { findAssertions } from '../assertions.ts'
import type { CaseSyntax, Problem } from '../syntax.ts'

/** A snapshot passes on its first run whatever the answer is, and states no contract. */
export function noSnapshot(test: CaseSyntax): Problem[] {
  return findAssertions(test).flatMap(({ matcher, node }) =>
    matcher !== null && /Snapshot/.test(matcher)
      ? [{ message: `expected the values in the test, found ${matcher}; write toEqual or toMatchObject`, node }]
      : [],
  )
}
