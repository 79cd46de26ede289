import { REFUSED_MEMBERS } from '../allowed.ts'
import { readLiteralKey } from '../chain.ts'
import { type CaseSyntax, descend, type Problem, quote, ts } from '../syntax.ts'

/** Members by a name that can be read in the test, and none that lead to the code behind a value. */
export function allowedMembers(test: CaseSyntax): Problem[] {
  return descend(test.body).flatMap((node) => {
    const key = readKey(node)
    if (key === undefined) return []
    if (key === null) {
      return [{ message: `expected a member that is named in the test, found ${quote(node)}; write its name`, node }]
    }
    if (!REFUSED_MEMBERS.has(key)) return []
    return [{ message: `expected data and documented members, found \`${key}\` in ${quote(node)}; remove it`, node }]
  })
}

/** The name under which a node reaches into a value; null when it is computed, undefined when it does not. */
function readKey(node: ts.Node): string | null | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  if (ts.isElementAccessExpression(node)) return readLiteralKey(node.argumentExpression)
  // A computed key of a new object is data; only reaching into a value needs a name.
  if (ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node)) return readName(node.name) ?? undefined
  if (ts.isShorthandPropertyAssignment(node)) return node.name.text
  if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return undefined
  return readName(node.propertyName ?? node.name)
}

function readName(name: ts.PropertyName | ts.BindingName): string | null | undefined {
  if (ts.isComputedPropertyName(name)) return readLiteralKey(name.expression)
  return ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name) ? undefined : name.text
}
