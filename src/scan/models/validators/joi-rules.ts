import { express } from '../../interpret/express-value.ts'
import { operation, type Value } from '../../interpret/values.ts'
import type { Shape } from '../../types.ts'
import { optionOf } from './chains.ts'
import { inside, type JoiCall, readJoiValue } from './joi-shapes.ts'
import { changeList, numberOf, patternOf, wholeLimits } from './scalar-rules.ts'
import {
  anyShape,
  arrayShape,
  booleanShape,
  dateShape,
  numberShape,
  objectShape,
  textShape,
  unionShape,
  unknownShape,
} from './shape-parts.ts'

/** What the first call of a chain makes, e.g. `Joi.string()`; null when it is a rule for anything. */
export function startJoi(call: JoiCall): Shape | null {
  const { name, args, reading, text } = call
  const { converts } = reading.settings
  switch (name) {
    case 'string':
      // An empty text is none, unless it is allowed.
      return textShape({ min: 1 })
    case 'number':
      return numberShape({ coerced: converts })
    case 'boolean':
    case 'bool':
      return booleanShape(converts)
    case 'date':
      return dateShape(converts)
    case 'array':
      return arrayShape(anyShape())
    case 'object':
      return args[0] ? readJoiValue(args[0], reading) : objectShape({})
    case 'any':
      return anyShape()
    case 'alternatives':
    case 'alt':
      return args.length > 0 ? alternatives(call) : unknownShape(text)
    case 'compile':
      return args[0] ? readJoiValue(args[0], reading) : unknownShape(text)
    case 'func':
    case 'function':
    case 'binary':
    case 'symbol':
    case 'link':
    case 'ref':
    case 'extend':
      return unknownShape(text)
    default:
      return null
  }
}

function alternatives({ args, reading }: JoiCall): Shape {
  const [first] = args
  const options = first?.kind === 'array' && args.length === 1 ? first.items : args
  return unionShape(options.map((option) => ({ ...readJoiValue(option, reading), optional: false })))
}

/** The rule that a method adds to a text, a number or a list; null when it is none that is read. */
export function changeJoiScalar(shape: Shape, call: JoiCall): Shape | null {
  switch (shape.type) {
    case 'string':
      return changeText(shape, call)
    case 'number':
      return changeNumber(shape, call)
    case 'array':
      return changeItems(shape, call)
    case 'unknown':
      return call.name === 'try' ? { ...alternatives(call), optional: shape.optional } : null
    default:
      return null
  }
}

type Text = Extract<Shape, { type: 'string' }>

const FORMATS: Readonly<Record<string, string>> = {
  email: 'email',
  uri: 'url',
  guid: 'guid',
  uuid: 'guid',
  isoDate: 'iso8601',
}
const PATTERNS: Readonly<Record<string, string>> = {
  alphanum: '/^[a-zA-Z0-9]+$/',
  token: '/^[a-zA-Z0-9_]+$/',
  hex: '/^[a-f0-9]+$/i',
}
const OTHER_FORMATS = /^(?:ip|hostname|domain|dataUri|base64|creditCard|isoDuration)$/

function changeText(shape: Text, { name, args }: JoiCall): Shape | null {
  const limit = numberOf(args[0])
  const format = FORMATS[name] ?? (OTHER_FORMATS.test(name) ? name : undefined)
  if (format) return shape.format ? null : { ...shape, format, refined: shape.refined || narrows(args) }
  const isPattern = name === 'pattern' || name === 'regex'
  const pattern = isPattern ? invertible(args) : PATTERNS[name]
  if (pattern) return shape.pattern ? null : { ...shape, pattern }
  if (limit === null) return null
  if (name === 'min') return { ...shape, min: limit === 0 ? null : limit }
  if (name === 'max') return { ...shape, max: limit }
  return name === 'length' ? { ...shape, min: limit, max: limit } : null
}

function invertible(args: readonly Value[]): string | null {
  return optionOf(args, 'invert', 1) ? null : patternOf(args[0])
}

const HARMLESS_OPTIONS = /^(?:tlds|minDomainSegments|maxDomainSegments|multiple|version|separator|scheme|ignoreLength)$/

/** Options with which our own sample may be refused. */
function narrows(args: readonly Value[]): boolean {
  const [options] = args
  if (options?.kind !== 'object') return options !== undefined
  const domains = optionOf(args, 'tlds')
  const allowed = domains?.kind === 'object' ? domains.fields.get('allow') : undefined
  const refusesCom = allowed?.kind === 'array' && !allowed.items.some((item) => isText(item, /^com$/))
  const version = optionOf(args, 'version')
  const versions = version?.kind === 'array' ? version.items : version ? [version] : []
  const refusesFour = versions.length > 0 && !versions.some((item) => isText(item, /^uuidv4$/))
  const isUnusual = [...options.fields.keys()].some((key) => !HARMLESS_OPTIONS.test(key))
  return refusesCom || refusesFour || isUnusual
}

function isText(value: Value, pattern: RegExp): boolean {
  return value.kind === 'literal' && pattern.test(String(value.value))
}

function changeNumber(shape: Extract<Shape, { type: 'number' }>, { name, args }: JoiCall): Shape | null {
  switch (name) {
    case 'integer':
      return wholeLimits({ ...shape, integer: true })
    case 'positive':
      return wholeLimits({ ...shape, above: 0 })
    case 'negative':
      return wholeLimits({ ...shape, below: 0 })
    case 'port':
      return { ...shape, integer: true, min: 0, max: 65535 }
    default:
  }
  const limit = numberOf(args[0])
  if (limit === null) return null
  switch (name) {
    case 'min':
      return { ...shape, min: limit }
    case 'max':
      return { ...shape, max: limit }
    case 'greater':
      return wholeLimits({ ...shape, above: limit })
    case 'less':
      return wholeLimits({ ...shape, below: limit })
    case 'multiple':
      return { ...shape, multipleOf: limit }
    default:
      return null
  }
}

function changeItems(shape: Extract<Shape, { type: 'array' }>, call: JoiCall): Shape | null {
  const { name, args, reading } = call
  if (name === 'single')
    return {
      ...unionShape([shape, shape.item]),
      optional: shape.optional,
      parsed: express(operation('parsed', reading.input)),
    }
  if (name !== 'items') return changeList(shape, call)
  const items = args.map((arg) => readJoiValue(arg, inside(reading, '0')))
  const [item] = items
  // Of several kinds of items a required one must be there once.
  const hasRequired = items.length > 1 && items.some(({ optional }) => !optional)
  if (!item) return shape
  if (items.length > 1) return { ...shape, item: unionShape(items), refined: shape.refined || hasRequired }
  const min = item.optional ? shape.min : Math.max(1, shape.min ?? 0)
  return { ...shape, item: { ...item, optional: false }, min }
}
