import type { Dossier, Scenario } from '../scan/types.ts'
import type { Inputs } from './choose-inputs.ts'
import type { SeedRow } from './choose-rows.ts'
import { toExpected } from './expect.ts'
import { type ExternalEvent, isExternal, isWrite, statusOf } from './expressions.ts'
import type { Attempt, Solution } from './solve-scenario.ts'
import { toRequest } from './solve-scenario.ts'
import type { Expectation, Given, Path, PlannedStub } from './types.ts'

/** What every rule looks at. */
export interface PlanContext {
  readonly dossier: Dossier
  readonly environment: Readonly<Record<string, string>>
  /** The way that a good request takes; when it can't be set up, why. */
  readonly happy: Attempt
  readonly happyScenario: Scenario | null
  readonly solve: (scenario: Scenario, inputs?: Inputs) => Attempt
}

/** One path kind: the paths that apply, or why none does. */
export type KindRule = (context: PlanContext) => readonly Path[]

export function toGiven(context: PlanContext, solution: Solution, repeat = 1): Given {
  const request = toRequest(context, solution.inputs)
  return {
    seeds: solution.seeds.map(toSeed),
    stubs: solution.stubs,
    fault: solution.fault,
    requests: Array.from({ length: repeat }, () => request),
  }
}

function toSeed(seed: SeedRow): Given['seeds'][number] {
  const row = toExpected(seed.row, 'row')
  return {
    table: seed.table,
    row: typeof row === 'object' && row !== null && !Array.isArray(row) ? Object.fromEntries(Object.entries(row)) : {},
  }
}

/** Tables that the route writes hold what the test put there, unchanged. */
export function untouchedRows(context: PlanContext, solution: Solution, source: Expectation['source']): Expectation[] {
  const tables = new Set(
    context.dossier.scenarios.flatMap((scenario) =>
      scenario.events.filter(isWrite).flatMap((write) => write.table ?? []),
    ),
  )
  return [...tables].map((table): Expectation => {
    const rows = solution.seeds.filter((seed) => seed.table === table).map((seed) => toSeed(seed).row)
    if (rows.length === 1) return { observable: 'rows', table, match: 'part', rows, source }
    return { observable: 'row-count', table, count: rows.length, source }
  })
}

/** Hosts that any way through the route calls, as stubs. */
export function stubsOfHappy(context: PlanContext): readonly PlannedStub[] {
  return context.happy.ok ? context.happy.solution.stubs : []
}

export function happyEffects(context: PlanContext): readonly ExternalEvent[] {
  return context.happyScenario?.events.filter(isExternal) ?? []
}

export function isSuccess(scenario: Scenario): boolean {
  const status = statusOf(scenario)
  return scenario.end === 'responded' && status !== null && status >= 200 && status < 300
}

/** `charge` and `chargeCard` stay; a handler without a name is called after its host. */
export function describeEffect(event: ExternalEvent): string {
  return event.caller === '(handler)' ? 'the outgoing call' : event.caller
}
