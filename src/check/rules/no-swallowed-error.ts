import { type CaseSyntax, descend, type Problem, ts } from '../syntax.ts'

/** An error is what the test is there to find. */
export function noSwallowedError(test: CaseSyntax): Problem[] {
  return descend(test.body).flatMap((node) => {
    if (ts.isCatchClause(node)) return [problem(node, 'a `catch`')]
    const isStep = ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)
    return isStep && /^(catch|then|finally)$/.test(node.name.text) ? [problem(node.name, `.${node.name.text}()`)] : []
  })
}

function problem(node: ts.Node, found: string): Problem {
  return {
    message: `expected errors to end the test, found ${found}; await the promise and assert on the answer`,
    node,
  }
}
