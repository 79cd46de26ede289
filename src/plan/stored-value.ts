import type { Column, Table } from '../scan/types.ts'
import { type Generated, isGenerated, isUnsure, type Unsure, unsure } from './values.ts'

/** What an inserted row looks like afterwards: given values, defaults of the code, and what the database makes. */
export function insertedRow(table: Table, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(table.columns.map((column) => [column.key, storedValue(column, given[column.key])]))
}

/** What a column holds after a value was written to it. */
export function storedValue(column: Column, given: unknown): unknown {
  if (isUnsure(given)) return column.notNull ? generatedFor(column) : given
  if (given !== undefined) return isGenerated(given) || comesBackAlike(column, given) ? given : generatedFor(column)
  if (column.defaultValue !== null)
    return comesBackAlike(column, column.defaultValue) ? column.defaultValue : generatedFor(column)
  if (isMisfit(column)) return unsure(`what ${column.key} holds, whose default is a text and no number`)
  return column.hasDefault ? generatedFor(column) : null
}

/** SQLite keeps `CURRENT_TIMESTAMP` as text in a column of numbers as well: Drizzle reads no date and no number there. */
function isMisfit({ type, json, defaultSql }: Column): boolean {
  const isNumber = /^int/.test(type) && (json === 'date' || json === 'number')
  return isNumber && /^\W*(?:current_(?:timestamp|date|time)\b|(?:date|time|datetime)\s*\()/i.test(defaultSql ?? '')
}

/** Whether the database gives back what was put in: a number in a numeric column comes back as text, padded by scale. */
function comesBackAlike(column: Column, value: unknown): boolean {
  if (value === null) return true
  if (/^(?:numeric|decimal|char|time|interval|inet|cidr)$/.test(column.type)) return false
  if (column.json === 'date') return value instanceof Date
  if (column.json === 'object') return typeof value === 'object'
  if (column.type === 'date') return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
  if (column.json === 'string' && /^(?:timestamp|datetime|bigint)$/.test(column.type)) return false
  return typeof value === column.json
}

/** A value of the column's kind of which only the kind is known. */
function generatedFor(column: Column): Generated | Unsure {
  switch (column.json) {
    case 'number':
      return { $any: 'Number' }
    case 'boolean':
      return { $any: 'Boolean' }
    case 'date':
      return { $any: 'Date' }
    case 'string':
      return column.type === 'bigint' ? unsure(`how ${column.key} is read`) : { $any: 'String' }
    default:
      return unsure(`what ${column.key} holds`)
  }
}

/** Why the database or the driver would refuse the value; null when it takes it. */
export function refusal(column: Column, value: unknown): string | null {
  if (value === undefined || isGenerated(value) || isUnsure(value)) return null
  if (value === null) return column.notNull ? `a value for the column ${column.key}` : null
  return accepts(column, value) ? null : `a value that the column ${column.key} (${column.type}) takes`
}

const INTEGER_LIMITS: Readonly<Record<string, number>> = {
  smallint: 32_767,
  smallserial: 32_767,
  integer: 2_147_483_647,
  serial: 2_147_483_647,
}

function accepts(column: Column, value: unknown): boolean {
  if (column.enumValues && column.type === 'enum') return column.enumValues.includes(String(value))
  if (column.type === 'uuid')
    return typeof value === 'string' && /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(value)
  if (column.type === 'bigint' && column.json === 'string') return typeof value === 'bigint'
  if (/^(?:numeric|decimal)$/.test(column.type)) return isNumeric(value)
  switch (column.json) {
    case 'number':
      return isNumeric(value) && fitsInteger(column.type, Number(value))
    case 'boolean':
      return typeof value === 'boolean'
    case 'date':
      return value instanceof Date && !Number.isNaN(value.getTime())
    case 'string':
      return typeof value === 'string' ? isDateWhereDue(column, value) : typeof value === 'number'
    case 'object':
      return true
    default:
      // Lists, points, vectors: a value that was guessed would be refused.
      return false
  }
}

function isDateWhereDue(column: Column, value: string): boolean {
  return !/^(?:date|timestamp|datetime)$/.test(column.type) || !Number.isNaN(Date.parse(value))
}

function isNumeric(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
}

function fitsInteger(type: string, value: number): boolean {
  const limit = INTEGER_LIMITS[type]
  if (limit === undefined) return !/^big/.test(type) || Number.isInteger(value)
  return Number.isInteger(value) && Math.abs(value) <= limit
}
