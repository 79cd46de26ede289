import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { typeCheckFilesInThread } from '../check/type-check-thread.ts'
import { typeFallbacks } from '../check/type-fallbacks.ts'

/**
 * What is no matter of types: a module that Vitest finds or does not find by itself, its declarations, a global that it
 * gives, and names that nobody uses.
 */
const OTHER_CODES = new Set([2307, 2582, 2593, 7016, 6133, 6138, 6192, 6196, 6198, 6199, 6205])
const GLOBALS = /'(?:describe|suite|it|test|expect|assert|vi|vitest|(?:before|after|around)(?:Each|All)|onTest\w+)'/

/** The first type error of each file that has one. Plain JavaScript is not checked. */
export async function checkTypes(
  root: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const wanted = files.filter((file) => /\.[cm]?tsx?$/.test(file) && existsSync(resolve(root, file)))
  const found = new Map<string, string>()
  for (const [tsconfig, group] of groupByConfig(root, wanted)) {
    const texts = group.map((file) => ({ file, text: readFileSync(resolve(root, file), 'utf8') }))
    const input = { root, tsconfig, files: texts, fallbackPaths: typeFallbacks() }
    for (const { file, code, finding } of await typeCheckFilesInThread(input, signal)) {
      if (OTHER_CODES.has(code) || (code === 2304 && GLOBALS.test(finding.message))) continue
      if (!found.has(file)) found.set(file, `${file}:${finding.line ?? 1}: ${finding.message}`)
    }
  }
  return found
}

function groupByConfig(root: string, files: readonly string[]): Map<string | null, string[]> {
  const groups = new Map<string | null, string[]>()
  for (const file of files) {
    const config = findConfig(root, dirname(resolve(root, file)))
    groups.set(config, [...(groups.get(config) ?? []), file])
  }
  return groups
}

function findConfig(root: string, folder: string): string | null {
  const config = join(folder, 'tsconfig.json')
  if (existsSync(config)) return config
  const above = dirname(folder)
  return folder === root || above === folder ? null : findConfig(root, above)
}
