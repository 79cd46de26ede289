import type { GateOptions } from '../options.ts'
import { outlineTests, type TestOutline } from '../test-files/outline.ts'
import { isTest, isUnchanged } from './compare.ts'
import { isRepository, readAt } from './git.ts'
import type { ReadFile } from './read-files.ts'
import type { Asked } from './types.ts'

/**
 * Tests that have nothing to show: the ledger has them as they are. When the user named no files, also those that stood
 * there unchanged at the commit before.
 */
export async function findKnown(
  files: readonly ReadFile[],
  { route, files: named }: Asked,
  { root, since }: GateOptions,
): Promise<ReadonlySet<TestOutline>> {
  const isNamed = route !== null || named.length > 0
  const ref = since ?? (isNamed || !(await isRepository(root)) ? null : 'HEAD')
  const known = await Promise.all(
    files.map(async (file) => {
      const text = ref === null ? null : await readAt(root, ref, file.file)
      const before = text === null ? [] : outlineTests(file.file, text)
      return (file.outlines ?? []).filter((outline) => isInLedger(file, outline) || isAmong(before, outline))
    }),
  )
  return new Set(known.flat())
}

function isInLedger({ ledger, support }: ReadFile, outline: TestOutline): boolean {
  const entries = Object.entries(ledger?.tests ?? {}).filter(([name]) => isTest(outline, name))
  return entries.length > 0 && entries.every(([, entry]) => isUnchanged(entry, outline, support))
}

function isAmong(before: readonly TestOutline[], outline: TestOutline): boolean {
  return before.some(
    (other) =>
      other.hash === outline.hash &&
      other.name.source === outline.name.source &&
      other.around.join('\n') === outline.around.join('\n'),
  )
}
