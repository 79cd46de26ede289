import { ts } from '../scan/syntax/syntax.ts'
import type { Scenario } from '../scan/types.ts'
import { lineOf } from './operators/place.ts'

/** A schema that checks a request of the route, and whose it is, e.g. `zod`. */
export interface SchemaSite {
  readonly file: string
  readonly line: number
  readonly validator: string
}

export function listSchemaSites(scenarios: readonly Scenario[]): readonly SchemaSite[] {
  const sites = scenarios.flatMap(({ events }) =>
    events.flatMap((event) =>
      event.kind === 'validate' ? event.declaredAt.map((at) => ({ ...at, validator: event.validator })) : [],
    ),
  )
  return [...new Map(sites.map((site) => [JSON.stringify(site), site])).values()]
}

/** The outermost calls of a file that begin where the sites are. */
export function findSchemas(tree: ts.SourceFile, sites: readonly SchemaSite[]): ReadonlyMap<ts.Node, string> {
  const found = new Map<ts.Node, string>()
  const visit = (node: ts.Node): void => {
    const site = ts.isCallExpression(node) ? sites.find(({ line }) => line === lineOf(node)) : undefined
    if (site) found.set(node, site.validator)
    else ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}
