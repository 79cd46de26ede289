import { fingerprint } from '../judge/fingerprint.ts'
import type { JudgedTest } from '../judge-files.ts'
import type { ProvenTest } from '../prove/prove-tests.ts'
import type { GateTest } from './types.ts'

/** A verdict, and what the app was like when it was given. */
export interface BeforeVerdict extends JudgedTest, Pick<GateTest, 'mutants'> {
  readonly before: 'app' | 'ablation' | 'mutant'
  /** Why the red says less than it seems. */
  readonly weakness: string | null
}

const GONE = 'with the route answering 501'

/**
 * What a test that is green as the app is has shown it can see. Pure. Red without the route is enough, since nobody can
 * say how fine a test has to be; that nothing finer turns it red is said. Red only with a bug is enough where the request
 * never gets to the handler, as in tests of what stands before it; who sees the bug and not the missing route is vacuous.
 */
export function settleGreen(
  now: JudgedTest,
  { ablated, proven }: { readonly ablated: JudgedTest | null; readonly proven: ProvenTest | null },
): BeforeVerdict {
  const mutants = proven?.proof ?? { status: 'unknown', reason: 'it did not run where the bugs are tried' }
  if (ablated?.verdict === 'red') {
    const reason = `green as the app is; ${GONE}: ${ablated.reason}`
    return { ...ablated, reason, before: 'ablation', mutants, weakness: findWeakness(mutants, proven) }
  }
  const kill = proven?.vacuous === null ? proven.kill : null
  if (kill && mutants.status === 'killed') {
    const reason = `green as the app is, and ${GONE}, which its request does not get to; with a bug put in (${mutants.first}): ${kill.reason}`
    const seen = {
      verdict: 'red',
      class: kill.class,
      reason,
      fingerprint: fingerprint([kill.class, kill.reason]),
    } as const
    return { ...now, ...seen, before: 'mutant', mutants, weakness: null }
  }
  const without = ablated === null ? 'it did not run' : `it is ${ablated.verdict}${explain(ablated)}`
  return { ...now, reason: `${now.reason}; ${GONE} ${without}`, before: 'app', mutants, weakness: null }
}

function explain({ verdict, reason }: JudgedTest): string {
  return verdict === 'green' ? ', too' : `: ${reason}`
}

function findWeakness(mutants: GateTest['mutants'], proven: ProvenTest | null): string | null {
  if (mutants?.status === 'survived')
    return `it only notices that the route is gone: none of the ${mutants.reached} bugs put into the code that it runs turns it red`
  return proven?.vacuous ? `it would not notice a route that does nothing: it ${proven.vacuous}` : null
}
