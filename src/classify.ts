import { classifyAbsent } from './classify/absent.ts'
import { classifyFailed } from './classify/failed.ts'
import { classifyPassed } from './classify/passed.ts'
import type { ClassifyOptions, Verdict } from './classify/types.ts'
import type { RunFacts, TestFacts } from './run/types.ts'

export type { BrokenClass, RedClass, Site, TestSites, Verdict } from './classify/types.ts'

/** Judges one test of a run by what the reporter saw, by the title of the test. */
export function classifyTest(facts: RunFacts, title: string, { ablated }: { ablated: boolean }): Verdict {
  const test = facts.tests.find((candidate) => candidate.name === title)
  return test ? classify(facts, test, { ablated, sites: null }) : classifyAbsent(facts, null)
}

/** Judges one test of a run by what the reporter saw and what the syntax says of it. */
export function classify(facts: RunFacts, test: TestFacts, options: ClassifyOptions): Verdict {
  if (test.state === 'skipped' || test.state === 'pending') return classifyAbsent(facts, test)
  return test.state === 'passed' ? classifyPassed(facts, test, options) : classifyFailed(facts, test, options)
}

/** A file that gave no tests. */
export function classifyFile(facts: RunFacts, file: string): Verdict & { status: 'broken' } {
  return classifyAbsent(
    {
      ...facts,
      fileErrors: facts.fileErrors.filter((one) => one.file === file),
      stalled: facts.stalled.filter((one) => one.file === file),
    },
    null,
  )
}
