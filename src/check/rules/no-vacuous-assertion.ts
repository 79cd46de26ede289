import { type Assertion, findAssertions } from '../assertions.ts'
import { observe } from '../observations.ts'
import { findDeclaration } from '../scope.ts'
import { type CaseSyntax, type Problem, quote, ts, unwrap } from '../syntax.ts'

/** An assertion that can't fail, or that looks at nothing of the run, is no assertion. */
export function noVacuousAssertion(test: CaseSyntax): Problem[] {
  return findAssertions(test).flatMap((assertion) => {
    const found = findFault(assertion)
    return found ? [{ message: `${found}, found ${quote(assertion.node)}`, node: assertion.node }] : []
  })
}

function findFault({ actual, matcher, modifiers, expected }: Assertion): string | null {
  if (!actual) return 'expected a value inside expect(), none is given'
  if (matcher === null) return 'expected a matcher that is called, e.g. .toBe(201)'
  if (observe(actual).size === 0) return 'expected an assertion on the response, rows or calls of the run'
  const [first] = expected
  if (first && spell(first) === spell(actual)) return 'expected two different sides; a value always equals itself'
  const isMatched = matcher === 'toMatchObject' || !first || !ts.isObjectLiteralExpression(first)
  if (first && isMatched && isAnything(first)) return 'expected a value that can differ; this holds for every answer'
  if (modifiers.includes('not') || !first) return null
  const isBound = matcher === 'toBeGreaterThanOrEqual' || matcher === 'toBeGreaterThan'
  return isBound && /^(-.*|0)$/.test(first.getText()) && !(matcher === 'toBeGreaterThan' && first.getText() === '0')
    ? 'expected a bound that can be missed; a count or status is never below zero'
    : null
}

/** `{}`, `expect.anything()`, `expect.any(Object)`, `expect.objectContaining({})`, `''`, and lists of such. */
function isAnything(expression: ts.Expression): boolean {
  const node = unwrap(expression)
  if (ts.isObjectLiteralExpression(node)) return node.properties.length === 0
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
  if (node.expression.expression.getText() !== 'expect') return false
  const [first] = node.arguments
  const name = node.expression.name.text
  if (name === 'anything' || (name === 'any' && first?.getText() === 'Object')) return true
  if (!first) return false
  const isEmpty = ts.isArrayLiteralExpression(first) && first.elements.length === 0
  return /Containing$/.test(name) && (isEmpty || isAnything(first) || (ts.isStringLiteralLike(first) && !first.text))
}

/** The text of an expression with the constants of the case written out, to see through an alias. */
function spell(expression: ts.Node, depth = 0): string {
  const node = ts.isExpression(expression) ? unwrap(expression) : expression
  if (depth < 8 && ts.isIdentifier(node)) {
    const declaration = findDeclaration(node)?.parent
    const isAlias = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
    if (isAlias && !ts.isAwaitExpression(unwrap(isAlias))) return spell(isAlias, depth + 1)
  }
  if (depth < 8 && ts.isPropertyAccessExpression(node)) {
    return `${spell(node.expression, depth + 1)}.${node.name.text}`
  }
  return node.getText().replaceAll(/\s+/g, ' ')
}
