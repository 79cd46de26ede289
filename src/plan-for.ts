import type { GenOptions, RouteArgument } from './options.ts'
import { planRoute } from './plan/plan.ts'
import type { Plan } from './plan/types.ts'
import { type ReadRoute, readRoute } from './scan/read-project.ts'
import { nameTestFile } from './write/name-test-file.ts'
import { buildScaffold, type Vocabulary } from './write/scaffold.ts'

/** A route with everything known of it before a run. */
export interface PlannedRoute {
  readonly read: ReadRoute
  readonly plan: Plan
  readonly vocabulary: Vocabulary
}

/** scan -> plan: what `itest plan` prints and the rest builds on. */
export async function planFor(
  wanted: RouteArgument,
  options: Pick<GenOptions, 'root' | 'out' | 'app' | 'cache'> & { readonly whole: boolean },
): Promise<PlannedRoute> {
  const read = await readRoute(options.root, { ...wanted, whole: options.whole }, options)
  const { dossier, database, style } = read
  const plan = planRoute(dossier, [...database.urlVariables, ...Object.values(database.partVariables)])
  const vocabulary = buildScaffold(plan, dossier, { file: nameTestFile(dossier.route, options.out), style })
  return { read, plan, vocabulary }
}
