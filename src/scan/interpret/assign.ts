import { isTransparent, ts } from '../syntax/syntax.ts'
import { getMember, setMember, setUnknownMember } from './access.ts'
import { evaluate } from './evaluate.ts'
import { type Machine, noteUnresolved } from './machine.ts'
import { refuseNothing } from './nothing.ts'
import { readPropertyName } from './patterns.ts'
import { findCell, type Scope } from './scope.ts'
import { UNDEFINED, type Value } from './values.ts'

/** Writes to a name, a member, or a pattern. */
export function assign(machine: Machine, target: ts.Expression, value: Value, scope: Scope): void {
  if (isTransparent(target)) return assign(machine, target.expression, value, scope)
  if (ts.isIdentifier(target)) return assignName(machine, target, value, scope)
  if (ts.isPropertyAccessExpression(target)) {
    const owner = evaluate(machine, target.expression, scope)
    const name = target.name.text
    refuseNothing(machine, owner, { use: `Cannot set properties of % (setting '${name}')`, node: target })
    return setMember(machine, owner, name, value)
  }
  if (ts.isElementAccessExpression(target)) return assignElement(machine, target, value, scope)
  if (ts.isObjectLiteralExpression(target)) return assignFields(machine, target, value, scope)
  if (ts.isArrayLiteralExpression(target)) {
    for (const [index, element] of target.elements.entries()) {
      if (!ts.isOmittedExpression(element))
        assignPart(machine, element, getMember(machine, value, String(index), target), scope)
    }
    return
  }
  noteUnresolved(machine, 'assignment to something that is not analysed', target)
}

function assignName(machine: Machine, target: ts.Identifier, value: Value, scope: Scope): void {
  const cell = findCell(scope, target.text)
  if (!cell) return
  const before = cell.value
  machine.run?.journal.push(() => {
    cell.value = before
  })
  cell.value = value
}

function assignElement(machine: Machine, target: ts.ElementAccessExpression, value: Value, scope: Scope): void {
  const owner = evaluate(machine, target.expression, scope)
  const key = evaluate(machine, target.argumentExpression, scope)
  if (key.kind === 'literal') return setMember(machine, owner, String(key.value), value)
  setUnknownMember(machine, owner, key, value)
  noteUnresolved(machine, 'which member is written here is only known at run time', target)
}

function assignFields(machine: Machine, target: ts.ObjectLiteralExpression, value: Value, scope: Scope): void {
  for (const property of target.properties) {
    if (!ts.isShorthandPropertyAssignment(property) && !ts.isPropertyAssignment(property)) continue
    const name = readPropertyName(machine, property.name, scope)
    if (name === null) continue
    const part = getMember(machine, value, name, target)
    assignPart(machine, ts.isPropertyAssignment(property) ? property.initializer : property.name, part, scope)
  }
}

/** One target of a pattern, with its default. */
function assignPart(machine: Machine, target: ts.Expression, value: Value, scope: Scope): void {
  const hasDefault = ts.isBinaryExpression(target) && target.operatorToken.kind === ts.SyntaxKind.EqualsToken
  if (!hasDefault) return assign(machine, target, value, scope)
  const isMissing = value.kind === 'literal' && value.value === UNDEFINED.value
  assign(machine, target.left, isMissing ? evaluate(machine, target.right, scope) : value, scope)
}
