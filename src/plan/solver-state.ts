import type { Dossier, Expression, Scenario, Table } from '../scan/types.ts'
import type { Inputs } from './choose-inputs.ts'
import { addSeed } from './choose-rows.ts'
import type { World } from './evaluate-expression.ts'
import { matchRow, readTable, type SeedRow, type Tables } from './tables.ts'
import type { PlannedFault, PlannedStub } from './types.ts'

export interface Problem {
  readonly dossier: Dossier
  readonly scenario: Scenario
  readonly environment: Readonly<Record<string, string>>
  /** The request to use; without it one is chosen for the scenario. */
  readonly inputs?: Inputs
}

/** What is known while a scenario is played through, event by event. */
export interface SolverState extends Problem {
  readonly inputs: Inputs
  readonly results: Map<number, unknown>
  readonly stubs: PlannedStub[]
  readonly seeds: SeedRow[]
  /** Queries whose answer is settled: a row seeded for a later one must not change it. */
  readonly settled: { readonly table: Table; readonly where: Expression | null }[]
  /** What the tables held when each open transaction began. */
  readonly begun: Map<number, Tables>
  tables: Tables
  fault: PlannedFault | null
  /** What the tables held when the first call to another service that changes something was made. */
  atEffect: Tables | null
}

export function worldOf(state: SolverState): World {
  return { inputs: state.inputs, environment: state.environment, results: state.results }
}

/** Puts rows into the tables as if they had been there from the start; says why when that changes an earlier answer. */
export function seedRows(state: SolverState, rows: readonly SeedRow[]): string | null {
  const world = worldOf(state)
  for (const seed of rows) {
    const after = addSeed(state.dossier, state.tables, seed)
    const stored = readTable(after, seed.table).rows.at(-1)
    const disturbed = state.settled.find(
      ({ table, where }) =>
        table.name === seed.table && (!where || !stored || matchRow(where, stored.values, { table, world }) !== false),
    )
    if (disturbed)
      return `whether the row in ${seed.table} that the test needs answers an earlier look-up, which must not find it`
    state.tables = after
    state.seeds.push(seed)
    if (state.atEffect) state.atEffect = addSeed(state.dossier, state.atEffect, seed)
    for (const [transaction, tables] of state.begun) state.begun.set(transaction, addSeed(state.dossier, tables, seed))
  }
  return null
}
