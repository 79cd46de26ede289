import type { Expression, Shape } from '../scan/types.ts'
import type { Computed } from './operations.ts'

const FORMATS: Readonly<Record<string, RegExp>> = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i,
  guid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  url: /^https?:\/\/\S+$/,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
}

/** Whether a validator accepts a value; `unknown` when the code does not show enough of the validator. */
export function matchesShape(
  value: unknown,
  shape: Shape,
  evaluate: (check: Expression) => Computed,
): boolean | 'unknown' {
  if (value === undefined) return shape.optional
  if (value === null) return shape.nullable
  const plain = matchesType(value, shape, evaluate)
  if (plain !== true) return plain
  const checks = shape.checks.map(evaluate)
  if (checks.some((check) => check.known && !check.value)) return false
  return shape.refined || checks.some((check) => !check.known) ? 'unknown' : true
}

function matchesType(value: unknown, shape: Shape, evaluate: (check: Expression) => Computed): boolean | 'unknown' {
  switch (shape.type) {
    case 'object':
      return matchesObject(value, shape.fields, evaluate)
    case 'string':
      return typeof value === 'string' ? matchesText(value, shape) : false
    case 'number':
      return matchesNumber(shape.coerced ? Number(value) : value, shape)
    case 'boolean':
      return typeof value === 'boolean'
    case 'date':
      return shape.coerced ? !Number.isNaN(new Date(String(value)).getTime()) : value instanceof Date
    case 'enum':
      return shape.values.includes(String(value))
    case 'array':
      return Array.isArray(value) ? matchesList(value, shape, evaluate) : false
    case 'unknown':
      return 'unknown'
    default:
      return shape satisfies never
  }
}

function matchesObject(
  value: unknown,
  fields: Readonly<Record<string, Shape>>,
  evaluate: (check: Expression) => Computed,
): boolean | 'unknown' {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const results = Object.entries(fields).map(([name, field]) => matchesShape(Reflect.get(value, name), field, evaluate))
  if (results.includes(false)) return false
  return results.includes('unknown') ? 'unknown' : true
}

function matchesText(value: string, shape: Extract<Shape, { type: 'string' }>): boolean | 'unknown' {
  if (shape.min !== null && value.length < shape.min) return false
  if (shape.max !== null && value.length > shape.max) return false
  if (shape.pattern !== null) return matchesPattern(value, shape.pattern)
  if (shape.format === null) return true
  return FORMATS[shape.format]?.test(value) ?? 'unknown'
}

function matchesPattern(value: string, pattern: string): boolean | 'unknown' {
  const literal = pattern.match(/^\/(.*)\/([a-z]*)$/s)
  if (!literal?.[1]) return 'unknown'
  try {
    return new RegExp(literal[1], literal[2]).test(value)
  } catch {
    return 'unknown'
  }
}

function matchesNumber(value: unknown, shape: Extract<Shape, { type: 'number' }>): boolean {
  if (typeof value !== 'number' || Number.isNaN(value)) return false
  if (shape.integer && !Number.isInteger(value)) return false
  return (shape.min === null || value >= shape.min) && (shape.max === null || value <= shape.max)
}

function matchesList(
  value: readonly unknown[],
  shape: Extract<Shape, { type: 'array' }>,
  evaluate: (check: Expression) => Computed,
): boolean | 'unknown' {
  if (shape.min !== null && value.length < shape.min) return false
  const results = value.map((item) => matchesShape(item, shape.item, evaluate))
  if (results.includes(false)) return false
  return results.includes('unknown') ? 'unknown' : true
}
