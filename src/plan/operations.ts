import { hasPart, isGenerated, isUnsure } from './values.ts'

/** A value worked out before the run, or why it can't be. */
export type Computed =
  | { readonly known: true; readonly value: unknown }
  | { readonly known: false; readonly why: string }

export function known(value: unknown): Computed {
  return { known: true, value }
}

export function unknown(why: string): Computed {
  return { known: false, why }
}

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

type Operate = (values: readonly unknown[]) => Computed

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

const TEXTS: Readonly<Record<string, Operate>> = {
  concat: (parts) => known(parts.map(String).join('')),
  String: ([value]) => known(String(value)),
  'JSON.stringify': ([value]) => known(JSON.stringify(value)),
  URL: ([path, base]) => resolveUrl(path, base),
  'JSON.parse': ([value]) => parseJson(value),
  'malformed JSON': ([value]) => known(!parseJson(value).known),
  trim: ([value]) => changeText(value, (text) => text.trim()),
  toLowerCase: ([value]) => changeText(value, (text) => text.toLowerCase()),
  toUpperCase: ([value]) => changeText(value, (text) => text.toUpperCase()),
  encodeURIComponent: ([value]) => known(encodeURIComponent(String(value))),
  startsWith: ([value, start]) => askText(value, (text) => text.startsWith(String(start))),
  endsWith: ([value, end]) => askText(value, (text) => text.endsWith(String(end))),
  split: ([value, by]) => cutText(value, (text) => text.split(String(by))),
  slice: ([value, from, to]) => cutText(value, (text) => text.slice(...limits(from, to))),
  substring: ([value, from, to]) => cutText(value, (text) => text.substring(...limits(from, to))),
  replace: ([value, wanted, by]) => replaceText(value, wanted, by),
  'matches pattern': ([value, pattern]) => matchesPattern(value, pattern),
}

function resolveUrl(path: unknown, base: unknown): Computed {
  const [text, from] = [String(path), base === undefined ? undefined : String(base)]
  return URL.canParse(text, from) ? known(new URL(text, from).href) : unknown('an address')
}

function parseJson(value: unknown): Computed {
  try {
    return known(JSON.parse(String(value)))
  } catch {
    return unknown('a text that is no JSON')
  }
}

/** Validators leave what is missing as it is; in other code the call would have thrown, as it does on a list or number. */
function changeText(value: unknown, change: (text: string) => string): Computed {
  if (value === undefined || value === null) return known(value)
  return typeof value === 'string' ? known(change(value)) : unknown('a method of texts on what is none')
}

/** In code that has no text to cut, the call would have thrown. */
function cutText(value: unknown, cut: (text: string) => unknown): Computed {
  return typeof value === 'string' ? known(cut(value)) : unknown('a method of texts on what is none')
}

function limits(from: unknown, to: unknown): [number, number | undefined] {
  return [Number(from ?? 0), to === undefined ? undefined : Number(to)]
}

function replaceText(value: unknown, wanted: unknown, by: unknown): Computed {
  const pattern = readPattern(typeof wanted === 'object' && wanted !== null ? Reflect.get(wanted, 'source') : null)
  return cutText(value, (text) => text.replace(pattern ?? String(wanted), String(by)))
}

function askText(value: unknown, ask: (text: string) => boolean): Computed {
  return typeof value === 'string' ? known(ask(value)) : unknown('a method of texts on what is none')
}

/** What sanitizers of validators make of a text. */
const SANITIZERS: Readonly<Record<string, Operate>> = {
  toInt: ([value]) => known(value === undefined ? value : Number.parseInt(String(value), 10)),
  toFloat: ([value]) => known(value === undefined ? value : Number.parseFloat(String(value))),
  toBoolean: ([value]) => known(typeof value === 'string' ? value !== 'false' && value !== '0' && value !== '' : value),
  normalizeEmail: ([value]) =>
    /@(?:g|google|hot|ya|live|outlook|icloud|me)/i.test(String(value))
      ? unknown('an address that its provider writes in several ways')
      : changeText(value, (text) => text.toLowerCase()),
  escape: ([value]) =>
    /[<>&'"/\\`]/.test(String(value)) ? unknown('a text with escaped characters') : changeText(value, (text) => text),
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

/** Patterns of the user's code are run on our own short candidates only. */
function matchesPattern(value: unknown, source: unknown): Computed {
  const pattern = readPattern(source)
  return pattern ? known(pattern.test(String(value))) : unknown('a pattern that can not be read here')
}

function readPattern(source: unknown): RegExp | null {
  const literal = typeof source === 'string' ? source.match(/^\/(.*)\/([a-z]*)$/s) : null
  if (!literal?.[1]) return null
  try {
    return new RegExp(literal[1], literal[2])
  } catch {
    // This Node can not compile it.
    return null
  }
}

function omit(value: unknown, names: readonly string[]): Computed {
  if (typeof value !== 'object' || value === null) return known(value)
  return known(Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key))))
}
