import type { HarmlessCall, Scenario, Table, VisitedSource } from '../types.ts'
import { readAccess } from './access.ts'
import { readEffects } from './effects.ts'
import { readFailures } from './failures.ts'
import { readIdempotency } from './idempotency.ts'
import { readPagination } from './pagination.ts'
import type { RouteFacts } from './types.ts'

/** What the ways through a route say about effects, failures, access, repetitions and pages. */
export function readFacts(given: {
  scenarios: readonly Scenario[]
  tables: readonly Table[]
  harmless: readonly HarmlessCall[]
  sources: readonly VisitedSource[]
}): RouteFacts {
  const { scenarios, tables } = given
  return {
    effects: readEffects(scenarios),
    failures: readFailures(scenarios),
    access: readAccess(given),
    idempotency: readIdempotency(scenarios, tables),
    pagination: readPagination(scenarios),
  }
}
