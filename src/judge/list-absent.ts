import { classifyFile } from '../classify.ts'
import type { RunFacts } from '../run/types.ts'

import { outlineTree, type TestOutline } from '../test-files/outline.ts'
import type { ReadSource, Source } from './source.ts'
import type { FileProblem, JudgedTest } from './types.ts'

/** Files that gave no test, and the tests that stand in them as far as their text tells. */
export function listAbsent(
  facts: RunFacts,
  { files, read }: { files: readonly string[]; read: ReadSource },
): { tests: JudgedTest[]; fileProblems: FileProblem[] } {
  const seen = new Set(facts.tests.map(({ file }) => file))
  const fileProblems = files
    .filter((file) => !seen.has(file))
    .map((file) => {
      const verdict = classifyFile(facts, file)
      return { file, class: verdict.class, reason: verdict.reason }
    })
  const tests = fileProblems.flatMap(({ file, class: kind, reason }) =>
    listTests(read(file)).map(
      ({ shown: name }): JudgedTest => ({
        ...{ file, name, verdict: 'broken', class: kind, reason },
        ...{ contrast: null, fingerprint: null, route: null },
      }),
    ),
  )
  return { tests, fileProblems }
}

function listTests(source: Source | null): TestOutline[] {
  return source ? outlineTree(source.tree) : []
}
