import { type Ledger, ledgerPath, parseLedger } from '../ledger.ts'
import { finding } from './compare.ts'
import { isRepository, listAt, readAt } from './git.ts'
import type { GateFinding } from './types.ts'

/**
 * What the ledgers of a commit have and those here have not: whoever takes a test away may take its entry away with it,
 * and whoever weakens it may have the weaker one recorded. Nothing outside of git.
 */
export async function compareLedgers(root: string, ledgers: readonly Ledger[], ref: string): Promise<GateFinding[]> {
  if (!(await isRepository(root))) return []
  const names = await listAt(root, ref, '.itest')
  const before = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => parseLedger((await readAt(root, ref, name)) ?? '')),
  )
  return before.flatMap((ledger) => {
    if (ledger === null) return []
    const now = ledgers.find(({ file }) => file === ledger.file)
    return compareEntries(ledger, now, ref)
  })
}

function compareEntries(before: Ledger, now: Ledger | undefined, ref: string): GateFinding[] {
  const { file } = before
  return Object.entries(before.tests).flatMap(([name, entry]): GateFinding[] => {
    const place = { file, test: name }
    const kept = now?.tests[name]
    if (!kept) {
      if (now?.removed[name] !== undefined) return []
      return [finding('ledger-edited', place, `${ledgerPath(file)} has no entry for it any more; ${ref} has one`)]
    }
    const removed = entry.assertions.filter((assertion) => !kept.assertions.includes(assertion))
    const wasAllowed = kept.allowed.some(({ was }) => was === entry.hash)
    if (removed.length === 0 || wasAllowed) return []
    const added = kept.assertions.filter((assertion) => !entry.assertions.includes(assertion))
    const message = `it was recorded again with other assertions than ${ref} has`
    return [{ ...finding('weakened', place, message), diff: { removed, added } }]
  })
}
