import { isTransparent, skipParentheses, type Transparent, ts } from '../syntax/syntax.ts'
import { deleteMember, getMember } from './access.ts'
import { awaitValue, callFunctionLike, constructValue, makeFunction } from './call.ts'
import { findMethod, makeClass } from './classes.ts'
import { requireModule } from './common-js.ts'
import { decide } from './decisions.ts'
import { makeError } from './error-values.ts'
import { decideCondition } from './execute.ts'
import { shownFields } from './express-value.ts'
import { readTypeof } from './known-types.ts'
import { isUnset, lateValue, noteStartValue } from './late-values.ts'
import { arrayLiteral, objectLiteral } from './literals.ts'
import { iterate } from './loops.ts'
import { type Machine, NESTING_LIMIT, noteUnresolved, step, unknownValue } from './machine.ts'
import { metaProperty } from './module-paths.ts'
import { isNothing, makeNothing } from './nothing.ts'
import { evaluateBinary, evaluateTemplate, evaluateUnary } from './operators.ts'
import { isPassedOver } from './passed-over.ts'
import { findCell, readCell, type Scope } from './scope.ts'
import { LimitReached, Thrown } from './stops.ts'
import { knowByType } from './typed-receivers.ts'
import {
  fulfilled,
  isNullish,
  knownString,
  literal,
  object,
  operation,
  symbol,
  UNDEFINED,
  type Value,
} from './values.ts'

/** The value of an expression. What can't be known is a symbol; what can't be handled is recorded. */
export function evaluate(machine: Machine, node: ts.Expression, scope: Scope): Value {
  step(machine)
  if (machine.nesting > NESTING_LIMIT) throw new LimitReached('nesting')
  machine.nesting += 1
  try {
    return evaluateNode(machine, node, scope)
  } finally {
    machine.nesting -= 1
  }
}

function evaluateNode(machine: Machine, node: ts.Expression, scope: Scope): Value {
  if (ts.isIdentifier(node)) return readIdentifier(machine, node, scope)
  if (ts.isStringLiteralLike(node)) return literal(node.text)
  if (ts.isNumericLiteral(node)) return literal(Number(node.text))
  if (ts.isPropertyAccessExpression(node)) return readProperty(machine, node, scope)
  if (isTransparent(node)) return evaluateTransparent(machine, node, scope)
  if (ts.isElementAccessExpression(node)) return readElement(machine, node, scope)
  if (ts.isCallExpression(node)) return callExpression(machine, node, scope)
  if (ts.isObjectLiteralExpression(node)) return objectLiteral(machine, node, scope)
  if (ts.isArrayLiteralExpression(node)) return arrayLiteral(machine, node, scope)
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return makeFunction(node, scope)
  if (ts.isAwaitExpression(node)) return awaitValue(machine, evaluate(machine, node.expression, scope), node)
  if (ts.isBinaryExpression(node)) return evaluateBinary(machine, node, scope)
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return evaluateUnary(machine, node, scope)
  if (ts.isConditionalExpression(node)) {
    const taken = decideCondition(machine, node.condition, scope)
    return evaluate(machine, taken ? node.whenTrue : node.whenFalse, scope)
  }
  return evaluateRare(machine, node, scope)
}

/** `req.app.get('db') as Database` says what can't be known otherwise. */
function evaluateTransparent(machine: Machine, node: Transparent, scope: Scope): Value {
  const value = evaluate(machine, node.expression, scope)
  return ts.isAsExpression(node) ? knowByType(machine, value, node) : value
}

function evaluateRare(machine: Machine, node: ts.Expression, scope: Scope): Value {
  if (ts.isNewExpression(node)) {
    return constructValue(
      machine,
      evaluate(machine, node.expression, scope),
      evaluateArguments(machine, node.arguments ?? [], scope),
      node,
    )
  }
  if (ts.isTemplateExpression(node)) return evaluateTemplate(machine, node, scope)
  if (ts.isTypeOfExpression(node)) return readTypeof(evaluate(machine, node.expression, scope))
  if (ts.isClassExpression(node)) return makeClass(machine, node, scope)
  if (ts.isVoidExpression(node)) {
    evaluate(machine, node.expression, scope)
    return makeNothing(machine, undefined)
  }
  if (ts.isDeleteExpression(node)) return deleteExpression(machine, node, scope)
  if (ts.isTaggedTemplateExpression(node)) return taggedTemplate(machine, node, scope)
  if (ts.isRegularExpressionLiteral(node))
    return object([['source', literal(node.text)]], { type: { kind: 'builtin', name: 'RegExp' } })
  if (ts.isBigIntLiteral(node)) return literal(BigInt(node.text.replace(/_|n$/g, '')))
  if (ts.isMetaProperty(node)) return metaProperty(machine, node)
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return literal(true)
    case ts.SyntaxKind.FalseKeyword:
      return literal(false)
    case ts.SyntaxKind.NullKeyword:
      return makeNothing(machine, null)
    case ts.SyntaxKind.ThisKeyword:
      return scope.self ?? UNDEFINED
    case ts.SyntaxKind.OmittedExpression:
      return UNDEFINED
    default:
      return unknownValue(machine, `${ts.SyntaxKind[node.kind]} is not analysed`, node)
  }
}

function readIdentifier(machine: Machine, node: ts.Identifier, scope: Scope): Value {
  const cell = findCell(scope, node.text)
  if (cell?.late && machine.run && isUnset(cell))
    return lateValue(machine, { cell, node, declaration: cell.late }) ?? UNDEFINED
  if (cell?.start && machine.run) noteStartValue(machine, cell, node)
  if (cell) return readCell(cell)
  if (node.text === 'undefined') return makeNothing(machine, undefined)
  return symbol({ kind: 'operation', name: `global ${node.text}`, operands: [] })
}

function readProperty(machine: Machine, node: ts.PropertyAccessExpression, scope: Scope): Value {
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return superMember(machine, node, scope)
  const owner = evaluate(machine, node.expression, scope)
  if (ts.isOptionalChain(node) && isNothing(machine, owner)) return UNDEFINED
  if (isNullish(owner) && node.expression.kind === ts.SyntaxKind.ThisKeyword) {
    // A method that was handed over without its object.
    throw new Thrown(
      makeError('TypeError', literal(`Cannot read properties of undefined (reading '${node.name.text}')`)),
    )
  }
  return getMember(machine, owner, node.name.text, node)
}

function superMember(machine: Machine, node: ts.PropertyAccessExpression, scope: Scope): Value {
  const { self, home } = scope
  const name = node.name.text
  if (self?.kind === 'object' && home) {
    return findMethod(machine, self, { name, node, from: home.base }) ?? unknownValue(machine, `super.${name}`, node)
  }
  if (self?.kind === 'class' && self.base) return getMember(machine, self.base, name, node)
  return unknownValue(machine, `super.${name}`, node)
}

function readElement(machine: Machine, node: ts.ElementAccessExpression, scope: Scope): Value {
  const owner = evaluate(machine, node.expression, scope)
  if (ts.isOptionalChain(node) && isNothing(machine, owner)) return UNDEFINED
  return memberByKey(machine, owner, evaluate(machine, node.argumentExpression, scope), node)
}

/** `owner[key]`. A key that only a run knows is a choice between the members where they are functions or objects. */
function memberByKey(machine: Machine, owner: Value, key: Value, node: ts.Node): Value {
  if (key.kind === 'literal' && key.value !== undefined) return getMember(machine, owner, String(key.value), node)
  if (owner.kind === 'object' && !owner.open && machine.run) {
    const fields = shownFields(owner)
    const isPlain = fields.every(([, field]) => field.kind === 'literal' || field.kind === 'symbol')
    if (isPlain) return operation('member', owner, key)
    const chosen = fields.find(([name]) => decide(machine, operation('===', key, literal(name)), node))
    return chosen?.[1] ?? UNDEFINED
  }
  if (owner.kind === 'symbol' || owner.kind === 'array' || owner.kind === 'object')
    return operation('member', owner, key)
  return unknownValue(machine, 'a member whose name only a run knows', node)
}

function callExpression(machine: Machine, node: ts.CallExpression, scope: Scope): Value {
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return importCall(machine, node, scope)
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return UNDEFINED
  const { callee, self } = readCallee(machine, skipParentheses(node.expression), scope)
  if (ts.isOptionalChain(node) && isNullish(callee)) return UNDEFINED
  if (self?.kind === 'router' && isPassedOver(machine, node, scope)) return self
  const args = evaluateArguments(machine, node.arguments, scope)
  return callFunctionLike(machine, { callee, self, args, node })
}

/** The function of a call and what it is called on. */
function readCallee(machine: Machine, target: ts.Expression, scope: Scope): { callee: Value; self: Value | null } {
  const inner = ts.isNonNullExpression(target) ? target.expression : target
  if (!ts.isPropertyAccessExpression(inner) && !ts.isElementAccessExpression(inner)) {
    return { callee: evaluate(machine, inner, scope), self: null }
  }
  if (inner.expression.kind === ts.SyntaxKind.SuperKeyword) {
    return { callee: evaluate(machine, inner, scope), self: scope.self }
  }
  if (inner.expression.kind === ts.SyntaxKind.ThisKeyword && isNullish(scope.self ?? UNDEFINED)) {
    return { callee: evaluate(machine, inner, scope), self: null }
  }
  const owner = evaluate(machine, inner.expression, scope)
  if (ts.isOptionalChain(inner) && isNothing(machine, owner)) return { callee: UNDEFINED, self: null }
  if (ts.isPropertyAccessExpression(inner)) {
    return { callee: getMember(machine, owner, inner.name.text, inner), self: owner }
  }
  const key = evaluate(machine, inner.argumentExpression, scope)
  const isKnown = key.kind === 'literal' || owner.kind === 'object'
  const callee = isKnown
    ? memberByKey(machine, owner, key, inner)
    : unknownValue(machine, 'call of a computed member', inner)
  return { callee, self: owner }
}

function importCall(machine: Machine, node: ts.CallExpression, scope: Scope): Value {
  const [argument] = node.arguments
  const target = argument ? evaluate(machine, argument, scope) : UNDEFINED
  const specifier = knownString(target.kind === 'object' ? target.fields.get('href') : target)
  if (specifier === null) return fulfilled(unknownValue(machine, 'import of a computed path', node))
  return fulfilled(requireModule(machine, specifier, { from: node.getSourceFile().fileName, node }))
}

export function evaluateArguments(machine: Machine, nodes: readonly ts.Expression[], scope: Scope): Value[] {
  return nodes.flatMap((node) => {
    if (!ts.isSpreadElement(node)) return [evaluate(machine, node, scope)]
    const spread = evaluate(machine, node.expression, scope)
    if (spread.kind === 'array') return spread.items
    const items = spread.kind === 'object' ? iterate(spread) : null
    if (items && !items.open) return items.items
    noteUnresolved(machine, 'spread of a list that only a run knows', node)
    return []
  })
}

function deleteExpression(machine: Machine, node: ts.DeleteExpression, scope: Scope): Value {
  const target = skipParentheses(node.expression)
  if (ts.isPropertyAccessExpression(target))
    deleteMember(machine, evaluate(machine, target.expression, scope), target.name.text)
  else if (ts.isElementAccessExpression(target)) {
    const key = knownString(evaluate(machine, target.argumentExpression, scope))
    if (key === null) noteUnresolved(machine, 'which member is deleted here is only known at run time', node)
    else deleteMember(machine, evaluate(machine, target.expression, scope), key)
  }
  return literal(true)
}

function taggedTemplate(machine: Machine, node: ts.TaggedTemplateExpression, scope: Scope): Value {
  const tag = evaluate(machine, node.tag, scope)
  const parts = ts.isTemplateExpression(node.template)
    ? node.template.templateSpans.map((span) => evaluate(machine, span.expression, scope))
    : []
  return callFunctionLike(machine, {
    callee: tag,
    self: null,
    args: [literal(node.template.getText()), ...parts],
    node,
  })
}
