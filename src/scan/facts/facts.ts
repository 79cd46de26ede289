import type { Exploration } from '../interpret/explore.ts'
import type { Route, Table } from '../types.ts'
import { readAccess } from './access.ts'
import { readEffects } from './effects.ts'
import { readFailures } from './failures.ts'
import { groupHarmless } from './harmless.ts'
import { readIdempotency } from './idempotency.ts'
import { readPagination } from './pagination.ts'
import type { RouteFacts } from './types.ts'

/** What the ways through a route say about effects, failures, access, repetitions and pages. */
export function readFacts(
  exploration: Exploration,
  { route, tables }: { route: Route; tables: readonly Table[] },
): RouteFacts {
  const { scenarios, sources, cut } = exploration
  const harmless = groupHarmless(exploration.harmless)
  return {
    effects: readEffects(scenarios),
    harmless,
    failures: readFailures(scenarios, cut === 0),
    access: readAccess({ route, scenarios, sources, harmless, isComplete: cut === 0 }),
    idempotency: readIdempotency(scenarios, tables),
    pagination: readPagination(scenarios),
  }
}
