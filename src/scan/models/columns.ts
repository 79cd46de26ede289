import { type Call, callFunctionLike } from '../call.ts'
import type { Machine } from '../machine.ts'
import type { Column } from '../types.ts'
import { knownString, type PackageValue, type Value } from '../values.ts'
import { memberNames } from './packages.ts'

const JSON_TYPES: readonly (readonly [RegExp, Column['json']])[] = [
  [
    /^(?:serial|bigserial|smallserial|integer|int|smallint|tinyint|mediumint|bigint|real|doublePrecision|double|float|numeric:number)$/,
    'number',
  ],
  [/^(?:text|varchar|char|uuid|numeric|decimal|pgEnum|mysqlEnum|time|interval|inet|cidr|date|citext)$/, 'string'],
  [/^boolean$/, 'boolean'],
  [/^(?:timestamp|datetime)$/, 'date'],
  [/^(?:json|jsonb)$/, 'object'],
]

/** The columns of a table, from the object of builders; spreads and shared columns are just more fields. */
export function readColumns(machine: Machine, definition: Value | undefined, call: Call): Column[] {
  if (definition?.kind !== 'object') return []
  return [...definition.fields].flatMap(([key, builder]) =>
    builder.kind === 'package' ? [readColumn(machine, { key, builder, call })] : [],
  )
}

function readColumn(
  machine: Machine,
  { key, builder, call }: { key: string; builder: PackageValue; call: Call },
): Column {
  const type = memberNames(builder)[0] ?? 'unknown'
  const args = argumentsOf(builder)
  const isEnum = type === 'pgEnum'
  const nameCall = isEnum ? args[1] : args[0]
  const modifier = (name: string): readonly Value[] | null => callAfter(builder, name)
  const options = nameCall?.findLast((arg) => arg.kind === 'object')
  const mode = options?.kind === 'object' ? knownString(options.fields.get('mode')) : null
  const primaryKey = modifier('primaryKey') !== null
  const defaultCall = modifier('default')
  const isList = modifier('array') !== null
  const column: Column = {
    key,
    name: knownString(nameCall?.[0]) ?? key,
    type: `${isEnum ? 'enum' : type}${isList ? '[]' : ''}`,
    // What a list column takes is not described yet; `unknown` keeps anyone from guessing a single value.
    json: isList ? 'unknown' : jsonType(type, mode),
    notNull: primaryKey || modifier('notNull') !== null || /serial$/i.test(type),
    hasDefault:
      /serial$/i.test(type) ||
      hasDefault(builder) ||
      (primaryKey && type === 'integer' && builder.module.endsWith('sqlite-core')),
    defaultValue: literalDefault(defaultCall?.[0]),
    primaryKey,
    unique: primaryKey || modifier('unique') !== null,
    enumValues: isList
      ? null
      : readEnum(
          isEnum
            ? args[0]?.[1]
            : options?.kind === 'object'
              ? options.fields.get('enum')
              : (nameCall?.[1] ?? undefined),
        ),
    references: null,
  }
  machine.references.set(column, () => readReference(machine, modifier('references'), call))
  return column
}

const DEFAULTS = new Set([
  'default',
  'defaultNow',
  'defaultRandom',
  '$defaultFn',
  '$default',
  '$onUpdate',
  '$onUpdateFn',
  'generatedAlwaysAsIdentity',
  'generatedByDefaultAsIdentity',
  'generatedAlwaysAs',
  'autoincrement',
])

function hasDefault(builder: PackageValue): boolean {
  return builder.steps.some((step) => step.kind === 'member' && DEFAULTS.has(step.name))
}

function jsonType(type: string, mode: string | null): Column['json'] {
  if (type === 'bigint' || type === 'numeric' || type === 'decimal')
    return mode === 'number' || (mode === null && type === 'bigint') ? 'number' : 'string'
  if (type === 'integer' && mode === 'boolean') return 'boolean'
  if (type === 'integer' && (mode === 'timestamp' || mode === 'timestamp_ms')) return 'date'
  if (type === 'timestamp' && mode === 'string') return 'string'
  if (type === 'date' && mode === 'date') return 'date'
  if (type === 'text' && mode === 'json') return 'object'
  return JSON_TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? 'unknown'
}

function argumentsOf(builder: PackageValue): (readonly Value[])[] {
  return builder.steps.flatMap((step) => (step.kind === 'call' ? [step.args] : []))
}

function callAfter(builder: PackageValue, name: string): readonly Value[] | null {
  const index = builder.steps.findIndex((step) => step.kind === 'member' && step.name === name)
  if (index < 0) return null
  const call = builder.steps[index + 1]
  return call?.kind === 'call' ? call.args : []
}

function literalDefault(value: Value | undefined): Column['defaultValue'] {
  if (value?.kind !== 'literal') return null
  return typeof value.value === 'bigint' || value.value === undefined ? null : value.value
}

function readEnum(value: Value | undefined): readonly string[] | null {
  if (value?.kind !== 'array' || value.open) return null
  const texts = value.items.map(knownString)
  return texts.every((text) => text !== null) ? texts : null
}

function readReference(machine: Machine, args: readonly Value[] | null, call: Call): Column['references'] {
  const [target] = args ?? []
  if (target?.kind !== 'function') return null
  const column = callFunctionLike(machine, { callee: target, self: null, args: [], node: call.node })
  if (column.kind !== 'symbol' || column.expression.kind !== 'column') return null
  return { table: column.expression.table, column: column.expression.column }
}
