import { howConditionEnds } from '../boot/endings.ts'
import { partsOf } from '../expressions.ts'
import { brief, locate, ts } from '../syntax/syntax.ts'
import type { Assumption, Expression } from '../types.ts'
import type { Machine } from './machine.ts'
import { type LiteralValue, literal, type Value } from './values.ts'

/** Generated tests run under Vitest, which sets it. */
export const NODE_ENV: LiteralValue = assumedLiteral('test', 'NODE_ENV')

const VALUES = new Map([['NODE_ENV', 'test']])

export function assumedLiteral(value: LiteralValue['value'], name: string): LiteralValue {
  return { ...literal(value), assumed: name }
}

/** What is made of an assumed value is assumed itself. */
export function keepAssumed(made: Value, from: readonly (Value | null)[]): Value {
  if (made.kind !== 'literal' || made.assumed !== undefined) return made
  const source = from.map(assumedVariable).find((name) => name !== undefined)
  return source === undefined ? made : { ...made, assumed: source }
}

function assumedVariable(value: Value | null): string | undefined {
  return value?.kind === 'literal' ? value.assumed : undefined
}

/** A condition that an assumed value decides. That the variable has a value at all is no news. */
export function noteAssumed(machine: Machine, value: Value, node: ts.Node): void {
  const name = assumedVariable(value)
  if (name === undefined || value.kind !== 'literal' || typeof value.value !== 'boolean') return
  note(machine, { name, taken: value.value, leftOut: leftOutBy(node, value.value) ?? String(!value.value) }, node)
}

/** A choice among several by an assumed value: a `switch`, or a member by its name. */
export function noteAssumedChoice(machine: Machine, value: Value, choice: { node: ts.Node; leftOut: string }): void {
  const name = assumedVariable(value)
  if (name !== undefined) note(machine, { name, taken: true, leftOut: choice.leftOut }, choice.node)
}

/** A comparison with an assumed value whose answer is kept instead of being asked at once. */
export function noteComparison(machine: Machine, value: Value, node: ts.Expression): void {
  if (assumedVariable(value) !== undefined && leftOutBy(node, true) === null) noteAssumed(machine, value, node)
}

/** A condition at import that only a start of the app decides, of which one side is taken. */
export function noteTaken(machine: Machine, condition: Expression, taken: boolean, node: ts.Node): void {
  const variable = partsOf(condition).find((part) => part.kind === 'env')
  const ends = howConditionEnds(node, !taken) !== null
  machine.assumptions += 1
  // What happens to an app that does not start is told by the rules of its variables.
  if (ends) return
  const name = variable?.kind === 'env' ? variable.name : null
  // What rows and answers bring is for the run to show; here it is about where the app starts.
  if (name === null && !PLACES.test(node.getText())) return
  note(machine, { name, taken, leftOut: leftOutBy(node, taken) ?? '' }, node)
}

/** What a variable is taken to be where a text is made of it. */
export function noteAssumedText(
  machine: Machine,
  { name, value }: { name: string; value: string },
  node: ts.Node,
): void {
  const at = locate(machine.root, node)
  machine.boot.assumedTexts.set(`${at.file}:${at.line} ${name}`, { name, value, at, node })
}

const PLACES = /\b(?:existsSync|accessSync|statSync|process\.(?:platform|argv|env)|require\.main|import\.meta)\b/

function note(
  machine: Machine,
  { name, taken, leftOut }: Pick<Assumption, 'name' | 'taken' | 'leftOut'>,
  node: ts.Node,
): void {
  const at = locate(machine.root, node)
  const value = VALUES.get(name ?? '') ?? null
  const assumption = { name, value, condition: brief(node), taken, leftOut, at }
  const key = `${at.file}:${at.line} ${assumption.condition}`
  if (machine.run) return void machine.run.assumed.set(key, assumption)
  machine.assumptions += 1
  machine.boot.assumed.set(key, { ...assumption, node })
}

/** The code that does not run because a part of its condition has this value; null when the part decides no code. */
function leftOutBy(part: ts.Node, value: boolean): string | null {
  let falls = value
  for (let current = part; current.parent; current = current.parent) {
    const { parent } = current
    if (ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.ExclamationToken) falls = !falls
    else if (ts.isIfStatement(parent) && parent.expression === current) return leftOutOfIf(parent, falls)
    else if (ts.isConditionalExpression(parent) && parent.condition === current)
      return brief(falls ? parent.whenFalse : parent.whenTrue)
    else if (isLogical(parent)) {
      if (ts.isExpressionStatement(parent.parent)) return falls ? '' : brief(parent.right)
    } else if (!ts.isParenthesizedExpression(parent)) return null
  }
  return null
}

function leftOutOfIf({ thenStatement, elseStatement }: ts.IfStatement, falls: boolean): string {
  if (!falls) return brief(unwrap(thenStatement))
  if (elseStatement) return brief(unwrap(elseStatement))
  return leaves(thenStatement) ? 'what follows' : ''
}

/** The one statement of a block. */
function unwrap(node: ts.Statement): ts.Statement {
  const [only, ...others] = ts.isBlock(node) ? node.statements : []
  return only && others.length === 0 ? only : node
}

/** Whether nothing after a statement runs. */
export function leaves(node: ts.Statement): boolean {
  if (ts.isBlock(node)) return node.statements.some(leaves)
  return ts.isReturnStatement(node) || ts.isThrowStatement(node)
}

function isLogical(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false
  const operator = node.operatorToken.kind
  return operator === ts.SyntaxKind.BarBarToken || operator === ts.SyntaxKind.AmpersandAmpersandToken
}
