import { SAFE_GLOBALS, TEST_FUNCTIONS, TIMERS } from '../allowed.ts'
import { readChain } from '../chain.ts'
import { findFreeReferences } from '../scope.ts'
import { type CaseSyntax, climb, type Problem, ts } from '../syntax.ts'
import { readUse } from '../uses.ts'

/** A case uses what the file gives it, its own constants, and a short list of harmless globals. */
export function allowedNames(test: CaseSyntax): Problem[] {
  const isKnown = (name: string) => name === 'expect' || test.names.has(name) || SAFE_GLOBALS.has(name)
  const isExplainedElsewhere = (name: string) => name === 'vi' || TEST_FUNCTIONS.has(name) || TIMERS.has(name)
  return findFreeReferences(test)
    .filter(({ text }) => !isKnown(text) && !isExplainedElsewhere(text))
    .filter((name) => !isSecretToSignIn(name, test))
    .map((node) => ({
      message: `expected a name that the file gives (${[...test.names].join(', ')}), found \`${node.text}\`; use those only`,
      node,
    }))
}

/** `process.env.JWT_SECRET` as a part of what `auth` gets, when it is itest that sets that variable. */
function isSecretToSignIn(name: ts.Identifier, { environment }: CaseSyntax): boolean {
  const { links, top } = readChain(name)
  const [env, variable, ...others] = links
  const isRead = name.text === 'process' && env?.name === 'env' && others.length === 0 && !variable?.arguments
  if (!isRead || !environment.has(variable?.name ?? '')) return false
  return isGivenToAuth(top)
}

function isGivenToAuth(node: ts.Node): boolean {
  const { parent, child } = climb(node)
  if (ts.isPropertyAssignment(parent)) return isGivenToAuth(parent.parent)
  if (!ts.isCallExpression(parent) || parent.expression === child) return false
  return /^auth\.(?:bearer|tokenCookie|apiKey)$/.test(parent.expression.getText()) && readUse(parent) !== null
}
