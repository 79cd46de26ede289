import type { Expression } from '../scan/types.ts'
import { matchesShape } from './match-shape.ts'

/** A value worked out before the run, or why it can't be. */
export type Computed =
  | { readonly known: true; readonly value: unknown }
  | { readonly known: false; readonly why: string }

/** Concrete values for everything that the code asks the world for in one request. */
export interface World {
  readonly inputs: Readonly<Record<'body' | 'query' | 'params' | 'headers' | 'cookies', unknown>>
  readonly environment: Readonly<Record<string, string>>
  /** What each event answers: an HTTP answer or the rows of a query. */
  readonly results: ReadonlyMap<number, unknown>
}

/** Stands for a value that the database or the provider makes, e.g. a generated id. */
export interface Generated {
  readonly $any: 'String' | 'Number' | 'Boolean' | 'Object' | 'Date'
}

export function isGenerated(value: unknown): value is Generated {
  return typeof value === 'object' && value !== null && '$any' in value
}

export function evaluateExpression(expression: Expression, world: World): Computed {
  switch (expression.kind) {
    case 'literal':
      return known(expression.value)
    case 'undefined':
      return known(undefined)
    case 'input':
      return readPath(world.inputs[expression.from], expression.path)
    case 'env':
      return known(world.environment[expression.name])
    case 'result':
      return readResult(expression, world)
    case 'column':
      return unknown(`the column ${expression.table}.${expression.column}`)
    case 'object':
      return evaluateObject(expression, world)
    case 'array':
      return evaluateArray(expression, world)
    case 'operation':
      return evaluateOperation(expression, world)
    case 'shape':
      return unknown('a schema')
    case 'unknown':
      return unknown(expression.text)
    default:
      return expression satisfies never
  }
}

export function known(value: unknown): Computed {
  return { known: true, value }
}

export function unknown(why: string): Computed {
  return { known: false, why }
}

function readPath(start: unknown, path: readonly string[]): Computed {
  let current: unknown = start
  for (const name of path) {
    if (isGenerated(current)) return unknown(`a field of a generated value: ${name}`)
    if (current === null || current === undefined) return known(undefined)
    current = typeof current === 'object' ? Reflect.get(current, name) : Reflect.get(Object(current), name)
  }
  return known(current)
}

function readResult(expression: Extract<Expression, { kind: 'result' }>, world: World): Computed {
  if (!world.results.has(expression.event)) return unknown(`what event ${expression.event} answers`)
  return readPath(world.results.get(expression.event), expression.path)
}

function evaluateObject(expression: Extract<Expression, { kind: 'object' }>, world: World): Computed {
  if (expression.open) return unknown('an object with fields that analysis does not know')
  const value: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(expression.fields)) {
    const computed = evaluateExpression(field, world)
    if (!computed.known) return computed
    if (key.startsWith('...')) Object.assign(value, computed.value)
    else value[key] = computed.value
  }
  return known(value)
}

function evaluateArray(expression: Extract<Expression, { kind: 'array' }>, world: World): Computed {
  if (expression.open) return unknown('a list that analysis does not know')
  const items = expression.items.map((item) => evaluateExpression(item, world))
  const missing = items.find((item) => !item.known)
  return missing ?? known(items.map((item) => (item.known ? item.value : undefined)))
}

type OperationExpression = Extract<Expression, { kind: 'operation' }>

function evaluateOperation(expression: OperationExpression, world: World): Computed {
  if (expression.name === 'fits') return evaluateFits(expression, world)
  if (expression.name === '??' || expression.name === 'default') return evaluateFallback(expression, world)
  if (expression.name === '||' || expression.name === '&&') return evaluateLogical(expression, world)
  if (makesText(expression.name)) return known({ $any: 'String' })
  if (FAILURES.has(expression.name)) return evaluateFailure(expression, world)
  const operate = OPERATIONS.get(expression.name)
  if (!operate) return unknown(describeOperation(expression))
  const operands = expression.operands.map((operand) => evaluateExpression(operand, world))
  const missing = operands.find((operand) => !operand.known)
  if (missing) return missing
  const values = operands.map((operand) => (operand.known ? operand.value : undefined))
  // A made-up id or hash is never absent and never empty.
  if (expression.name === '===' && values.some(isGenerated) && values.some(isNothing)) return known(false)
  if (values.some(isGenerated) && !GENERATED_ALLOWED.has(expression.name))
    return unknown(`${expression.name} of a generated value`)
  return operate(values)
}

/** Some text that only the run knows: ids, hashes and tokens of well-known packages, what a request is addressed to. */
export function makesText(name: string): boolean {
  return /^(?:bcrypt(?:js)?|argon2)\.(?:hash|hashSync|genSalt|genSaltSync)$|^uuid\.v\d$|^nanoid\.nanoid$|^crypto\.randomUUID$|^jsonwebtoken\.sign$|^ulid\.ulid$|^request\.(?:route\.path|path|url|originalUrl|ip|hostname|protocol)$|cuid2?\.createId$/.test(
    name,
  )
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function describeOperation(expression: OperationExpression): string {
  return expression.name === 'call' ? 'the result of a function that analysis does not know' : expression.name
}

/** Whether an event fails is the world's choice: an event that has an answer did not fail. */
const FAILURES = new Set(['rejects', 'connection reset', 'times out', 'malformed'])

function evaluateFailure(expression: OperationExpression, world: World): Computed {
  const [target] = expression.operands
  if (target?.kind !== 'result') return unknown(expression.name)
  if (!world.results.has(target.event)) return unknown(`whether event ${target.event} fails`)
  const answer = world.results.get(target.event)
  const failure = typeof answer === 'object' && answer !== null ? Reflect.get(answer, '$fails') : undefined
  return known(failure === expression.name)
}

function evaluateFits(expression: OperationExpression, world: World): Computed {
  const [subject, schema] = expression.operands
  if (!subject || schema?.kind !== 'shape') return unknown('a schema')
  const value = evaluateExpression(subject, world)
  if (!value.known) return value
  const fits = matchesShape(value.value, schema.shape, (check) => evaluateExpression(check, world))
  return fits === 'unknown' ? unknown('a schema with a refinement that analysis can not evaluate') : known(fits)
}

function evaluateFallback(expression: OperationExpression, world: World): Computed {
  const [first, second] = expression.operands
  if (!first || !second) return unknown(expression.name)
  const value = evaluateExpression(first, world)
  if (!value.known) return value
  const isMissing = value.value === undefined || (expression.name === '??' && value.value === null)
  return isMissing ? evaluateExpression(second, world) : value
}

function evaluateLogical(expression: OperationExpression, world: World): Computed {
  const [first, second] = expression.operands
  if (!first || !second) return unknown(expression.name)
  const value = evaluateExpression(first, world)
  if (!value.known) return value
  const stays = expression.name === '||' ? Boolean(value.value) : !value.value
  return stays ? value : evaluateExpression(second, world)
}

/** Operations that do not look into the value, so a generated one will do. */
const GENERATED_ALLOWED = new Set(['!', '!!', 'is nullish', 'member'])

type Operate = (values: readonly unknown[]) => Computed

const OPERATION_TABLE: Readonly<Record<string, Operate>> = {
  '!': ([value]) => known(!value),
  '!!': ([value]) => known(Boolean(value)),
  '===': ([left, right]) => known(left === right),
  'is nullish': ([value]) => known(value === null || value === undefined),
  '<': ([left, right]) => compare(left, right, (a, b) => a < b),
  '<=': ([left, right]) => compare(left, right, (a, b) => a <= b),
  '>': ([left, right]) => compare(left, right, (a, b) => a > b),
  '>=': ([left, right]) => compare(left, right, (a, b) => a >= b),
  '+': ([left, right]) => add(left, right),
  '-': ([left, right]) => known(Number(left) - Number(right)),
  '*': ([left, right]) => known(Number(left) * Number(right)),
  '/': ([left, right]) => known(Number(left) / Number(right)),
  '%': ([left, right]) => known(Number(left) % Number(right)),
  negative: ([value]) => known(-Number(value)),
  typeof: ([value]) => known(typeof value),
  concat: (parts) => known(parts.map(String).join('')),
  Number: ([value]) => known(Number(value)),
  String: ([value]) => known(String(value)),
  Boolean: ([value]) => known(Boolean(value)),
  parseInt: ([value]) => known(Number.parseInt(String(value), 10)),
  parseFloat: ([value]) => known(Number.parseFloat(String(value))),
  isInteger: ([value]) => known(Number.isInteger(value)),
  isSafeInteger: ([value]) => known(Number.isSafeInteger(value)),
  isFinite: ([value]) => known(typeof value === 'number' && Number.isFinite(value)),
  isNaN: ([value]) => known(Number.isNaN(Number(value))),
  'Array.isArray': ([value]) => known(Array.isArray(value)),
  Date: ([value]) => readDate(value),
  'JSON.stringify': ([value]) => known(JSON.stringify(value)),
  trim: ([value]) => known(String(value).trim()),
  toLowerCase: ([value]) => known(String(value).toLowerCase()),
  toUpperCase: ([value]) => known(String(value).toUpperCase()),
  encodeURIComponent: ([value]) => known(encodeURIComponent(String(value))),
  startsWith: ([value, start]) => known(String(value).startsWith(String(start))),
  endsWith: ([value, end]) => known(String(value).endsWith(String(end))),
  includes: ([value, part]) => includes(value, part),
  toISOString: ([value]) => (value instanceof Date ? known(value.toISOString()) : unknown('toISOString')),
  getTime: ([value]) => (value instanceof Date ? known(value.getTime()) : unknown('getTime')),
  'matches pattern': ([value, pattern]) => matchesPattern(value, pattern),
  member: ([value, name]) => readPath(value, [String(name)]),
  in: ([name, value]) => (typeof value === 'object' && value !== null ? known(String(name) in value) : unknown('in')),
  without: ([value, ...names]) => omit(value, names.map(String)),
}

const OPERATIONS = new Map<string, Operate>([
  ...Object.entries(OPERATION_TABLE),
  ['toString', ([value]) => known(String(value))],
])

function compare(left: unknown, right: unknown, test: (a: number | string, b: number | string) => boolean): Computed {
  const [a, b] = [left, right].map((value) => (value instanceof Date ? value.getTime() : value))
  if (typeof a === 'string' && typeof b === 'string') return known(test(a, b))
  return known(test(Number(a), Number(b)))
}

function add(left: unknown, right: unknown): Computed {
  return known(typeof left === 'number' && typeof right === 'number' ? left + right : `${left}${right}`)
}

function readDate(value: unknown): Computed {
  const date = typeof value === 'string' || typeof value === 'number' || value instanceof Date ? new Date(value) : null
  return date && !Number.isNaN(date.getTime()) ? known(date) : unknown('a date that can not be parsed')
}

function includes(value: unknown, part: unknown): Computed {
  if (typeof value === 'string') return known(value.includes(String(part)))
  return Array.isArray(value) ? known(value.includes(part)) : unknown('includes')
}

/** Patterns of the user's code are run on our own short candidates only. */
function matchesPattern(value: unknown, source: unknown): Computed {
  const literal = typeof source === 'string' ? source.match(/^\/(.*)\/([a-z]*)$/s) : null
  if (!literal?.[1]) return unknown('a pattern')
  try {
    return known(new RegExp(literal[1], literal[2]).test(String(value)))
  } catch {
    return unknown('a pattern that this Node can not compile')
  }
}

function omit(value: unknown, names: readonly string[]): Computed {
  if (typeof value !== 'object' || value === null) return known(value)
  return known(Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key))))
}
