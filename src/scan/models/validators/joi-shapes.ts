import { express } from '../../interpret/express-value.ts'
import { operation, type PackageValue, UNDEFINED, type Value } from '../../interpret/values.ts'
import type { EnumValue, Expression, Shape } from '../../types.ts'
import { type ChainCall, callsOf, optionOf } from './chains.ts'
import { changeJoiObject } from './joi-objects.ts'
import { changeJoiScalar, startJoi } from './joi-rules.ts'
import { keepMissing, looseOutput } from './shape-output.ts'
import { enumShape, objectShape, textShape, unionShape, unknownShape } from './shape-parts.ts'
import { type SchemaReader, sourceOf } from './shapes.ts'

/** What joi is told beside the schema. */
export interface JoiSettings {
  readonly isRequired: boolean
  readonly converts: boolean
  readonly allowsUnknown: boolean
  readonly stripsUnknown: boolean
}

export interface JoiReading {
  /** The value that the schema checks. */
  readonly input: Value
  readonly reader: SchemaReader
  readonly settings: JoiSettings
  readonly depth: number
}

export interface JoiCall extends ChainCall {
  readonly reading: JoiReading
  /** The source of the schema. */
  readonly text: string
}

/** What has been read of a chain so far. */
interface JoiState {
  readonly shape: Shape
  /** Values that are right whatever the rules say. */
  readonly allowed: readonly EnumValue[]
  readonly output: Value
  readonly fallback: Value | null
}

const DEEPEST = 5

/** The rules of a joi schema, read from the calls that built it; what may be left out is the rule, not the exception. */
function readJoi(schema: PackageValue, outer: JoiReading): Shape {
  const text = sourceOf(schema)
  const calls = callsOf(schema)
  const reading = { ...outer, settings: settingsOf(calls, outer.settings) }
  const [first] = calls
  if (!first || reading.depth > DEEPEST) return unknownShape(text)
  const start = startJoi({ ...first, reading, text })
  const rest = start ? calls.slice(1) : calls
  const optional = !reading.settings.isRequired
  let state: JoiState = {
    shape: { ...(start ?? startJoi({ name: 'any', args: [], reading, text }) ?? unknownShape(text)), optional },
    allowed: [],
    output: reading.input,
    fallback: null,
  }
  for (const call of rest) state = applyCall(state, { ...call, reading, text })
  return finish(state, reading)
}

/** The schema of a field: joi also takes plain objects, values and lists of alternatives for schemas. */
export function readJoiValue(value: Value, reading: JoiReading): Shape {
  const optional = !reading.settings.isRequired
  switch (value.kind) {
    case 'package':
      return readJoi(value, reading)
    case 'object': {
      const fields = [...value.fields].map(([key, field]): [string, Shape] => [
        key,
        readJoiValue(field, inside(reading, key)),
      ])
      const strict = !reading.settings.allowsUnknown
      return objectShape(Object.fromEntries(fields), { optional, strict, refined: value.open })
    }
    case 'array':
      return { ...unionShape(value.items.map((item) => readJoiValue(item, reading))), optional, refined: value.open }
    case 'literal':
      return isListable(value.value) ? { ...enumShape([value.value]), optional } : unknownShape(String(value.value))
    default:
      return unknownShape(value.kind)
  }
}

/** Reading one level down. */
export function inside(reading: JoiReading, name: string): JoiReading {
  return { ...reading, input: reading.reader.member(reading.input, name), depth: reading.depth + 1 }
}

/** `.options()` anywhere in a chain holds for all of it. */
function settingsOf(calls: readonly ChainCall[], outer: JoiSettings): JoiSettings {
  let settings = outer
  for (const { name, args } of calls) {
    if (name === 'strict') settings = { ...settings, converts: false }
    if (/^(?:options|prefs|preferences)$/.test(name)) settings = applySettings(settings, args)
  }
  return settings
}

/** The options object of `schema.validate(value, options)` or `.options(options)`. */
export function applySettings(settings: JoiSettings, args: readonly Value[]): JoiSettings {
  const flag = (name: string): boolean | null => {
    const value = optionOf(args, name)
    if (value?.kind === 'object') return true
    return value?.kind === 'literal' ? Boolean(value.value) : null
  }
  const presence = optionOf(args, 'presence')
  const stripsUnknown = flag('stripUnknown') ?? settings.stripsUnknown
  return {
    stripsUnknown,
    isRequired: presence?.kind === 'literal' ? presence.value === 'required' : settings.isRequired,
    converts: flag('convert') ?? settings.converts,
    allowsUnknown: stripsUnknown || (flag('allowUnknown') ?? settings.allowsUnknown),
  }
}

const SILENT =
  /^(?:label|description|messages?|error|note|tags?|example|unit|meta|id|strict|options|prefs|preferences|raw|result|warning|unsafe|abortEarly)$/

function applyCall(state: JoiState, call: JoiCall): JoiState {
  const { shape } = state
  const { name, args } = call
  switch (name) {
    case 'required':
    case 'exist':
      return { ...state, shape: { ...shape, optional: false } }
    case 'optional':
      return { ...state, shape: { ...shape, optional: true } }
    case 'forbidden':
      return { ...state, shape: { ...enumShape([]), optional: true } }
    case 'valid':
    case 'equal':
    case 'only':
      return only(state, call)
    case 'allow':
      return allow(state, args)
    case 'empty':
      return shape.optional
        ? { ...allow(state, args), output: operation('||', state.output, UNDEFINED) }
        : { ...state, shape: { ...shape, refined: true } }
    case 'default':
      return { ...state, shape: { ...shape, optional: true }, fallback: args[0] ?? UNDEFINED }
    default:
      return changeOutput(state, call) ?? { ...state, shape: changeShape(shape, call) }
  }
}

function changeShape(shape: Shape, call: JoiCall): Shape {
  if (SILENT.test(call.name)) return shape
  return changeJoiScalar(shape, call) ?? changeJoiObject(shape, call) ?? { ...shape, refined: true }
}

const TEXT_CHANGES: Readonly<Record<string, string>> = {
  trim: 'trim',
  lowercase: 'toLowerCase',
  uppercase: 'toUpperCase',
}

/** Methods that change what comes out, unless joi must not convert. */
function changeOutput(state: JoiState, { name, reading }: JoiCall): JoiState | null {
  const { shape, output } = state
  if (!reading.settings.converts) return null
  const change = TEXT_CHANGES[name]
  if (change && shape.type === 'string') return { ...state, output: operation(change, output) }
  if (name === 'isoDate' && shape.type === 'string' && !shape.format)
    return { ...state, shape: { ...shape, format: 'iso8601' }, output: operation('parsed', output) }
  // A text is what a request can carry.
  if (name === 'iso' && shape.type === 'date')
    return {
      ...state,
      shape: textShape({ format: 'iso8601', optional: shape.optional }),
      output: operation('Date', output),
    }
  return null
}

function isListable(value: unknown): value is EnumValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** The literals among arguments; null when there is another, e.g. a `Joi.ref`. */
function literals(args: readonly Value[]): EnumValue[] | null {
  const items = args.flatMap((arg) => (arg.kind === 'array' ? arg.items : [arg]))
  const values = items.flatMap((item) => (item.kind === 'literal' && isListable(item.value) ? [item.value] : []))
  return values.length === items.length && args.every((arg) => arg.kind !== 'array' || !arg.open) ? values : null
}

function only(state: JoiState, { args, reading, text }: JoiCall): JoiState {
  const { shape } = state
  const values = literals(args)
  if (!values) return { ...state, shape: { ...unknownShape(text), optional: shape.optional } }
  const known = shape.type === 'enum' ? shape.values : []
  const converted = convert(state.output, shape)
  const isText = reading.settings.converts && converted !== state.output
  const listed = { ...enumShape([...known, ...values], isText), optional: shape.optional }
  return { ...state, shape: listed, output: isText ? converted : state.output }
}

function allow(state: JoiState, args: readonly Value[]): JoiState {
  const values = literals(args)
  if (!values) return { ...state, shape: { ...state.shape, refined: true } }
  return { ...state, allowed: [...state.allowed, ...values] }
}

function finish({ shape, allowed, output, fallback }: JoiState, { input, reader, settings }: JoiReading): Shape {
  const converted = settings.converts ? convertAllowing(allowed, output, shape) : output
  const whole =
    keepsFurther(shape) && !settings.stripsUnknown ? looseOutput(converted, shape, reader.member) : converted
  const given = fallback ? operation('default', whole, defaultOf(fallback)) : whole
  const parsed: Expression | null = given === input ? shape.parsed : express(given)
  const nullable = shape.nullable || allowed.includes(null)
  const others = allowed.filter((value) => value !== null)
  const made = { ...shape, nullable, parsed }
  const own = shape.optional || nullable ? keepMissing(input, made) : made
  if (others.length === 0) return own
  if (own.type === 'string' && others.join() === '' && (own.min ?? 0) <= 1 && !own.format && !own.pattern)
    return { ...own, min: null }
  return { ...unionShape([own, enumShape(others)]), parsed: own.parsed }
}

/** An empty text that is allowed stays what it is. */
function convertAllowing(allowed: readonly EnumValue[], output: Value, shape: Shape): Value {
  const converted = convert(output, shape)
  return converted !== output && allowed.length > 0 ? operation('&&', output, converted) : converted
}

function keepsFurther(shape: Shape): shape is Extract<Shape, { type: 'object' }> {
  return shape.type === 'object' && !shape.strict && Object.keys(shape.fields).length > 0
}

function defaultOf(value: Value): Value {
  return value.kind === 'function' ? operation('default of the schema') : value
}

/** Texts become what they spell; what was left out stays so. */
function convert(output: Value, shape: Shape): Value {
  if (shape.type === 'number' && shape.coerced) return operation(shape.optional ? 'toFloat' : 'Number', output)
  if (shape.type === 'boolean' && shape.coerced) return operation('toBoolean', output)
  return shape.type === 'date' && shape.coerced ? operation('Date', output) : output
}
