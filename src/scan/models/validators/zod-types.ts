import { express } from '../../interpret/express-value.ts'
import { operation, type Value } from '../../interpret/values.ts'
import type { EnumValue, Shape } from '../../types.ts'
import { formatShape, wholeLimits } from './scalar-rules.ts'
import {
  anyShape,
  arrayShape,
  BASE,
  booleanShape,
  dateShape,
  enumShape,
  numberShape,
  objectShape,
  textShape,
  unionShape,
  unknownShape,
} from './shape-parts.ts'
import { columnSchema, type SchemaCall, shapeOf, within } from './shapes.ts'
import { tableShape } from './table-shape.ts'

/** What the first call of a chain makes, e.g. `z.string()`; null when it is not one that is read. */
export function startShape(call: SchemaCall): Shape | null {
  return startScalar(call) ?? startCompound(call) ?? startWrapped(call) ?? formatShape(call)
}

function startScalar(call: SchemaCall): Shape | null {
  const { name, args, coerced } = call
  const [first] = args
  switch (name) {
    case 'string':
      return coerced ? converted(call, 'String', textShape({ coerced, optional: true, nullable: true })) : textShape()
    case 'number':
      return coerced ? converted(call, 'Number', numberShape({ coerced })) : numberShape()
    case 'int':
      return numberShape({ integer: true })
    case 'int32':
      return wholeLimits(numberShape({ integer: true, min: -2147483648, max: 2147483647 }))
    case 'uint32':
      return wholeLimits(numberShape({ integer: true, min: 0, max: 4294967295 }))
    case 'float32':
    case 'float64':
      return numberShape()
    case 'boolean':
      return coerced ? converted(call, 'Boolean', anyShape()) : booleanShape()
    case 'date':
      return coerced ? converted(call, 'Date', dateShape(true)) : dateShape()
    case 'any':
    case 'unknown':
      return anyShape()
    case 'null':
      return enumShape([null])
    case 'literal':
      return first?.kind === 'array' ? listedShape(call, first) : literalShape(call, first)
    case 'enum':
    case 'nativeEnum':
      return listedShape(call, first)
    default:
      return null
  }
}

function converted(call: SchemaCall, name: string, shape: Shape): Shape {
  return { ...shape, parsed: express(operation(name, call.reading.input)) }
}

function literalShape(call: SchemaCall, value: Value | undefined): Shape {
  const isListed = value?.kind === 'literal' && value.value !== undefined && typeof value.value !== 'bigint'
  return isListed ? enumShape([value.value]) : unknownShape(call.text)
}

/** One of these values; a list with an entry that only a run knows is not decoded. */
function listedShape(call: SchemaCall, value: Value | undefined): Shape {
  const values = listedValues(value)
  return values ? enumShape(values) : unknownShape(call.text)
}

export function listedValues(value: Value | undefined): EnumValue[] | null {
  if ((value?.kind !== 'array' && value?.kind !== 'object') || value.open) return null
  const items = value.kind === 'array' ? value.items : [...value.fields].flatMap(([key, item]) => namedItem(key, item))
  const values = items.flatMap((item): EnumValue[] =>
    item.kind === 'literal' && item.value !== undefined && typeof item.value !== 'bigint' ? [item.value] : [],
  )
  return values.length === items.length && values.length > 0 ? values : null
}

/** TypeScript's numeric enums also lead from the number back to the name. */
function namedItem(key: string, item: Value): Value[] {
  return /^\d+$/.test(key) ? [] : [item]
}

function startCompound(call: SchemaCall): Shape | null {
  const { name, args, reading } = call
  const [first, second] = args
  switch (name) {
    case 'object':
    case 'looseObject':
      return objectOf(call, false)
    case 'strictObject':
      return objectOf(call, true)
    case 'array':
      return first ? arrayShape(shapeOf(first, within(reading, '0'))) : null
    case 'record':
    case 'partialRecord':
    case 'looseRecord':
      return recordOf(call, second ?? first)
    case 'tuple':
      return first?.kind === 'array' && !first.open && !second
        ? {
            ...BASE,
            type: 'tuple',
            items: first.items.map((item, index) => shapeOf(item, within(reading, `${index}`))),
          }
        : null
    case 'union':
    case 'xor':
      return unionOf(call, first)
    case 'discriminatedUnion':
      return unionOf(call, second)
    case 'createInsertSchema':
    case 'createSelectSchema':
    case 'createUpdateSchema':
      return tableOf(call)
    default:
      return null
  }
}

function objectOf(call: SchemaCall, strict: boolean): Shape | null {
  const [first] = call.args
  if (!first) return objectShape({}, { strict })
  const fields = readFields(first, call)
  return fields && objectShape(fields, { strict, refined: first.kind === 'object' && first.open })
}

/** The shapes of the fields of an object of schemas; null when the code does not show the object. */
export function readFields(value: Value | undefined, { reading }: SchemaCall): Record<string, Shape> | null {
  if (value?.kind !== 'object') return null
  const plain = [...value.fields].map(([key, field]): [string, Shape] => [key, shapeOf(field, within(reading, key))])
  const lazy = [...(value.getters ?? [])].map(([key, getter]): [string, Shape] => {
    const made = reading.reader.apply(getter, [])
    return [key, made ? shapeOf(made, within(reading, key)) : unknownShape(key)]
  })
  return Object.fromEntries([...plain, ...lazy])
}

/** A record whose keys are restricted has a rule that is not shown. */
function recordOf(call: SchemaCall, value: Value | undefined): Shape | null {
  if (!value) return null
  const keys = call.args.length > 1 && call.args[0] ? shapeOf(call.args[0], call.reading) : textShape()
  const isOpen = keys.type === 'string' && keys.format === null && keys.pattern === null && !keys.refined
  return { ...BASE, refined: !isOpen, type: 'record', value: shapeOf(value, within(call.reading, '*')) }
}

function unionOf({ reading }: SchemaCall, list: Value | undefined): Shape | null {
  if (list?.kind !== 'array' || list.open) return null
  const kept = list.items.filter((item) => !isUndefined(item))
  const [only, ...others] = kept.map((item) => shapeOf(item, reading))
  const shape = only && others.length === 0 && list.items.length > 1 ? only : unionShape(only ? [only, ...others] : [])
  return kept.length < list.items.length ? { ...shape, optional: true } : shape
}

/** `z.undefined()` among others says that the value may be left out. */
function isUndefined(schema: Value): boolean {
  if (schema.kind !== 'package') return false
  const [last, ...more] = schema.steps.toReversed()
  const maker = more[0]?.kind === 'member' ? more[0].name : ''
  return last?.kind === 'call' && /^(?:undefined|void)$/.test(maker)
}

function tableOf({ name, args: [table, overrides], reading }: SchemaCall): Shape | null {
  if (table?.kind !== 'table') return null
  const given = overrides?.kind === 'object' ? overrides.fields : new Map<string, Value>()
  return tableShape(table, {
    purpose: name,
    override: ({ key }, own) => {
      const change = given.get(key)
      if (change?.kind !== 'function') return change ? shapeOf(change, within(reading, key)) : null
      const made = reading.reader.apply(change, [columnSchema(own)])
      return made ? shapeOf(made, within(reading, key)) : { ...own, refined: true }
    },
  })
}

/** Functions around another schema: `z.optional(schema)`, `z.lazy(() => schema)`. */
function startWrapped(call: SchemaCall): Shape | null {
  const { name, args, reading, text } = call
  const [first, second] = args
  const inner = (value: Value): Shape => shapeOf(value, reading)
  switch (name) {
    case 'optional':
      return first ? { ...inner(first), optional: true } : null
    case 'nullable':
      return first ? { ...inner(first), nullable: true } : null
    case 'nullish':
      return first ? { ...inner(first), optional: true, nullable: true } : null
    case 'lazy': {
      const made = first ? reading.reader.apply(first, []) : null
      return made ? inner(made) : null
    }
    case 'intersection':
      return first && second ? intersect(inner(first), inner(second), text) : null
    case 'preprocess':
      return { ...unknownShape(text), parsed: express(operation('parsed', reading.input)) }
    default:
      return null
  }
}

/** What both accept, where that can be said with one shape. */
export function intersect(left: Shape, right: Shape, text: string): Shape {
  if (left.type !== 'object' || right.type !== 'object' || left.strict || right.strict) return unknownShape(text)
  const shared = Object.keys(left.fields).filter((key) => key in right.fields)
  return {
    ...left,
    fields: { ...left.fields, ...right.fields },
    refined: left.refined || right.refined || shared.length > 0,
    checks: [...left.checks, ...right.checks],
  }
}
