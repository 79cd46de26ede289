import type { Table } from '../scan/types.ts'
import { makeRow, readConditions } from './choose-rows.ts'
import type { DbEvent } from './expressions.ts'
import { shapeRow } from './shape-row.ts'
import { type SolverState, seedRows, worldOf } from './solver-state.ts'
import { selectRows } from './tables.ts'

/** Puts a row into the table that the query finds, with its parents; says why when there is none to be had. */
export function seedFor(state: SolverState, event: DbEvent, table: Table): string | null {
  const wish = readConditions(event.where, table, worldOf(state))
  if (!wish.ok) return wish.why
  const inserts = state.scenario.events.some(
    (other) => other.kind === 'db' && other.operation === 'insert' && other.table === table.name,
  )
  const made = makeRow(state.dossier, { table, tables: state.tables, fixed: wish.values, avoidsUsual: inserts })
  if (!made.ok) return made.why
  const row = shapeRow(state, { event, table, row: made.row })
  const before = { tables: state.tables, atEffect: state.atEffect, begun: [...state.begun], count: state.seeds.length }
  const why = seedRows(state, [...made.parents, { table: table.name, row }])
  const { sure } = selectRows(state.tables, table, { where: event.where, world: worldOf(state) })
  if (why === null && sure.length > 0) return null
  state.tables = before.tables
  state.atEffect = before.atEffect
  state.seeds.length = before.count
  for (const [transaction, tables] of before.begun) state.begun.set(transaction, tables)
  return why ?? `a row that the condition on ${table.name} is sure to select`
}
