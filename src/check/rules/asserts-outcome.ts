import type { Observation } from '../../harness-api.ts'
import type { Expectation } from '../../plan/types.ts'
import { type Assertion, findAssertions, isExact, listParts } from '../assertions.ts'
import { findCondition } from '../conditions.ts'
import { type CaseSyntax, descend, type Problem, ts } from '../syntax.ts'

const REMEDIES = {
  status: 'assert on it, e.g. expect(res.status).toBe(201)',
  body: 'assert on it, e.g. expect(res.body).toMatchObject({ ... })',
  rows: 'read the table and assert on it, e.g. expect(await db.select().from(table)).toEqual([...])',
  calls: "assert on the stub's record, e.g. expect(stub.calls).toHaveLength(1)",
} as const

type Part = keyof typeof REMEDIES

const PLACES = {
  status: 'status',
  'status-at-least': 'status',
  body: 'body',
  text: 'body',
  rows: 'rows',
  'row-count': 'rows',
  'call-count': 'calls',
  calls: 'calls',
  'distinct-keys': 'calls',
} as const satisfies Record<Expectation['observable'], Part>

const BESIDE = ['body', 'rows', 'calls', 'mail', 'queries'] as const satisfies readonly Observation[]

/** Status, and body or state, and everything that the plan lists; with the status that the plan says. */
export function assertsOutcome(test: CaseSyntax): Problem[] {
  const assertions = findAssertions(test).filter(
    (each) => isExact(each) && findCondition(each.node, test.body) === null,
  )
  const seen = new Set(assertions.flatMap(listParts))
  const expects = test.path.status === 'planned' ? test.path.expects : []
  const wanted = new Set<Part>(['status', ...expects.map((each) => PLACES[each.observable])])
  const missing = [...wanted].filter((part) => !seen.has(part))
  const problems = missing.map((part) => ({ message: lacking(part, expects), node: null }))
  if (wanted.size === 1 && !BESIDE.some((part) => seen.has(part))) {
    const message = `expected an assertion on body, rows, calls, mail or queries beside the status, found none; ${REMEDIES.body}`
    problems.push({ message, node: null })
  }
  return [...problems, ...(seen.has('status') ? findWrongStatus(assertions, expects) : [])]
}

function lacking(part: Part, expects: readonly Expectation[]): string {
  const source = expects.find((each) => PLACES[each.observable] === part)?.source.text
  const why = source ? ` (${source})` : ''
  return `expected an exact assertion on the ${part}${why}, found none; ${REMEDIES[part]}`
}

/** The expected status is the plan's, not what the route happens to answer. */
function findWrongStatus(assertions: readonly Assertion[], expects: readonly Expectation[]): Problem[] {
  const numbers = assertions
    .filter((each) => listParts(each).includes('status') && !/^toBe(Greater|Less)/.test(each.matcher ?? ''))
    .flatMap(({ expected }) => expected.flatMap((each) => [each, ...descend(each)]))
    .flatMap((node) => (ts.isNumericLiteral(node) ? [Number(node.text)] : []))
  const planned = expects.flatMap((each) => (each.observable === 'status' ? [each.equals] : []))
  const absent = [...new Set(planned)].filter((status) => !numbers.includes(status))
  return absent.map((status) => ({
    message: `expected status ${status}, as the plan says, found ${numbers.join(', ') || 'no number'}; assert ${status}`,
    node: null,
  }))
}
