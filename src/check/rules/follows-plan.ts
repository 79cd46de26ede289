import type { Observation } from '../../harness-api.ts'
import type { Expectation, Expected } from '../../plan/types.ts'
import { type Assertion, findAssertions, isExact, listParts } from '../assertions.ts'
import { findCondition } from '../conditions.ts'
import { findDeclaration } from '../scope.ts'
import { type CaseSyntax, descend, type Problem, ts } from '../syntax.ts'

/** What the assertions on one part of what a test sees compare it with. */
interface Compared {
  readonly words: ReadonlySet<string>
  readonly counts: ReadonlySet<number>
  /** It is compared with something that the case alone does not show. */
  readonly isOpen: boolean
}

const NOUNS = { body: 'body', rows: 'rows', calls: 'calls' } as const satisfies Partial<Record<Observation, string>>

/** The expected values are those of the plan, not what the route happens to do: a bent test would be green and hide it. */
export function followsPlan(test: CaseSyntax): Problem[] {
  if (test.path.status !== 'planned') return []
  const assertions = findAssertions(test).filter(
    (each) => isExact(each) && findCondition(each.node, test.body) === null,
  )
  return test.path.expects.flatMap((expectation) => {
    const part = partOf(expectation)
    const about = part ? assertions.filter((each) => listParts(each).includes(part)) : []
    // That there is no assertion at all is another rule's to say.
    if (!part || about.length === 0) return []
    const message = compare(expectation, addUp(about), NOUNS[part])
    return message === null ? [] : [{ message, node: null }]
  })
}

function partOf({ observable }: Expectation): keyof typeof NOUNS | null {
  if (observable === 'body' || observable === 'text') return 'body'
  if (observable === 'rows' || observable === 'row-count') return 'rows'
  return observable === 'status' || observable === 'status-at-least' ? null : 'calls'
}

function compare(expectation: Expectation, { words, counts, isOpen }: Compared, noun: string): string | null {
  if (isOpen) return null
  const missing = listLeaves(expectation).find((leaf) => !words.has(leaf))
  const says = `as the plan says (${expectation.source.text})`
  if (missing !== undefined)
    return `expected ${JSON.stringify(missing)} in the ${noun}, ${says}, found it nowhere; assert it`
  const count = countOf(expectation)
  if (count === null || counts.has(count)) return null
  const found = [...counts].join(', ') || 'no number of them'
  return `expected ${count} as the number of ${noun}, ${says}, found ${found}; assert ${count}`
}

function listLeaves(expectation: Expectation): string[] {
  if (expectation.observable === 'body') return leavesOf(expectation.value)
  if (expectation.observable === 'rows') return leavesOf(expectation.rows)
  if (expectation.observable === 'calls') return leavesOf(expectation.calls)
  return expectation.observable === 'text' ? [expectation.equals] : []
}

function leavesOf(value: Expected): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  return '$any' in value || '$date' in value ? [] : Object.values(value).flatMap(leavesOf)
}

function countOf(expectation: Expectation): number | null {
  if ('count' in expectation) return expectation.count
  if (expectation.observable === 'rows') return expectation.rows.length
  return expectation.observable === 'calls' ? expectation.calls.length : null
}

function addUp(assertions: readonly Assertion[]): Compared {
  const expected = assertions.flatMap((each) => each.expected)
  const nodes = expected.flatMap((each) => [each, ...descend(each)]).flatMap(follow)
  return {
    words: new Set(nodes.flatMap(readWord)),
    counts: new Set(expected.flatMap(readCount)),
    isOpen: nodes.some(isOpen),
  }
}

/** Through the constants of the case. */
function follow(node: ts.Node): ts.Node[] {
  const declaration = ts.isIdentifier(node) ? findDeclaration(node) : null
  const binding = declaration?.parent
  if (!binding || !ts.isVariableDeclaration(binding) || !binding.initializer) return [node]
  return [binding.initializer, ...descend(binding.initializer)]
}

function readWord(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isNumericLiteral(node)) {
    const isNegative = ts.isPrefixUnaryExpression(node.parent) && node.parent.operator === ts.SyntaxKind.MinusToken
    return [String(isNegative ? -Number(node.text) : Number(node.text))]
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return ['true']
  if (node.kind === ts.SyntaxKind.FalseKeyword) return ['false']
  return node.kind === ts.SyntaxKind.NullKeyword ? ['null'] : []
}

/** `3`, and a list of three. */
function readCount(expected: ts.Expression): number[] {
  if (ts.isNumericLiteral(expected)) return [Number(expected.text)]
  if (!ts.isArrayLiteralExpression(expected)) return []
  return expected.elements.some(ts.isSpreadElement) ? [] : [expected.elements.length]
}

/** A name that the case does not declare: a constant of the file, or an answer that is compared with another one. */
function isOpen(node: ts.Node): boolean {
  if (!ts.isIdentifier(node) || node.text === 'expect' || node.text === 'undefined') return false
  const { parent } = node
  const isName =
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isNewExpression(parent)
  const isArgument = ts.isCallExpression(parent) && /^(?:String|Number|Boolean|Object|Array|Date)$/.test(node.text)
  return !isName && !isArgument
}
