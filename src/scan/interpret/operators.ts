import { ts } from '../syntax/syntax.ts'
import { assign } from './assign.ts'
import { keepAssumed, noteComparison } from './assumptions.ts'
import { decide, knownAnswer } from './decisions.ts'
import { errorText } from './error-values.ts'
import { evaluate } from './evaluate.ts'
import { hasKey, isInstance } from './instances.ts'
import { knownEquality } from './known-texts.ts'
import type { Machine } from './machine.ts'
import { findCell, type Scope } from './scope.ts'
import { conditionOf, runLeftOut, runTaken } from './start-conditions.ts'
import { isTruthy } from './truthiness.ts'
import { isNullish, type LiteralValue, literal, operation, symbol, type Value } from './values.ts'

const ASSIGNING = new Map([
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusEqualsToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskEqualsToken, ts.SyntaxKind.AsteriskToken],
  [ts.SyntaxKind.SlashEqualsToken, ts.SyntaxKind.SlashToken],
  [ts.SyntaxKind.PercentEqualsToken, ts.SyntaxKind.PercentToken],
  [ts.SyntaxKind.AsteriskAsteriskEqualsToken, ts.SyntaxKind.AsteriskAsteriskToken],
  [ts.SyntaxKind.BarBarEqualsToken, ts.SyntaxKind.BarBarToken],
  [ts.SyntaxKind.AmpersandAmpersandEqualsToken, ts.SyntaxKind.AmpersandAmpersandToken],
  [ts.SyntaxKind.QuestionQuestionEqualsToken, ts.SyntaxKind.QuestionQuestionToken],
])

export function evaluateBinary(machine: Machine, node: ts.BinaryExpression, scope: Scope): Value {
  const operator = node.operatorToken.kind
  if (operator === ts.SyntaxKind.EqualsToken) {
    const value = evaluate(machine, node.right, scope)
    assign(machine, node.left, value, scope)
    return value
  }
  const plain = ASSIGNING.get(operator)
  if (plain !== undefined) {
    const value = afterTurns(machine, { target: node.left, scope }, combine(machine, { operator: plain, node, scope }))
    assign(machine, node.left, value, scope)
    return value
  }
  return combine(machine, { operator, node, scope })
}

interface Combination {
  readonly operator: ts.SyntaxKind
  readonly node: ts.BinaryExpression
  readonly scope: Scope
}

function combine(machine: Machine, { operator, node, scope }: Combination): Value {
  const left = evaluate(machine, node.left, scope)
  const isLogical = operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.BarBarToken
  if (isLogical && left.kind === 'symbol' && !isTruthy(left.expression) && isPure(node.right)) {
    const isOr = operator === ts.SyntaxKind.BarBarToken
    const known = knownAnswer(machine, left.expression)
    if (known === !isOr) return evaluate(machine, node.right, scope)
    if (known && isOr) return left
    // Nothing happens on either side, so the choice can stay open: `req.query.page || 1`.
    return operation(isOr ? '||' : '&&', left, evaluate(machine, node.right, scope))
  }
  if (operator === ts.SyntaxKind.AmpersandAmpersandToken) {
    if (!machine.run && ts.isExpressionStatement(node.parent)) return runAtStart(machine, left, node, scope)
    return decide(machine, left, node.left) ? evaluate(machine, node.right, scope) : settleFalse(left)
  }
  if (operator === ts.SyntaxKind.BarBarToken) {
    if (left.kind === 'symbol' && left.expression.kind === 'env')
      return coalesce(machine, left, { operator, node, scope })
    return decide(machine, left, node.left) ? left : evaluate(machine, node.right, scope)
  }
  if (operator === ts.SyntaxKind.QuestionQuestionToken) return coalesce(machine, left, { operator, node, scope })
  const right = evaluate(machine, node.right, scope)
  if (operator === ts.SyntaxKind.CommaToken) return right
  const value = keepAssumed(applyOperator(ts.tokenToString(operator) ?? '?', left, right), [left, right])
  noteComparison(machine, value, node)
  return value
}

/** `isOpen && app.use(...)` as a statement. */
function runAtStart(machine: Machine, left: Value, node: ts.BinaryExpression, scope: Scope): Value {
  const { assumptions } = machine
  const taken = decide(machine, left, node.left)
  const run = (): Value => evaluate(machine, node.right, scope)
  if (machine.assumptions === assumptions) return taken ? run() : settleFalse(left)
  const condition = conditionOf(machine, node.left, taken)
  if (taken) return runTaken(machine, condition, run)
  runLeftOut(machine, { condition, scope }, { nodes: [node.right], run })
  return settleFalse(left)
}

/** What a sum or a text that a loop adds to holds when nobody knows how many turns there are. */
function afterTurns(machine: Machine, { target, scope }: { target: ts.Expression; scope: Scope }, value: Value): Value {
  const outside = machine.run ? machine.looseLoops.at(-1) : undefined
  if (!outside || value.kind !== 'literal' || !ts.isIdentifier(target)) return value
  const isFromOutside = findCell(outside, target.text) === findCell(scope, target.text)
  return isFromOutside ? operation('after a loop', value) : value
}

/** Whether evaluating the expression can have no effect and take no branch. */
function isPure(node: ts.Expression): boolean {
  if (ts.isIdentifier(node) || ts.isLiteralExpression(node) || node.kind === ts.SyntaxKind.NullKeyword) return true
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return true
  if (ts.isPropertyAccessExpression(node) || ts.isParenthesizedExpression(node)) return isPure(node.expression)
  if (ts.isArrayLiteralExpression(node)) return node.elements.length === 0
  return ts.isObjectLiteralExpression(node) && node.properties.length === 0
}

/** A value that was decided to be falsy stays usable as the condition's answer. */
function settleFalse(value: Value): Value {
  return value.kind === 'symbol' ? literal(false) : value
}

function coalesce(machine: Machine, left: Value, { node, scope }: Combination): Value {
  if (isNullish(left)) return evaluate(machine, node.right, scope)
  if (left.kind !== 'symbol' || isTruthy(left.expression)) return left
  const isEnvironment = left.expression.kind === 'env'
  if (machine.run && !isEnvironment && !isPure(node.right)) {
    const isMissing = decide(machine, operation('is nullish', left), node.left, false)
    return isMissing ? evaluate(machine, node.right, scope) : left
  }
  const right = evaluate(machine, node.right, scope)
  const isGuard = right.kind === 'object' && right.fields.size === 0
  return isGuard ? left : operation('??', left, right)
}

export function applyOperator(operator: string, left: Value, right: Value): Value {
  if (operator === 'instanceof') return isInstance(left, right)
  if (operator === 'in') return hasKey(left, right)
  if (left.kind === 'literal' && right.kind === 'literal') return fold(operator, left, right)
  if (operator === '===' || operator === '!==' || operator === '==' || operator === '!=')
    return compare(operator, left, right)
  if (operator === '+' && (errorText(left) || errorText(right))) return joinText([left, right])
  return operation(operator, left, right)
}

function compare(operator: string, left: Value, right: Value): Value {
  const isEqual = operator === '===' || operator === '=='
  if (left.kind !== 'symbol' && right.kind !== 'symbol') return literal((left === right) === isEqual)
  const known = knownEquality(left, right)
  if (known !== null) return literal(known === isEqual)
  const loose = (operator === '==' || operator === '!=') && (isNullish(left) || isNullish(right))
  const same = loose
    ? operation('is nullish', isNullish(left) ? right : left)
    : left.kind === 'literal'
      ? operation('===', right, left)
      : operation('===', left, right)
  return isEqual ? same : negate(same)
}

export function negate(value: Value): Value {
  if (value.kind === 'literal') return keepAssumed(literal(!value.value), [value])
  if (value.kind !== 'symbol') return literal(false)
  const { expression } = value
  if (expression.kind === 'operation' && expression.name === '!' && expression.operands[0]) {
    return operation('!!', symbol(expression.operands[0]))
  }
  return operation('!', value)
}

function fold(operator: string, left: LiteralValue, right: LiteralValue): Value {
  const [a, b] = [left.value, right.value]
  switch (operator) {
    case '===':
      return literal(a === b)
    case '!==':
      return literal(a !== b)
    case '==':
      return literal(isNullish(left) ? isNullish(right) : String(a) === String(b))
    case '!=':
      return literal(isNullish(left) ? !isNullish(right) : String(a) !== String(b))
    case '+':
      return literal(typeof a === 'number' && typeof b === 'number' ? a + b : `${a}${b}`)
    default:
      return foldNumbers(operator, left, right)
  }
}

function foldNumbers(operator: string, left: LiteralValue, right: LiteralValue): Value {
  const isText = typeof left.value === 'string' && typeof right.value === 'string' && /^[<>]/.test(operator)
  // Texts compare letter by letter, anything else as numbers.
  const order = isText
    ? Math.sign(String(left.value) < String(right.value) ? -1 : Number(left.value !== right.value))
    : null
  const [a, b] = order === null ? [Number(left.value), Number(right.value)] : [order, 0]
  switch (operator) {
    case '-':
      return literal(a - b)
    case '*':
      return literal(a * b)
    case '/':
      return literal(a / b)
    case '%':
      return literal(a % b)
    case '**':
      return literal(a ** b)
    case '<':
      return literal(a < b)
    case '<=':
      return literal(a <= b)
    case '>':
      return literal(a > b)
    case '>=':
      return literal(a >= b)
    default:
      return operation(operator, left, right)
  }
}

export function evaluateUnary(
  machine: Machine,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  scope: Scope,
): Value {
  const value = evaluate(machine, node.operand, scope)
  switch (node.operator) {
    case ts.SyntaxKind.ExclamationToken:
      return negate(value)
    case ts.SyntaxKind.MinusToken:
      return value.kind === 'literal' ? literal(-Number(value.value)) : operation('negative', value)
    case ts.SyntaxKind.PlusToken:
      return value.kind === 'literal' ? literal(Number(value.value)) : operation('Number', value)
    case ts.SyntaxKind.PlusPlusToken:
    case ts.SyntaxKind.MinusMinusToken: {
      const next = applyOperator(node.operator === ts.SyntaxKind.PlusPlusToken ? '+' : '-', value, literal(1))
      assign(machine, node.operand, afterTurns(machine, { target: node.operand, scope }, next), scope)
      return ts.isPrefixUnaryExpression(node) ? next : value
    }
    default:
      return operation(ts.tokenToString(node.operator) ?? '?', value)
  }
}

export function evaluateTemplate(machine: Machine, node: ts.TemplateExpression, scope: Scope): Value {
  const parts: Value[] = [literal(node.head.text)]
  for (const span of node.templateSpans)
    parts.push(evaluate(machine, span.expression, scope), literal(span.literal.text))
  return joinText(parts)
}

/** A string made of parts; known when every part is. */
function joinText(given: readonly Value[]): Value {
  const parts = given.flatMap((part) => errorText(part) ?? [part])
  if (parts.every((part) => part.kind === 'literal'))
    return literal(parts.map((part) => (part.kind === 'literal' ? String(part.value) : '')).join(''))
  return operation('concat', ...parts)
}
