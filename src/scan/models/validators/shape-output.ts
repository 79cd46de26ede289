import { express } from '../../interpret/express-value.ts'
import { literal, object, operation, symbol, type Value } from '../../interpret/values.ts'
import type { Expression, Shape } from '../../types.ts'

type Member = (owner: Value, name: string) => Value

/** What a validator that accepts the shape gives for the value: the value itself, unless the schema changes it. */
export function outputOf(value: Value, shape: Shape, member: Member): Value {
  if (shape.parsed) return symbol(shape.parsed)
  if (shape.type !== 'object') return isChanged(shape) ? operation('parsed', value) : value
  const isWhole = value.kind === 'symbol' && value.expression.kind !== 'input'
  if (isWhole || (value.kind !== 'symbol' && value.kind !== 'object' && value.kind !== 'request')) return value
  const fields = Object.entries(shape.fields)
  if (fields.length === 0) return value
  const isPartial = fields.some(([, field]) => field.optional && (!field.parsed || mayBeMissing(field.parsed)))
  return object([
    ...fields.map(([name, field]) => [name, innerOutput(member(value, name), field, member)] as const),
    ...(isPartial ? [['#partial', literal(true)] as const] : []),
  ])
}

/** What comes out of `z.string().trim().optional()`: nothing is made of what is missing, but where something stands in. */
export function keepMissing(input: Value, shape: Shape): Shape {
  const { parsed } = shape
  if (!parsed || parsed.kind === 'object' || mayBeMissing(parsed)) return shape
  if (parsed.kind === 'operation' && parsed.name === 'default') return shape
  return { ...shape, parsed: express(operation('&&', input, symbol(parsed))) }
}

function mayBeMissing(parsed: Expression): boolean {
  return parsed.kind === 'operation' && parsed.name === '&&'
}

/** A part that is missing stays missing. */
function innerOutput(value: Value, shape: Shape, member: Member): Value {
  if (shape.optional && !isChanged(shape)) return value
  const output = outputOf(value, shape, member)
  const isMade = output.kind === 'object' || (output.kind === 'symbol' && output.expression.kind === 'object')
  return isMade && shape.optional ? operation('&&', value, output) : output
}

/** The same with all fields of the input, which a schema that lets further ones through gives. */
export function looseOutput(value: Value, shape: Extract<Shape, { type: 'object' }>, member: Member): Value {
  const changed = Object.entries(shape.fields).filter(([, field]) => isChanged(field))
  return object([
    ['...0', symbol(express(value))],
    ...changed.map(([name, field]): [string, Value] => [name, innerOutput(member(value, name), field, member)]),
  ])
}

function isChanged(shape: Shape): boolean {
  if (shape.parsed) return true
  switch (shape.type) {
    case 'object':
      return Object.values(shape.fields).some(isChanged)
    case 'record':
      return isChanged(shape.value)
    case 'array':
      return isChanged(shape.item)
    case 'tuple':
      return shape.items.some(isChanged)
    case 'union':
      return shape.options.some(isChanged)
    default:
      return false
  }
}
