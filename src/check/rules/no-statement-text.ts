import { findAssertions, listParts } from '../assertions.ts'
import { observe } from '../observations.ts'
import { findDeclaration } from '../scope.ts'
import { type CaseSyntax, descend, type Problem, quote, ts } from '../syntax.ts'

/** How a statement is worded is the app's own affair: another wording of the same query must not turn a test red. */
export function noStatementText(test: CaseSyntax): Problem[] {
  const compared = findAssertions(test)
    .filter((each) => listParts(each).includes('queries'))
    .flatMap(({ expected }) => expected.flatMap(descend).filter(isTextField))
  return [...descend(test.body).filter(readsText), ...compared].map((node) => ({
    message: `expected an assertion on what a client or the tables can see, or on how many statements there are, found the text of a statement: ${quote(node)}; use queries.count(table, 'select')`,
    node,
  }))
}

function readsText(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node))
    return node.name.text === 'sql' && (observe(node).has('queries') || isAsked(node.expression))
  if (!ts.isBindingElement(node) || !ts.isIdentifier(node.name)) return false
  const name = node.propertyName ?? node.name
  return ts.isIdentifier(name) && name.text === 'sql' && observe(node.name).has('queries')
}

/** `queries.filter((query) => ...)`: the parameter is one of the statements. */
function isAsked(node: ts.Expression): boolean {
  const parameter = ts.isIdentifier(node) ? findDeclaration(node)?.parent : null
  const call = parameter && ts.isParameter(parameter) ? parameter.parent.parent : node
  return ts.isCallExpression(call) && observe(call).has('queries')
}

function isTextField(node: ts.Node): boolean {
  const isField = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)
  return isField && (ts.isIdentifier(node.name) || ts.isStringLiteralLike(node.name)) && node.name.text === 'sql'
}
