import type { FileProblem, JudgedTest } from '../judge-files.ts'
import type { TestOutline } from '../test-files/outline.ts'
import { findOutline, isTest } from './compare.ts'
import type { ReadFile } from './read-files.ts'
import type { GateTest } from './types.ts'

interface RunOfFiles {
  readonly tests: readonly RunVerdict[]
  readonly fileProblems: readonly FileProblem[]
}

type RunVerdict = JudgedTest & Pick<GateTest, 'before' | 'mutants'>

/** What the run says of each test of a file, and that it says nothing of those that stand there and did not run. */
export function describeRun(
  { file, outlines }: ReadFile,
  { tests, fileProblems, known }: RunOfFiles & { readonly known: ReadonlySet<TestOutline> },
): GateTest[] {
  const own = tests.filter((test) => test.file === file)
  const all = outlines ?? []
  const ran = own.map((test): GateTest => {
    const outline = findOutline(all, test.name)
    return describeVerdict(test, !outline || !known.has(outline))
  })
  const silent = all
    .filter((outline) => !own.some(({ name }) => isTest(outline, name)))
    .map((outline) => describeSilent(file, outline, !known.has(outline)))
  const found = [...ran, ...silent]
  const problem = fileProblems.find((one) => one.file === file)
  if (found.length > 0 || !problem) return found
  const { reason } = problem
  const name = '(the whole file)'
  const nothing = { contrast: null, before: null, mutants: null }
  return [{ file, name, verdict: 'broken', class: problem.class, reason, ...nothing, isNew: true }]
}

function describeVerdict(test: RunVerdict, isNew: boolean): GateTest {
  const { file, name, reason, contrast } = test
  // An engine that can't do what the test asks for has shown nothing.
  const verdict = test.verdict === 'skipped' ? 'broken' : test.verdict
  return {
    file,
    name,
    verdict,
    class: test.verdict === 'skipped' ? 'nothing-ran' : test.class,
    reason,
    contrast,
    before: verdict === 'red' ? test.before : null,
    mutants: test.mutants,
    isNew,
  }
}

function describeSilent(file: string, outline: TestOutline, isNew: boolean): GateTest {
  const verdict = { verdict: 'broken', class: 'nothing-ran', reason: 'the run did not have this test' } as const
  return { file, name: outline.shown, ...verdict, contrast: null, before: null, mutants: null, isNew }
}
