import { matchesOrigin } from './origin.ts'
import type { RecordedCall, StubAnswer, StubRule } from './stub-types.ts'

/** The answer that is due; null when no rule fits. Of several rules the one that was set last counts. */
export function findAnswer(rules: readonly StubRule[], call: RecordedCall): StubAnswer | null {
  const rule = rules.findLast((candidate) => matches(candidate, call))
  if (!rule) return null
  rule.hits += 1
  return rule.answers[Math.min(rule.hits, rule.answers.length) - 1] ?? null
}

function matches(rule: StubRule, call: RecordedCall): boolean {
  if (rule.answers.length === 0 || !matchesOrigin(rule.origin, call.origin)) return false
  if (rule.method !== 'ALL' && rule.method !== call.method) return false
  const [path = '', query] = rule.path.split('?')
  if (!matchesPath(path, call.path)) return false
  if (query !== undefined && !isSameQuery(new URLSearchParams(query), call.query)) return false
  return rule.when === null || rule.when(call)
}

/** `:id` is any one segment, `*` anything. */
function matchesPath(pattern: string, path: string): boolean {
  const source = pattern.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${source.replace(/(?<=\/):\w+/g, '[^/]+')}$`).test(path)
}

function isSameQuery(expected: URLSearchParams, actual: RecordedCall['query']): boolean {
  const names = Object.keys(actual)
  return names.length === new Set(expected.keys()).size && names.every((name) => expected.get(name) === actual[name])
}
