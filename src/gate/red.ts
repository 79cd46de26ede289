import { UserError } from '../errors.ts'
import type { GateOptions, RouteArgument } from '../options.ts'
import type { World } from '../pipeline.ts'
import { writeFiles } from '../save.ts'
import type { TestOutline } from '../test-files/outline.ts'
import { finding } from './compare.ts'
import { describeRun } from './describe-run.ts'
import { findKnown } from './find-known.ts'
import { findTestFiles, namedTestFiles } from './find-test-files.ts'
import { assertRef, readBase } from './git.ts'
import { judgeBefore } from './judge-before.ts'
import { listWeaknesses } from './list-weaknesses.ts'
import { type ReadFile, readTestFiles } from './read-files.ts'
import { recordEvidence } from './record-evidence.ts'
import type { Asked, GateReport } from './types.ts'

/**
 * The first gate: every new or changed test is red for a valid reason, and again when it is run again. Those that are go
 * into the ledger, whatever the others do. @throws UserError when there is nothing to look at
 */
export async function red(asked: Asked, options: GateOptions, world: World): Promise<GateReport> {
  const { root } = options
  world.progress('reading the code')
  if (options.since !== null) await assertRef(root, options.since)
  const { files, codebase } = await readTestFiles(root, namesOf(asked, options), options)
  const chosen = asked.route === null ? files : filesOf(asked.route, files)
  const known = await findKnown(chosen, asked, options)
  const isNamed = asked.route !== null || asked.files.length > 0
  const pending = chosen.filter(({ outlines }) => isPending(outlines ?? [], { known, isNamed }))
  if (pending.length === 0) return nothingNew(options, isNamed)
  const judged = await judgeBefore(pending, { asked, options, codebase, known }, world)
  const tests = pending.flatMap((file) => describeRun(file, { ...judged, known }))
  const base = await readBase(root)
  const ledgers = pending.flatMap((file) => recordEvidence(file, tests, { ...judged, base }) ?? [])
  world.signal.throwIfAborted()
  writeFiles(root, ledgers)
  const pass = tests.every(({ isNew, verdict }) => !isNew || verdict === 'red')
  return {
    schema: 'itest.gate/1',
    gate: 'red',
    pass,
    tests,
    findings: listWeaknesses(tests, judged.tests),
    engine: judged.engine,
    vitest: judged.vitest,
    wrote: ledgers.map(({ file }) => file),
    exitCode: pass ? 0 : 1,
  }
}

function namesOf({ files }: Asked, { root, cwd }: GateOptions): string[] {
  return files.length > 0 ? namedTestFiles(root, files, cwd) : findTestFiles(root)
}

/** Those that were generated for the route, and those that name it in a title. */
export function filesOf({ method, path }: RouteArgument, files: readonly ReadFile[]): readonly ReadFile[] {
  const name = `${method} ${path}`
  const found = files.filter(
    ({ ledger, outlines }) =>
      ledger?.route === name || outlines?.some(({ exactName }) => exactName?.split(' > ').includes(name)),
  )
  if (found.length > 0) return found
  throw new UserError(`${name}: expected tests of this route, found none`, {
    hint: `Write them (\`itest gen ${name}\`), name the files, or put "${name}" into the title of a describe.`,
  })
}

/** A file that the user names and that has no test in it is not passed over. */
function isPending(
  outlines: readonly TestOutline[],
  { known, isNamed }: { known: ReadonlySet<TestOutline>; isNamed: boolean },
): boolean {
  return outlines.some((outline) => !known.has(outline)) || (isNamed && outlines.length === 0)
}

/**
 * Tests that the user names and the ledger has were red; and who asks what has changed since a commit may hear that
 * nothing has. But a gate that is asked for new tests, and sees none, has seen nothing.
 */
function nothingNew({ since }: GateOptions, isNamed: boolean): GateReport {
  const pass = since !== null || isNamed
  const message = isNamed
    ? 'all of these tests were red: the ledger has them as they are'
    : `no test is new or has changed${since === null ? ' since the last commit' : ` since ${since}`}`
  return {
    schema: 'itest.gate/1',
    gate: 'red',
    pass,
    tests: [],
    findings: [{ ...finding('nothing-new', { file: '', test: null }, message), isAllowed: pass }],
    engine: null,
    vitest: null,
    wrote: [],
    exitCode: pass ? 0 : 1,
  }
}
