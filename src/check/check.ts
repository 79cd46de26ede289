import type { Path, Plan } from '../plan/types.ts'
import type { DraftCase } from '../write/types.ts'
import { allowedMembers } from './rules/allowed-members.ts'
import { allowedNames } from './rules/allowed-names.ts'
import { allowedSyntax } from './rules/allowed-syntax.ts'
import { allowedUses } from './rules/allowed-uses.ts'
import { assertsOutcome } from './rules/asserts-outcome.ts'
import { followsPlan } from './rules/follows-plan.ts'
import { noConditionalAssertion } from './rules/no-conditional-assertion.ts'
import { noFloatingPromise } from './rules/no-floating-promise.ts'
import { noHiddenCharacters } from './rules/no-hidden-characters.ts'
import { noMock } from './rules/no-mock.ts'
import { noShadowing } from './rules/no-shadowing.ts'
import { noSleep } from './rules/no-sleep.ts'
import { noSnapshot } from './rules/no-snapshot.ts'
import { noStatementText } from './rules/no-statement-text.ts'
import { noSuppression } from './rules/no-suppression.ts'
import { noSwallowedError } from './rules/no-swallowed-error.ts'
import { noTampering } from './rules/no-tampering.ts'
import { noTestStructure } from './rules/no-test-structure.ts'
import { noVacuousAssertion } from './rules/no-vacuous-assertion.ts'
import { sendsRequest } from './rules/sends-request.ts'
import { type CaseSyntax, lineOf, parseCase, type Rule } from './syntax.ts'
import type { Finding } from './types.ts'

/** A new rule is one file and one line here. */
export const RULES = {
  'sends-request': sendsRequest,
  'asserts-outcome': assertsOutcome,
  'follows-plan': followsPlan,
  'no-conditional-assertion': noConditionalAssertion,
  'no-vacuous-assertion': noVacuousAssertion,
  'no-floating-promise': noFloatingPromise,
  'no-swallowed-error': noSwallowedError,
  'no-snapshot': noSnapshot,
  'no-sleep': noSleep,
  'no-mock': noMock,
  'no-statement-text': noStatementText,
  'no-tampering': noTampering,
  'no-test-structure': noTestStructure,
  'no-shadowing': noShadowing,
  'no-suppression': noSuppression,
  'no-hidden-characters': noHiddenCharacters,
  'allowed-syntax': allowedSyntax,
  'allowed-names': allowedNames,
  'allowed-uses': allowedUses,
  'allowed-members': allowedMembers,
} as const satisfies Record<string, Rule>

/**
 * Static checks of a draft, without types: each planned path has exactly one case, and each case is a test that can
 * fail, and that touches nothing but the app, its tables and the stubs. `names` is what the scaffold gives to a case;
 * `expect` need not be among them. Paths that the writer left out are findings when they are planned, not when open.
 */
export function checkCases(input: {
  readonly cases: readonly DraftCase[]
  readonly plan: Plan
  readonly names: readonly string[]
  /** Set by the user's config, beside those of the plan. */
  readonly variables?: readonly string[]
}): Finding[] {
  const { cases, plan, variables = [] } = input
  const names = new Set(input.names)
  const environment = new Set([...Object.keys(plan.environment), ...variables])
  return [
    ...plan.paths.flatMap((path) => checkPresence(path, cases)),
    ...cases.flatMap((testCase) => {
      const path = plan.paths.find((each) => each.id === testCase.pathId)
      return path ? checkCase(testCase, { path, route: plan.route, names, environment }) : [stranger(testCase, plan)]
    }),
  ]
}

function checkPresence(path: Path, cases: readonly DraftCase[]): Finding[] {
  const count = cases.filter((each) => each.pathId === path.id).length
  const isRight = path.status === 'planned' ? count === 1 : path.status === 'open' ? count <= 1 : count === 0
  if (isRight) return []
  const expected = path.status === 'skipped' ? 'no test, the path is skipped' : 'exactly one test'
  const message = `expected ${expected}, found ${count}; write one test per path of the plan`
  return [{ kind: 'one-test-per-path', pathId: path.id, message, line: null }]
}

function stranger({ pathId }: DraftCase, plan: Plan): Finding {
  const ids = plan.paths.filter((path) => path.status !== 'skipped').map((path) => path.id)
  const message = `expected a path of the plan (${ids.join(', ')}), found "${pathId}"; remove this test`
  return { kind: 'one-test-per-path', pathId, message, line: null }
}

function checkCase(
  testCase: DraftCase,
  context: Pick<CaseSyntax, 'path' | 'route' | 'names' | 'environment'>,
): Finding[] {
  const { pathId, title, code } = testCase
  const finding = (kind: string, message: string, line: number | null): Finding => ({
    kind,
    pathId,
    message: line === null ? message : `line ${line} of the test: ${message}`,
    line: null,
  })
  const parsed = parseCase(testCase)
  if (!parsed.ok) {
    return [finding('parses', `expected the statements of one test, found: ${parsed.message}`, parsed.line)]
  }
  const test = { ...context, title, code, body: parsed.body }
  return Object.entries(RULES).flatMap(([kind, rule]) =>
    rule(test).map(({ message, node }) => finding(kind, message, node && lineOf(node))),
  )
}
