import type { Expression, Table } from '../scan/types.ts'
import { parentsFor } from './choose-rows.ts'
import { evaluateExpression } from './evaluate-expression.ts'
import { type DbEvent, tableOf } from './expressions.ts'
import { projectRows } from './project-rows.ts'
import { isDecidedAbsent } from './row-existence.ts'
import { seedFor } from './seed-query.ts'
import { type SolverState, seedRows, worldOf } from './solver-state.ts'
import { insertedRow, refusal, storedValue } from './stored-value.ts'
import { findClash, findRefusal, readTable, type StoredRow, selectRows, withDoubt, withRows } from './tables.ts'
import { isGenerated, unsure } from './values.ts'

export function answerInsert(state: SolverState, event: DbEvent): string | null {
  const table = tableOf(state.dossier, event.table)
  if (!table || !event.values) return `what is inserted into ${event.table ?? 'a table that analysis does not know'}`
  const items = event.values.kind === 'array' && !event.values.open ? event.values.items : [event.values]
  const stored: StoredRow[] = []
  for (const item of items) {
    const values = readValues(state, item, table)
    if (!values) return `what is inserted into ${table.name}`
    const why = storeRow(state, { table, values, stored })
    if (why !== null) return why
  }
  keepAnswer(state, event, stored)
  return null
}

function storeRow(
  state: SolverState,
  { table, values, stored }: { table: Table; values: Record<string, unknown>; stored: StoredRow[] },
): string | null {
  const unset = table.columns.find((column) => column.notNull && !column.hasDefault && values[column.key] === undefined)
  if (unset) return `a value for the column ${table.name}.${unset.key}`
  const refused = table.columns.map((column) => refusal(column, values[column.key])).find((why) => why !== null)
  if (refused) return `${refused} in ${table.name}`
  const parents = parentsFor(state.dossier, { table, row: values, tables: state.tables })
  if (!parents.ok) return parents.why
  const why = seedRows(state, parents.rows)
  if (why !== null) return why
  const row = { values: insertedRow(table, values), seed: null, written: Object.keys(values) }
  const clash = findClash(state.tables, table, row.values)
  if (clash) return `a row for ${table.name} whose ${clash} no other row has`
  state.tables = withRows(state.tables, table.name, [...readTable(state.tables, table.name).rows, row])
  stored.push(row)
  return null
}

/** What is written, column by column; what only a run knows is marked as such. Null: not known at all. */
function readValues(state: SolverState, expression: Expression, table: Table): Record<string, unknown> | null {
  if (expression.kind === 'object') {
    if (expression.open) return null
    const values: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(expression.fields)) {
      const computed = evaluateExpression(field, worldOf(state))
      if (!key.startsWith('...')) values[key] = computed.known ? computed.value : unsure(computed.why)
      else if (!computed.known || isGenerated(computed.value)) return null
      else Object.assign(values, computed.value)
    }
    return keepColumns(values, table)
  }
  const computed = evaluateExpression(expression, worldOf(state))
  if (!computed.known || typeof computed.value !== 'object' || computed.value === null || isGenerated(computed.value))
    return null
  return keepColumns(Object.fromEntries(Object.entries(computed.value)), table)
}

/** Drizzle ignores fields that are no columns, and those that are undefined. */
function keepColumns(values: Record<string, unknown>, table: Table): Record<string, unknown> {
  const keys = new Set(table.columns.map((column) => column.key))
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => keys.has(key) && value !== undefined))
}

export function answerUpdate(state: SolverState, event: DbEvent): string | null {
  const table = tableOf(state.dossier, event.table)
  if (!table || !event.values) return `what is updated in ${event.table ?? 'a table that analysis does not know'}`
  const hit = findHit(state, event, table)
  if (!hit.ok) return hit.why
  const values = readValues(state, event.values, table)
  if (!values) state.tables = withDoubt(state.tables, table.name)
  const refused = table.columns.map((column) => refusal(column, values?.[column.key])).find((why) => why !== null)
  if (refused) return `${refused} in ${table.name}`
  const parents = parentsFor(state.dossier, { table, row: values ?? {}, tables: state.tables })
  const why = parents.ok ? seedRows(state, parents.rows) : parents.why
  if (why !== null) return why
  const changed = hit.rows.map((row) => changeRow(row, values ?? {}, table))
  const rows = readTable(state.tables, table.name).rows.filter((row) => !hit.rows.includes(row))
  const kept = withRows(state.tables, table.name, rows)
  const clash = changed.map((row) => findClash(kept, table, row.values)).find((key) => key !== null)
  if (clash) return `rows in ${table.name} whose ${clash} stays unique`
  state.tables = withRows(kept, table.name, [...rows, ...changed])
  keepAnswer(state, event, changed, values === null)
  return null
}

function changeRow(row: StoredRow, values: Readonly<Record<string, unknown>>, table: Table): StoredRow {
  const written = table.columns.filter((column) => column.key in values)
  const changes = written.map((column) => [column.key, storedValue(column, values[column.key])])
  return {
    values: { ...row.values, ...Object.fromEntries(changes) },
    seed: null,
    written: [...row.written, ...written.map((column) => column.key)],
  }
}

export function answerDelete(state: SolverState, event: DbEvent): string | null {
  const table = tableOf(state.dossier, event.table)
  if (!table) return `what is deleted from ${event.table ?? 'a table that analysis does not know'}`
  const hit = findHit(state, event, table)
  if (!hit.ok) return hit.why
  const rows = readTable(state.tables, table.name).rows.filter((row) => !hit.rows.includes(row))
  state.tables = withRows(state.tables, table.name, rows)
  const why = findOrphan(state, table, hit.rows)
  if (why !== null) return why
  keepAnswer(state, event, hit.rows)
  return null
}

/** A row that still points at a deleted one, which the database refuses or cascades. */
function findOrphan(state: SolverState, table: Table, deleted: readonly StoredRow[]): string | null {
  for (const child of state.dossier.tables) {
    for (const { key, references } of child.columns) {
      if (references?.table !== table.name) continue
      const isHeld = readTable(state.tables, child.name).rows.some(({ values }) =>
        deleted.some((row) => values[key] !== null && values[key] === row.values[references.column]),
      )
      if (isHeld) return `whether rows in ${child.name} keep the row in ${table.name} from being deleted`
    }
  }
  return null
}

type Hit = { readonly ok: true; readonly rows: readonly StoredRow[] } | { readonly ok: false; readonly why: string }

/** The rows that an update or delete hits; one is made when the scenario does not forbid it. */
function findHit(state: SolverState, event: DbEvent, table: Table): Hit {
  const world = worldOf(state)
  const refused = findRefusal(event.where, { table, world })
  if (refused) return { ok: false, why: `${refused}, to look it up` }
  const select = () => selectRows(state.tables, table, { where: event.where, world })
  const isAbsent = isDecidedAbsent(state.scenario, event.id)
  const before = select()
  if (before.sure.length + before.unsure.length === 0 && !isAbsent) {
    const why = seedFor(state, event, table)
    if (why !== null) return { ok: false, why }
  }
  const { sure, unsure: doubtful } = select()
  if (isAbsent && sure.length + doubtful.length > 0)
    return { ok: false, why: `whether the rows in ${table.name} that the test needs are hit by the ${event.operation}` }
  if (doubtful.length > 0) return { ok: false, why: `which rows of ${table.name} the ${event.operation} hits` }
  state.settled.push({ table, where: event.where })
  return { ok: true, rows: sure }
}

/** Without `returning()` the code gets the driver's own answer, of which only the number of rows can be said. */
function keepAnswer(state: SolverState, event: DbEvent, rows: readonly StoredRow[], isUnsure = false): void {
  const answer = event.returns
    ? projectRows(event, rows)
    : { ...unsure(`what the driver answers to the ${event.operation}`), rowCount: rows.length }
  state.results.set(event.id, isUnsure ? unsure(`what the ${event.operation} on ${event.table} returns`) : answer)
}
