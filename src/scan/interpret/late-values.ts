import { ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'
import { evaluate } from './evaluate.ts'
import { type Machine, noteUnresolved, opaque } from './machine.ts'
import type { Cell } from './scope.ts'
import { isNullish, type Value } from './values.ts'

export function isUnset({ value }: Cell): boolean {
  return value.kind === 'literal' && value.value === undefined
}

interface LateRead {
  readonly cell: Cell
  readonly node: ts.Identifier
  readonly declaration: ts.VariableDeclaration
}

/**
 * What a variable of a module holds when requests come, though nothing that runs while the app is read has assigned it:
 * `let db` that a start script fills. Null when no other function does: then it is as empty as it looks, and a function
 * that fills it on its own first use is followed.
 */
export function lateValue(machine: Machine, { cell, node, declaration }: LateRead): Value | null {
  const reader = functionAround(node)
  const assignments = assignmentsOf(declaration).filter((one) => functionAround(one) !== reader)
  const [assignment] = assignments
  if (!assignment || functionAround(assignment) === null) return null
  const value = assignedValue(machine, assignment) ?? opaque(machine, assignment.right)
  noteUnresolved(machine, 'assigned before the first request as far as analysis can tell', assignment)
  cell.value = value
  delete cell.late
  return value
}

/** Says of a variable that requests change that it is taken as it is before the first one. */
export function noteStartValue(machine: Machine, cell: Cell, node: ts.Identifier): void {
  const { start } = cell
  if (!start || cell.value !== start.value) return
  start.isChanged ??= isChangedByFunction(start.declaration)
  if (start.isChanged)
    noteUnresolved(machine, 'requests change this variable; it is taken as it is before the first', node)
}

function isChangedByFunction(declaration: ts.VariableDeclaration): boolean {
  const name = declaration.name.getText()
  return [...walkSyntax(declaration.getSourceFile())].some((node) => {
    const target = changedBy(node)
    return target && ts.isIdentifier(target) && target.text === name && functionAround(node) !== null
  })
}

function changedBy(node: ts.Node): ts.Expression | null {
  if (ts.isBinaryExpression(node)) return isAssignment(node.operatorToken.kind) ? node.left : null
  const isUnary = ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)
  const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind
  return isUnary && (node.operator === PlusPlusToken || node.operator === MinusMinusToken) ? node.operand : null
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}

function assignmentsOf(declaration: ts.VariableDeclaration): ts.BinaryExpression[] {
  const name = declaration.name.getText()
  return [...walkSyntax(declaration.getSourceFile())].filter(
    (node): node is ts.BinaryExpression =>
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isIdentifier(node.left) &&
      node.left.text === name &&
      !/^(?:null|undefined)$/.test(node.right.getText()),
  )
}

/** Read as at import, where nothing is decided and nothing is sent; the locals around it are not known. */
function assignedValue(machine: Machine, { right }: ts.BinaryExpression): Value | null {
  const module = machine.modules.get(right.getSourceFile().fileName)
  if (!module) return null
  const { run } = machine
  machine.run = null
  try {
    const value = evaluate(machine, right, module.scope)
    return isNullish(value) ? null : value
  } catch {
    // Whatever stops it, only what the variable holds stays unknown.
    return null
  } finally {
    machine.run = run
  }
}

function functionAround(node: ts.Node): ts.Node | null {
  for (let current: ts.Node | undefined = node.parent; current; current = current.parent)
    if (ts.isFunctionLike(current)) return current
  return null
}
