import { makeFunction } from './call.ts'
import { makeClass } from './classes.ts'
import { decide } from './decisions.ts'
import { caughtValue, evaluate } from './evaluate.ts'
import { type Machine, step, Thrown } from './machine.ts'
import { bindPattern, readPropertyName } from './patterns.ts'
import { createScope, declare, type Scope } from './scope.ts'
import { skipParentheses, ts } from './syntax.ts'
import { recordThrow } from './trace-events.ts'
import { array, literal, object, operation, symbol, UNDEFINED, type Value } from './values.ts'

/** How a statement ends. A `throw` travels as `Thrown`. */
export type Completion =
  | { readonly kind: 'normal' }
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }

const NORMAL: Completion = { kind: 'normal' }
/** A loop that analysis knows the items of is run at most so often. */
const LOOP_LIMIT = 500

export function executeStatement(machine: Machine, node: ts.Statement, scope: Scope): Completion {
  step(machine)
  if (ts.isExpressionStatement(node)) {
    evaluate(machine, node.expression, scope)
    return NORMAL
  }
  if (ts.isVariableStatement(node)) return declareVariables(machine, node.declarationList, scope)
  if (ts.isReturnStatement(node))
    return { kind: 'return', value: node.expression ? evaluate(machine, node.expression, scope) : UNDEFINED }
  if (ts.isIfStatement(node)) return executeIf(machine, node, scope)
  if (ts.isBlock(node)) return executeBlock(machine, node.statements, createScope(scope))
  if (ts.isTryStatement(node)) return executeTry(machine, node, scope)
  if (ts.isThrowStatement(node)) {
    const value = evaluate(machine, node.expression, scope)
    recordThrow(machine, value, node)
    throw new Thrown(value)
  }
  if (ts.isSwitchStatement(node)) return executeSwitch(machine, node, scope)
  if (ts.isBreakStatement(node)) return { kind: 'break' }
  if (ts.isContinueStatement(node)) return { kind: 'continue' }
  if (ts.isClassDeclaration(node)) {
    declare(scope, node.name?.text ?? 'default', makeClass(machine, node, scope))
    return NORMAL
  }
  if (ts.isEnumDeclaration(node)) return declareEnum(machine, node, scope)
  return executeLoop(machine, node, scope)
}

export function executeBlock(machine: Machine, statements: readonly ts.Statement[], scope: Scope): Completion {
  hoistFunctions(machine, statements, scope)
  for (const statement of statements) {
    const completion = executeStatement(machine, statement, scope)
    if (completion.kind !== 'normal') return completion
  }
  return NORMAL
}

export function hoistFunctions(_machine: Machine, statements: readonly ts.Statement[], scope: Scope): void {
  for (const statement of statements) {
    if (ts.isFunctionDeclaration(statement) && statement.body)
      declare(scope, statement.name?.text ?? 'default', makeFunction(statement, scope))
  }
}

function declareVariables(machine: Machine, list: ts.VariableDeclarationList, scope: Scope): Completion {
  for (const declaration of list.declarations) {
    const value = declaration.initializer ? evaluate(machine, declaration.initializer, scope) : UNDEFINED
    bindPattern(machine, declaration.name, nameAnonymous(value, declaration.name), scope)
  }
  return NORMAL
}

function nameAnonymous(value: Value, name: ts.BindingName): Value {
  return value.kind === 'function' && value.name === '' && ts.isIdentifier(name) ? { ...value, name: name.text } : value
}

function declareEnum(machine: Machine, node: ts.EnumDeclaration, scope: Scope): Completion {
  const members = object()
  let next = 0
  for (const member of node.members) {
    const name = readPropertyName(machine, member.name, scope) ?? ''
    const value = member.initializer ? evaluate(machine, member.initializer, scope) : literal(next)
    if (value.kind === 'literal' && typeof value.value === 'number') next = value.value + 1
    members.fields.set(name, value)
  }
  declare(scope, node.name.text, members)
  return NORMAL
}

function executeIf(machine: Machine, node: ts.IfStatement, scope: Scope): Completion {
  if (decideCondition(machine, node.expression, scope)) return executeStatement(machine, node.thenStatement, scope)
  return node.elseStatement ? executeStatement(machine, node.elseStatement, scope) : NORMAL
}

/** Conditions are decided at their smallest parts, so that each check of `!a || !b` is a decision of its own. */
function decideCondition(machine: Machine, node: ts.Expression, scope: Scope): boolean {
  const inner = skipParentheses(node)
  if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.ExclamationToken) {
    return !decideCondition(machine, inner.operand, scope)
  }
  if (ts.isBinaryExpression(inner)) {
    const operator = inner.operatorToken.kind
    if (operator === ts.SyntaxKind.BarBarToken)
      return decideCondition(machine, inner.left, scope) || decideCondition(machine, inner.right, scope)
    if (operator === ts.SyntaxKind.AmpersandAmpersandToken) {
      return decideCondition(machine, inner.left, scope) && decideCondition(machine, inner.right, scope)
    }
  }
  return decideValue(machine, evaluate(machine, inner, scope), inner)
}

function decideValue(machine: Machine, value: Value, node: ts.Node): boolean {
  const inner = value.kind === 'symbol' && value.expression.kind === 'operation' ? value.expression : null
  const operand = inner?.operands[0]
  if (inner?.name === '!' && operand) return !decideValue(machine, symbol(operand), node)
  if (inner?.name === '!!' && operand) return decideValue(machine, symbol(operand), node)
  return decide(machine, value, node)
}

function executeTry(machine: Machine, node: ts.TryStatement, scope: Scope): Completion {
  let completion: Completion = NORMAL
  try {
    completion = executeBlock(machine, node.tryBlock.statements, createScope(scope))
  } catch (error) {
    const thrown = caughtValue(error)
    if (!node.catchClause) {
      if (node.finallyBlock) executeBlock(machine, node.finallyBlock.statements, createScope(scope))
      throw error
    }
    const inner = createScope(scope)
    if (node.catchClause.variableDeclaration)
      bindPattern(machine, node.catchClause.variableDeclaration.name, thrown, inner)
    completion = executeBlock(machine, node.catchClause.block.statements, inner)
  }
  if (!node.finallyBlock) return completion
  const last = executeBlock(machine, node.finallyBlock.statements, createScope(scope))
  return last.kind === 'normal' ? completion : last
}

function executeSwitch(machine: Machine, node: ts.SwitchStatement, scope: Scope): Completion {
  const subject = evaluate(machine, node.expression, scope)
  const inner = createScope(scope)
  const { clauses } = node.caseBlock
  let index = clauses.findIndex((clause) => ts.isCaseClause(clause) && matchesCase(machine, subject, clause, inner))
  if (index < 0) index = clauses.findIndex((clause) => ts.isDefaultClause(clause))
  for (const clause of index < 0 ? [] : clauses.slice(index)) {
    const completion = executeBlock(machine, clause.statements, inner)
    if (completion.kind === 'break') return NORMAL
    if (completion.kind !== 'normal') return completion
  }
  return NORMAL
}

function matchesCase(machine: Machine, subject: Value, clause: ts.CaseClause, scope: Scope): boolean {
  const label = evaluate(machine, clause.expression, scope)
  if (subject.kind === 'literal' && label.kind === 'literal') return subject.value === label.value
  if (subject.kind === 'literal' && label.kind === 'symbol')
    return decideValue(machine, label, clause) === subject.value
  return decide(machine, operation('===', subject, label), clause, false)
}

function executeLoop(machine: Machine, node: ts.Statement, scope: Scope): Completion {
  if (ts.isForOfStatement(node))
    return executeEach(machine, { node, items: iterate(evaluate(machine, node.expression, scope)), scope })
  if (ts.isForInStatement(node)) {
    const subject = evaluate(machine, node.expression, scope)
    const keys =
      subject.kind === 'object' ? array([...subject.fields.keys()].map(literal), subject.open) : iterate(subject)
    return executeEach(machine, { node, items: keys, scope })
  }
  if (ts.isForStatement(node)) return executeFor(machine, node, scope)
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) {
    // How often is only known at run time; once shows every effect of the body.
    if (ts.isWhileStatement(node) && !decideCondition(machine, node.expression, scope)) return NORMAL
    return leaveLoop(executeStatement(machine, node.statement, createScope(scope)))
  }
  if (ts.isLabeledStatement(node)) return executeStatement(machine, node.statement, scope)
  return NORMAL
}

/** The items of anything that can be looped over; an unknown list has one unknown item and is open. */
export function iterate(value: Value): Value {
  if (value.kind === 'array') return value
  if (value.kind === 'object' && value.fields.has('#entries')) return value.fields.get('#entries') ?? array([])
  return array([operation('item', value)], true)
}

function executeEach(
  machine: Machine,
  loop: { node: ts.ForOfStatement | ts.ForInStatement; items: Value; scope: Scope },
): Completion {
  const items = loop.items.kind === 'array' ? loop.items.items : []
  for (const item of items.slice(0, LOOP_LIMIT)) {
    const inner = createScope(loop.scope)
    const { initializer } = loop.node
    const [declaration] = ts.isVariableDeclarationList(initializer) ? initializer.declarations : []
    if (declaration) bindPattern(machine, declaration.name, item, inner)
    const completion = executeStatement(machine, loop.node.statement, inner)
    if (completion.kind === 'break') return NORMAL
    if (completion.kind === 'return') return completion
  }
  return NORMAL
}

function executeFor(machine: Machine, node: ts.ForStatement, scope: Scope): Completion {
  const inner = createScope(scope)
  if (node.initializer && ts.isVariableDeclarationList(node.initializer))
    declareVariables(machine, node.initializer, inner)
  for (let turn = 0; turn < LOOP_LIMIT; turn += 1) {
    const condition = node.condition ? evaluate(machine, node.condition, inner) : literal(turn === 0)
    if (condition.kind !== 'literal')
      return turn === 0 ? leaveLoop(executeStatement(machine, node.statement, createScope(inner))) : NORMAL
    if (!condition.value) return NORMAL
    const completion = executeStatement(machine, node.statement, createScope(inner))
    if (completion.kind === 'break') return NORMAL
    if (completion.kind === 'return') return completion
    if (node.incrementor) evaluate(machine, node.incrementor, inner)
  }
  return NORMAL
}

function leaveLoop(completion: Completion): Completion {
  return completion.kind === 'return' ? completion : NORMAL
}
