import type { PackageValue, Value } from '../../interpret/values.ts'
import type { Column } from '../../types.ts'
import { callAfter, hasMember, isTrue, optionOf } from './builder-chain.ts'

type Defaults = Pick<Column, 'hasDefault' | 'defaultValue' | 'defaultSource' | 'onUpdate' | 'identity' | 'generated'>

/** Who fills the column when an insert leaves it out, in the order in which Drizzle asks. */
export function readDefaults(builder: PackageValue, type: string): Defaults {
  const source = defaultSource(builder, type)
  const generated = hasMember(builder, 'generatedAlwaysAs') ? { sql: null } : null
  return {
    hasDefault: source !== null || generated !== null,
    defaultValue: source === 'literal' ? literalValue(callAfter(builder, 'default')?.[0]) : null,
    defaultSource: source,
    onUpdate: hasAny(builder, ['$onUpdate', '$onUpdateFn'])
      ? 'function'
      : hasMember(builder, 'onUpdateNow')
        ? 'sql'
        : null,
    identity: hasMember(builder, 'generatedAlwaysAsIdentity')
      ? 'always'
      : hasMember(builder, 'generatedByDefaultAsIdentity')
        ? 'byDefault'
        : null,
    generated,
  }
}

function defaultSource(builder: PackageValue, type: string): Column['defaultSource'] {
  if (hasAny(builder, ['$default', '$defaultFn'])) return 'function'
  const given = callAfter(builder, 'default')
  if (given) return sourceOf(given[0])
  if (hasAny(builder, ['defaultNow', 'defaultRandom'])) return 'sql'
  if (hasAny(builder, ['$onUpdate', '$onUpdateFn'])) return 'function'
  return isFilledByDatabase(builder, type) ? 'database' : null
}

const FILLING = ['generatedAlwaysAsIdentity', 'generatedByDefaultAsIdentity', 'autoincrement', 'onUpdateNow']

function isFilledByDatabase(builder: PackageValue, type: string): boolean {
  // In SQLite an integer that is the primary key is the row's own number.
  const isRowId =
    builder.module.endsWith('sqlite-core') && /^int(?:eger)?$/.test(type) && hasMember(builder, 'primaryKey')
  return /serial$/i.test(type) || isRowId || hasAny(builder, FILLING)
}

function sourceOf(value: Value | undefined): Column['defaultSource'] {
  if (value?.kind === 'literal' || value?.kind === 'object' || value?.kind === 'array') return 'literal'
  if (isSql(value)) return 'sql'
  if (isMoment(value)) return 'literal'
  return 'unknown'
}

/** `default(new Date())`: a value like any other, made when the schema is imported. */
function isMoment(value: Value | undefined): boolean {
  if (value?.kind !== 'symbol') return false
  const { expression } = value
  return expression.kind === 'unknown'
    ? /^(?:new Date|Date\.now)\b/.test(expression.text)
    : expression.kind === 'operation' && expression.name === 'Date'
}

export function isSql(value: Value | undefined): boolean {
  if (value?.kind === 'package') return /^drizzle-orm/.test(value.module)
  return (
    value?.kind === 'symbol' && value.expression.kind === 'operation' && /^(?:sql|raw)$/.test(value.expression.name)
  )
}

function literalValue(value: Value | undefined): Column['defaultValue'] {
  if (value?.kind !== 'literal') return null
  if (typeof value.value === 'number' && !Number.isFinite(value.value)) return null
  return typeof value.value === 'bigint' || value.value === undefined ? null : value.value
}

function hasAny(builder: PackageValue, names: readonly string[]): boolean {
  return names.some((name) => hasMember(builder, name))
}

/** SQL of defaults that have a method of their own. */
export function namedDefault(builder: PackageValue): string | null {
  if (hasMember(builder, 'defaultRandom')) return 'gen_random_uuid()'
  if (!hasMember(builder, 'defaultNow')) return null
  if (builder.module.endsWith('sqlite-core')) return "(cast((julianday('now') - 2440587.5)*86400000 as integer))"
  return builder.module.endsWith('mysql-core') ? '(now())' : 'now()'
}

export function hasNullsNotDistinct(args: readonly Value[] | null): boolean {
  const nulls = optionOf(args, 'nulls')
  return (nulls?.kind === 'literal' && nulls.value === 'not distinct') || isTrue(optionOf(args, 'nullsNotDistinct'))
}
