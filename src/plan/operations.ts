import { type Computed, known, unknown } from './computed.ts'
import { type Operate, SANITIZERS, TEXTS } from './text-operations.ts'
import { hasPart, isGenerated, isUnsure } from './values.ts'

/** Applies an operation of the code to values; what it does with a value that only the run knows is mostly unknown. */
export function applyOperation(name: string, values: readonly unknown[]): Computed {
  const operate = OPERATIONS.get(name)
  if (!operate) return unknown(/^[\w.]+$/.test(name) ? `what the code makes by ${name}` : name)
  const doubtful = values.find((value) => hasPart(value, isUnsure))
  if (isUnsure(doubtful)) return unknown(doubtful.$unsure)
  if (doubtful !== undefined && name !== 'member' && name !== '!' && name !== '!!') return unknown(`${name} of a row`)
  if (values.some(isGenerated)) return applyToGenerated(name, values) ?? unknown(describeGenerated(name))
  return operate(values)
}

function describeGenerated(name: string): string {
  if (COMPARISONS.has(name)) return 'how a value that only the run knows compares with another'
  return `what ${name} makes of a value that only the run knows`
}

const COMPARISONS = new Set(['===', '<', '<=', '>', '>='])

/** A made-up id or hash is never absent, never empty, and equal to itself. */
function applyToGenerated(name: string, values: readonly unknown[]): Computed | null {
  const [left, right] = values
  switch (name) {
    case '===':
      if (left === right) return known(true)
      return values.some(isNothing) ? known(false) : null
    case '!':
      return isTruthy(left) ? known(false) : null
    case '!!':
    case 'Boolean':
      return isTruthy(left) ? known(true) : null
    case 'is nullish':
      return known(false)
    case '+':
      return values.some((value) => typeof value === 'string') ? known({ $any: 'String' }) : null
    case 'concat':
    case 'String':
    case 'toString':
    case 'encodeURIComponent':
    case 'toISOString':
      return known({ $any: 'String' })
    case '<':
    case '<=':
      return compareWithNow(left, right)
    case '>':
    case '>=':
      return compareWithNow(right, left)
    default:
      return null
  }
}

/** A date that the run makes is about now; one of this century's ends is surely before or after it. */
function compareWithNow(left: unknown, right: unknown): Computed | null {
  const [a, b] = [left, right].map((value) => (value instanceof Date ? value.getUTCFullYear() : null))
  if (isNow(left) && typeof b === 'number') return b >= 2090 ? known(true) : b <= 2020 ? known(false) : null
  if (isNow(right) && typeof a === 'number') return a >= 2090 ? known(false) : a <= 2020 ? known(true) : null
  return null
}

function isNow(value: unknown): boolean {
  return isGenerated(value) && value.$any === 'Date'
}

/** A generated number may be zero, a generated boolean false. */
function isTruthy(value: unknown): boolean {
  return isGenerated(value) && value.$any !== 'Number' && value.$any !== 'Boolean'
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

const LOGIC: Readonly<Record<string, Operate>> = {
  '!': ([value]) => known(!value),
  '!!': ([value]) => known(Boolean(value)),
  '===': ([left, right]) => known(left === right),
  'is nullish': ([value]) => known(value === null || value === undefined),
  '<': ([left, right]) => compare(left, right, (a, b) => a < b),
  '<=': ([left, right]) => compare(left, right, (a, b) => a <= b),
  '>': ([left, right]) => compare(left, right, (a, b) => a > b),
  '>=': ([left, right]) => compare(left, right, (a, b) => a >= b),
  typeof: ([value]) => known(typeof value),
  Boolean: ([value]) => known(Boolean(value)),
  isInteger: ([value]) => known(Number.isInteger(value)),
  isSafeInteger: ([value]) => known(Number.isSafeInteger(value)),
  isFinite: ([value]) => known(typeof value === 'number' && Number.isFinite(value)),
  isNaN: ([value]) => known(Number.isNaN(Number(value))),
  'Array.isArray': ([value]) => known(Array.isArray(value)),
}

const NUMBERS: Readonly<Record<string, Operate>> = {
  '+': ([left, right]) => add(left, right),
  '-': ([left, right]) => known(Number(left) - Number(right)),
  '*': ([left, right]) => known(Number(left) * Number(right)),
  '/': ([left, right]) => known(Number(left) / Number(right)),
  '%': ([left, right]) => known(Number(left) % Number(right)),
  negative: ([value]) => known(-Number(value)),
  'Math.round': ([value]) => known(Math.round(Number(value))),
  'Math.floor': ([value]) => known(Math.floor(Number(value))),
  'Math.ceil': ([value]) => known(Math.ceil(Number(value))),
  'Math.abs': ([value]) => known(Math.abs(Number(value))),
  'Math.min': (values) => known(Math.min(...values.map(Number))),
  'Math.max': (values) => known(Math.max(...values.map(Number))),
  Number: ([value]) => known(Number(value)),
  parseInt: ([value]) => known(Number.parseInt(String(value), 10)),
  parseFloat: ([value]) => known(Number.parseFloat(String(value))),
}

const OBJECTS: Readonly<Record<string, Operate>> = {
  Date: (values) => readDate(values),
  'Date.parse': ([value]) => known(Date.parse(String(value))),
  toISOString: ([value]) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? known(value.toISOString()) : unknown('toISOString'),
  getTime: ([value]) => (value instanceof Date ? known(value.getTime()) : unknown('getTime')),
  includes: ([value, part]) => includes(value, part),
  entries: ([value]) => known(Object.entries(value ?? {}).filter(([, field]) => field !== undefined)),
  member: ([value, name]) => readPath(value, [String(name)]),
  in: ([name, value]) => (typeof value === 'object' && value !== null ? known(String(name) in value) : unknown('in')),
  without: ([value, ...names]) => omit(value, names.map(String)),
}

const OPERATIONS = new Map<string, Operate>([
  ...[LOGIC, NUMBERS, TEXTS, SANITIZERS, OBJECTS].flatMap((operations) => Object.entries(operations)),
  // An object literal can't have it: every object has that method already.
  ['toString', ([value]) => known(String(value))],
])

/** Follows field names into a value. */
export function readPath(start: unknown, path: readonly string[]): Computed {
  let current: unknown = start
  for (const name of path) {
    if (isUnsure(current) && !(name in current)) return unknown(current.$unsure)
    if (isGenerated(current)) return unknown(`a field of a generated value: ${name}`)
    if (current === null || current === undefined) return known(undefined)
    current = Reflect.get(Object(current), name)
  }
  return isUnsure(current) ? unknown(current.$unsure) : known(current)
}

function compare(left: unknown, right: unknown, test: (a: number | string, b: number | string) => boolean): Computed {
  const [a, b] = [left, right].map((value) => (value instanceof Date ? value.getTime() : value))
  if (typeof a === 'string' && typeof b === 'string') return known(test(a, b))
  return known(test(Number(a), Number(b)))
}

function add(left: unknown, right: unknown): Computed {
  return known(typeof left === 'number' && typeof right === 'number' ? left + right : `${left}${right}`)
}

function readDate(values: readonly unknown[]): Computed {
  const [value] = values
  if (values.length === 0) return known({ $any: 'Date' })
  const date = typeof value === 'string' || typeof value === 'number' || value instanceof Date ? new Date(value) : null
  return date ? known(date) : unknown('a date of another value')
}

function includes(value: unknown, part: unknown): Computed {
  if (typeof value === 'string') return known(value.includes(String(part)))
  return Array.isArray(value) ? known(value.includes(part)) : unknown('includes')
}

function omit(value: unknown, names: readonly string[]): Computed {
  if (typeof value !== 'object' || value === null) return known(value)
  return known(Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key))))
}
