import type { Column, Expression, TraceEvent } from '../types.ts'
import type { Machine } from './machine.ts'

type DbEvent = Extract<TraceEvent, { kind: 'db' }>

/** What holds in every run because of what a query answers with; null for what may go either way. */
export function settledAnswer(machine: Machine, condition: Expression): boolean | null {
  const truth = truthOf(machine, condition)
  if (truth !== null) return truth
  if (condition.kind !== 'operation') return null
  const [subject, other] = condition.operands
  if (!subject) return null
  if (condition.name === 'is nullish')
    return truthOf(machine, subject) === true || isNeverNull(machine, subject) ? false : null
  if (condition.name !== '===') return null
  const isNull = other?.kind === 'undefined' || (other?.kind === 'literal' && other.value === null)
  if (isNull && isNeverNull(machine, subject)) return false
  return other?.kind === 'literal' ? isPossibleCode(machine, subject, other.value) : null
}

/** Rows come as a list; keys, dates and objects are never empty. */
function truthOf(machine: Machine, expression: Expression): boolean | null {
  if (expression.kind !== 'result') return null
  const event = eventOf(machine, expression.event)
  if (event && expression.path.length === 0 && event.returns && event.operation !== 'raw') return true
  const column = columnOf(machine, expression)
  if (!column?.notNull) return null
  const isKey = column.primaryKey && /serial|uuid|identity/i.test(`${column.type}${column.identity ?? ''}`)
  return isKey || column.json === 'date' || column.json === 'object' || column.type === 'uuid' ? true : null
}

function isNeverNull(machine: Machine, expression: Expression): boolean {
  return expression.kind === 'result' && columnOf(machine, expression)?.notNull === true
}

/** Codes of broken constraints: Postgres', SQLite's and MySQL's. */
const CONSTRAINT = /^(?:23\d{3}|SQLITE_CONSTRAINT\w*|ER_DUP_\w+|ER_(?:NO_REFERENCED_ROW|ROW_IS_REFERENCED)\w*)$/

/** Reading breaks no constraint. */
function isPossibleCode(machine: Machine, subject: Expression, code: string | number | boolean | null): boolean | null {
  if (subject.kind !== 'result' || subject.path.at(-1) !== 'sqlstate') return null
  const isConstraint = typeof code === 'string' && CONSTRAINT.test(code)
  return isConstraint && eventOf(machine, subject.event)?.operation === 'select' ? false : null
}

/** The column of a row's member, where the rows are whole rows of one table. */
function columnOf(machine: Machine, expression: Extract<Expression, { kind: 'result' }>): Column | null {
  const event = eventOf(machine, expression.event)
  const [row, key, ...deeper] = expression.path
  if (!event?.table || !event.returns || event.joined || event.projection || row !== '0' || deeper.length > 0)
    return null
  return machine.tables.get(event.table)?.columns.find((column) => column.key === key) ?? null
}

function eventOf(machine: Machine, id: number): DbEvent | null {
  const event = machine.run?.events.find((one) => one.id === id)
  return event?.kind === 'db' ? event : null
}
