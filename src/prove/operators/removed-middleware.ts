import { ts } from '../../scan/syntax/syntax.ts'
import { methodName } from './around.ts'
import { lineOf, type Named, quote, replace } from './place.ts'

const REGISTERS = new Set(['use', 'all', 'get', 'post', 'put', 'patch', 'delete', 'head', 'options'])

interface Registered {
  /** The lines of this file that register the route. */
  readonly routeLine: number | null
  /** The functions that stand before the handler, by name, and the lines of this file where one of them is made. */
  readonly names: ReadonlySet<string>
  readonly lines: ReadonlySet<number>
}

/** The route without one of the functions that stand before its handler. */
export function removeMiddleware(node: ts.Node, { routeLine, names, lines }: Registered): readonly Named[] {
  if (!ts.isCallExpression(node) || !REGISTERS.has(methodName(node) ?? '')) return []
  const isUse = methodName(node) === 'use'
  const isOfRoute = !isUse && spans(node, routeLine)
  return node.arguments.flatMap((argument, index) => {
    const isHandler = index === node.arguments.length - 1 && !isUse
    if (isHandler || !isReference(argument)) return []
    const isMeant = names.has(rootName(argument)) || (ts.isCallExpression(argument) && lines.has(lineOf(argument)))
    if (!isOfRoute && !isMeant) return []
    const text = '(_request, _response, next) => next()'
    return replace(argument, text, { change: `left out the middleware ${quote(argument)}` })
  })
}

function spans(node: ts.Node, line: number | null): boolean {
  if (line === null) return false
  const last = node.getSourceFile().getLineAndCharacterOfPosition(node.end).line + 1
  return lineOf(node) <= line && line <= last
}

function isReference(node: ts.Expression): boolean {
  return ts.isIdentifier(node) || ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)
}

/** `requireRole` of `requireRole('admin')`, `check` of `guard.check`. */
function rootName(node: ts.Expression): string {
  if (ts.isCallExpression(node)) return rootName(node.expression)
  return ts.isPropertyAccessExpression(node) ? node.name.text : node.getText()
}
