import {
  ASYMMETRIC_MATCHERS,
  DB_STEPS,
  MATCHER_MODIFIERS,
  MATCHERS,
  REQUEST_METHODS,
  REQUEST_STEPS,
  SAFE_CALLS,
  SAFE_GLOBALS,
  SAFE_VALUES,
} from '../allowed.ts'
import { type Chain, readChain } from '../chain.ts'
import { findFreeReferences } from '../scope.ts'
import { type CaseSyntax, type Problem, quote, ts } from '../syntax.ts'

/** Names with power are used in the one way that a test needs, so that nothing gets hold of what is behind them. */
export function allowedUses(test: CaseSyntax): Problem[] {
  return findFreeReferences(test).flatMap((name) => {
    const chain = readChain(name)
    const expected = findMisuse(chain)
    return expected ? [{ message: `expected ${expected}, found ${quote(chain.top)}`, node: name }] : []
  })
}

function findMisuse(chain: Chain): string | null {
  const { text } = chain.root
  if (text === 'app') return isRequested(chain.root) ? null : '`app` only as request(app)'
  if (text === 'request') return findRequestMisuse(chain)
  if (text === 'db') return findDbMisuse(chain)
  if (text === 'faults') return findFaultsMisuse(chain)
  if (text === 'expect') return findExpectMisuse(chain)
  return SAFE_GLOBALS.has(text) ? findGlobalMisuse(chain) : null
}

function isRequested(app: ts.Identifier): boolean {
  const { parent } = app
  return ts.isCallExpression(parent) && parent.arguments[0] === app && parent.expression.getText() === 'request'
}

function findRequestMisuse({ links }: Chain): string | null {
  const [target, method, ...steps] = links
  if (target?.name !== null || target.arguments?.length !== 1 || target.arguments[0]?.getText() !== 'app') {
    return 'request(app)'
  }
  const path = method?.arguments?.[0]
  if (!method?.name || !REQUEST_METHODS.has(method.name) || !path) return "request(app).post('/path') or another method"
  // Anything before the first slash would become part of the host.
  if (!/^['"`]\//.test(path.getText())) return 'a path that begins with `/` in the test'
  const wrong = steps.find(({ name, arguments: given }) => !given || !REQUEST_STEPS.has(name ?? ''))
  if (wrong?.name === 'expect') return 'expect(res.status) after the request; .expect() does not say what was found'
  return wrong ? `only ${[...REQUEST_STEPS].join(', ')} on a request` : null
}

function findDbMisuse({ links }: Chain): string | null {
  const isQuery = links.length > 0 && links.every(({ name, arguments: given }) => given && DB_STEPS.has(name ?? ''))
  return isQuery ? null : 'a query of db with select, insert, update, delete or $count'
}

/** The operation becomes a part of SQL, so it is written in the test. */
function findFaultsMisuse({ links: [step, ...others] }: Chain): string | null {
  const operation = step?.arguments?.[1]
  const isPlain = operation && ts.isStringLiteral(operation) && /^(insert|update|delete)$/.test(operation.text)
  if (step?.name === 'failWrites' && others.length === 0 && isPlain) return null
  return "faults.failWrites(table, 'insert'), or with 'update' or 'delete'"
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
