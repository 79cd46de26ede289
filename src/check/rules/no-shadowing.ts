import { SAFE_GLOBALS } from '../allowed.ts'
import { findBindings } from '../scope.ts'
import type { CaseSyntax, Problem } from '../syntax.ts'

/** A constant named like something that the file gives would make the test say one thing and do another. */
export function noShadowing(test: CaseSyntax): Problem[] {
  return findBindings(test.body)
    .filter(({ text }) => text === 'expect' || test.names.has(text) || SAFE_GLOBALS.has(text))
    .map((node) => ({
      message: `expected a new name, found a second \`${node.text}\`; the file gives that name already`,
      node,
    }))
}
