import type { Expression, Shape } from '../scan/types.ts'
import type { Computed } from './computed.ts'

const FORMATS: Readonly<Record<string, RegExp>> = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i,
  guid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  iso8601: /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/,
  'strong password': /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w\s]).{8,}$/,
}

/** Validators differ in which addresses they take, but for these. */
const ADDRESS = /^https?:\/\/[^\s/]+\.\S+$/

type Match = boolean | 'unknown'
type Evaluate = (check: Expression) => Computed

/** Whether a validator accepts a value; `unknown` when the code does not show enough of the validator. */
export function matchesShape(value: unknown, shape: Shape, evaluate: Evaluate): Match {
  if (value === undefined || value === null) {
    const isAllowed = value === undefined ? shape.optional : shape.nullable
    if (isAllowed) return matchesNothing(shape, evaluate)
    if (shape.type === 'object' && shape.lenient) return matchesObject({}, shape, evaluate)
    const isUndecoded = shape.type === 'unknown' || (shape.type === 'union' && !isTyped(shape))
    // A missing number becomes one that another rule may refuse.
    return isUndecoded || (value === null && isCoerced(shape)) ? 'unknown' : false
  }
  const plain = matchesType(value, shape, evaluate)
  if (plain !== true) return plain
  const checks = shape.checks.map(evaluate)
  if (checks.some((check) => check.known && !check.value)) return false
  return shape.refined || checks.some((check) => !check.known) ? 'unknown' : true
}

/** Further rules may be asked of what is missing too, or not. */
function matchesNothing(shape: Shape, evaluate: Evaluate): Match {
  const holds = shape.checks.map(evaluate).every((check) => check.known && Boolean(check.value))
  return shape.refined || !holds ? 'unknown' : true
}

function isTyped(shape: Extract<Shape, { type: 'union' }>): boolean {
  return shape.options.every((option) => option.type !== 'unknown' && (option.type !== 'union' || isTyped(option)))
}

function isCoerced(shape: Shape): boolean {
  return (shape.type === 'number' || shape.type === 'date') && shape.coerced
}

function matchesType(value: unknown, shape: Shape, evaluate: Evaluate): Match {
  switch (shape.type) {
    case 'object':
      return matchesObject(value, shape, evaluate)
    case 'record':
      return isRecord(value)
        ? all(Object.values(value).map((field) => matchesShape(field, shape.value, evaluate)))
        : false
    case 'string':
      return matchesString(value, shape)
    case 'number':
      return matchesNumber(value, shape)
    case 'boolean':
      return typeof value === 'boolean' || (shape.coerced && matchesFlag(value))
    case 'date':
      return value instanceof Date || (shape.coerced && becomesDate(value))
    case 'enum':
      return matchesListed(value, shape)
    case 'array':
      return Array.isArray(value) ? matchesList(value, shape, evaluate) : matchesNoList(value, shape)
    case 'tuple':
      return Array.isArray(value) && value.length === shape.items.length
        ? all(shape.items.map((item, index) => matchesShape(value[index], item, evaluate)))
        : false
    case 'union':
      return any(shape.options.map((option) => matchesShape(value, option, evaluate)))
    case 'any':
      return true
    case 'unknown':
      return 'unknown'
    default:
      return shape satisfies never
  }
}

function all(results: readonly Match[]): Match {
  if (results.includes(false)) return false
  return results.includes('unknown') ? 'unknown' : true
}

function any(results: readonly Match[]): Match {
  if (results.includes(true)) return true
  return results.includes('unknown') ? 'unknown' : false
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function matchesObject(value: unknown, shape: Extract<Shape, { type: 'object' }>, evaluate: Evaluate): Match {
  const fields = isRecord(value) ? value : shape.lenient ? {} : null
  if (!fields) return false
  const isForeign = (name: string): boolean => !(name in shape.fields) && fields[name] !== undefined
  if (shape.strict && Object.keys(fields).some(isForeign)) return false
  return all(Object.entries(shape.fields).map(([name, field]) => matchesShape(fields[name], field, evaluate)))
}

function matchesString(value: unknown, shape: Extract<Shape, { type: 'string' }>): Match {
  if (typeof value === 'string') return matchesText(value, shape)
  if (!shape.coerced) return false
  return typeof value === 'object' ? 'unknown' : matchesText(String(value), shape)
}

function matchesText(value: string, shape: Extract<Shape, { type: 'string' }>): Match {
  if (shape.min !== null && value.length < shape.min) return false
  if (shape.max !== null && value.length > shape.max) return false
  // What is cut off before the rules are asked is not shown.
  if (value !== value.trim() && (shape.coerced || shape.parsed)) return 'unknown'
  const formed = shape.format === null ? true : matchesFormat(value, shape.format)
  return shape.pattern === null ? formed : all([formed, matchesPattern(value, shape.pattern)])
}

function matchesFormat(value: string, format: string): Match {
  if (format !== 'url' && format !== 'web address') return FORMATS[format]?.test(value) ?? 'unknown'
  if (ADDRESS.test(value)) return true
  return (format === 'url' ? /:/ : /[:.@]/).test(value) ? 'unknown' : false
}

function matchesPattern(value: string, pattern: string): Match {
  const literal = pattern.match(/^\/(.*)\/([a-z]*)$/s)
  if (!literal?.[1]) return 'unknown'
  try {
    return new RegExp(literal[1], literal[2]).test(value)
  } catch {
    return 'unknown'
  }
}

function matchesNumber(value: unknown, shape: Extract<Shape, { type: 'number' }>): Match {
  if (typeof value === 'number') return fitsLimits(value, shape)
  if (!shape.coerced) return false
  // Validators differ in what else they make a number of.
  return typeof value === 'string' && value.trim() !== '' ? fitsLimits(Number(value), shape) : 'unknown'
}

function fitsLimits(value: number, shape: Extract<Shape, { type: 'number' }>): boolean {
  if (Number.isNaN(value) || (shape.integer && !Number.isInteger(value))) return false
  if (shape.multipleOf !== null && value % shape.multipleOf !== 0) return false
  if ((shape.above !== null && value <= shape.above) || (shape.below !== null && value >= shape.below)) return false
  return (shape.min === null || value >= shape.min) && (shape.max === null || value <= shape.max)
}

function becomesDate(value: unknown): Match {
  // Some take digits for a count of milliseconds.
  if (typeof value === 'string' && /^[\d.]+$/.test(value)) return 'unknown'
  if (typeof value === 'string' || typeof value === 'number') return !Number.isNaN(new Date(value).getTime())
  return 'unknown'
}

function matchesListed(value: unknown, { values, coerced }: Extract<Shape, { type: 'enum' }>): Match {
  if (!coerced) return values.some((each) => each === value)
  return typeof value === 'object' ? 'unknown' : values.some((each) => String(each) === String(value))
}

function matchesFlag(value: unknown): Match {
  if (typeof value === 'object') return 'unknown'
  if (value === 'true' || value === 'false') return true
  if (typeof value === 'string' && /^(?:true|false)$/i.test(value)) return 'unknown'
  return value === 0 || value === 1 || value === '0' || value === '1' ? 'unknown' : false
}

function matchesNoList(value: unknown, shape: Extract<Shape, { type: 'array' }>): Match {
  if (!shape.lenient) return false
  // The fields of an object may count as items.
  return typeof value === 'object' ? 'unknown' : true
}

function matchesList(value: readonly unknown[], shape: Extract<Shape, { type: 'array' }>, evaluate: Evaluate): Match {
  if (shape.min !== null && value.length < shape.min) return false
  if (shape.max !== null && value.length > shape.max) return false
  return all(value.map((item) => matchesShape(item, shape.item, evaluate)))
}
