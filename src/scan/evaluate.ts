import { getMember, setMember } from './access.ts'
import { awaitValue, callFunctionLike, constructValue, makeFunction } from './call.ts'
import { makeClass } from './classes.ts'
import { decide } from './decisions.ts'
import { iterate } from './execute.ts'
import { type Machine, noteUnresolved, step, Thrown, unknownValue } from './machine.ts'
import { requireModule } from './modules.ts'
import { evaluateBinary, evaluateTemplate, evaluateUnary, readTypeof } from './operators.ts'
import { readPropertyName } from './patterns.ts'
import { findCell, readCell, type Scope } from './scope.ts'
import { skipParentheses, ts } from './syntax.ts'
import { array, fulfilled, isNullish, knownString, literal, object, symbol, UNDEFINED, type Value } from './values.ts'

/** The value of an expression. What can't be known is a symbol; what can't be handled is recorded. */
export function evaluate(machine: Machine, node: ts.Expression, scope: Scope): Value {
  step(machine)
  if (isTransparent(node)) return evaluate(machine, node.expression, scope)
  if (ts.isIdentifier(node)) return readIdentifier(machine, node, scope)
  if (ts.isStringLiteralLike(node)) return literal(node.text)
  if (ts.isNumericLiteral(node)) return literal(Number(node.text))
  if (ts.isPropertyAccessExpression(node)) return readProperty(machine, node, scope)
  if (ts.isElementAccessExpression(node)) return readElement(machine, node, scope)
  if (ts.isCallExpression(node)) return callExpression(machine, node, scope)
  if (ts.isObjectLiteralExpression(node)) return objectLiteral(machine, node, scope)
  if (ts.isArrayLiteralExpression(node)) return arrayLiteral(machine, node, scope)
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return makeFunction(node, scope)
  if (ts.isAwaitExpression(node)) return awaitValue(machine, evaluate(machine, node.expression, scope), node)
  if (ts.isBinaryExpression(node)) return evaluateBinary(machine, node, scope)
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return evaluateUnary(machine, node, scope)
  if (ts.isConditionalExpression(node)) {
    const taken = decide(machine, evaluate(machine, node.condition, scope), node.condition)
    return evaluate(machine, taken ? node.whenTrue : node.whenFalse, scope)
  }
  return evaluateRare(machine, node, scope)
}

function isTransparent(
  node: ts.Expression,
): node is
  | ts.ParenthesizedExpression
  | ts.AsExpression
  | ts.NonNullExpression
  | ts.SatisfiesExpression
  | ts.TypeAssertion {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node)
  )
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
    return UNDEFINED
  }
  if (ts.isDeleteExpression(node)) return literal(true)
  if (ts.isTaggedTemplateExpression(node)) return taggedTemplate(machine, node, scope)
  if (ts.isRegularExpressionLiteral(node))
    return object([['source', literal(node.text)]], { type: { kind: 'builtin', name: 'RegExp' } })
  if (ts.isMetaProperty(node)) return object([['url', literal('file:///app')]], { open: true })
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return literal(true)
    case ts.SyntaxKind.FalseKeyword:
      return literal(false)
    case ts.SyntaxKind.NullKeyword:
      return literal(null)
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
  if (cell) return readCell(cell)
  if (node.text === 'undefined') return UNDEFINED
  return symbol({ kind: 'operation', name: `global ${node.text}`, operands: [] })
}

function readProperty(machine: Machine, node: ts.PropertyAccessExpression, scope: Scope): Value {
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword)
    return getMember(machine, scope.self ?? UNDEFINED, node.name.text, node)
  const owner = evaluate(machine, node.expression, scope)
  if (node.questionDotToken && isNullish(owner)) return UNDEFINED
  return getMember(machine, owner, node.name.text, node)
}

function readElement(machine: Machine, node: ts.ElementAccessExpression, scope: Scope): Value {
  const owner = evaluate(machine, node.expression, scope)
  if (node.questionDotToken && isNullish(owner)) return UNDEFINED
  const key = evaluate(machine, node.argumentExpression, scope)
  if (key.kind === 'literal' && key.value !== undefined) return getMember(machine, owner, String(key.value), node)
  return symbol({
    kind: 'operation',
    name: 'element',
    operands: [{ kind: 'unknown', text: node.getText(), at: { file: '', line: 0 } }],
  })
}

function callExpression(machine: Machine, node: ts.CallExpression, scope: Scope): Value {
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return importCall(machine, node, scope)
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return UNDEFINED
  const target = skipParentheses(node.expression)
  if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) {
    const isSuper = target.expression.kind === ts.SyntaxKind.SuperKeyword
    const owner = isSuper ? (scope.self ?? UNDEFINED) : evaluate(machine, target.expression, scope)
    if (isNullish(owner) && (target.questionDotToken || node.questionDotToken)) return UNDEFINED
    const callee = readCallee(machine, target, owner, scope)
    if (node.questionDotToken && isNullish(callee)) return UNDEFINED
    return callFunctionLike(machine, {
      callee,
      self: owner,
      args: evaluateArguments(machine, node.arguments, scope),
      node,
    })
  }
  const callee = evaluate(machine, node.expression, scope)
  if (node.questionDotToken && isNullish(callee)) return UNDEFINED
  return callFunctionLike(machine, {
    callee,
    self: null,
    args: evaluateArguments(machine, node.arguments, scope),
    node,
  })
}

function readCallee(
  machine: Machine,
  target: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  owner: Value,
  scope: Scope,
): Value {
  if (ts.isPropertyAccessExpression(target)) return getMember(machine, owner, target.name.text, target)
  const key = knownString(evaluate(machine, target.argumentExpression, scope))
  return key === null
    ? unknownValue(machine, 'call of a computed member', target)
    : getMember(machine, owner, key, target)
}

function importCall(machine: Machine, node: ts.CallExpression, scope: Scope): Value {
  const [argument] = node.arguments
  const specifier = argument ? knownString(evaluate(machine, argument, scope)) : null
  if (specifier === null) return fulfilled(unknownValue(machine, 'import of a computed path', node))
  return fulfilled(requireModule(machine, specifier, node.getSourceFile().fileName))
}

export function evaluateArguments(machine: Machine, nodes: readonly ts.Expression[], scope: Scope): Value[] {
  return nodes.flatMap((node) => {
    if (!ts.isSpreadElement(node)) return [evaluate(machine, node, scope)]
    const spread = evaluate(machine, node.expression, scope)
    if (spread.kind === 'array') return spread.items
    noteUnresolved(machine, 'spread of a list that only a run knows', node)
    return []
  })
}

function objectLiteral(machine: Machine, node: ts.ObjectLiteralExpression, scope: Scope): Value {
  const made = object()
  let open = false
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      const spread = evaluate(machine, property.expression, scope)
      open = spreadInto(made.fields, spread) || open
      continue
    }
    const name = readPropertyName(machine, property.name, scope)
    if (name === null) open = true
    else made.fields.set(name, propertyValue(machine, property, { scope, self: made }))
  }
  return open ? { ...made, open } : made
}

/** Copies the known fields; true when more may exist. */
function spreadInto(fields: Map<string, Value>, spread: Value): boolean {
  if (spread.kind === 'object') {
    for (const [key, value] of spread.fields) fields.set(key, value)
    return spread.open
  }
  if (spread.kind === 'namespace') {
    for (const key of spread.names()) fields.set(key, spread.member(key) ?? UNDEFINED)
    return false
  }
  if (spread.kind === 'symbol') fields.set(`...${fields.size}`, spread)
  return !isNullish(spread)
}

function propertyValue(
  machine: Machine,
  property: Exclude<ts.ObjectLiteralElementLike, ts.SpreadAssignment>,
  place: { scope: Scope; self: Value },
): Value {
  if (ts.isPropertyAssignment(property)) return evaluate(machine, property.initializer, place.scope)
  if (ts.isShorthandPropertyAssignment(property)) return readIdentifier(machine, property.name, place.scope)
  return makeFunction(property, place.scope, { self: place.self })
}

function arrayLiteral(machine: Machine, node: ts.ArrayLiteralExpression, scope: Scope): Value {
  const items: Value[] = []
  let open = false
  for (const element of node.elements) {
    if (!ts.isSpreadElement(element)) {
      items.push(evaluate(machine, element, scope))
      continue
    }
    const spread = iterate(evaluate(machine, element.expression, scope))
    if (spread.kind === 'array') items.push(...spread.items)
    open ||= spread.kind !== 'array' || spread.open
  }
  return array(items, open)
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

/** Writes to a name, a member, or a pattern. */
export function assign(machine: Machine, target: ts.Expression, value: Value, scope: Scope): void {
  if (isTransparent(target)) return assign(machine, target.expression, value, scope)
  if (ts.isIdentifier(target)) {
    const cell = findCell(scope, target.text)
    if (!cell) return
    const before = cell.value
    machine.run?.journal.push(() => {
      cell.value = before
    })
    cell.value = value
    return
  }
  if (ts.isPropertyAccessExpression(target)) {
    return setMember(machine, evaluate(machine, target.expression, scope), target.name.text, value)
  }
  if (ts.isElementAccessExpression(target)) {
    const key = evaluate(machine, target.argumentExpression, scope)
    if (key.kind === 'literal')
      setMember(machine, evaluate(machine, target.expression, scope), String(key.value), value)
    return
  }
  if (ts.isObjectLiteralExpression(target)) {
    for (const property of target.properties) {
      if (ts.isShorthandPropertyAssignment(property))
        assign(machine, property.name, getMember(machine, value, property.name.text, target), scope)
      else if (ts.isPropertyAssignment(property))
        assign(machine, property.initializer, getMember(machine, value, property.name.getText(), target), scope)
    }
    return
  }
  if (ts.isArrayLiteralExpression(target)) {
    for (const [index, element] of target.elements.entries())
      assign(machine, element, getMember(machine, value, String(index), target), scope)
  }
}

/** Re-throws what is no `throw` of the analysed code. */
export function caughtValue(error: unknown): Value {
  if (error instanceof Thrown) return error.value
  throw error
}
