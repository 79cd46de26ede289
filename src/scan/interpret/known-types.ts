import type { Expression } from '../types.ts'
import { literal, operation, type SymbolValue, type Value } from './values.ts'

type TypeName = 'string' | 'number' | 'boolean' | 'object'

const names = (text: string): string[] => text.trim().split(/\s+/)

const TYPES: ReadonlyMap<string, TypeName> = new Map([
  ...names(
    `String typeof trim trimStart trimEnd toLowerCase toUpperCase padStart padEnd substring substr replace replaceAll charAt
     normalize toFixed toPrecision toISOString toLocaleDateString toLocaleTimeString toDateString crypto.randomUUID`,
  ).map((name) => [name, 'string'] as const),
  ...names(
    `Number parseInt parseFloat getTime getTimezoneOffset getFullYear getMonth getDate getDay getHours getMinutes getSeconds
     getMilliseconds getUTCFullYear getUTCMonth getUTCDate getUTCDay getUTCHours getUTCMinutes Date.parse Date.UTC
     Math.floor Math.ceil Math.round Math.trunc Math.min Math.max Math.abs Math.random charCodeAt`,
  ).map((name) => [name, 'number'] as const),
  ...names(
    `=== ! !! Boolean < > <= >= instanceof in Array.isArray isInteger isFinite isNaN isSafeInteger startsWith endsWith
     includes`,
  ).map((name) => [name, 'boolean'] as const),
  ...names(
    'Date URL URLSearchParams Array.from Object.fromEntries entries split Buffer.concat Buffer.from Buffer.alloc',
  ).map((name) => [name, 'object'] as const),
])

/** What `typeof` says of a value that is computed from others; null when that depends on them. */
export function typeOfResult(expression: Expression): TypeName | null {
  if (isDate(expression)) return 'object'
  if (expression.kind === 'unknown') return /^Date\.now\(\)/.test(expression.text) ? 'number' : null
  if (expression.kind !== 'operation') return null
  const [first] = expression.operands
  if (expression.name === '+') return expression.operands.some(isText) ? 'string' : null
  // A list has a `concat` too, and what can't be written as JSON is `undefined`.
  if (expression.name === 'concat') return first && isText(first) ? 'string' : null
  if (expression.name === 'JSON.stringify') return first?.kind === 'object' || first?.kind === 'array' ? 'string' : null
  return TYPES.get(expression.name) ?? null
}

function isText(expression: Expression): boolean {
  return (
    (expression.kind === 'literal' && typeof expression.value === 'string') || typeOfResult(expression) === 'string'
  )
}

const SETTER = /^set(?:UTC)?(?:Time|Year|FullYear|Month|Date|Hours|Minutes|Seconds|Milliseconds)$/

/** Whether a method changes the date that it is called on. */
export function changesDate(method: string): boolean {
  return SETTER.test(method)
}

export function isDate(expression: Expression): boolean {
  if (expression.kind === 'unknown') return expression.text.startsWith('new Date(')
  return expression.kind === 'operation' && (expression.name === 'Date' || changesDate(expression.name))
}

/** Whether a text, which has no members but the language's own, has none of this name. */
export function lacksMember(expression: Expression, name: string): boolean {
  return (
    typeOfResult(expression) === 'string' && !/^\d+$/.test(name) && !(name in String.prototype) && name !== 'length'
  )
}

/** A route that is reached has its parameters, as texts. */
function isParameter(expression: Expression): boolean {
  return expression.kind === 'input' && expression.from === 'params' && expression.path.length === 1
}

export function readTypeof(value: Value): Value {
  switch (value.kind) {
    case 'literal':
      return literal(typeof value.value)
    case 'symbol':
      return typeOfSymbol(value)
    case 'function':
    case 'native':
    case 'class':
    case 'router':
      return literal('function')
    case 'package':
      return operation('typeof', value)
    default:
      return literal('object')
  }
}

function typeOfSymbol(value: SymbolValue): Value {
  const known = isParameter(value.expression) ? 'string' : typeOfResult(value.expression)
  return known === null ? operation('typeof', value) : literal(known)
}
