import type { Table } from '../scan/types.ts'
import { answerDelete, answerInsert, answerUpdate } from './answer-write.ts'
import { type DbEvent, mayWrite, tableOf } from './expressions.ts'
import { projectRows } from './project-rows.ts'
import { isAnswered, isRead, wantsRow } from './row-existence.ts'
import { seedFor } from './seed-query.ts'
import { type SolverState, worldOf } from './solver-state.ts'
import { findRefusal, readTable, selectRows, withDoubt } from './tables.ts'
import { unsure } from './values.ts'

/** Works out what the database answers, making the rows that the scenario needs; says what is missing. */
export function answerQuery(state: SolverState, event: DbEvent): string | null {
  if (event.outcome === 'fails') return answerFailure(state, event)
  if (isInsideFailed(state, event)) return 'what the database answers inside a transaction that has failed'
  // A statement in plain SQL may be about a table that no schema has.
  if (event.operation !== 'select' && event.table !== null && !tableOf(state.dossier, event.table))
    return answerRaw(state, event)
  switch (event.operation) {
    case 'select':
      return answerSelect(state, event)
    case 'insert':
      return answerInsert(state, event)
    case 'update':
      return answerUpdate(state, event)
    case 'delete':
      return answerDelete(state, event)
    case 'raw':
      return answerRaw(state, event)
    default:
      return event.operation satisfies never
  }
}

/** The state that the code of the fault sees: the database is out of disk space. */
const FAULT_SQLSTATE = '53100'

function answerFailure(state: SolverState, event: DbEvent): string | null {
  state.results.set(event.id, { $fails: 'rejects', sqlstate: FAULT_SQLSTATE })
  const { table, operation } = event
  if (operation === 'select' || operation === 'raw' || !table) return 'a way to make a read fail'
  if (!tableOf(state.dossier, table)) return `a way to make a write to ${table} fail, which no schema has`
  const twins = state.scenario.events.filter(
    (other): other is DbEvent =>
      other.kind === 'db' && other.id !== event.id && other.table === table && other.operation === operation,
  )
  if ([event, ...twins].some(({ timing }) => timing !== 'in-order') && twins.length > 0)
    return `which ${operation} on ${table} comes first of those that run at the same time`
  const nth = twins.length === 0 ? null : twins.filter(({ id }) => id < event.id).length + 1
  state.fault = { table, operation, nth }
  return null
}

function isInsideFailed(state: SolverState, event: DbEvent): boolean {
  return (
    event.transaction !== null &&
    state.begun.has(event.transaction) &&
    state.scenario.events.some(
      (other) =>
        other.kind === 'db' &&
        other.outcome === 'fails' &&
        other.transaction === event.transaction &&
        other.id < event.id,
    )
  )
}

function answerSelect(state: SolverState, event: DbEvent): string | null {
  const place = `${event.at.file}:${event.at.line}`
  const table = tableOf(state.dossier, event.table)
  if (!table || event.joined) {
    const why = table ? ', which puts rows of several tables together' : ''
    state.results.set(event.id, unsure(`what the query at ${place} answers${why}`))
    return null
  }
  const refused = findRefusal(event.where, { table, world: worldOf(state) })
  if (refused) return `${refused}, to look it up`
  if (!isRead(state.scenario, event.id)) {
    state.results.set(event.id, unsure(`what the query at ${place} answers`))
    return null
  }
  const why =
    wantsRow(state.scenario, event.id) === false ? findNothing(state, event, table) : findRows(state, event, table)
  if (why === null) state.settled.push({ table, where: event.where })
  return why
}

function findNothing(state: SolverState, event: DbEvent, table: Table): string | null {
  const { sure, unsure: doubtful } = selectRows(state.tables, table, { where: event.where, world: worldOf(state) })
  if (sure.length > 0 || doubtful.length > 0 || !readTable(state.tables, table.name).certain)
    return `whether the rows in ${table.name} that the test needs answer a look-up that must find nothing`
  state.results.set(event.id, [])
  return null
}

function findRows(state: SolverState, event: DbEvent, table: Table): string | null {
  const select = () => selectRows(state.tables, table, { where: event.where, world: worldOf(state) })
  const wanted = wantsRow(state.scenario, event.id) === true
  const isWorthARow = wanted || isAnswered(state.scenario, event.id)
  const before = select()
  if (before.sure.length + before.unsure.length === 0 && isWorthARow) {
    const why = seedFor(state, event, table)
    // A list that is answered says more with a row in it, but an empty one is an answer too.
    if (why !== null && wanted) return why
  }
  const found = select()
  const isClear = found.unsure.length === 0 && readTable(state.tables, table.name).certain && found.sure.length <= 1
  state.results.set(
    event.id,
    isClear
      ? projectRows(event, found.sure)
      : unsure(`which rows of ${table.name} the query at ${event.at.file}:${event.at.line} finds`),
  )
  return null
}

/** A statement in plain SQL: unless it only reads, nothing is known of the tables afterwards. */
function answerRaw(state: SolverState, event: DbEvent): string | null {
  state.results.set(event.id, unsure(`what the statement at ${event.at.file}:${event.at.line} answers`))
  if (!mayWrite(event)) return null
  for (const table of state.dossier.tables) state.tables = withDoubt(state.tables, table.name)
  return null
}
