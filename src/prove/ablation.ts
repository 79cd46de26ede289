import { classifyTest, type Verdict } from '../classify.ts'
import type { RunFacts } from '../run/types.ts'

/** Verdicts of one test with the route answering 501, and with the route as it is. */
export interface AblationProof {
  readonly before: Verdict
  readonly now: Verdict
}

/** The first proof: a test that is red with the route gone can fail, and one that is green there proves nothing. */
export function proveByAblation(
  title: string,
  runs: { readonly ablated: RunFacts; readonly real: RunFacts },
): AblationProof {
  return {
    before: classifyTest(runs.ablated, title, { ablated: true }),
    now: classifyTest(runs.real, title, { ablated: false }),
  }
}
