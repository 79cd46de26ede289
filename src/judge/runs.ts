import { classify, type TestSites, type Verdict } from '../classify.ts'
import type { RunFacts, TestFacts } from '../run/types.ts'
import { locateTest, type SiteOptions } from './sites.ts'

/** One test in one run. */
export interface Trial {
  readonly test: TestFacts
  readonly sites: TestSites
  readonly verdict: Verdict
}

/** By file, full name, and the how-many-eth of that name it is. */
export type Trials = ReadonlyMap<string, Trial>

export interface JudgeRunOptions extends SiteOptions {
  /** The route answered 501, so that faults in it could not be hit. */
  readonly ablated: boolean
}

/** Judges each test of one run by itself. */
export function judgeRun(facts: RunFacts, options: JudgeRunOptions): Trials {
  const trials = new Map<string, Trial>()
  for (const test of facts.tests) {
    const sites = locateTest(test, options)
    trials.set(nameTrial(test, trials), {
      test,
      sites,
      verdict: classify(facts, test, { ablated: options.ablated, sites }),
    })
  }
  return trials
}

function nameTrial({ file, fullName }: TestFacts, taken: Trials): string {
  for (let index = 0; ; index += 1) {
    const key = `${file}\n${fullName}\n${index}`
    if (!taken.has(key)) return key
  }
}
