import { TEST_FUNCTIONS } from '../allowed.ts'
import { findFreeReferences } from '../scope.ts'
import type { CaseSyntax, Problem } from '../syntax.ts'

/** A case is the body of one `it`: the file around it, `.only` and `.skip` included, is not its business. */
export function noTestStructure(test: CaseSyntax): Problem[] {
  return findFreeReferences(test)
    .filter((name) => TEST_FUNCTIONS.has(name.text))
    .map((node) => {
      const { parent } = node
      const found = 'name' in parent && parent.getText().startsWith(`${node.text}.`) ? parent.getText() : node.text
      return {
        message: `expected only the statements of one test, found \`${found}\`; give what is inside it, without the call`,
        node,
      }
    })
}
