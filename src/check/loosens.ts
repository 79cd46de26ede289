import type { Observation } from '../harness-api.ts'
import type { Path } from '../plan/types.ts'
import type { DraftCase } from '../write/types.ts'
import { type Assertion, findAssertions, isExact, listParts } from './assertions.ts'
import { findCondition } from './conditions.ts'
import { descend, parseCase, ts } from './syntax.ts'

/** What a case asserts on one part of what a test sees. */
interface Demand {
  readonly isStrict: boolean
  /** Values and names of fields. */
  readonly words: ReadonlySet<string>
}

type Demands = ReadonlyMap<Observation, Demand>

/**
 * How a case asserts less than the one that it takes the place of; null: it asserts as much. Where the plan states the
 * outcome, only what it states is held to; where it states none, all that the case asserted before. A case that does not
 * parse has asserted nothing.
 */
export function findLoosened(before: DraftCase, after: DraftCase, path: Path): string | null {
  const earlier = readDemands(before)
  const now = readDemands(after)
  const isDemanded = readPlanned(path)
  for (const [part, demand] of earlier) {
    const found = now.get(part)
    if (!found) return `it no longer asserts on the ${part}`
    if (demand.isStrict && !found.isStrict) return `it compares the ${part} less exactly`
    const lost = [...demand.words].find((word) => isDemanded(word) && !found.words.has(word))
    if (lost !== undefined) return `it no longer asserts ${lost} on the ${part}`
  }
  return null
}

function readDemands(one: DraftCase): Demands {
  const parsed = parseCase(one)
  if (!parsed.ok) return new Map()
  const { body } = parsed
  const assertions = findAssertions({ body }).filter((each) => isExact(each) && findCondition(each.node, body) === null)
  const parts = [...new Set(assertions.flatMap(listParts))]
  return new Map(
    parts.map((part) => [
      part,
      addUp(
        part,
        assertions.filter((each) => listParts(each).includes(part)),
      ),
    ]),
  )
}

function addUp(part: Observation, assertions: readonly Assertion[]): Demand {
  return {
    isStrict: assertions.some((each) => isStrict(part, each)),
    words: new Set(assertions.flatMap(({ expected }) => expected.flatMap(readWords))),
  }
}

/** A status has no fields that could be left out; a list must have as many elements also where each may have more fields. */
function isStrict(part: Observation, { matcher, expected }: Assertion): boolean {
  if (matcher !== 'toMatchObject') return !/^(?:toContain|toMatch|toBeGreater|toBeLess|toBeCloseTo)/.test(matcher ?? '')
  return part === 'status' || expected.some((each) => ts.isArrayLiteralExpression(each))
}

function readWords(expected: ts.Node): string[] {
  return [expected, ...descend(expected)].flatMap((node) => {
    if (ts.isStringLiteralLike(node)) return [node.text]
    if (ts.isNumericLiteral(node)) return [String(Number(node.text))]
    if (node.kind === ts.SyntaxKind.TrueKeyword) return ['true']
    if (node.kind === ts.SyntaxKind.FalseKeyword) return ['false']
    if (node.kind === ts.SyntaxKind.NullKeyword) return ['null']
    const isNamed = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)
    return isNamed && ts.isIdentifier(node.name) ? [node.name.text] : []
  })
}

function readPlanned(path: Path): (word: string) => boolean {
  if (path.status !== 'planned') return () => true
  const words = new Set(path.expects.flatMap(listWords))
  return (word) => words.has(word)
}

function listWords(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(listWords)
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.entries(value).flatMap(([name, inner]) => [name, ...listWords(inner)])
}
