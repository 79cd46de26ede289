import type { Ability } from '../run/types.ts'
import type { Scenario } from '../scan/types.ts'

/** What the database must be able to do so that the code can go this way. */
export function needsOf({ events }: Scenario): readonly Ability[] {
  const open = new Set<number>()
  for (const event of events) {
    if (event.kind === 'transaction' && event.phase === 'begin') open.add(event.transaction)
    if (event.kind === 'transaction' && event.phase !== 'begin') open.delete(event.transaction)
    // What nobody waits for may well run when the transaction is over.
    const isWaitedFor = event.kind === 'db' && (event.timing === 'in-order' || event.timing === 'concurrent')
    if (isWaitedFor && event.transaction === null && open.size > 0) return ['second-connection']
  }
  return []
}
