import type { ErrorFacts, HarnessFacts, RunFacts, TestFacts } from '../run/types.ts'
import { firstLine, isOurs } from './error-kinds.ts'
import { broken, type TestSites, type Verdict } from './types.ts'

/** An error that nobody caught: of the app it is a finding; of the test's own code it is the test's mistake. */
export function findCrash(facts: RunFacts, test: TestFacts, sites: TestSites | null): Verdict | null {
  const seen = test.harness?.uncaught ?? []
  const own = seen.findIndex(({ of }) => of === null)
  const late = findLate(facts, test)
  const isElsewhere = own < 0 && seen.length > 0
  const error = seen[own]?.error ?? late ?? (isElsewhere ? null : findUnhandled(facts, test))
  if (!error || isOurs(error)) return null
  const isOfApp = !sites || seen[own]?.isOfRequest || error === late
  const actor = isOfApp ? 'app' : (sites.uncaught[own]?.actor ?? 'unknown')
  if (error.code === 'EADDRINUSE') return broken('harness', `another process has the port: ${firstLine(error)}`)
  if (actor !== 'app') return broken('harness', `an error that nobody catches, and not of the app: ${firstLine(error)}`)
  const reason = `an error that nobody catches ends the process: ${firstLine(error)}`
  return { status: 'red', class: 'app-crash', error, reason }
}

/** What a request of this test left behind for a later one. */
function findLate(facts: RunFacts, { file, name }: TestFacts): ErrorFacts | null {
  const after = facts.tests.filter((other) => other.file === file).flatMap(({ harness }) => harness?.uncaught ?? [])
  return after.find(({ of }) => of === name)?.error ?? null
}

export function findUnhandled(facts: RunFacts, test: TestFacts): ErrorFacts | null {
  const names = new Set(facts.tests.filter(({ file }) => file === test.file).flatMap((one) => [one.name, one.fullName]))
  const found = facts.unhandled.find((unhandled) => {
    if (unhandled.test === test.fullName || unhandled.test === test.name) {
      return unhandled.file === null || unhandled.file === test.file
    }
    // Of this file, and of no test of it: any of them may be behind it.
    return unhandled.file === test.file && (unhandled.test === null || !names.has(unhandled.test))
  })
  return found?.error ?? null
}

export function describeCrash({ appCrashes: [first] }: HarnessFacts): string | null {
  return first === undefined ? null : `the app's process would have crashed: ${first}`
}
