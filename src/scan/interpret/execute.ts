import { noteCheck } from '../boot/boot-log.ts'
import { skipParentheses, ts } from '../syntax/syntax.ts'
import { noteAssumedChoice } from './assumptions.ts'
import { makeFunction } from './call.ts'
import { makeClass } from './classes.ts'
import { decide } from './decisions.ts'
import { evaluate } from './evaluate.ts'
import { executeLoop } from './loops.ts'
import { type Machine, noteUnresolved, step } from './machine.ts'
import { makeNothing } from './nothing.ts'
import { applyOperator } from './operators.ts'
import { bindPattern, readPropertyName } from './patterns.ts'
import { createScope, declare, type Scope } from './scope.ts'
import { conditionOf, isLeftOut, REGISTERS, runLeftOut, runTaken } from './start-conditions.ts'
import { CertainlyThrown, Thrown } from './stops.ts'
import { recordHandler, recordThrow } from './trace-events.ts'
import { knowByType } from './typed-receivers.ts'
import { literal, object, UNDEFINED, type Value } from './values.ts'

/** How a statement ends. A `throw` travels as `Thrown`. */
export type Completion =
  | { readonly kind: 'normal' }
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'break' | 'continue'; readonly label: string | null }

export const NORMAL: Completion = { kind: 'normal' }

export function executeStatement(machine: Machine, node: ts.Statement, scope: Scope): Completion {
  step(machine)
  if (ts.isExpressionStatement(node)) {
    evaluate(machine, node.expression, scope)
    return NORMAL
  }
  if (ts.isVariableStatement(node)) return declareVariables(machine, node.declarationList, scope)
  if (ts.isReturnStatement(node))
    return {
      kind: 'return',
      value: node.expression ? evaluate(machine, node.expression, scope) : makeNothing(machine, undefined),
    }
  if (ts.isIfStatement(node)) return executeIf(machine, node, scope)
  if (ts.isBlock(node)) return executeBlock(machine, node.statements, createScope(scope))
  if (ts.isTryStatement(node)) return executeTry(machine, node, scope)
  if (ts.isThrowStatement(node)) {
    const value = evaluate(machine, node.expression, scope)
    recordThrow(machine, value, node)
    throw new Thrown(value)
  }
  if (ts.isSwitchStatement(node)) return executeSwitch(machine, node, scope)
  if (ts.isBreakStatement(node)) return { kind: 'break', label: node.label?.text ?? null }
  if (ts.isContinueStatement(node)) return { kind: 'continue', label: node.label?.text ?? null }
  if (ts.isClassDeclaration(node)) {
    declare(scope, node.name?.text ?? 'default', makeClass(machine, node, scope))
    return NORMAL
  }
  if (ts.isEnumDeclaration(node)) return declareEnum(machine, node, scope)
  if (ts.isLabeledStatement(node)) return executeLabeled(machine, node, scope)
  if (ts.isModuleDeclaration(node) && !isAmbient(node)) noteUnresolved(machine, 'a namespace is not analysed', node)
  return executeLoop(machine, node, scope)
}

function isAmbient(node: ts.ModuleDeclaration): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword) ?? false
}

function executeLabeled(machine: Machine, node: ts.LabeledStatement, scope: Scope): Completion {
  const completion = executeStatement(machine, node.statement, scope)
  return completion.kind === 'break' && completion.label === node.label.text ? NORMAL : completion
}

export function executeBlock(machine: Machine, statements: readonly ts.Statement[], scope: Scope): Completion {
  hoistFunctions(machine, statements, scope)
  if (!machine.run) return executeAllAtImport(machine, statements, scope)
  for (const statement of statements) {
    const completion = executeStatement(machine, statement, scope)
    if (completion.kind !== 'normal') return completion
  }
  return NORMAL
}

/** What follows an `if` that may return depends on its condition. */
function executeAllAtImport(machine: Machine, statements: readonly ts.Statement[], scope: Scope): Completion {
  const depth = machine.startConditions.length
  try {
    for (const [index, statement] of statements.entries()) {
      const completion = executeAtImport(machine, statement, scope)
      const condition = returnsEarly(statement) ? machine.startChoices.get(statement) : undefined
      const rest = statements.slice(index + 1)
      if (condition && completion.kind === 'return')
        runLeftOut(machine, { condition, scope }, { nodes: rest, run: () => executeAllAtImport(machine, rest, scope) })
      if (completion.kind !== 'normal') return completion
      if (condition) machine.startConditions.push(condition)
    }
    return NORMAL
  } finally {
    machine.startConditions.length = depth
  }
}

function returnsEarly(statement: ts.Statement): boolean {
  return ts.isIfStatement(statement) && !statement.elseStatement && returns(statement.thenStatement)
}

function returns(node: ts.Statement): boolean {
  return ts.isBlock(node) ? node.statements.some(returns) : ts.isReturnStatement(node)
}

/**
 * An app that starts does not throw on the way, so a throw seen while it is made comes from what analysis does not know:
 * it is on record, and the next statement runs.
 */
function executeAtImport(machine: Machine, statement: ts.Statement, scope: Scope): Completion {
  try {
    return executeStatement(machine, statement, scope)
  } catch (error) {
    if (!(error instanceof Thrown) || error instanceof CertainlyThrown) throw error
    if (!isLeftOut(machine))
      noteUnresolved(machine, 'throws here as far as analysis can tell, and is taken to go on', statement)
    return NORMAL
  }
}

export function hoistFunctions(_machine: Machine, statements: readonly ts.Statement[], scope: Scope): void {
  for (const statement of statements) {
    if (ts.isFunctionDeclaration(statement) && statement.body)
      declare(scope, statement.name?.text ?? 'default', makeFunction(statement, scope))
  }
}

export function declareVariables(machine: Machine, list: ts.VariableDeclarationList, scope: Scope): Completion {
  for (const declaration of list.declarations) {
    const value = declaration.initializer ? evaluate(machine, declaration.initializer, scope) : UNDEFINED
    bindPattern(machine, declaration.name, knowByType(machine, nameAnonymous(value, declaration), declaration), scope)
  }
  return NORMAL
}

const READS = [ts.isIdentifier, ts.isPropertyAccessExpression, ts.isElementAccessExpression]

/** A function that is made here, by itself or by a wrapper, gets the variable's name; one that is only read keeps its own. */
function nameAnonymous(value: Value, { name, initializer }: ts.VariableDeclaration): Value {
  const isMade = !initializer || !READS.some((isRead) => isRead(initializer))
  return value.kind === 'function' && value.name === '' && isMade && ts.isIdentifier(name)
    ? { ...value, name: name.text }
    : value
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
  if (!machine.run) return executeTopLevelIf(machine, node, scope)
  if (decideCondition(machine, node.expression, scope)) return executeStatement(machine, node.thenStatement, scope)
  return node.elseStatement ? executeStatement(machine, node.elseStatement, scope) : NORMAL
}

/** At import only one way is taken, so a choice that registers routes is said. */
function executeTopLevelIf(machine: Machine, node: ts.IfStatement, scope: Scope): Completion {
  const { guesses, assumptions } = machine
  const taken = decideCondition(machine, node.expression, scope)
  if (machine.guesses > guesses && REGISTERS.test(node.getText())) {
    noteUnresolved(machine, `only a run decides this condition; analysis took it as ${taken}`, node.expression)
  }
  const [side, other] = taken ? [node.thenStatement, node.elseStatement] : [node.elseStatement, node.thenStatement]
  const run = (): Completion => (side ? executeStatement(machine, side, scope) : NORMAL)
  if (machine.assumptions === assumptions) return run()
  const condition = conditionOf(machine, node.expression, taken)
  machine.startChoices.set(node, condition)
  if (other)
    runLeftOut(
      machine,
      { condition, scope },
      { nodes: [other], run: () => executeStatement(machine, other, createScope(scope)) },
    )
  return runTaken(machine, condition, run)
}

/** Conditions are decided at their smallest parts, so that each check of `!a || !b` is a decision of its own. */
export function decideCondition(machine: Machine, node: ts.Expression, scope: Scope): boolean {
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
  const value = evaluate(machine, inner, scope)
  noteCheck(machine, value, inner)
  return decide(machine, value, inner)
}

function executeTry(machine: Machine, node: ts.TryStatement, scope: Scope): Completion {
  const { isCaught } = machine
  machine.isCaught ||= node.catchClause !== undefined
  const outcome = settleBlock(() => executeBlock(machine, node.tryBlock.statements, createScope(scope)))
  machine.isCaught = isCaught
  const caught =
    outcome.thrown && node.catchClause ? executeCatch(machine, node.catchClause, outcome.thrown, scope) : outcome
  if (node.finallyBlock) {
    const last = executeBlock(machine, node.finallyBlock.statements, createScope(scope))
    if (last.kind !== 'normal') return last
  }
  if (caught.thrown) throw caught.thrown
  return caught.completion
}

interface Outcome {
  readonly completion: Completion
  readonly thrown: Thrown | null
}

function executeCatch(machine: Machine, clause: ts.CatchClause, thrown: Thrown, scope: Scope): Outcome {
  recordHandler(machine, { by: 'catch', name: '', error: thrown.value, at: clause })
  return settleBlock(() => {
    const inner = createScope(scope)
    if (clause.variableDeclaration) bindPattern(machine, clause.variableDeclaration.name, thrown.value, inner)
    return executeBlock(machine, clause.block.statements, inner)
  })
}

function settleBlock(execute: () => Completion): Outcome {
  try {
    return { completion: execute(), thrown: null }
  } catch (error) {
    if (error instanceof Thrown) return { completion: NORMAL, thrown: error }
    throw error
  }
}

function executeSwitch(machine: Machine, node: ts.SwitchStatement, scope: Scope): Completion {
  const subject = evaluate(machine, node.expression, scope)
  noteAssumedChoice(machine, subject, { node: node.expression, leftOut: 'other cases' })
  const inner = createScope(scope)
  const { clauses } = node.caseBlock
  let index = clauses.findIndex((clause) => ts.isCaseClause(clause) && matchesCase(machine, subject, clause, inner))
  if (index < 0) index = clauses.findIndex((clause) => ts.isDefaultClause(clause))
  for (const clause of index < 0 ? [] : clauses.slice(index)) {
    const completion = executeBlock(machine, clause.statements, inner)
    if (completion.kind === 'break' && completion.label === null) return NORMAL
    if (completion.kind !== 'normal') return completion
  }
  return NORMAL
}

function matchesCase(machine: Machine, subject: Value, clause: ts.CaseClause, scope: Scope): boolean {
  const label = evaluate(machine, clause.expression, scope)
  if (subject.kind === 'literal' && label.kind === 'literal') return subject.value === label.value
  if (subject.kind === 'literal' && label.kind === 'symbol')
    return decide(machine, label, clause) === Boolean(subject.value)
  return decide(machine, applyOperator('===', subject, label), clause, false)
}
