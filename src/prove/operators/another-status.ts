import { ts } from '../../scan/syntax/syntax.ts'
import { findStatus, methodName } from './around.ts'
import { type Named, type Operator, replace } from './place.ts'

const SETTERS = new Set(['status', 'sendStatus', 'writeHead'])
const PROPERTIES = new Set(['status', 'statusCode'])

/** A failure that says it went well, and one that blames somebody else. */
export const anotherStatus: Operator = {
  name: 'another-status',
  find: (node) => {
    const status = ts.isNumericLiteral(node) && isStatus(node) ? findStatus(node) : null
    if (status === null || !ts.isNumericLiteral(node)) return []
    return others(status).flatMap((other): readonly Named[] =>
      replace(node, String(other), { change: `answered ${other} instead of ${status}` }),
    )
  },
}

/** Whether a number says how a request went. */
export function isStatus(node: ts.NumericLiteral): boolean {
  const { parent } = node
  if (ts.isCallExpression(parent)) return parent.arguments[0] === node && SETTERS.has(methodName(parent) ?? '')
  if (ts.isNewExpression(parent)) return true
  if (ts.isPropertyAssignment(parent)) return PROPERTIES.has(parent.name.getText())
  if (ts.isConditionalExpression(parent))
    return ts.isCallExpression(parent.parent) && SETTERS.has(methodName(parent.parent) ?? '')
  return ts.isBinaryExpression(parent) && parent.right === node && /\.statusCode$/.test(parent.left.getText())
}

function others(status: number): number[] {
  if (status >= 500) return [200, status === 500 ? 503 : 500]
  if (status >= 400) return [200, status === 400 ? 422 : 400]
  return [500, status === 200 ? 201 : 200]
}
