import type { RunFacts } from '../run/types.ts'

/**
 * Runs files until each has run: Vitest 3 ends with the first worker that had to be ended from outside, and leaves the other
 * files alone.
 */
export async function runAll(
  files: readonly string[],
  run: (files: readonly string[]) => Promise<RunFacts>,
): Promise<RunFacts> {
  let facts = await run(files)
  let rest = listUnfinished(facts, files)
  while (facts.stalled.length > 0 && rest.length > 0) {
    const next = await run(rest)
    const left = listUnfinished(next, rest)
    facts = merge(facts, next, new Set(rest))
    if (left.length === rest.length) return facts
    rest = left
  }
  return facts
}

function listUnfinished({ tests, fileErrors, stalled }: RunFacts, files: readonly string[]): string[] {
  const ended = new Set([...fileErrors, ...stalled].map(({ file }) => file))
  return files.filter((file) => {
    const own = tests.filter((test) => test.file === file)
    return !ended.has(file) && (own.length === 0 || own.some(({ state }) => state === 'pending'))
  })
}

function merge(first: RunFacts, next: RunFacts, again: ReadonlySet<string>): RunFacts {
  const kept = <T extends { readonly file: string | null }>(all: readonly T[]): T[] =>
    all.filter(({ file }) => file === null || !again.has(file))
  return {
    ...next,
    tests: [...kept(first.tests), ...next.tests],
    fileErrors: [...kept(first.fileErrors), ...next.fileErrors],
    stalled: [...kept(first.stalled), ...next.stalled],
    unhandled: [...kept(first.unhandled), ...next.unhandled],
  }
}
