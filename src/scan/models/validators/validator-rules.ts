import { knownString, type Value } from '../../interpret/values.ts'
import type { EnumValue, Shape } from '../../types.ts'
import { type ChainCall, optionOf } from './chains.ts'
import { numberOf, patternOf, wholeLimits } from './scalar-rules.ts'
import {
  anyShape,
  arrayShape,
  booleanShape,
  enumShape,
  numberShape,
  objectShape,
  textShape,
  unionShape,
  unknownShape,
} from './shape-parts.ts'
import { listedValues } from './zod-types.ts'

/**
 * What a chain of express-validator accepts. Its checks look at the text of a value (`5` and `"5"` are one), and at the
 * empty text where there is none, so that most of them ask for presence too.
 */
export function chainShape(calls: readonly ChainCall[], text: string): Shape {
  let shape: Shape = anyShape()
  for (const [index, call] of calls.entries()) {
    const isNegated = calls[index - 1]?.name === 'not'
    const rule = ruleAfter(calls, index)
    const changesFirst = rule !== undefined && CHANGING.test(call.name) && !isNumberFirst(call.name, rule)
    const next: Shape | null = changesFirst ? null : isNegated ? negated(shape, call) : changed(shape, call)
    shape = next ?? notRead(shape, text)
  }
  // A fraction is cut off before anyone asks for a whole number.
  const isCutOff = calls.some(({ name }, index) => name === 'toInt' && isNumberFirst(name, ruleAfter(calls, index)))
  if (shape.type === 'number' && isCutOff) shape = { ...shape, integer: false }
  if (calls.some(({ name }) => name === 'default')) return mayBe(shape, [''])
  const optional = calls.findLast(({ name }) => name === 'optional')
  return optional ? asOptional(shape, optional) : shape
}

function ruleAfter(calls: readonly ChainCall[], index: number): string | undefined {
  return calls.slice(index + 1).find(({ name }) => RULE.test(name))?.name
}

/** `.toInt().isInt()`: what starts like a number is one. */
function isNumberFirst(sanitizer: string | undefined, rule: string | undefined): boolean {
  return /^to(?:Int|Float)$/.test(sanitizer ?? '') && /^is(?:Int|Float|Numeric|Decimal)$/.test(rule ?? '')
}

const RULE = /^(?:is[A-Z]\w*|not(?:Empty)?|matches|equals|contains|exists)$/
/** Sanitizers after which a rule looks at something else than what was sent. */
const CHANGING = /^(?:to(?!LowerCase|UpperCase)[A-Z]\w*|customSanitizer|replace|blacklist|whitelist|unescape)$/

/** Of something that may be anything a rule that is not read leaves nothing known. */
function notRead(shape: Shape, text: string): Shape {
  return shape.type === 'any' ? unknownShape(text) : { ...shape, refined: true }
}

function negated(shape: Shape, { name }: ChainCall): Shape | null {
  return name === 'isEmpty' ? filled(shape) : null
}

/** Sanitizers, texts and what is run apart from the rules. */
const SILENT =
  /^(?:not|optional|default|bail|hide|withMessage|custom|customSanitizer|[lr]?trim|(?:un)?escape|normalizeEmail|stripLow|blacklist|whitelist|replace|to[A-Z]\w*|run)$/

const FORMATS: Readonly<Record<string, string>> = {
  isEmail: 'email',
  isURL: 'web address',
  isUUID: 'uuid',
  isISO8601: 'iso8601',
  isRFC3339: 'datetime',
  isDate: 'date',
  isStrongPassword: 'strong password',
}
const PATTERNS: Readonly<Record<string, string>> = {
  isAlpha: '/^[a-z]+$/i',
  isAlphanumeric: '/^[0-9a-z]+$/i',
  isHexadecimal: '/^(0x|0h)?[0-9a-f]+$/i',
  isMongoId: '/^[0-9a-f]{24}$/i',
}

function changed(shape: Shape, call: ChainCall): Shape | null {
  const { name, args } = call
  if (SILENT.test(name)) return shape
  switch (name) {
    case 'exists': {
      const nullable = shape.nullable && !refuses(args, 'checkNull', 'null')
      return { ...shape, optional: false, nullable, refined: shape.refined || refuses(args, 'checkFalsy', 'falsy') }
    }
    case 'notEmpty':
      return filled(shape)
    case 'isLength':
      return withLength(shape, args)
    case 'isString':
      return asText(shape, { coerced: false })
    case 'isInt':
    case 'isFloat':
    case 'isNumeric':
    case 'isDecimal':
      return asNumber(shape, call)
    case 'isBoolean':
      return isUntouched(shape) ? booleanShape(!isTrue(optionOf(args, 'strict'))) : null
    case 'isIn':
      return isUntouched(shape) ? listed(args[0]) : null
    case 'equals':
      return isUntouched(shape) && args[0]?.kind === 'literal'
        ? listed({ kind: 'array', items: [args[0]], open: false })
        : null
    default:
      return changedForm(shape, call)
  }
}

function changedForm(shape: Shape, { name, args }: ChainCall): Shape | null {
  switch (name) {
    case 'isArray': {
      const [min, max] = [numberOf(optionOf(args, 'min')), numberOf(optionOf(args, 'max'))]
      return isUntouched(shape) ? arrayShape(anyShape(), { min, max }) : null
    }
    case 'isObject':
      return isUntouched(shape) && args.length === 0 ? objectShape({}) : null
    case 'matches':
      return withPattern(shape, matchedPattern(args))
    default: {
      const format = FORMATS[name]
      if (format) return asText(shape, { format }, narrows(name, args))
      const pattern = args.length === 0 ? PATTERNS[name] : undefined
      if (pattern) return withPattern(shape, pattern)
      return /^is[A-Z]/.test(name) && !/case$|Empty$/.test(name) ? asText(shape, { format: name.slice(2) }) : null
    }
  }
}

/** Nothing but "there is something" has been asked so far. */
function isUntouched(shape: Shape): boolean {
  if (shape.type === 'any') return true
  return shape.type === 'string' && !shape.format && !shape.pattern && shape.max === null && (shape.min ?? 0) <= 1
}

function filled(shape: Shape): Shape | null {
  if (shape.type === 'any') return textShape({ min: 1, coerced: true })
  if (shape.type === 'string') return { ...shape, min: Math.max(1, shape.min ?? 0), optional: false, nullable: false }
  // An empty list has no item that could be empty.
  return { ...shape, optional: false, nullable: false }
}

function asText(shape: Shape, rules: Partial<Extract<Shape, { type: 'string' }>>, isNarrowed = false): Shape | null {
  const base = shape.type === 'any' ? textShape({ coerced: true }) : shape
  if (base.type !== 'string' || (rules.format && base.format)) return null
  return { ...base, ...rules, optional: false, nullable: false, refined: base.refined || isNarrowed }
}

function withLength(shape: Shape, args: readonly Value[]): Shape | null {
  const [min, max] = [optionOf(args, 'min'), optionOf(args, 'max')].map(numberOf)
  if (args[0]?.kind !== 'object' || args[0].open || (min === null && max === null)) return null
  const base = shape.type === 'any' ? textShape({ coerced: true, optional: true, nullable: true }) : shape
  if (base.type !== 'string') return null
  const low = min ? Math.max(min, base.min ?? 0) : base.min
  const isAsked = (min ?? 0) > 0
  const optional = base.optional && !isAsked
  return { ...base, min: low, max: max ?? base.max, optional, nullable: base.nullable && !isAsked }
}

function withPattern(shape: Shape, pattern: string | null): Shape | null {
  return pattern === null || (shape.type === 'string' && shape.pattern) ? null : asText(shape, { pattern })
}

function matchedPattern([pattern, flags]: readonly Value[]): string | null {
  const text = knownString(pattern)
  return text === null ? patternOf(pattern) : `/${text}/${knownString(flags) ?? ''}`
}

function asNumber(shape: Shape, { name, args }: ChainCall): Shape | null {
  if (!isUntouched(shape) && shape.type !== 'number') return null
  const limit = (option: string): number | null => numberOf(optionOf(args, option))
  const before = shape.type === 'number' ? shape : numberShape({ coerced: true })
  const hasUnknown = ['min', 'max', 'gt', 'lt'].some((option) => optionOf(args, option) && limit(option) === null)
  return wholeLimits({
    ...before,
    integer: before.integer || name === 'isInt',
    min: limit('min') ?? before.min,
    max: limit('max') ?? before.max,
    above: limit('gt') ?? before.above,
    below: limit('lt') ?? before.below,
    refined: before.refined || hasUnknown,
  })
}

function listed(list: Value | undefined): Shape | null {
  const values: EnumValue[] | null = listedValues(list)
  return values && { ...enumShape(values, true), nullable: false }
}

function asOptional(shape: Shape, { args }: ChainCall): Shape {
  const isFalsy = refuses(args, 'checkFalsy', 'falsy')
  const nullable = shape.nullable || isTrue(optionOf(args, 'nullable')) || refuses(args, 'nullable', 'null')
  return isFalsy ? mayBe(shape, ['', 0, false]) : { ...shape, optional: true, nullable }
}

/** The shape, or nothing, or one of these values. */
function mayBe(shape: Shape, values: readonly EnumValue[]): Shape {
  const own = { ...shape, optional: true, nullable: true }
  return shape.type === 'any' ? own : unionShape([own, enumShape(values)])
}

/** `{ checkFalsy: true }` of version 6, `{ values: 'falsy' }` of version 7; what is falsy is null too. */
function refuses(args: readonly Value[], flag: string, word: string): boolean {
  const values = knownString(optionOf(args, 'values'))
  return isTrue(optionOf(args, flag)) || isTrue(optionOf(args, 'checkFalsy')) || values === word || values === 'falsy'
}

function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'literal' && value.value === true
}

/** Options with which our own sample of the format may be refused. */
function narrows(name: string, args: readonly Value[]): boolean {
  const [first] = args
  if (!first || name === 'isISO8601') return false
  if (name === 'isUUID') return !(first.kind === 'literal' && /^(?:4|all|any)$/.test(String(first.value)))
  return true
}
