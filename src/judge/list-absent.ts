import { ts } from '../check/syntax.ts'
import { classifyFile } from '../classify.ts'
import type { RunFacts } from '../run/types.ts'
import { isSuite, isTestCall } from './roles.ts'
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
    listTitles(read(file)).map(
      (name): JudgedTest => ({
        ...{ file, name, verdict: 'broken', class: kind, reason },
        ...{ contrast: null, fingerprint: null, route: null },
      }),
    ),
  )
  return { tests, fileProblems }
}

/** Full names, as Vitest joins them; titles that are computed are shown as they are written. */
function listTitles(source: Source | null): string[] {
  if (!source) return []
  const found: string[] = []
  const visit = (node: ts.Node, suites: readonly string[]): void => {
    const isCall = ts.isCallExpression(node)
    const title = isCall && node.arguments[0] ? readTitle(node.arguments[0]) : null
    if (isCall && title !== null && isTestCall(source, node)) found.push([...suites, title].join(' > '))
    const inner = isCall && title !== null && isSuite(source, node) ? [...suites, title] : suites
    ts.forEachChild(node, (child) => visit(child, inner))
  }
  visit(source.tree, [])
  return found
}

function readTitle(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text
  return ts.isTemplateExpression(node) ? node.getText().slice(1, -1) : null
}
