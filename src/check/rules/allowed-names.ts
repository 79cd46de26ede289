import { SAFE_GLOBALS, TEST_FUNCTIONS, TIMERS } from '../allowed.ts'
import { findFreeReferences } from '../scope.ts'
import type { CaseSyntax, Problem } from '../syntax.ts'

/** A case uses what the file gives it, its own constants, and a short list of harmless globals. */
export function allowedNames(test: CaseSyntax): Problem[] {
  const isKnown = (name: string) => name === 'expect' || test.names.has(name) || SAFE_GLOBALS.has(name)
  const isExplainedElsewhere = (name: string) => name === 'vi' || TEST_FUNCTIONS.has(name) || TIMERS.has(name)
  return findFreeReferences(test)
    .filter(({ text }) => !isKnown(text) && !isExplainedElsewhere(text))
    .map((node) => ({
      message: `expected a name that the file gives (${[...test.names].join(', ')}), found \`${node.text}\`; use those only`,
      node,
    }))
}
