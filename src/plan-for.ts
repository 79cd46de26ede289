import type { GenOptions, RouteArgument } from './options.ts'
import { planRoute } from './plan/plan.ts'
import { findIdleRules } from './plan/skip-paths.ts'
import type { Plan } from './plan/types.ts'
import { findSurvivors } from './prove/find-survivors.ts'
import { type ReadRoute, readRoute } from './scan/read-project.ts'
import { nameTestFile } from './write/name-test-file.ts'
import { buildScaffold, type Vocabulary } from './write/scaffold.ts'

/** A route with everything known of it before a run. */
export interface PlannedRoute {
  readonly read: ReadRoute
  readonly plan: Plan
  readonly vocabulary: Vocabulary
  /** What a test may count on because the user's config says so; no values, since they may be secret. */
  readonly config: { readonly hasAuth: boolean; readonly variables: readonly string[] }
  /** What the user should know of the plan, e.g. that a setting is without effect. */
  readonly notes: readonly string[]
}

/** scan -> plan: what `itest plan` prints and the rest builds on. */
export async function planFor(
  wanted: RouteArgument,
  options: Pick<GenOptions, 'root' | 'out' | 'fileName' | 'app' | 'cache' | 'env' | 'skip' | 'hasAuth'> & {
    readonly whole: boolean
  },
): Promise<PlannedRoute> {
  const read = await readRoute(options.root, { ...wanted, whole: options.whole }, options)
  const { dossier, database, style } = read
  const { method, path } = dossier.route
  const skip = options.skip.filter(({ route }) => route === `${method} ${path}`)
  const reserved = [...database.urlVariables, ...Object.values(database.partVariables)]
  const { bugs, gone } = await findSurvivors(options.root, dossier)
  const plan = planRoute(dossier, { reserved, env: options.env, skip, bugs })
  const vocabulary = buildScaffold(plan, dossier, {
    file: nameTestFile(dossier.route, options),
    style,
    hasAuth: options.hasAuth,
  })
  const config = { hasAuth: options.hasAuth, variables: Object.keys(options.env) }
  return { read, plan, vocabulary, config, notes: [...findIdleRules(plan.paths, skip), ...gone] }
}
