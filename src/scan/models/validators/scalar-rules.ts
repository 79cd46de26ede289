import { knownString, type Value } from '../../interpret/values.ts'
import type { Shape } from '../../types.ts'
import { textShape } from './shape-parts.ts'

interface RuleCall {
  readonly name: string
  readonly args: readonly Value[]
}

const FORMATS = new Set(
  `email uuid guid url httpUrl datetime date time duration cuid cuid2 ulid ip ipv4 ipv6 cidr cidrv4 cidrv6 mac jwt
   nanoid emoji base64 base64url hex hostname e164 xid ksuid hash uuidv6 uuidv7`.split(/\s+/),
)
/** Other names of a format. */
const SAME_FORMAT = new Map([
  ['uuidv4', 'uuid'],
  ['httpUrl', 'url'],
])
/** Options of a format that do not narrow what our own samples look like. */
const HARMLESS_OPTIONS = new Set(['message', 'error', 'offset', 'local', 'abort'])

/** A text in a form that has a name, e.g. `z.email()`; null when the name is none. */
export function formatShape({ name, args }: RuleCall): Extract<Shape, { type: 'string' }> | null {
  const format = SAME_FORMAT.get(name) ?? (FORMATS.has(name) ? name : null)
  return format === null ? null : textShape({ format, refined: hasNarrowingOptions(args) })
}

/** The rule that a method adds to a text, e.g. `.email()`; null when it is none. */
export function changeText(shape: Shape, call: RuleCall): Shape | null {
  if (shape.type !== 'string') return null
  const format = formatShape(call)
  if (format) return { ...shape, format: format.format, refined: shape.refined || format.refined }
  const limit = numberOf(call.args[0])
  switch (call.name) {
    case 'nonempty':
      return narrow(shape, { min: 1 })
    case 'min':
      return limit === null ? null : narrow(shape, { min: limit })
    case 'max':
      return limit === null ? null : narrow(shape, { max: limit })
    case 'length':
      return limit === null ? null : narrow(shape, { min: limit, max: limit })
    case 'regex':
      return addPattern(shape, patternOf(call.args[0]))
    case 'startsWith':
    case 'endsWith':
    case 'includes':
      return addPattern(shape, placedPattern(call))
    default:
      return null
  }
}

/** Each limit holds, so of two the narrower one tells. */
function narrow<T extends { readonly min: number | null; readonly max: number | null }>(
  shape: T,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number },
): T {
  const lowest = Math.max(shape.min ?? Number.NEGATIVE_INFINITY, min)
  const highest = Math.min(shape.max ?? Number.POSITIVE_INFINITY, max)
  return {
    ...shape,
    min: Number.isFinite(lowest) ? lowest : null,
    max: Number.isFinite(highest) ? highest : null,
  }
}

/** A second pattern is a rule that the shape does not show. */
function addPattern(shape: Extract<Shape, { type: 'string' }>, pattern: string | null): Shape | null {
  if (pattern === null || shape.pattern !== null) return null
  return { ...shape, pattern }
}

function placedPattern({ name, args }: RuleCall): string | null {
  const text = knownString(args[0])
  if (text === null || args.length > 1) return null
  const literal = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return `/${name === 'startsWith' ? '^' : ''}${literal}${name === 'endsWith' ? '$' : ''}/`
}

/** The rule that a method adds to a number, e.g. `.int()`; null when it is none. */
export function changeNumber(shape: Shape, { name, args }: RuleCall): Shape | null {
  if (shape.type !== 'number') return null
  const limit = numberOf(args[0])
  switch (name) {
    case 'int':
      return wholeLimits({ ...shape, integer: true })
    case 'positive':
      return wholeLimits({ ...shape, above: 0 })
    case 'negative':
      return wholeLimits({ ...shape, below: 0 })
    case 'nonnegative':
      return { ...shape, min: 0 }
    case 'nonpositive':
      return { ...shape, max: 0 }
    case 'finite':
    case 'safe':
      return shape
    default:
      return limit === null ? null : limitNumber(shape, name, limit)
  }
}

function limitNumber(shape: Extract<Shape, { type: 'number' }>, name: string, limit: number): Shape | null {
  switch (name) {
    case 'min':
    case 'gte':
      return { ...shape, min: limit }
    case 'max':
    case 'lte':
      return { ...shape, max: limit }
    case 'gt':
      return wholeLimits({ ...shape, above: limit })
    case 'lt':
      return wholeLimits({ ...shape, below: limit })
    case 'multipleOf':
    case 'step':
      return { ...shape, multipleOf: limit }
    default:
      return null
  }
}

/** Of whole numbers `> 0` is `>= 1`. */
export function wholeLimits(shape: Extract<Shape, { type: 'number' }>): Extract<Shape, { type: 'number' }> {
  if (!shape.integer) return shape
  const { above, below } = shape
  const min = above === null ? shape.min : Math.max(Math.floor(above) + 1, shape.min ?? Number.NEGATIVE_INFINITY)
  const max = below === null ? shape.max : Math.min(Math.ceil(below) - 1, shape.max ?? Number.POSITIVE_INFINITY)
  return { ...shape, min, max, above: null, below: null }
}

/** The rule that a method adds to a list; null when it is none. */
export function changeList(shape: Shape, { name, args }: RuleCall): Shape | null {
  if (shape.type !== 'array') return null
  if (name === 'nonempty') return narrow(shape, { min: 1 })
  const limit = numberOf(args[0])
  if (limit === null) return null
  if (name === 'min') return narrow(shape, { min: limit })
  if (name === 'max') return narrow(shape, { max: limit })
  return name === 'length' ? narrow(shape, { min: limit, max: limit }) : null
}

export function numberOf(value: Value | undefined): number | null {
  return value?.kind === 'literal' && typeof value.value === 'number' ? value.value : null
}

export function patternOf(value: Value | undefined): string | null {
  return value?.kind === 'object' ? knownString(value.fields.get('source')) : null
}

function hasNarrowingOptions(args: readonly Value[]): boolean {
  return args.some(
    (arg) => arg.kind === 'object' && (arg.open || [...arg.fields.keys()].some((key) => !HARMLESS_OPTIONS.has(key))),
  )
}
