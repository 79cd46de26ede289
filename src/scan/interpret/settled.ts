import type { Column, Expression, TraceEvent } from '../types.ts'
import type { Machine } from './machine.ts'
import { impossibleTokenError } from './token-errors.ts'
import { impossibleViolation } from './violations.ts'

type Operation = Extract<Expression, { kind: 'operation' }>
type DbEvent = Extract<TraceEvent, { kind: 'db' }>

/** What holds in every run because of what a query answers with; null for what may go either way. */
export function settledAnswer(machine: Machine, condition: Expression): boolean | null {
  const truth =
    truthOf(machine, condition) ?? impossibleViolation(machine, condition) ?? impossibleTokenError(condition)
  if (truth !== null) return truth
  if (condition.kind !== 'operation') return null
  const [subject, other] = condition.operands
  if (!subject) return null
  const isNull = other?.kind === 'undefined' || (other?.kind === 'literal' && other.value === null)
  if (condition.name === 'is nullish' || (condition.name === '===' && isNull))
    return truthOf(machine, subject) === true || isNeverNull(machine, subject) ? false : null
  if (condition.name === 'instanceof') return isDateOf(machine, condition)
  const isType = condition.name === '===' && subject.kind === 'operation' && subject.name === 'typeof'
  return isType && other ? isTypeOf(machine, subject, other) : null
}

/** Rows come as a list; keys, dates and objects are never empty. */
function truthOf(machine: Machine, expression: Expression): boolean | null {
  if (expression.kind === 'operation' && expression.name === 'JSON.stringify') {
    const [value] = expression.operands
    return value ? truthOf(machine, value) : null
  }
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

/** The driver makes dates of a column of dates; of one that may be null where it was found to be there. */
function isDateOf(machine: Machine, { operands: [value, type] }: Operation): boolean | null {
  const column = value?.kind === 'result' ? columnOf(machine, value) : null
  if (!value || column?.json !== 'date' || type?.kind !== 'literal' || type.value !== 'Date') return null
  return column.notNull || machine.run?.known.get(machine.run.keyOf(value)) === true ? true : null
}

/** A row is an object, if it is there, and a list of them is one in any case. */
function isTypeOf(machine: Machine, { operands: [subject] }: Operation, type: Expression): boolean | null {
  if (subject?.kind !== 'result' || type.kind !== 'literal' || type.value === 'undefined') return null
  const event = eventOf(machine, subject.event)
  const isRow = event?.returns && event.operation !== 'raw' && subject.path.every((key) => key === '0')
  return isRow && type.value !== 'object' ? false : null
}

/** The column of a row's member, where the rows are whole rows of one table. */
function columnOf(machine: Machine, expression: Extract<Expression, { kind: 'result' }>): Column | null {
  const event = eventOf(machine, expression.event)
  const [row, key, ...deeper] = expression.path
  if (!event?.table || !event.returns || event.joined || row !== '0' || key === undefined || deeper.length > 0)
    return null
  const chosen = event.projection === null ? { table: event.table, column: key } : chosenAs(event.projection, key)
  if (chosen?.table !== event.table) return null
  return machine.tables.get(chosen.table)?.columns.find((column) => column.key === chosen.column) ?? null
}

/** The column that a query chooses under a name. */
function chosenAs(projection: Expression, name: string): Extract<Expression, { kind: 'column' }> | null {
  const field = projection.kind === 'object' && !projection.open ? projection.fields[name] : undefined
  return field?.kind === 'column' ? field : null
}

function eventOf(machine: Machine, id: number): DbEvent | null {
  const event = machine.run?.events.find((one) => one.id === id)
  return event?.kind === 'db' ? event : null
}
