import { distance } from 'fastest-levenshtein'
import { UserError } from '../../errors.ts'
import type { Codebase, Route } from '../types.ts'

/** The route that the user named; parameters may be named differently. @throws UserError with the nearest routes */
export function findRoute(codebase: Codebase, wanted: { readonly method: string; readonly path: string }): Route {
  const named = codebase.routes.filter(
    (route) => route.method === wanted.method && normalise(route.path) === normalise(wanted.path),
  )
  const exact = named.find(({ when }) => when.every(({ holds }) => holds)) ?? named[0]
  if (exact) return exact
  const shown = `${wanted.method} ${wanted.path}`
  const nearest = codebase.routes
    .map((route) => ({
      text: `${route.method} ${route.path}`,
      away: distance(`${route.method} ${normalise(route.path)}`, `${wanted.method} ${normalise(wanted.path)}`),
    }))
    .sort((a, b) => a.away - b.away)
    .slice(0, 3)
    .map((candidate) => candidate.text)
  throw new UserError(`no route ${shown} in this project`, {
    hint:
      nearest.length > 0
        ? `Nearest: ${nearest.join(', ')}. \`itest routes\` lists all ${codebase.routes.length}.`
        : 'The project has no routes that analysis can see.',
  })
}

function normalise(path: string): string {
  return path.replace(/:\w+/g, ':').replace(/\/$/, '') || '/'
}
