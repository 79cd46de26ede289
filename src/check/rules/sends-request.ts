import { REQUEST_METHODS } from '../../harness-api.ts'
import { readChain } from '../chain.ts'
import { findCondition } from '../conditions.ts'
import { findReferences } from '../scope.ts'
import { type CaseSyntax, type Problem, ts } from '../syntax.ts'
import { follow, useOf } from '../uses.ts'

/** A test of a route sends that route at least one request, on its only way through. */
export function sendsRequest(test: CaseSyntax): Problem[] {
  const { method, path } = test.route
  const sent = findReferences(test.body).flatMap((name) => {
    const use = useOf(name)
    const { links, top } = readChain(name)
    const followed = use && follow(use, links)
    const isSent = followed?.ok && followed.use.shows === 'response'
    return isSent && findCondition(top, test.body) === null ? [links] : []
  })
  const found = sent.some((links) =>
    links.some(({ name, arguments: given }) => isRoute({ method, path }, name ?? '', given?.[0])),
  )
  if (found) return []
  const example = `await request(app).${method.toLowerCase()}('${path}')`
  return [{ message: `expected a request to ${method} ${path}, found none; send one, e.g. ${example}`, node: null }]
}

function isRoute(route: { method: string; path: string }, name: string, path: ts.Expression | undefined): boolean {
  const method = route.method.toLowerCase()
  if (!REQUEST_METHODS.includes(name) || (method !== 'all' && name !== method) || !path) return false
  return !ts.isStringLiteralLike(path) || matches(route.path, path.text)
}

function matches(pattern: string, path: string): boolean {
  const segments = pattern.split('/').filter(Boolean)
  const [bare = ''] = path.split('?')
  const given = bare.split('/').filter(Boolean)
  // A wildcard or an optional group is Express's to match; here every path will do.
  if (/[*{(]/.test(pattern)) return true
  return segments.length === given.length && segments.every((part, at) => part.startsWith(':') || part === given[at])
}
