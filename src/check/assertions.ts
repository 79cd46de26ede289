import type { Observation } from '../harness-api.ts'
import { findChains } from './chain.ts'
import { observe, readNamedParts } from './observations.ts'
import type { CaseSyntax, ts } from './syntax.ts'

/** One `expect(...)` of a case, complete or not. */
export interface Assertion {
  readonly actual: ts.Expression | null
  /** e.g. `not`, `resolves`. */
  readonly modifiers: readonly string[]
  /** Null when no matcher is called. */
  readonly matcher: string | null
  readonly expected: readonly ts.Expression[]
  readonly node: ts.Node
}

/** Every `expect(actual)`; asymmetric matchers such as `expect.any` are not among them. */
export function findAssertions(test: Pick<CaseSyntax, 'body'>): Assertion[] {
  return findChains(test, 'expect').flatMap(({ links, top }) => {
    const [opening, ...rest] = links
    if (!opening || opening.name !== null || !opening.arguments) return []
    const at = rest.findIndex((link) => link.arguments !== null)
    const matcher = rest[at]
    const modifiers = at === -1 ? rest : rest.slice(0, at)
    return [
      {
        actual: opening.arguments[0] ?? null,
        modifiers: modifiers.flatMap((link) => link.name ?? []),
        matcher: matcher?.name ?? null,
        expected: matcher?.arguments ?? [],
        node: top,
      },
    ]
  })
}

/** The parts of what a test sees that it is about. */
export function listParts({ actual, expected }: Assertion): Observation[] {
  if (!actual) return []
  const observed = observe(actual)
  return observed.has('response') ? [...observed, ...expected.flatMap(readNamedParts)] : [...observed]
}

/** Matchers that hold for almost any value; they state no outcome. */
const WEAK = new Set([
  'toBeDefined',
  'toBeUndefined',
  'toBeTruthy',
  'toBeFalsy',
  'toBeTypeOf',
  'toBeInstanceOf',
  'toBeOneOf',
])

/** Whether the assertion pins a value down. */
export function isExact({ matcher, modifiers, expected }: Assertion): boolean {
  if (matcher === null || modifiers.includes('not')) return false
  return !WEAK.has(matcher) && (matcher !== 'toHaveProperty' || expected.length > 1)
}
