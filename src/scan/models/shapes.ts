import { describePackage } from '../express-value.ts'
import type { Expression, Shape } from '../types.ts'
import { knownString, type PackageStep, type PackageValue, type Value } from '../values.ts'
import { changeNumber, changeText, numberOf } from './scalar-rules.ts'
import { tableShape } from './table-shape.ts'

/** The condition that a `refine` callback computes of the value at a path; null when it is more than one expression. */
export type ReadCheck = (callback: Value | undefined, path: readonly string[]) => Expression | null

const BASE = { optional: false, nullable: false, refined: false, checks: [], parsed: null }

/** The rules of a zod schema, read from the calls that built it. */
export function readShape(schema: PackageValue, readCheck: ReadCheck, path: readonly string[] = []): Shape {
  const calls = pairCalls(schema.steps)
  let shape: Shape = { ...BASE, type: 'unknown', text: describePackage(schema) }
  let coerced = false
  for (const { name, args } of calls) {
    if (name === 'coerce') coerced = true
    else shape = applyCall(shape, { name, args, coerced, path, readCheck })
  }
  return shape
}

interface SchemaCall {
  readonly name: string
  readonly args: readonly Value[]
  readonly coerced: boolean
  readonly path: readonly string[]
  readonly readCheck: ReadCheck
}

function pairCalls(steps: readonly PackageStep[]): { name: string; args: readonly Value[] }[] {
  return steps.flatMap((step, index) => {
    if (step.kind !== 'member') return []
    const next = steps[index + 1]
    if (step.name === 'coerce') return [{ name: 'coerce', args: [] }]
    // `z.iso.date()` checks a string.
    if (step.name === 'iso') return [{ name: 'string', args: [] }]
    return next && next.kind !== 'member' ? [{ name: step.name, args: next.args }] : []
  })
}

function applyCall(shape: Shape, call: SchemaCall): Shape {
  return (
    startShape(shape, call) ??
    changeText(shape, call) ??
    changeNumber(shape, call) ??
    changeObject(shape, call) ??
    changeAny(shape, call)
  )
}

function startShape(shape: Shape, call: SchemaCall): Shape | null {
  const { name, args, coerced } = call
  const [first] = args
  if (shape.type !== 'unknown') return null
  switch (name) {
    case 'string':
      // Takes anything and turns it into text, so no value of another type is wrong.
      if (coerced) return { ...BASE, type: 'unknown', text: 'coerced string' }
      return { ...BASE, type: 'string', min: null, max: null, format: null, pattern: null }
    case 'number':
      return { ...BASE, type: 'number', min: null, max: null, integer: false, coerced }
    case 'boolean':
      if (coerced) return { ...BASE, type: 'unknown', text: 'coerced boolean' }
      return { ...BASE, type: 'boolean' }
    case 'date':
      return { ...BASE, type: 'date', coerced }
    case 'enum':
    case 'nativeEnum':
      return { ...BASE, type: 'enum', values: enumValues(first) }
    case 'literal':
      return { ...BASE, type: 'enum', values: first?.kind === 'literal' ? [String(first.value)] : [] }
    case 'object':
    case 'strictObject':
    case 'looseObject':
      return { ...BASE, type: 'object', fields: readFields(first, call) }
    case 'array':
      return first
        ? { ...BASE, type: 'array', item: shapeOf(first, { ...call, path: [...call.path, '0'] }), min: null }
        : null
    case 'int':
    case 'int32':
      return { ...BASE, type: 'number', min: null, max: null, integer: true, coerced }
    case 'createInsertSchema':
    case 'createSelectSchema':
    case 'createUpdateSchema':
      return first?.kind === 'table'
        ? tableShape(first, { purpose: name, overrides: readOverrides(args[1], call) })
        : null
    default:
      return null
  }
}

function shapeOf(value: Value, call: SchemaCall): Shape {
  return value.kind === 'package'
    ? readShape(value, call.readCheck, call.path)
    : { ...BASE, type: 'unknown', text: value.kind }
}

/** Overrides of drizzle-zod; a function changes the column's own schema in a way that is not read. */
function readOverrides(value: Value | undefined, call: SchemaCall): Record<string, Shape | 'changed'> {
  const fields = readFields(value, call)
  if (value?.kind !== 'object') return fields
  const changed = [...value.fields].filter(([, field]) => field.kind === 'function')
  return { ...fields, ...Object.fromEntries(changed.map(([key]) => [key, 'changed' as const])) }
}

function readFields(value: Value | undefined, call: SchemaCall): Record<string, Shape> {
  if (value?.kind !== 'object') return {}
  return Object.fromEntries(
    [...value.fields].map(([key, field]) => [key, shapeOf(field, { ...call, path: [...call.path, key] })]),
  )
}

function enumValues(value: Value | undefined): string[] {
  const items = value?.kind === 'array' ? value.items : value?.kind === 'object' ? [...value.fields.values()] : []
  return items.flatMap((item) => knownString(item) ?? [])
}

function changeObject(shape: Shape, call: SchemaCall): Shape | null {
  const { name, args } = call
  if (shape.type === 'array' && name === 'min') return { ...shape, min: numberOf(args[0]) }
  if (shape.type !== 'object') return null
  const [first] = args
  const keys = first?.kind === 'object' ? new Set(first.fields.keys()) : null
  switch (name) {
    case 'extend':
      return { ...shape, fields: { ...shape.fields, ...readFields(first, call) } }
    case 'merge': {
      const merged = first?.kind === 'package' ? readShape(first, call.readCheck, call.path) : null
      return merged?.type === 'object'
        ? { ...shape, fields: { ...shape.fields, ...merged.fields } }
        : { ...shape, refined: true }
    }
    case 'pick':
      return { ...shape, fields: keepFields(shape.fields, (key) => keys?.has(key) ?? true) }
    case 'omit':
      return { ...shape, fields: keepFields(shape.fields, (key) => !keys?.has(key)) }
    case 'partial':
      return {
        ...shape,
        fields: Object.fromEntries(
          Object.entries(shape.fields).map(([key, field]) => [
            key,
            { ...field, optional: field.optional || !keys || keys.has(key) },
          ]),
        ),
      }
    case 'strict':
    case 'passthrough':
    case 'strip':
    case 'loose':
      return shape
    default:
      return null
  }
}

function keepFields(fields: Readonly<Record<string, Shape>>, keep: (key: string) => boolean): Record<string, Shape> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => keep(key)))
}

function changeAny(shape: Shape, { name, args, path, readCheck }: SchemaCall): Shape {
  switch (name) {
    case 'refine': {
      const check = readCheck(args[0], path)
      return check ? { ...shape, checks: [...shape.checks, check] } : { ...shape, refined: true }
    }
    case 'transform': {
      const parsed = readCheck(args[0], path)
      return parsed ? { ...shape, parsed } : { ...shape, refined: true }
    }
    case 'optional':
    case 'default':
    case 'catch':
      return { ...shape, optional: true }
    case 'nullable':
      return { ...shape, nullable: true }
    case 'nullish':
      return { ...shape, optional: true, nullable: true }
    case 'array':
      return args.length === 0 ? { ...BASE, type: 'array', item: shape, min: null } : shape
    case 'describe':
    case 'meta':
    case 'openapi':
    case 'brand':
    case 'readonly':
    case 'safe':
    case 'finite':
      return shape
    default:
      return { ...shape, refined: true }
  }
}
