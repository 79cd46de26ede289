import type { Dossier, Scenario } from '../scan/types.ts'
import type { Inputs } from './choose-inputs.ts'
import { addSeed } from './choose-rows.ts'
import { toExpected } from './expect.ts'
import { expectTable, writtenTables } from './expect-rows.ts'
import { type DbEvent, type ExternalEvent, isExternal, isWrite, statusOf } from './expressions.ts'
import { needsOf } from './needs.ts'
import type { Attempt, Solution } from './solve-scenario.ts'
import type { SeedRow, Tables } from './tables.ts'
import { toRequest } from './to-request.ts'
import type { Expectation, Given, Path, PlannedBug, PlannedStub } from './types.ts'

/** What every rule looks at. */
export interface PlanContext {
  readonly dossier: Dossier
  readonly environment: Readonly<Record<string, string>>
  /** What no test noticed, what matters most first. */
  readonly bugs: readonly PlannedBug[]
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
    needs: needsOf(solution.scenario),
  }
}

function toSeed(seed: SeedRow): Given['seeds'][number] {
  const row = toExpected(seed.row, 'row')
  return {
    table: seed.table,
    row: typeof row === 'object' && row !== null && !Array.isArray(row) ? Object.fromEntries(Object.entries(row)) : {},
  }
}

/** Tables that the route writes hold what the test put there, unchanged; a log may say that somebody tried. */
export function untouchedRows(context: PlanContext, solution: Solution, source: Expectation['source']): Expectation[] {
  const logged = solution.scenario.events.flatMap((event) =>
    isWrite(event) && event.outcome === 'ok' && isLog(event) ? (event.table ?? []) : [],
  )
  const tables = seededTables(context.dossier, solution.seeds)
  return writtenTables(context.dossier)
    .filter((name) => !logged.includes(name))
    .flatMap((name) => expectTable(context.dossier, tables, { name, source }))
}

/** The tables before the request. */
function seededTables(dossier: Dossier, seeds: readonly SeedRow[]): Tables {
  let tables: Tables = new Map()
  for (const seed of seeds) tables = addSeed(dossier, tables, seed)
  return tables
}

/** A row that only records what happened, by the table's name. */
export function isLog(event: DbEvent): boolean {
  return (
    event.operation === 'insert' &&
    /(?:^|[._])(?:audit|logs?|events?|history|attempts?|outbox|activity)(?:_|$)/i.test(event.table ?? '')
  )
}

/** Hosts that the good way through the route calls, as stubs. */
export function stubsOfHappy(context: PlanContext): readonly PlannedStub[] {
  return context.happy.ok ? context.happy.solution.stubs : []
}

export function happyEffects(context: PlanContext): readonly ExternalEvent[] {
  return context.happyScenario?.events.filter(isExternal) ?? []
}

export function isSuccess(scenario: Scenario): boolean {
  const status = statusOf(scenario)
  return scenario.end === 'responded' && status !== null && status >= 200 && status < 400
}

/** A route that ignores a refusal answers 2xx all the same; that is not the good way. */
export function isGoodReply({ reply }: PlannedStub): boolean {
  return reply.kind === 'json' && reply.status < 300
}

/** `charge` and `chargeCard` stay; a handler without a name is called after its host. */
export function describeEffect(event: ExternalEvent): string {
  return event.caller === '(handler)' ? 'the outgoing call' : event.caller
}

/** The line where the route is registered, for a path that is about no other line. */
export function routeLine(context: PlanContext): { file: string; line: number } {
  return { file: context.dossier.route.file, line: context.dossier.route.line }
}
