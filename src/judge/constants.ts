import { isDeclaration } from '../scan/syntax/is-declaration.ts'
import { ts } from '../scan/syntax/syntax.ts'
import { readCallee } from '../test-files/test-calls.ts'
import { isFunction } from './roles.ts'
import type { Source } from './source.ts'

/** Names that say nothing of the app. */
const GLOBALS = new Set([
  ...['undefined', 'NaN', 'Infinity', 'globalThis', 'Math', 'JSON', 'Number', 'String', 'Boolean', 'BigInt', 'Symbol'],
  ...[
    'Array',
    'Object',
    'Date',
    'RegExp',
    'Map',
    'Set',
    'Promise',
    'Error',
    'TypeError',
    'RangeError',
    'expect',
    'assert',
  ],
])

/** Whether an expression has the same value whatever the app does, as far as its names tell. */
export function isConstant(source: Source, node: ts.Node, seen: ReadonlySet<string> = new Set()): boolean {
  if (ts.isIdentifier(node)) return isConstantName(source, node, seen)
  if (ts.isPropertyAccessExpression(node)) return isConstant(source, node.expression, seen)
  if (ts.isPropertyAssignment(node)) return isConstant(source, node.initializer, seen)
  if (node.kind === ts.SyntaxKind.ThisKeyword || ts.isTypeNode(node)) return ts.isTypeNode(node)
  let isAll = true
  ts.forEachChild(node, (child) => {
    isAll &&= isConstant(source, child, seen)
  })
  return isAll
}

function isConstantName(source: Source, { text, parent }: ts.Identifier, seen: ReadonlySet<string>): boolean {
  if (ts.isParameter(parent) || seen.has(text)) return true
  const declarations = findDeclarations(source, text)
  if (declarations.length === 0) return GLOBALS.has(text)
  const inner = new Set([...seen, text])
  return declarations.every((declaration) => {
    if (ts.isParameter(declaration)) return isOfConstantFunction(declaration)
    if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return false
    if (isReassigned(source, text)) return false
    const { initializer } = declaration
    return isConstant(source, initializer, inner) && (isPrimitive(initializer) || isLeftAlone(source, text))
  })
}

/** A parameter of a callback that is itself part of the assertion; of a test, it may be anything. */
function isOfConstantFunction(parameter: ts.ParameterDeclaration): boolean {
  let current: ts.Node = parameter.parent
  while (current.parent && !ts.isStatement(current)) {
    if (ts.isCallExpression(current) && readCallee(current.expression)?.[0] === 'expect') return true
    current = current.parent
  }
  return false
}

function findDeclarations({ tree }: Source, name: string): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (isDeclaration(node) && node.name && ts.isIdentifier(node.name) && node.name.text === name) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function isReassigned({ uses }: Source, name: string): boolean {
  return (uses.get(name) ?? []).some(({ parent, pos }) => {
    if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
      return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken
    }
    if (!ts.isBinaryExpression(parent) || parent.left.pos !== pos) return false
    const { kind } = parent.operatorToken
    return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
  })
}

function isPrimitive(node: ts.Expression): boolean {
  return (
    ts.isLiteralExpression(node) ||
    ts.isPrefixUnaryExpression(node) ||
    ts.isBinaryExpression(node) ||
    ts.isTemplateExpression(node) ||
    node.kind === ts.SyntaxKind.TrueKeyword ||
    node.kind === ts.SyntaxKind.FalseKeyword ||
    node.kind === ts.SyntaxKind.NullKeyword
  )
}

/** An object or a function that only assertions look at: all else could fill it, or call it. */
function isLeftAlone({ uses }: Source, name: string): boolean {
  return (uses.get(name) ?? []).every((use) => {
    let current: ts.Node = use
    while (current.parent && !ts.isStatement(current) && !isFunction(current)) {
      if (ts.isCallExpression(current) && /^(?:expect|assert)$/.test(readCallee(current.expression)?.[0] ?? ''))
        return true
      current = current.parent
    }
    return false
  })
}
