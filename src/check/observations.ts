import type { Observation } from '../harness-api.ts'
import { findDeclaration } from './scope.ts'
import { isFunction, ts } from './syntax.ts'
import { readUse } from './uses.ts'

type Observed = ReadonlySet<Observation>

/** Declarations that are being followed: a constant that is made of itself ends here. */
type Trail = readonly ts.Node[]

const NOTHING: Observed = new Set()

const RESPONSE_PARTS: ReadonlyMap<string, Observation> = new Map([
  ['status', 'status'],
  ['statusCode', 'status'],
  ['body', 'body'],
  ['text', 'body'],
  ['headers', 'body'],
  ['header', 'body'],
])

/** Where the value of an expression comes from: followed through the constants and callbacks of the case. */
export function observe(node: ts.Node, trail: Trail = []): Observed {
  if (ts.isIdentifier(node)) return observeName(node, trail)
  const source = ts.isCallExpression(node) || ts.isPropertyAccessExpression(node) ? readUse(node)?.shows : undefined
  if (source) return new Set([source])
  if (ts.isPropertyAccessExpression(node)) return observeMember(node.expression, node.name.text, trail)
  if (ts.isElementAccessExpression(node)) {
    const key = node.argumentExpression
    return observeMember(node.expression, ts.isStringLiteralLike(key) ? key.text : '', trail)
  }
  // The spread keeps none of the response's own fields safe: `{ ...res, status: 201 }`.
  if (ts.isSpreadAssignment(node)) return without(observe(node.expression, trail), 'response')
  if (ts.isPropertyAssignment(node)) return observe(node.initializer, trail)
  if (ts.isShorthandPropertyAssignment(node)) return observeName(node.name, trail)
  if (ts.isTypeNode(node)) return NOTHING
  const found: Observation[] = []
  ts.forEachChild(node, (child) => {
    found.push(...observe(child, trail))
  })
  return new Set(found)
}

/** The parts of a response that an object literal names, e.g. `{ status: 201, body: {} }`. */
export function readNamedParts(expected: ts.Node): Observation[] {
  if (ts.isArrayLiteralExpression(expected)) return expected.elements.flatMap(readNamedParts)
  if (!ts.isObjectLiteralExpression(expected)) return []
  return expected.properties.flatMap((property) => {
    const name = property.name && ts.isIdentifier(property.name) ? property.name.text : ''
    return RESPONSE_PARTS.get(name) ?? []
  })
}

function observeName(name: ts.Identifier, trail: Trail): Observed {
  const declaration = findDeclaration(name)
  if (!declaration || trail.includes(declaration)) return NOTHING
  return observeBinding(declaration.parent, [...trail, declaration])
}

function observeMember(owner: ts.Expression, name: string, trail: Trail): Observed {
  return pick(observe(owner, trail), name)
}

function pick(whole: Observed, name: string): Observed {
  const part = RESPONSE_PARTS.get(name)
  if (!part || !whole.has('response')) return whole
  return new Set([...without(whole, 'response'), part])
}

function without(observed: Observed, one: Observation): Observed {
  return new Set([...observed].filter((each) => each !== one))
}

function observeBinding(binding: ts.Node, trail: Trail): Observed {
  if (ts.isBindingElement(binding)) {
    const whole = observeBinding(binding.parent.parent, trail)
    if (binding.dotDotDotToken || ts.isArrayBindingPattern(binding.parent)) return whole
    const key = binding.propertyName ?? binding.name
    return pick(whole, ts.isIdentifier(key) || ts.isStringLiteralLike(key) ? key.text : '')
  }
  if (ts.isParameter(binding)) return observeParameter(binding, trail)
  if (!ts.isVariableDeclaration(binding)) return NOTHING
  const loop = binding.parent.parent
  if (ts.isForOfStatement(loop)) return observe(loop.expression, trail)
  return binding.initializer ? observe(binding.initializer, trail) : NOTHING
}

/** `rows.map((row) => ...)`: the parameter is what the list is. */
function observeParameter(parameter: ts.ParameterDeclaration, trail: Trail): Observed {
  const call = isFunction(parameter.parent) ? parameter.parent.parent : null
  if (!call || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return NOTHING
  return observe(call.expression.expression, trail)
}
