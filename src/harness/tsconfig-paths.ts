import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Files that an import may mean by the `paths` of the project's tsconfig, best first; empty when none applies. */
export type FindByPaths = (specifier: string) => readonly string[]

/** Reads `paths`, through `extends` too. Vite does not honour them, so without this `@/db` would not be found. */
export async function readTsconfigPaths(root: string): Promise<FindByPaths> {
  const file = join(root, 'tsconfig.json')
  if (!existsSync(file)) return () => []
  if (!/"(paths|extends)"/.test(readFileSync(file, 'utf8'))) return () => []
  // biome-ignore lint/style/noRestrictedImports: comments and `extends` are TypeScript's to parse, and most projects never get here.
  const { ts } = await import('ts-morph')
  const { config } = ts.readConfigFile(file, ts.sys.readFile)
  // The files of the project are of no interest here, so none are listed.
  const host = { ...ts.sys, readDirectory: () => [] }
  const { options } = ts.parseJsonConfigFileContent(config, host, root)
  const { paths, baseUrl } = options
  if (!paths) return () => []
  const origin: unknown = options.pathsBasePath
  const base = baseUrl ?? (typeof origin === 'string' ? origin : dirname(file))
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
