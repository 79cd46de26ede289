import { ts } from '../../scan/syntax/syntax.ts'
import { isAnswer, isNext, isWithinCatch, listChain, unwrap } from './around.ts'
import { nameCall, type Operator, quote, replaceStatement } from './place.ts'

/** A statement that does something does nothing: in a `catch`, what would have taken an effect back. */
export const removedCall: Operator = {
  name: 'removed-call',
  find: (node) => {
    if (ts.isThrowStatement(node)) {
      // Without the throw, its check is skipped, which is a mutant of its own.
      if (ts.isIfStatement(node.parent)) return []
      const operator = isWithinCatch(node) ? 'swallowed-error' : 'removed-throw'
      return replaceStatement(node, '', `went on instead of ${quote(node)}`).map((change) => ({ ...change, operator }))
    }
    if (!ts.isExpressionStatement(node)) return []
    const call = unwrap(node.expression)
    if (ts.isBinaryExpression(call)) return replaceStatement(node, '', `left out ${quote(node)}`)
    if (!ts.isCallExpression(call) || isNext(call) || listChain(call).some(isAnswer)) return []
    const operator = isWithinCatch(node) ? 'removed-compensation' : 'removed-call'
    return replaceStatement(node, '', `left out ${nameCall(call)}`).map((change) => ({ ...change, operator }))
  },
}
