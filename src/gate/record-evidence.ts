import { type Entry, emptyLedger, type Ledger, ledgerPath, renderLedger, seal } from '../ledger.ts'
import { packageVersion } from '../package-paths.ts'
import { ENGINE_NAMES } from '../report/engine-names.ts'
import type { EngineFacts } from '../run/types.ts'
import type { TestOutline } from '../test-files/outline.ts'
import { findOutline, isUnchanged } from './compare.ts'
import type { ReadFile } from './read-files.ts'
import type { BeforeVerdict } from './settle-green.ts'
import type { GateTest } from './types.ts'

interface Evidence {
  readonly tests: readonly BeforeVerdict[]
  readonly engine: EngineFacts | null
  readonly vitest: string
  /** The commit. */
  readonly base: string | null
}

/** The ledger of a file with the tests that are red now; null when none is. */
export function recordEvidence(
  read: ReadFile,
  tests: readonly GateTest[],
  evidence: Evidence,
): { file: string; text: string } | null {
  const { file } = read
  const ledger = read.ledger ?? emptyLedger(file)
  const added = tests.filter((test) => test.file === file && test.verdict === 'red')
  const entries = added.flatMap((test) => {
    const outline = findOutline(read.outlines ?? [], test.name)
    const entry = outline && describe(test, { read, outline, evidence })
    return entry && !isRecorded(ledger, test.name, { outline, support: read.support })
      ? [[test.name, seal(file, test.name, entry)] as const]
      : []
  })
  if (entries.length === 0) return null
  const all = { ...ledger, tests: { ...ledger.tests, ...Object.fromEntries(entries) } }
  return { file: ledgerPath(file), text: renderLedger(all) }
}

/** The first time that it was red as it is now is the one that counts. */
function isRecorded(
  ledger: Ledger,
  name: string,
  { outline, support }: { outline: TestOutline; support: readonly string[] },
): boolean {
  const entry = ledger.tests[name]
  return entry !== undefined && isUnchanged(entry, outline, support)
}

function describe(
  test: GateTest,
  { read, outline, evidence }: { read: ReadFile; outline: TestOutline; evidence: Evidence },
): Entry {
  const judged = evidence.tests.find(({ file, name }) => file === test.file && name === test.name)
  const { engine } = evidence
  return {
    path: /\[([\w./-]+)\][^>]*$/.exec(test.name)?.[1] ?? null,
    hash: outline.hash,
    around: outline.around,
    support: read.support,
    assertions: outline.assertions,
    class: test.class ?? '',
    reason: test.reason,
    fingerprint: judged?.fingerprint ?? null,
    before: test.before ?? 'app',
    ...(test.mutants ? { mutants: test.mutants } : {}),
    base: evidence.base,
    engine: engine && `${ENGINE_NAMES[engine.kind]} ${engine.version}`,
    versions: { itest: packageVersion(), vitest: evidence.vitest, node: process.versions.node },
    allowed: [],
  }
}
