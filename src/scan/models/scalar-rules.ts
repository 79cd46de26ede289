import type { Shape } from '../types.ts'
import { knownString, type Value } from '../values.ts'

const BASE = { optional: false, nullable: false, refined: false, checks: [], parsed: null }

interface RuleCall {
  readonly name: string
  readonly args: readonly Value[]
}

const FORMATS = new Set([
  'email',
  'uuid',
  'url',
  'datetime',
  'cuid',
  'cuid2',
  'ulid',
  'ip',
  'date',
  'time',
  'jwt',
  'guid',
  'iso',
])

/** The rule that a method adds to a text, e.g. `.email()`; null when it is none. */
export function changeText(shape: Shape, { name, args }: RuleCall): Shape | null {
  if (FORMATS.has(name)) return { ...BASE, ...shape, type: 'string', min: null, max: null, pattern: null, format: name }
  if (shape.type !== 'string') return null
  const limit = numberOf(args[0])
  switch (name) {
    case 'min':
    case 'nonempty':
      return { ...shape, min: limit ?? 1 }
    case 'max':
      return { ...shape, max: limit }
    case 'length':
      return { ...shape, min: limit, max: limit }
    case 'regex':
      return { ...shape, pattern: patternOf(args[0]) }
    case 'trim':
    case 'toLowerCase':
    case 'toUpperCase':
      return shape
    default:
      return null
  }
}

/** The rule that a method adds to a number, e.g. `.int()`; null when it is none. */
export function changeNumber(shape: Shape, { name, args }: RuleCall): Shape | null {
  if (shape.type !== 'number') return null
  const limit = numberOf(args[0])
  switch (name) {
    case 'int':
      return { ...shape, integer: true }
    case 'min':
    case 'gte':
      return { ...shape, min: limit }
    case 'max':
    case 'lte':
      return { ...shape, max: limit }
    case 'gt':
      return { ...shape, min: limit === null ? null : limit + (shape.integer ? 1 : 0.01) }
    case 'lt':
      return { ...shape, max: limit === null ? null : limit - 0.01 }
    case 'positive':
      return { ...shape, min: 1 }
    case 'nonnegative':
      return { ...shape, min: 0 }
    default:
      return null
  }
}

export function numberOf(value: Value | undefined): number | null {
  return value?.kind === 'literal' && typeof value.value === 'number' ? value.value : null
}

function patternOf(value: Value | undefined): string | null {
  return value?.kind === 'object' ? knownString(value.fields.get('source')) : null
}
