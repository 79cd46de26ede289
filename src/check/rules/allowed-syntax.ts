import { type CaseSyntax, descend, type Problem, quote, ts } from '../syntax.ts'

/** A test is read from top to bottom: constants, calls, assertions, at most a loop over a list. */
export function allowedSyntax(test: CaseSyntax): Problem[] {
  return descend(test.body).flatMap((node) => {
    const found = ts.isStatement(node) ? findStatement(node, test.body) : findExpression(node)
    return found ? [{ message: `expected ${found}, found ${quote(node)}`, node }] : []
  })
}

function findStatement(node: ts.Statement, body: ts.Block): string | null {
  if (ts.isVariableStatement(node)) return findDeclaration(node)
  if (ts.isReturnStatement(node))
    return isInFunction(node, body) ? null : 'a test that runs to its end; remove the return'
  const isAllowed =
    ts.isExpressionStatement(node) || ts.isBlock(node) || ts.isForOfStatement(node) || ts.isTryStatement(node)
  return isAllowed ? null : 'only constants, calls and assertions; write the test without this statement'
}

function findDeclaration(node: ts.VariableStatement): string | null {
  if (node.modifiers) return 'a constant of the test itself; remove the modifier'
  const isConstant = (node.declarationList.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const
  return isConstant ? null : 'const; a value that changes hides what is asserted'
}

function isInFunction(node: ts.Node, body: ts.Block): boolean {
  return node !== body && (ts.isFunctionLike(node) || isInFunction(node.parent, body))
}

function findExpression(node: ts.Node): string | null {
  switch (node.kind) {
    case ts.SyntaxKind.ThisKeyword:
    case ts.SyntaxKind.SuperKeyword:
    case ts.SyntaxKind.MetaProperty:
    case ts.SyntaxKind.ImportKeyword:
      return 'only names that the file gives; imports are written by itest'
    case ts.SyntaxKind.ClassExpression:
    case ts.SyntaxKind.YieldExpression:
    case ts.SyntaxKind.GetAccessor:
    case ts.SyntaxKind.SetAccessor:
      return 'plain values and functions'
    case ts.SyntaxKind.TaggedTemplateExpression:
      return 'a plain call instead of a tagged template'
    case ts.SyntaxKind.VoidExpression:
      return '`await` instead of `void`'
    case ts.SyntaxKind.PrivateIdentifier:
      return 'no private names'
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken)
    return 'one value, not a comma'
  return (ts.isFunctionExpression(node) || ts.isMethodDeclaration(node)) && node.asteriskToken ? 'no generators' : null
}
