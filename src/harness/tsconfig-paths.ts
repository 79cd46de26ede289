import { resolve } from 'node:path'
import { readPathSettings } from './read-path-settings.ts'

/** Files that an import may mean by the `paths` of the project's tsconfig, best first; empty when none applies. */
export type FindByPaths = (specifier: string) => readonly string[]

/** Reads `paths` of a tsconfig. Vite does not honour them, so without this `@/db` would not be found. */
export function readTsconfigPaths(config: string): FindByPaths {
  const settings = readPathSettings(config)
  if (settings === null) return () => []
  const { paths, base } = settings
  const patterns = Object.entries(paths)
    .map(([pattern, targets]) => ({ pattern: splitAtStar(pattern), targets }))
    .sort((a, b) => b.pattern.before.length - a.pattern.before.length)
  return (specifier) => {
    const found = patterns.find(({ pattern }) => matches(pattern, specifier))
    if (!found) return []
    const { before, after } = found.pattern
    const middle = after === null ? '' : specifier.slice(before.length, specifier.length - after.length)
    return found.targets.map((target) =>
      resolve(
        base,
        target.replace('*', () => middle),
      ),
    )
  }
}

interface Pattern {
  readonly before: string
  /** null: the pattern has no star and must be met exactly. */
  readonly after: string | null
}

function splitAtStar(pattern: string): Pattern {
  const star = pattern.indexOf('*')
  if (star === -1) return { before: pattern, after: null }
  return { before: pattern.slice(0, star), after: pattern.slice(star + 1) }
}

function matches({ before, after }: Pattern, specifier: string): boolean {
  if (after === null) return specifier === before
  return specifier.length >= before.length + after.length && specifier.startsWith(before) && specifier.endsWith(after)
}
