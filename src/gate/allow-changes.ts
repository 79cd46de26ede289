import { type Entry, type Ledger, ledgerPath, renderLedger, seal } from '../ledger.ts'
import type { TestOutline } from '../test-files/outline.ts'
import { findOutline } from './compare.ts'
import type { ReadFile } from './read-files.ts'
import type { GateFinding } from './types.ts'

/** No reason turns a test that was never red into one that was, or an edited ledger into one that itest wrote. */
export function isAllowable({ kind }: GateFinding): boolean {
  return kind !== 'never-red' && kind !== 'ledger-edited'
}

/** The ledgers with the tests as they are now, and why they may be so. */
export function allowChanges(
  files: readonly ReadFile[],
  findings: readonly GateFinding[],
  reason: string,
): { file: string; text: string }[] {
  return files.flatMap((read) => {
    const own = findings.filter(({ file, isAllowed }) => isAllowed && file === read.file)
    if (!read.ledger || own.length === 0) return []
    const all = Object.keys(read.ledger.tests)
    const names = new Set(own.flatMap(({ test }) => (test === null ? all : [test])))
    return [{ file: ledgerPath(read.file), text: renderLedger(allow(read, read.ledger, { names, reason })) }]
  })
}

function allow(
  read: ReadFile,
  ledger: Ledger,
  { names, reason }: { names: ReadonlySet<string>; reason: string },
): Ledger {
  const tests = new Map(Object.entries(ledger.tests))
  const removed = new Map(Object.entries(ledger.removed))
  for (const [name, entry] of Object.entries(ledger.tests)) {
    if (!names.has(name)) continue
    const outline = findOutline(read.outlines ?? [], name) ?? findTwin(read, entry)
    tests.delete(name)
    if (!outline) removed.set(name, reason)
    else
      tests.set(
        outline.exactName ?? name,
        seal(read.file, outline.exactName ?? name, renew(entry, { outline, read, reason })),
      )
  }
  return { ...ledger, tests: Object.fromEntries(tests), removed: Object.fromEntries(removed) }
}

/** One that was renamed. */
function findTwin({ outlines }: ReadFile, { assertions }: Entry): TestOutline | undefined {
  return outlines?.find((outline) => outline.assertions.join('\n') === assertions.join('\n'))
}

function renew(
  { seal: _, ...entry }: Ledger['tests'][string],
  { outline, read, reason }: { outline: TestOutline; read: ReadFile; reason: string },
): Entry {
  const { hash, around, assertions } = outline
  return {
    ...entry,
    hash,
    around,
    assertions,
    support: read.support,
    allowed: [...entry.allowed, { reason, was: entry.hash }],
  }
}
