import { ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'

/** What becomes of the process when a check at the top level fails. */
export type Ending = 'throws' | 'exits' | 'undefined' | 'unknown'

/** The first thing in a piece of code that ends the start of the app; null when nothing there does. */
function findEnding(node: ts.Node): 'throws' | 'exits' | null {
  for (const current of walkSyntax(node, ts.isFunctionLike)) {
    if (ts.isThrowStatement(current)) return 'throws'
    if (ts.isCallExpression(current) && isExit(current)) return 'exits'
  }
  return null
}

function isExit({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && /^process\.(?:exit|abort)$/.test(expression.getText())
}

/** What follows when a call throws: its `catch` decides, if it has one. */
export function howErrorEnds(node: ts.Node): Ending {
  for (let current = node; current.parent && !ts.isFunctionLike(current); current = current.parent) {
    const { parent } = current
    if (ts.isTryStatement(parent) && parent.tryBlock === current && parent.catchClause)
      return findEnding(parent.catchClause.block) ?? 'unknown'
  }
  return 'throws'
}

/** What follows when a call answers that it failed: an `if` after it that asks for `success` or `error`. */
export function howFailureEnds(node: ts.Node): Ending {
  let block: ts.Node = node
  while (block.parent && !ts.isBlock(block) && !ts.isSourceFile(block)) block = block.parent
  for (const current of walkSyntax(block)) {
    if (!ts.isIfStatement(current) || current.getStart() < node.end) continue
    if (!/success|error/i.test(current.expression.getText())) continue
    const ending =
      findEnding(current.thenStatement) ?? (current.elseStatement ? findEnding(current.elseStatement) : null)
    if (ending) return ending
  }
  return 'unknown'
}

/**
 * What becomes of the process when a condition's part has the value that a missing variable gives it. Null when the
 * condition decides something else, or nothing that ends the process.
 */
export function howConditionEnds(part: ts.Node, whenMissing: boolean): 'throws' | 'exits' | null {
  let value = whenMissing
  for (let current = part; current.parent; current = current.parent) {
    const { parent } = current
    if (ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.ExclamationToken) value = !value
    else if (ts.isIfStatement(parent) && parent.expression === current) {
      const taken = value ? parent.thenStatement : parent.elseStatement
      return taken ? findEnding(taken) : null
    } else if (!ts.isParenthesizedExpression(parent) && !isLogical(parent)) return null
  }
  return null
}

function isLogical(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node)) return false
  const operator = node.operatorToken.kind
  return operator === ts.SyntaxKind.BarBarToken || operator === ts.SyntaxKind.AmpersandAmpersandToken
}

/** `const missing = [...].filter((name) => !process.env[name])`, and an `if (missing.length > 0)` after it that ends. */
export function howListEnds(read: ts.Node): 'throws' | 'exits' | null {
  const declaration = findFiltered(read)
  if (!declaration || !ts.isIdentifier(declaration.name)) return null
  const name = new RegExp(`\\b${declaration.name.text.replace(/\$/g, '\\$')}\\b`)
  const statements = declaration.parent.parent.parent
  if (!ts.isBlock(statements) && !ts.isSourceFile(statements)) return null
  for (const statement of statements.statements) {
    if (statement.pos < declaration.end || !ts.isIfStatement(statement)) continue
    if (name.test(statement.expression.getText())) return findEnding(statement.thenStatement)
  }
  return null
}

function findFiltered(read: ts.Node): ts.VariableDeclaration | null {
  let isFiltered = false
  for (let current = read; current.parent; current = current.parent) {
    const { parent } = current
    if (ts.isCallExpression(parent) && ts.isPropertyAccessExpression(parent.expression))
      isFiltered ||= /^(?:filter|some|find|every)$/.test(parent.expression.name.text)
    if (ts.isVariableDeclaration(parent)) return isFiltered ? parent : null
    if (ts.isBlock(parent) && !isFiltered && !ts.isFunctionLike(parent.parent)) return null
  }
  return null
}
