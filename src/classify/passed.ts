import type { HarnessFacts, RunFacts, TestFacts } from '../run/types.ts'
import { classifyFileError, isAbove } from './absent.ts'
import { describeCrash, findCrash } from './crash.ts'
import { firstLine } from './error-kinds.ts'
import { asksNothing, describeTampered } from './harness-facts.ts'
import { broken, type ClassifyOptions, type TestSites, type Verdict } from './types.ts'

export function classifyPassed(facts: RunFacts, test: TestFacts, { sites }: ClassifyOptions): Verdict {
  const { harness } = test
  const crash = findCrash(facts, test, sites)
  if (crash?.status === 'red') return crash
  if (!harness) return broken('harness', 'nothing is known of what the test did')
  const swallowed = describeSwallowed(harness, sites)
  if (swallowed !== null) return broken('no-assertion', swallowed)
  if (crash) return crash
  const found = describeCrash(harness)
  if (found !== null) return { status: 'red', class: 'app-crash', error: null, reason: found }
  if (harness.tampered.length > 0) return broken('harness', describeTampered(harness))
  if (test.isMeantToFail) return broken('no-assertion', 'it.fails turns every failure into a pass')
  const later = sites && facts.fileErrors.find((one) => isAbove(one, test))?.error
  if (later) return broken(classifyFileError(later, test), `after the test: ${firstLine(later)}`)
  return classifyAsserted(test, harness, sites) ?? { status: 'green' }
}

/** Whether what passed has asked the app something, and asserted the answer. */
function classifyAsserted(test: TestFacts, harness: HarnessFacts, sites: TestSites | null): Verdict | null {
  const all = harness.assertions.map((one, index) => ({ ...one, site: sites?.assertions[index] }))
  const own = all.filter(({ site }) => site?.actor !== 'hook' && site?.actor !== 'app')
  if (own.length === 0) return broken('no-assertion', 'the test passed, and no assertion of its own ran')
  if (asksNothing(harness)) return broken('trivial', 'the test sent no request to the app')
  if (own.every(({ site }) => site?.kind === 'constant')) {
    return broken('trivial', 'all that the test asserts is true of any app')
  }
  if (test.retries > 0 || test.errors.length > 0) return broken('harness', 'it passed only when it was run again')
  return null
}

/** An assertion that failed in a test that passed, and never held later, as one that is tried again and again does. */
function describeSwallowed({ assertions }: HarnessFacts, sites: TestSites | null): string | null {
  const found = assertions.find(({ passed }, index) => {
    const site = sites?.assertions[index]
    return passed === 0 && site && !site.isNested && site.actor !== 'hook' && site.actor !== 'app'
  })
  if (!found) return null
  const where = found.frame ? ` at ${found.frame.file}:${found.frame.line}` : ''
  return `an assertion${where} failed and nobody noticed: ${found.messages[0] ?? ''}`
}
