import type { RouteArgument } from '../options.ts'
import type { World } from '../pipeline.ts'
import { writeFiles } from '../save.ts'
import { readSurvivors, renderSurvivors, survivorsPath } from '../survivors.ts'
import { findTests } from './find-tests.ts'
import { addSurvivors, identify } from './match-survivors.ts'
import { buildProof, type ProveReport } from './prove-report.ts'
import { type RouteOptions, type TriedRoute, tryRoute } from './try-route.ts'

export interface ProveOptions extends RouteOptions {
  /** Test files, as the user wrote them; empty: those generated for the route. */
  readonly tests: readonly string[]
  /** Percent of the mutants that must be killed; null: it is only reported. */
  readonly minScore: number | null
  /** Survivors are written down, for the next `itest gen`. */
  readonly strengthen: boolean
}

/** Which bug put into the route is caught by which test, and which by none. @throws UserError without tests to prove */
export async function prove(wanted: RouteArgument, options: ProveOptions, world: World): Promise<ProveReport> {
  const { root, tests, minScore } = options
  const find = ({ method, path }: RouteArgument): readonly string[] =>
    findTests(root, { route: `${method} ${path}`, tests })
  const trials = { tests: find, only: null, asking: 'one' } as const
  const tried = await tryRoute(wanted, { trials, options }, world)
  const proof = buildProof({ ...tried, minScore })
  return options.strengthen ? { ...proof, wrote: writeSurvivors(root, { tried, proof }) } : proof
}

/** Nothing where there are none and never were. */
function writeSurvivors(root: string, { tried, proof }: { tried: TriedRoute; proof: ProveReport }): string[] {
  const { route, mutants, texts } = tried
  const known = readSurvivors(root, route)
  if (known === null && proof.counts.survived === 0) return []
  const found = addSurvivors(known, { route, all: identify(mutants, texts), judged: proof.mutants })
  const file = survivorsPath(route)
  writeFiles(root, [{ file, text: renderSurvivors(found) }])
  return [file]
}
