import type { Entry, Ledger } from '../ledger.ts'
import { isSealed } from '../ledger.ts'
import type { TestOutline } from '../test-files/outline.ts'
import type { GateFinding } from './types.ts'

export interface TestFile {
  readonly file: string
  /** Null: it is not there. */
  readonly outlines: readonly TestOutline[] | null
  /** `hash file` of what its tests depend on outside of it. */
  readonly support: readonly string[]
}

/** What has been done to tests since they were red. Pure. */
export function compareWithLedger(ledger: Ledger, now: TestFile): GateFinding[] {
  const { file } = ledger
  const entries = Object.entries(ledger.tests)
  const edited = entries.flatMap(([name, entry]) =>
    isSealed(file, name, entry)
      ? []
      : [finding('ledger-edited', { file, test: name }, 'its entry in the ledger is not as itest wrote it')],
  )
  if (now.outlines === null)
    return [...edited, finding('deleted', { file, test: null }, `the file is gone, with ${count(entries.length)}`)]
  const { outlines } = now
  const known = (outline: TestOutline): boolean => entries.some(([name]) => isTest(outline, name))
  const unknown = outlines.filter((outline) => !known(outline))
  const compared = entries.map(([name, entry]) =>
    compareTest({ file, name, entry }, { outlines, unknown, support: now.support }),
  )
  const renamed = new Set(compared.flatMap(({ twin }) => twin ?? []))
  const fresh = unknown
    .filter((outline) => !renamed.has(outline))
    .map((outline) => finding('never-red', { file, test: outline.shown }, NEVER_RED))
  return [...edited, ...compared.flatMap(({ findings }) => findings), ...fresh]
}

export const NEVER_RED = 'it was never seen red: `itest red` has not looked at it'

/** Whether a test that ran by this name is the outlined one. */
export function isTest(outline: TestOutline, name: string): boolean {
  return outline.exactName === null ? outline.name.test(name) : outline.exactName === name
}

/** The test that ran by this name; a title that only a run knows gives way to one that stands there. */
export function findOutline(outlines: readonly TestOutline[], name: string): TestOutline | undefined {
  return outlines.find(({ exactName }) => exactName === name) ?? outlines.find((outline) => isTest(outline, name))
}

/** Nothing that it depends on has changed since it was red. */
export function isUnchanged(entry: Entry, outline: TestOutline, support: readonly string[]): boolean {
  return (
    entry.hash === outline.hash &&
    entry.around.join('\n') === outline.around.join('\n') &&
    entry.support.join('\n') === support.join('\n')
  )
}

interface Known {
  readonly file: string
  readonly name: string
  readonly entry: Entry
}

interface Now {
  readonly outlines: readonly TestOutline[]
  /** Tests that the ledger does not have. */
  readonly unknown: readonly TestOutline[]
  readonly support: readonly string[]
}

interface Compared {
  readonly findings: readonly GateFinding[]
  /** What the test is called now, when it has another name. */
  readonly twin: TestOutline | null
}

function compareTest({ file, name, entry }: Known, { outlines, unknown, support }: Now): Compared {
  const place = { file, test: name }
  const outline = findOutline(outlines, name)
  if (!outline) return describeMissing(place, entry, unknown)
  const off = [...new Set(outline.modifiers.filter((modifier) => OFF.has(modifier)))]
  const around = difference(entry.around, outline.around)
  const other = difference(entry.support, support)
  const findings = [
    ...(off.length > 0 ? [finding('skipped', place, `it does not run as it did: .${off.join(', .')}`)] : []),
    ...(off.length > 0 || entry.hash === outline.hash ? [] : [describeChange(place, entry, outline)]),
    ...(around.length > 0
      ? [finding('surroundings-changed', place, `what it depends on in its file has changed: ${around.join('; ')}`)]
      : []),
    ...(other.length > 0
      ? [finding('support-changed', place, `what it depends on has changed: ${other.join(', ')}`)]
      : []),
  ]
  return { findings, twin: null }
}

const OFF = new Set(['skip', 'todo', 'fails', 'skipIf', 'runIf'])

function describeMissing(place: Place, entry: Entry, unknown: readonly TestOutline[]): Compared {
  const twin = unknown.find((outline) => outline.assertions.join('\n') === entry.assertions.join('\n')) ?? null
  const found = twin
    ? finding('renamed', place, `it is called otherwise now: "${twin.shown}"`)
    : { ...finding('deleted', place, 'it is gone'), diff: { removed: entry.assertions, added: [] } }
  return { findings: [found], twin }
}

/** Weakened: an assertion that it had is not there any more. */
function describeChange(place: Place, entry: Entry, outline: TestOutline): GateFinding {
  const removed = without(entry.assertions, outline.assertions)
  const added = without(outline.assertions, entry.assertions)
  const diff = removed.length + added.length === 0 ? null : { removed, added }
  if (removed.length > 0)
    return { ...finding('weakened', place, 'assertions that it was red with are not there any more'), diff }
  const what = diff ? 'it has other assertions than when it was red' : 'it is not what it was when it was red'
  return { ...finding('changed', place, what), diff }
}

/** Each as often as it stands there. */
function without(all: readonly string[], taken: readonly string[]): string[] {
  const left = [...taken]
  return all.filter((one) => {
    const at = left.indexOf(one)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
}

/** The names behind the hashes that are on one side only. */
function difference(before: readonly string[], after: readonly string[]): string[] {
  const names = [...without(before, after), ...without(after, before)].map((line) => line.slice(13))
  return [...new Set(names)]
}

type Place = Pick<GateFinding, 'file' | 'test'>

export function finding(kind: GateFinding['kind'], place: Place, message: string): GateFinding {
  return { kind, ...place, message, diff: null, isAllowed: false }
}

function count(tests: number): string {
  return tests === 1 ? 'one test that was red' : `${tests} tests that were red`
}
