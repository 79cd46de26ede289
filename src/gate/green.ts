import { UserError } from '../errors.ts'
import { judgeFiles } from '../judge-files.ts'
import { type Ledger, ledgerPath, listLedgers } from '../ledger.ts'
import type { GateOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import { writeFiles } from '../save.ts'
import { allowChanges, isAllowable } from './allow-changes.ts'
import { compareWithLedger, finding, NEVER_RED } from './compare.ts'
import { describeRun } from './describe-run.ts'
import { findKnown } from './find-known.ts'
import { findTestFiles, namedTestFiles } from './find-test-files.ts'
import { assertRef, isRepository, listChanged } from './git.ts'
import { compareLedgers } from './ledger-history.ts'
import { readTestFiles } from './read-files.ts'
import type { Asked, GateFinding, GateReport } from './types.ts'

/**
 * The second gate: every test that was red is still there, is what it was, and is green. `allowChange`: the reason for
 * which changes are accepted; the ledger keeps it. @throws UserError without a ledger
 */
export async function green(asked: Asked, options: GateOptions, world: World): Promise<GateReport> {
  const { root } = options
  world.progress('reading the ledger')
  if (options.since !== null) await assertRef(root, options.since)
  const all = chooseLedgers(asked, options)
  const ledgers = options.since === null ? all : await changedSince(all, root, options.since)
  const history = await compareLedgers(root, all, options.since ?? 'HEAD')
  const { files } = await readTestFiles(
    root,
    ledgers.map(({ file }) => file),
    options,
  )
  const compared = files.flatMap((file) => (file.ledger ? compareWithLedger(file.ledger, file) : []))
  const found = [...history, ...compared, ...(await findNeverRed(asked, ledgers, options))]
  const findings = options.allowChange === null ? found : found.map((one) => ({ ...one, isAllowed: isAllowable(one) }))
  const present = files.filter(({ outlines }) => outlines !== null)
  const judged = await judgeFiles(
    { ...options, files: present.map(({ file }) => file), routes: [], ablate: null },
    world,
  )
  const verdicts = judged.tests.map((test) => ({ ...test, before: null, mutants: null }))
  const tests = present.flatMap((file) =>
    describeRun(file, { ...judged, tests: verdicts, known: new Set(file.outlines) }),
  )
  const isOpen = findings.every(({ isAllowed }) => isAllowed) && tests.every(({ verdict }) => verdict === 'green')
  const changed = isOpen && options.allowChange !== null ? allowChanges(files, findings, options.allowChange) : []
  world.signal.throwIfAborted()
  writeFiles(root, changed)
  return {
    schema: 'itest.gate/1',
    gate: 'green',
    pass: isOpen,
    tests,
    findings,
    engine: judged.engine,
    vitest: judged.vitest,
    wrote: changed.map(({ file }) => file),
    exitCode: isOpen ? 0 : 1,
  }
}

/** Those of the files that the user named, or of the route. */
function chooseLedgers({ route, files }: Asked, { root, cwd }: GateOptions): Ledger[] {
  const all = listLedgers(root).filter(({ tests }) => Object.keys(tests).length > 0)
  const named = files.length > 0 ? new Set(namedTestFiles(root, files, cwd)) : null
  const name = route && `${route.method} ${route.path}`
  const chosen = all.filter((ledger) => (named === null || named.has(ledger.file)) && (!name || isOf(ledger, name)))
  if (chosen.length > 0) return chosen
  const what = name ?? (named ? files.join(' ') : 'this project')
  throw new UserError(`expected tests that were red in the ledger (.itest), found none of ${what}`, {
    hint: 'Run `itest red` before the implementation: it keeps what was red there.',
  })
}

function isOf({ route, tests }: Ledger, name: string): boolean {
  return route === name || Object.keys(tests).some((test) => test.split(' > ').includes(name))
}

/** Those whose test file, or who themselves, are not as they were at the commit. */
async function changedSince(ledgers: readonly Ledger[], root: string, ref: string): Promise<Ledger[]> {
  const changed = new Set(await listChanged(root, ref))
  return ledgers.filter(({ file }) => changed.has(file) || changed.has(ledgerPath(file)))
}

/** New test files that no ledger knows; which ones are new only git can tell. */
async function findNeverRed(asked: Asked, ledgers: readonly Ledger[], options: GateOptions): Promise<GateFinding[]> {
  if (asked.route !== null || asked.files.length > 0 || !(await isRepository(options.root))) return []
  const names = findTestFiles(options.root).filter((name) => !ledgers.some(({ file }) => file === name))
  const { files } = await readTestFiles(options.root, names, options)
  const known = await findKnown(files, asked, options)
  return files.flatMap(({ file, outlines }) =>
    (outlines ?? [])
      .filter((outline) => !known.has(outline))
      .map((outline) => finding('never-red', { file, test: outline.shown }, NEVER_RED)),
  )
}
