import { HARNESS_API } from '../../harness-api.ts'
import { ASYMMETRIC_MATCHERS, MATCHER_MODIFIERS, MATCHERS, SAFE_CALLS, SAFE_GLOBALS, SAFE_VALUES } from '../allowed.ts'
import { type Chain, readChain } from '../chain.ts'
import { findDeclaration, findReferences } from '../scope.ts'
import { type CaseSyntax, climb, type Problem, quote, ts } from '../syntax.ts'
import { follow, readUse, useOf } from '../uses.ts'

/** Names with power are used in the one way that a test needs, so that nothing gets hold of what is behind them. */
export function allowedUses(test: CaseSyntax): Problem[] {
  return findReferences(test.body).flatMap((name) => {
    const chain = readChain(name)
    const expected = findMisuse(chain)
    return expected ? [{ message: `expected ${expected}, found ${quote(chain.top)}`, node: name }] : []
  })
}

function findMisuse(chain: Chain): string | null {
  const use = useOf(chain.root)
  if (use) return findWrongUse(use, chain)
  if (findDeclaration(chain.root)) return null
  const { text } = chain.root
  if (text === 'app') return isRequested(chain.root) ? null : '`app` only as request(app)'
  if (text === 'expect') return findExpectMisuse(chain)
  if (Object.hasOwn(HARNESS_API, text)) return `no ${text} in a test`
  return SAFE_GLOBALS.has(text) ? findGlobalMisuse(chain) : null
}

function isRequested(app: ts.Identifier): boolean {
  const { parent } = app
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== app) return false
  return /^(?:request(?:\.agent)?|signIn)$/.test(parent.expression.getText())
}

function findWrongUse(use: NonNullable<ReturnType<typeof useOf>>, { links, top }: Chain): string | null {
  const followed = follow(use, links)
  const expected = use.example ?? 'a documented use'
  if (!followed.ok) return followed.wrong ?? expected
  const { ends, awaited } = followed.use
  if (ends === null) return expected
  const result = awaited ? climb(top).parent : top
  return (ends === 'kept' || awaited) && !isKept(result) ? `${expected}, in a constant or used at once` : null
}

/** In a constant, for whose name the same holds; alone in a statement; or handed to the sign-in. */
function isKept(top: ts.Node): boolean {
  const { parent, child } = climb(top)
  if (ts.isExpressionStatement(parent)) return true
  if (ts.isVariableDeclaration(parent)) return ts.isIdentifier(parent.name)
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== child) return false
  return readUse(parent.expression)?.call?.passes !== undefined
}

function findExpectMisuse({ links }: Chain): string | null {
  const [first] = links
  if (first?.name === null && first.arguments) return findMatcherMisuse(links)
  if (first?.name && ASYMMETRIC_MATCHERS.has(first.name)) return null
  return 'expect(value), or expect.any and the like inside it'
}

function findMatcherMisuse([, ...steps]: Chain['links']): string | null {
  const wrong = steps.find(({ name, arguments: given }) => !(given ? MATCHERS : MATCHER_MODIFIERS).has(name ?? ''))
  // A matcher that is missing, or a snapshot, is for the rules of that name to say.
  const isSaid = !steps.some((step) => step.arguments) || /Snapshot/.test(wrong?.name ?? '')
  if (!wrong || isSaid) return null
  return "one of Vitest's own matchers, e.g. toBe, toEqual, toMatchObject, toHaveLength"
}

function findGlobalMisuse({ root, links }: Chain): string | null {
  const [first] = links
  const { text } = root
  if (first?.name && SAFE_GLOBALS.get(text)?.has(first.name)) return null
  if (first?.name === null && first.arguments && SAFE_CALLS.has(text)) return null
  if (first) return `no such use of ${text} in a test`
  const { parent } = root
  if (SAFE_VALUES.has(text)) return null
  if (ts.isNewExpression(parent) && parent.expression === root && SAFE_CALLS.has(text)) return null
  const isType = ts.isCallExpression(parent) && parent.expression.getText() === 'expect.any'
  return isType ? null : `no such use of ${text} in a test`
}
