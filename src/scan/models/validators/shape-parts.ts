import type { EnumValue, Shape } from '../../types.ts'

/** What every shape has in common while nothing is known of it. */
export const BASE = { optional: false, nullable: false, refined: false, checks: [], parsed: null }

type ShapeOf<T extends Shape['type']> = Extract<Shape, { type: T }>

export function textShape(rules: Partial<ShapeOf<'string'>> = {}): ShapeOf<'string'> {
  return { ...BASE, type: 'string', min: null, max: null, format: null, pattern: null, coerced: false, ...rules }
}

export function numberShape(rules: Partial<ShapeOf<'number'>> = {}): ShapeOf<'number'> {
  const limits = { min: null, max: null, above: null, below: null, multipleOf: null }
  return { ...BASE, type: 'number', ...limits, integer: false, coerced: false, ...rules }
}

export function booleanShape(coerced = false): ShapeOf<'boolean'> {
  return { ...BASE, type: 'boolean', coerced }
}

export function dateShape(coerced = false): ShapeOf<'date'> {
  return { ...BASE, type: 'date', coerced }
}

export function enumShape(values: readonly EnumValue[], coerced = false): ShapeOf<'enum'> {
  return { ...BASE, nullable: values.includes(null), type: 'enum', values, coerced }
}

export function objectShape(
  fields: Readonly<Record<string, Shape>>,
  rules: Partial<ShapeOf<'object'>> = {},
): ShapeOf<'object'> {
  return { ...BASE, type: 'object', fields, strict: false, lenient: false, ...rules }
}

export function arrayShape(item: Shape, rules: Partial<ShapeOf<'array'>> = {}): ShapeOf<'array'> {
  return { ...BASE, type: 'array', item, min: null, max: null, lenient: false, ...rules }
}

/** Accepts what one of the options accepts. */
export function unionShape(options: readonly Shape[]): ShapeOf<'union'> {
  const optional = options.some((option) => option.optional)
  return { ...BASE, optional, nullable: options.some((option) => option.nullable), type: 'union', options }
}

/** Accepts everything, also nothing. */
export function anyShape(): ShapeOf<'any'> {
  return { ...BASE, optional: true, nullable: true, type: 'any' }
}

/** Rules that can't be decoded: also whether the value may be left out is not known. */
export function unknownShape(text: string): ShapeOf<'unknown'> {
  return { ...BASE, refined: true, type: 'unknown', text }
}
