import type { SkipRule } from '../config/define-config.ts'
import { escapePattern } from '../escape-pattern.ts'
import type { Path } from './types.ts'

/** Paths that the user's config names get no test, with the reason that it gives. */
export function skipPaths(paths: readonly Path[], rules: readonly SkipRule[]): readonly Path[] {
  return paths.map((path) => {
    const rule = rules.find((one) => names(one, path))
    if (!rule || path.status === 'skipped') return path
    const { id, kind, title } = path
    return { id, kind, title, status: 'skipped', reason: rule.reason, by: 'config' }
  })
}

/** Rules that name no path of the plan, in words: most likely a path has another id by now. */
export function findIdleRules(paths: readonly Path[], rules: readonly SkipRule[]): string[] {
  const idle = rules.filter((rule) => !paths.some((path) => names(rule, path)))
  return idle.map(
    (rule) => `skip in your config: ${rule.route} has no path ${rule.path}, so nothing is skipped by that.`,
  )
}

function names({ path: pattern }: SkipRule, { id }: Path): boolean {
  return new RegExp(`^${pattern.split('*').map(escapePattern).join('.*')}$`).test(id)
}
