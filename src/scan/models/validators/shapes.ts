import { express } from '../../interpret/express-value.ts'
import {
  literal,
  operation,
  type PackageStep,
  type PackageValue,
  type SymbolValue,
  symbol,
  type Value,
} from '../../interpret/values.ts'
import { brief, type ts } from '../../syntax/syntax.ts'
import type { Expression, Shape } from '../../types.ts'
import { changeList, changeNumber, changeText } from './scalar-rules.ts'
import { keepMissing, outputOf } from './shape-output.ts'
import { anyShape, arrayShape, unionShape, unknownShape } from './shape-parts.ts'
import { changeObject } from './zod-objects.ts'
import { intersect, startShape } from './zod-types.ts'

/** How schemas are read: what a member of the checked value is, and what a callback of the schema computes. */
export interface SchemaReader {
  readonly member: (owner: Value, name: string) => Value
  /** Null when the callback is more than one expression without branches: its answer would not be sound. */
  readonly apply: (callback: Value, args: readonly Value[]) => Value | null
}

export interface Reading {
  /** The value that the schema checks. */
  readonly input: Value
  readonly reader: SchemaReader
  readonly depth: number
}

export interface SchemaCall {
  readonly name: string
  readonly args: readonly Value[]
  readonly coerced: boolean
  readonly reading: Reading
  /** The source of the schema. */
  readonly text: string
}

/** Schemas may hold themselves. */
const DEEPEST = 5

/** The rules of a zod schema, read from the calls that built it. */
export function readShape(schema: PackageValue, reading: Reading): Shape {
  const text = sourceOf(schema)
  if (reading.depth > DEEPEST) return unknownShape(text)
  let shape: Shape | null = null
  let coerced = false
  for (const { name, args } of pairCalls(schema.steps)) {
    if (name === 'coerce') coerced = true
    else {
      const call = { name, args, coerced, reading, text }
      shape = shape ? changeShape(shape, call) : (startKnown(call) ?? startShape(call) ?? unknownShape(text))
    }
  }
  return settleCoercedText(shape ?? unknownShape(text))
}

const SOURCE_LIMIT = 400

/** The source of the whole chain. */
export function sourceOf(schema: PackageValue): string {
  const last = schema.steps.findLast((step) => step.kind === 'call')
  if (last?.kind !== 'call' || !last.node) return schema.module
  const text = sources.get(last.node) ?? brief(last.node, SOURCE_LIMIT)
  sources.set(last.node, text)
  return text
}

/** The same schema is read for every way through a route. */
const sources = new WeakMap<ts.Node, string>()

export function shapeOf(value: Value, reading: Reading): Shape {
  if (value.kind === 'package') return readShape(value, reading)
  return unknownShape(value.kind)
}

/** Reading one level down: a field or an item of the value. */
export function within(reading: Reading, name: string): Reading {
  return { ...reading, input: reading.reader.member(reading.input, name), depth: reading.depth + 1 }
}

/** The schema that drizzle-zod hands to `(schema) => schema.min(1)`: one whose rules are known already. */
export function columnSchema(shape: Shape): PackageValue {
  const known = symbol({ kind: 'shape', shape })
  const at = { file: '', line: 0 }
  const steps: PackageStep[] = [
    { kind: 'member', name: KNOWN },
    { kind: 'call', args: [known], at, node: null },
  ]
  return { kind: 'package', module: 'drizzle-zod', steps }
}

const KNOWN = '#known'

function startKnown({ name, args: [first] }: SchemaCall): Shape | null {
  return name === KNOWN && first?.kind === 'symbol' && first.expression.kind === 'shape' ? first.expression.shape : null
}

interface PairedCall {
  readonly name: string
  readonly args: readonly Value[]
}

/** The calls of a chain with their names, and the members that lead to another schema. */
function pairCalls(steps: readonly PackageStep[]): PairedCall[] {
  return steps.flatMap((step, index): PairedCall[] => {
    if (step.kind !== 'member') return []
    const next = steps[index + 1]
    if (step.name === 'coerce') return [{ name: 'coerce', args: [] }]
    // `z.iso.date()` checks a string.
    if (step.name === 'iso') return [{ name: 'string', args: [] }]
    if (next && next.kind !== 'member') return [{ name: step.name, args: next.args }]
    const isInside = steps.slice(0, index).some((other) => other.kind !== 'member')
    if (step.name === 'shape' && isInside && next) return [{ name: 'shape', args: [literal(next.name)] }]
    if (step.name === 'element' && isInside) return [{ name: 'element', args: [] }]
    return []
  })
}

function changeShape(shape: Shape, call: SchemaCall): Shape {
  return (
    changeText(shape, call) ??
    changeNumber(shape, call) ??
    changeList(shape, call) ??
    changeObject(shape, call) ??
    changeEnum(shape, call) ??
    changeValue(shape, call) ??
    changeAny(shape, call)
  )
}

function changeEnum(shape: Shape, { name, args }: SchemaCall): Shape | null {
  const [list] = args
  if (shape.type !== 'enum' || list?.kind !== 'array' || list.open) return null
  const named = new Set(list.items.map((item) => (item.kind === 'literal' ? item.value : undefined)))
  if (name === 'extract') return { ...shape, values: shape.values.filter((value) => named.has(value)) }
  return name === 'exclude' ? { ...shape, values: shape.values.filter((value) => !named.has(value)) } : null
}

/** Methods that change what comes out, or look at it. */
function changeValue(shape: Shape, { name, args, reading }: SchemaCall): Shape | null {
  const [first] = args
  const { input, reader } = reading
  const output = outputOf(input, shape, reader.member)
  const computed = (): Expression | null => {
    const made = first ? reader.apply(first, [output]) : null
    // An answer that does not depend on the value was computed of something else.
    return made && made.kind !== 'literal' ? express(made) : null
  }
  switch (name) {
    case 'refine': {
      const check = computed()
      return check ? { ...shape, checks: [...shape.checks, check] } : { ...shape, refined: true }
    }
    case 'transform':
      return { ...shape, parsed: computed() ?? express(operation('parsed', input)) }
    case 'trim':
    case 'toLowerCase':
    case 'toUpperCase':
      return { ...shape, parsed: express(operation(name, output)) }
    case 'default':
    case 'prefault': {
      // Nothing stands in for a value that is known to be there.
      if (output.kind === 'literal' && output.value !== undefined) return { ...shape, optional: true }
      const fallback = first?.kind === 'function' ? operation('default of the schema') : first
      return fallback ? { ...shape, optional: true, parsed: express(operation('default', output, fallback)) } : null
    }
    case 'catch':
      return { ...anyShape(), parsed: express(operation('parsed', input)) }
    case 'pipe':
      return pipeInto(shape, first, reading)
    default:
      return null
  }
}

/** `z.string().transform(Number).pipe(z.number().int())` takes a number as text. */
function pipeInto(shape: Shape, next: Value | undefined, reading: Reading): Shape {
  const parsed = symbol(shape.parsed ?? express(reading.input))
  const then = next ? shapeOf(next, { ...reading, input: parsed, depth: reading.depth + 1 }) : null
  const isNumber = isTextual(reading.input) && shape.type === 'string' && isConversion(parsed)
  if (then?.type === 'number' && isNumber && shape.pattern === null && !shape.refined)
    return { ...then, coerced: true, optional: shape.optional, nullable: shape.nullable, parsed: parsed.expression }
  return { ...shape, refined: true, parsed: then?.parsed ?? shape.parsed ?? express(operation('parsed', parsed)) }
}

function isTextual(input: Value): boolean {
  return input.kind === 'symbol' && input.expression.kind === 'input' && input.expression.from !== 'body'
}

function isConversion({ expression }: SymbolValue): boolean {
  return expression.kind === 'operation' && /^(?:Number|parseInt|parseFloat)$/.test(expression.name)
}

const SILENT = new Set(['describe', 'meta', 'openapi', 'brand', 'readonly', 'register'])

function changeAny(shape: Shape, { name, args, reading, text }: SchemaCall): Shape {
  const [first] = args
  switch (name) {
    case 'optional':
    case 'exactOptional':
      return { ...keepMissing(reading.input, shape), optional: true }
    case 'nonoptional':
      return { ...shape, optional: false }
    case 'nullable':
      return { ...keepMissing(reading.input, shape), nullable: true }
    case 'nullish':
      return { ...keepMissing(reading.input, shape), optional: true, nullable: true }
    case 'unwrap':
      return { ...shape, optional: false, nullable: false }
    case 'array':
      return arrayShape(shape)
    case 'or':
      return first ? unionShape([shape, shapeOf(first, reading)]) : unknownShape(text)
    case 'and':
      return first ? intersect(shape, shapeOf(first, reading), text) : unknownShape(text)
    case 'element':
      return shape.type === 'array' ? shape.item : unknownShape(text)
    case 'shape':
      return unknownShape(text)
    default:
      return SILENT.has(name) ? shape : { ...shape, refined: true }
  }
}

/** `z.coerce.string()` makes the text `undefined` of what is missing, which most rules refuse. */
function settleCoercedText(shape: Shape): Shape {
  if (shape.type !== 'string' || !shape.coerced) return shape
  const accepts = (text: string): boolean =>
    !shape.format && !shape.pattern && text.length >= (shape.min ?? 0) && text.length <= (shape.max ?? text.length)
  return { ...shape, optional: shape.optional && accepts('undefined'), nullable: shape.nullable && accepts('null') }
}
