import { keyOf } from '../prove/types.ts'
import { finding } from './compare.ts'
import type { BeforeVerdict } from './settle-green.ts'
import type { GateFinding, GateTest } from './types.ts'

/** Tests that pass the gate by the route being gone, and of which no more is known. They close nothing, and are said. */
export function listWeaknesses(tests: readonly GateTest[], judged: readonly BeforeVerdict[]): GateFinding[] {
  return tests.flatMap((test): GateFinding[] => {
    if (test.before !== 'ablation' || !test.mutants) return []
    const place = { file: test.file, test: test.name }
    const { weakness } = judged.find((one) => keyOf(one) === keyOf(test)) ?? { weakness: null }
    if (weakness !== null) return [{ ...finding('weak', place, weakness), isAllowed: true }]
    if (test.mutants.status !== 'unknown') return []
    const message = `whether it notices more than that the route is gone is not known: ${test.mutants.reason}`
    return [{ ...finding('unproven', place, message), isAllowed: true }]
  })
}
