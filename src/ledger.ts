import { createHash } from 'node:crypto'
import path from 'node:path'
import * as z from 'zod'
import { UserError } from './errors.ts'
import { listIfThere, parseOrNull, readIfThere } from './read-if-there.ts'

/** What bugs put into a route that is there have shown of a test that was green as the app was. */
const Mutants = z.discriminatedUnion('status', [
  z.object({ status: z.literal('killed'), killed: z.number(), reached: z.number(), first: z.string() }),
  z.object({ status: z.literal('survived'), reached: z.number() }),
  z.object({ status: z.literal('unknown'), reason: z.string() }),
])

const Entry = z.object({
  /** The id of its path in the plan, for tests that itest wrote. */
  path: z.string().nullable(),
  /** Of the test's own code, and of what else of its file it depends on; layout makes no difference. */
  hash: z.string(),
  around: z.array(z.string()).readonly(),
  /** `hash file` of helpers, set-up and configuration outside its file. */
  support: z.array(z.string()).readonly(),
  assertions: z.array(z.string()).readonly(),
  class: z.string(),
  reason: z.string(),
  /** The same for two failures for one reason. */
  fingerprint: z.string().nullable(),
  /** What was there when it was red: the app as it was, the route answering 501, or the route with a bug in it. */
  before: z.enum(['app', 'ablation', 'mutant']),
  /** Left out where none were asked for, as in every entry that was written before they were. */
  mutants: Mutants.optional(),
  /** Of the working tree, with ` + changes` when some were not committed; null outside of git. */
  base: z.string().nullable(),
  engine: z.string().nullable(),
  versions: z.object({ itest: z.string(), vitest: z.string(), node: z.string() }),
  /** Changes since then that a person allowed. */
  allowed: z.array(z.object({ reason: z.string(), was: z.string() })).readonly(),
})

/** Evidence that one test has been red. */
export type Entry = z.infer<typeof Entry>

const Ledger = z.object({
  schema: z.literal('itest.ledger/1'),
  /** The test file, relative to the root. */
  file: z.string(),
  /** The route that the file was generated for, and what was written; null for a file of a person's. */
  route: z.string().nullable(),
  sha256: z.string().nullable(),
  /** By the full name of the test. */
  tests: z.record(z.string(), Entry.extend({ seal: z.string() })),
  /** Tests that a person took away, and why. */
  removed: z.record(z.string(), z.string()),
})

/** What itest knows of one test file, beside it in the user's repository. */
export type Ledger = z.infer<typeof Ledger>

const FOLDER = '.itest'

/** `.itest/tests/integration/post-orders.test.json` for `tests/integration/post-orders.test.ts`. */
export function ledgerPath(file: string): string {
  return `${FOLDER}/${file.replace(/\.ts$/, '')}.json`
}

export function emptyLedger(file: string): Ledger {
  return { schema: 'itest.ledger/1', file, route: null, sha256: null, tests: {}, removed: {} }
}

/** Null when there is none. @throws UserError for one that can't be read */
export function readLedger(root: string, file: string): Ledger | null {
  const at = ledgerPath(file)
  const text = readIfThere(path.join(root, at))
  if (text === null) return null
  const ledger = parseLedger(text)
  if (ledger?.file === file) return ledger
  throw new UserError(`${at}: expected what itest keeps of ${file} (itest.ledger/1), found something else`, {
    hint: 'Restore it from git (a merge may have left conflict marks), or delete it and run `itest red` again.',
  })
}

/** Every ledger of the project, sorted by test file. @throws UserError for one that can't be read */
export function listLedgers(root: string): Ledger[] {
  const folder = path.join(root, FOLDER)
  const names = listIfThere(folder).filter((name) => name.endsWith('.json'))
  return names.sort().flatMap((name) => {
    const text = readIfThere(path.join(folder, name)) ?? ''
    if (!text.includes('itest.ledger/')) return []
    return readLedger(root, parseLedger(text)?.file ?? `${name.replace(/\.json$/, '')}.ts`) ?? []
  })
}

/** Null for what is no ledger. */
export function parseLedger(text: string): Ledger | null {
  return Ledger.safeParse(parseOrNull(text)).data ?? null
}

/** One line a fact and tests by name, so that two branches that add tests can be merged. */
export function renderLedger(ledger: Ledger): string {
  const tests = Object.entries(ledger.tests).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify({ ...ledger, tests: Object.fromEntries(tests) }, null, 2)}\n`
}

/** With a seal over all that it says: who edits an entry by hand has to mean it. */
export function seal(file: string, name: string, entry: Entry): Ledger['tests'][string] {
  return { ...entry, seal: sealOf(file, name, entry) }
}

export function isSealed(file: string, name: string, sealed: Ledger['tests'][string]): boolean {
  const { seal: given, ...entry } = sealed
  return given === sealOf(file, name, entry)
}

function sealOf(file: string, name: string, entry: Entry): string {
  const text = JSON.stringify([file, name, Entry.parse(entry)])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
