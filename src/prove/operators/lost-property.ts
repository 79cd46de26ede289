import { ts } from '../../scan/syntax/syntax.ts'
import { isAnswer } from './around.ts'
import { type Operator, quote, replace } from './place.ts'

/** A field that an answer, a row or a call to another service no longer has: `retryable`, an idempotency key. */
export const lostProperty: Operator = {
  name: 'lost-property',
  find: (node) => {
    if (!ts.isObjectLiteralExpression(node) || !isHandedOn(node)) return []
    return node.properties.flatMap((lost) => {
      const rest = node.properties.filter((one) => one !== lost).map((one) => one.getText())
      const name = lost.name?.getText() ?? lost.getText()
      const whose = ts.isCallExpression(node.parent) && isAnswer(node.parent) ? 'answered without' : 'left out'
      return replace(node, `{ ${rest.join(', ')} }`, { change: `${whose} ${lost.name ? `\`${name}\`` : quote(lost)}` })
    })
  },
}

/** An argument, or within one. */
function isHandedOn(node: ts.ObjectLiteralExpression): boolean {
  for (let inner: ts.Node = node; ; inner = inner.parent) {
    const { parent } = inner
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent))
      return parent.arguments?.some((one) => one === inner) === true
    if (!ts.isExpression(parent) && !ts.isObjectLiteralElement(parent)) return false
  }
}
