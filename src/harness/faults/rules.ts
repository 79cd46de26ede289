import type { Action, Operation, Statement, TableName } from './statement.ts'

/** Which statements of the app a fault is for. */
export interface FaultTarget {
  /** null: any. */
  readonly table: TableName | null
  readonly operation: Operation
  /** The first is 1; null: all of them. */
  readonly nth: number | null
  /** Only statements that write, or ask for, a row with these values. */
  readonly row: Readonly<Record<string, unknown>> | null
}

export interface ArmedFault<Effect> {
  readonly target: FaultTarget
  readonly effect: Effect
  /** For people, e.g. `the 2nd insert into orders with sku = 'b'`. */
  readonly label: string
  /** Statements that fit the target, whatever their number. */
  seen: number
  hits: number
}

export function armFault<Effect>(target: FaultTarget, effect: Effect): ArmedFault<Effect> {
  return { target, effect, label: describeTarget(target), seen: 0, hits: 0 }
}

/** Counts a statement, and returns the fault that it meets; the one armed last when there are several. */
export function meetFault<Effect>(
  faults: readonly ArmedFault<Effect>[],
  statement: Statement,
): ArmedFault<Effect> | null {
  const fitting = faults.filter(({ target }) => statement.actions.some((action) => fits(target, action)))
  for (const fault of fitting) fault.seen += 1
  const met = fitting.findLast(({ target, seen }) => target.nth === null || target.nth === seen)
  if (met) met.hits += 1
  return met ?? null
}

/** Whether a statement is of the kind that a fault waits for; counts nothing. */
export function isFault(faults: readonly ArmedFault<unknown>[], statement: Statement): boolean {
  return faults.some(({ target }) => statement.actions.some((action) => fits(target, action)))
}

/** The labels of faults that no statement met. */
export function listUnreached(faults: readonly ArmedFault<unknown>[]): string[] {
  return faults.flatMap(({ hits, label }) => (hits === 0 ? [label] : []))
}

function fits({ table, operation, row }: FaultTarget, action: Action): boolean {
  if (operation !== action.operation) return false
  if (table !== null && (action.table === null || !isSameTable(table, action.table))) return false
  return row === null || hasRow(action, row)
}

const DEFAULT_SCHEMAS = new Set(['public', 'main'])

/** A name without a schema means the default one. */
export function isSameTable(a: TableName, b: TableName): boolean {
  if (a.name.toLowerCase() !== b.name.toLowerCase()) return false
  const [one, other] = [a.schema, b.schema].map((schema) => schema?.toLowerCase() ?? 'public')
  return one === other || (DEFAULT_SCHEMAS.has(one ?? '') && DEFAULT_SCHEMAS.has(other ?? ''))
}

function hasRow({ rows, conditions }: Action, expected: Readonly<Record<string, unknown>>): boolean {
  const candidates = rows.length > 0 ? rows : [{}]
  return candidates.some((row) =>
    Object.entries(expected).every(([column, value]) => {
      const written = find(row, column)
      if (written.some((found) => isSameValue(value, found))) return true
      return find(conditions, column).some((values) => values.some((found) => isSameValue(value, found)))
    }),
  )
}

/** Drizzle can be told to spell `userId` as `user_id`, so both mean the same column. */
function find<Value>(record: Readonly<Record<string, Value>>, column: string): Value[] {
  const plain = (name: string) => name.replaceAll('_', '').toLowerCase()
  return Object.entries(record).flatMap(([name, value]) => (plain(name) === plain(column) ? [value] : []))
}

/** A driver may have made text of a value on its way to the database. */
export function isSameValue(expected: unknown, found: unknown): boolean {
  if (expected === null || found === null || expected === undefined || found === undefined) return expected === found
  if (expected instanceof Date) return toTime(found) === expected.getTime()
  if (typeof expected === 'boolean') return toBoolean(found) === expected
  if (typeof expected === 'number') return String(found).trim() !== '' && Number(found) === expected
  if (typeof expected === 'object') return toJson(found) === toJson(expected)
  return String(found) === String(expected)
}

function toTime(value: unknown): number {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'number') return value
  const text = String(value)
  // Without a zone it is UTC, as Drizzle writes it.
  const zoned = /(?:z|[-+]\d\d(?::?\d\d)?)$/i.test(text) ? text : `${text.replace(' ', 'T')}Z`
  return new Date(zoned).getTime()
}

function toBoolean(value: unknown): boolean | null {
  const text = String(value).toLowerCase()
  if (['true', 't', '1'].includes(text)) return true
  return ['false', 'f', '0'].includes(text) ? false : null
}

function toJson(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  try {
    return JSON.stringify(JSON.parse(value))
  } catch {
    return value
  }
}

const PHRASES = {
  select: 'select from',
  insert: 'insert into',
  update: 'update of',
  delete: 'delete from',
  begin: 'begin',
  commit: 'commit',
  rollback: 'rollback',
  savepoint: 'savepoint',
  other: 'other statement',
} satisfies Record<Operation, string>

function describeTarget({ table, operation, nth, row }: FaultTarget): string {
  const number = nth === null ? '' : `the ${ordinal(nth)} `
  const place = table === null ? '' : ` ${table.schema === null ? '' : `${table.schema}.`}${table.name}`
  const values = Object.entries(row ?? {}).map(([column, value]) => `${column} = ${describeValue(value)}`)
  return `${number}${PHRASES[operation]}${place}${values.length > 0 ? ` with ${values.join(' and ')}` : ''}`
}

function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function ordinal(number: number): string {
  const tens = number % 100
  if (tens >= 11 && tens <= 13) return `${number}th`
  return `${number}${{ 1: 'st', 2: 'nd', 3: 'rd' }[number % 10] ?? 'th'}`
}
