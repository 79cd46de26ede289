import { partsOf } from '../scan/expressions.ts'
import type { Column, Expression, Table } from '../scan/types.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import type { DbEvent } from './expressions.ts'
import { projectRows } from './project-rows.ts'
import { type SolverState, worldOf } from './solver-state.ts'
import { insertedRow, refusal } from './stored-value.ts'

/** The row with columns changed so that later decisions on it fall as the scenario says: `booking.status === 'paid'`. */
export function shapeRow(
  state: SolverState,
  { event, table, row }: { event: DbEvent; table: Table; row: Readonly<Record<string, unknown>> },
): Record<string, unknown> {
  let shaped = { ...row }
  for (const { condition, taken } of state.scenario.decisions) {
    for (const key of columnsRead(condition, event)) {
      const column = table.columns.find((candidate) => candidate.key === key)
      if (!column || holds(shaped)) continue
      const better = candidatesFor(column, condition, worldWith(shaped))
        .filter((value) => refusal(column, value) === null)
        .map((value) => ({ ...shaped, [key]: value }))
        .find(holds)
      shaped = better ?? shaped
    }
    function holds(candidate: Readonly<Record<string, unknown>>): boolean {
      const computed = evaluateExpression(condition, worldWith(candidate))
      return computed.known && Boolean(computed.value) === taken
    }
  }
  return shaped

  function worldWith(candidate: Readonly<Record<string, unknown>>): World {
    const stored = { values: insertedRow(table, candidate), seed: null, written: [] }
    const results = new Map([...state.results, [event.id, projectRows(event, [stored])]])
    return { ...worldOf(state), results }
  }
}

/** Columns of the row that the condition looks at, under the names of the table. */
function columnsRead(condition: Expression, event: DbEvent): string[] {
  const names = partsOf(condition).flatMap((part) =>
    part.kind === 'result' && part.event === event.id && part.path[0] === '0' ? (part.path[1] ?? []) : [],
  )
  const { projection } = event
  if (projection?.kind !== 'object') return names
  return names.flatMap((name) => {
    const field = projection.fields[name]
    return field?.kind === 'column' ? [field.column] : []
  })
}

const DAY_MS = 86_400_000
const FAR = [new Date(Date.UTC(2099, 0, 15)), new Date(Date.UTC(2001, 0, 15))]

/** Values around those that the condition compares the column with. */
function candidatesFor(column: Column, condition: Expression, world: World): unknown[] {
  const compared = partsOf(condition).flatMap((part) => {
    const computed = part === condition ? null : evaluateExpression(part, world)
    return computed?.known ? [computed.value] : []
  })
  const near = compared.flatMap((value): unknown[] => {
    if (value instanceof Date) return [value, new Date(value.getTime() + DAY_MS), new Date(value.getTime() - DAY_MS)]
    if (typeof value === 'number') return [value, value + 1, value - 1, value * 10]
    return typeof value === 'string' || typeof value === 'boolean' ? [value] : []
  })
  const usual = [...(column.enumValues ?? []), true, false, 0, 1, ...(column.json === 'date' ? FAR : []), null]
  return [...near, ...usual].filter((value) => column.json !== 'date' || value === null || value instanceof Date)
}
