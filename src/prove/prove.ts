import type { RouteArgument } from '../options.ts'
import type { World } from '../pipeline.ts'
import { findTests } from './find-tests.ts'
import { buildProof, type ProveReport } from './prove-report.ts'
import { type RouteOptions, tryRoute } from './try-route.ts'

export interface ProveOptions extends RouteOptions {
  /** Test files, as the user wrote them; empty: those generated for the route. */
  readonly tests: readonly string[]
  /** Percent of the mutants that must be killed; null: it is only reported. */
  readonly minScore: number | null
}

/** Which bug put into the route is caught by which test, and which by none. @throws UserError without tests to prove */
export async function prove(wanted: RouteArgument, options: ProveOptions, world: World): Promise<ProveReport> {
  const { root, tests, minScore } = options
  const find = ({ method, path }: RouteArgument): readonly string[] =>
    findTests(root, { route: `${method} ${path}`, tests })
  const tried = await tryRoute(wanted, { trials: { tests: find, only: null }, options }, world)
  return buildProof({ ...tried, minScore })
}
