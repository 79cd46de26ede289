import { express } from '../../interpret/express-value.ts'
import { knownString, type Value } from '../../interpret/values.ts'
import type { Shape } from '../../types.ts'
import { looseOutput } from './shape-output.ts'
import { enumShape, unknownShape } from './shape-parts.ts'
import { type SchemaCall, shapeOf } from './shapes.ts'
import { readFields } from './zod-types.ts'

type ObjectShape = Extract<Shape, { type: 'object' }>
type Fields = Record<string, Shape>

/** What a method of an object schema does to its fields; null when it is none. */
export function changeObject(shape: Shape, call: SchemaCall): Shape | null {
  if (shape.type !== 'object') return null
  const { name, args } = call
  switch (name) {
    case 'extend':
    case 'safeExtend':
    case 'augment':
    case 'merge':
      return addFields(shape, call)
    case 'pick':
      return chooseFields(shape, args[0], (isNamed) => isNamed)
    case 'omit':
      return chooseFields(shape, args[0], (isNamed) => !isNamed)
    case 'partial':
      return mapFields(shape, args[0], (field) => ({ ...field, optional: true }))
    case 'deepPartial':
      return deepPartial(shape)
    case 'required':
      return mapFields(shape, args[0], (field) => ({ ...field, optional: false }))
    case 'shape':
      return shape.fields[knownString(args[0]) ?? ''] ?? unknownShape(call.text)
    case 'keyof':
      return enumShape(Object.keys(shape.fields))
    default:
      return changeFurtherFields(shape, call)
  }
}

function addFields(shape: ObjectShape, call: SchemaCall): Shape {
  const [first] = call.args
  const other = first?.kind === 'package' ? shapeOf(first, call.reading) : null
  if (other) {
    if (other.type !== 'object') return { ...shape, refined: true }
    const refined = shape.refined || other.refined
    return { ...shape, strict: other.strict, refined, fields: { ...shape.fields, ...other.fields } }
  }
  const added = readFields(first, call)
  const refined = shape.refined || !added || (first?.kind === 'object' && first.open)
  return { ...shape, refined, fields: { ...shape.fields, ...added } }
}

/** The names of a mask such as `{ id: true }`; null when only a run knows it. */
function maskOf(mask: Value | undefined): Set<string> | null {
  if (mask?.kind !== 'object' || mask.open) return null
  return new Set([...mask.fields].flatMap(([key, value]) => (value.kind === 'literal' && value.value ? [key] : [])))
}

function chooseFields(shape: ObjectShape, mask: Value | undefined, keep: (isNamed: boolean) => boolean): Shape {
  const names = maskOf(mask)
  if (!names) return { ...shape, refined: true }
  const fields = Object.entries(shape.fields).filter(([key]) => keep(names.has(key)))
  return { ...shape, fields: Object.fromEntries(fields) }
}

function mapFields(shape: ObjectShape, mask: Value | undefined, change: (field: Shape) => Shape): Shape {
  const names = mask ? maskOf(mask) : null
  if (mask && !names) return { ...shape, refined: true }
  const fields = Object.entries(shape.fields).map(([key, field]): [string, Shape] => [
    key,
    !names || names.has(key) ? change(field) : field,
  ])
  return { ...shape, fields: Object.fromEntries(fields) }
}

function deepPartial(shape: ObjectShape): Shape {
  const fields: Fields = {}
  for (const [key, field] of Object.entries(shape.fields))
    fields[key] = { ...(field.type === 'object' ? deepPartial(field) : field), optional: true }
  return { ...shape, fields }
}

/** Methods about the fields that are not listed. */
function changeFurtherFields(shape: ObjectShape, { name, reading }: SchemaCall): Shape | null {
  switch (name) {
    case 'strict':
      return { ...shape, strict: true }
    case 'strip':
    case 'nonstrict':
      return { ...shape, strict: false }
    case 'passthrough':
    case 'loose':
      return { ...shape, strict: false, parsed: express(looseOutput(reading.input, shape, reading.reader.member)) }
    default:
      return null
  }
}
