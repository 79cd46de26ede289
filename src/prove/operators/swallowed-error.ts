import { ts } from '../../scan/syntax/syntax.ts'
import { leaves } from './around.ts'
import { lineOf, nameCall, type Operator, replace } from './place.ts'

/** A `catch` that does nothing, and an effect whose failure nobody is told of. */
export const swallowedError: Operator = {
  name: 'swallowed-error',
  find: (node, { effects }) => {
    if (ts.isCatchClause(node)) return node.block.statements.length === 0 ? [] : [empty(node)]
    if (!ts.isAwaitExpression(node) || !effects.has(node.expression)) return []
    return replace(node, `await (async () => (${node.expression.getText()}))().catch(() => (${nothingFor(node)}))`, {
      change: `ignored an error of ${nameCall(node.expression)}`,
    })
  },
}

/** What lets the code go on: nothing of the shape that it takes apart. */
function nothingFor({ parent }: ts.AwaitExpression): string {
  if (!ts.isVariableDeclaration(parent)) return 'undefined'
  if (ts.isArrayBindingPattern(parent.name)) return '[]'
  return ts.isObjectBindingPattern(parent.name) ? '{}' : 'undefined'
}

function empty({ block }: ts.CatchClause): ReturnType<Operator['find']>[number] {
  const how = leaves(block) ? 'went on as if nothing had been caught' : 'did nothing about the error that it catches'
  return {
    edits: [{ start: block.getStart() + 1, end: block.end - 1, text: '', as: 'statement' }],
    line: lineOf(block),
    change: how,
    equivalent: null,
  }
}
