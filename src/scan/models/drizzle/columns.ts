import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { type Machine, noteRecord, noteUnresolved } from '../../interpret/machine.ts'
import { LimitReached, Thrown } from '../../interpret/stops.ts'
import { knownString, type PackageValue, type TableValue, type Value } from '../../interpret/values.ts'
import { locate } from '../../syntax/syntax.ts'
import { applyCasing } from '../../tables/casing.ts'
import type { Casing, Column, Dialect } from '../../types.ts'
import { memberNames } from '../packages.ts'
import {
  argumentsOf,
  callsAfter,
  chainAfter,
  hasMember,
  isTrue,
  knownNumber,
  optionOf,
  placeOf,
} from './builder-chain.ts'
import { readDefaults } from './column-defaults.ts'
import { jsonType, takesLength } from './column-json.ts'

type Columns = Pick<TableValue, 'columns' | 'builders' | 'unnamed'>

interface Definition {
  readonly table: string
  readonly dialect: Dialect
  readonly columns: Value | undefined
  /** The table's own; null where `drizzle(...)` may say one. */
  readonly casing: Casing | null
  readonly call: Call
}

/** The columns of a table, from the object of builders; spreads and shared columns are just more fields. */
export function readColumns(machine: Machine, definition: Definition): Columns {
  const { table, columns, call } = definition
  const read: { column: Column; builder: PackageValue; isNamed: boolean }[] = []
  if (columns?.kind !== 'object' || columns.open)
    noteUnresolved(machine, `not all columns of the table ${table} are known`, call.node)
  for (const [key, builder] of columns?.kind === 'object' ? columns.fields : []) {
    if (builder.kind === 'package') read.push(readColumn(machine, { key, builder, definition }))
    else noteUnresolved(machine, `the column ${key} of the table ${table} is not known`, call.node)
  }
  return {
    columns: read.map(({ column }) => column),
    builders: new Map(read.map(({ column, builder }) => [column.key, builder])),
    unnamed: new Set(read.flatMap(({ column, isNamed }) => (isNamed ? [] : [column.key]))),
  }
}

interface BuilderStart {
  readonly type: string
  readonly nameCall: readonly Value[] | undefined
  readonly enumValues: Value | undefined
  readonly sqlType: string | null
}

function readColumn(
  machine: Machine,
  { key, builder, definition }: { key: string; builder: PackageValue; definition: Definition },
): { column: Column; builder: PackageValue; isNamed: boolean } {
  const start = readStart(machine, builder, definition.call)
  const own = lastingChain(machine, builder)
  const mode = knownString(optionOf(start.nameCall, 'mode'))
  const depth = listDepth(builder)
  const given = givenName(start)
  const json = jsonType(start.type, mode, definition.dialect)
  const primaryKey = hasMember(own, 'primaryKey')
  const isSerial = /serial$/i.test(start.type)
  const defaults = readDefaults(own, start.type)
  const column: Column = {
    key,
    name: given ?? applyCasing(key, definition.casing),
    type: `${start.type}${'[]'.repeat(depth)}`,
    sqlType: start.sqlType,
    // What a list column takes is not described yet; `unknown` keeps anyone from guessing a single value.
    json: depth > 0 ? 'unknown' : (json ?? 'unknown'),
    mode,
    length: takesLength(start.type, definition.dialect) ? knownNumber(optionOf(start.nameCall, 'length')) : null,
    precision: knownNumber(optionOf(start.nameCall, 'precision')),
    scale: knownNumber(optionOf(start.nameCall, 'scale')),
    withTimezone: isTrue(optionOf(start.nameCall, 'withTimezone')),
    notNull: primaryKey || hasMember(own, 'notNull') || isSerial || defaults.identity !== null,
    ...defaults,
    defaultSql: null,
    primaryKey,
    unique: primaryKey || hasMember(own, 'unique'),
    enumValues: depth > 0 ? null : readEnum(start.enumValues),
    references: null,
  }
  const at = placeOf(builder) ?? locate(machine.root, definition.call.node)
  for (const what of listUnknowns(column, start, json)) noteRecord(machine, { what, text: '', at })
  return { column, builder: own, isNamed: given !== null || definition.casing !== null }
}

/** `.array().array()`, and `.array('[][]')` from drizzle-orm 1 on. */
function listDepth(builder: PackageValue): number {
  const depths = callsAfter(builder, 'array').map(([brackets]) => (knownString(brackets)?.length ?? 2) / 2)
  return depths.reduce((sum, depth) => sum + depth, 0)
}

/** Up to drizzle-orm 0.x `.array()` makes a new column: what was said before it holds for its items. */
function lastingChain(machine: Machine, builder: PackageValue): PackageValue {
  if (!hasMember(builder, 'array') || isDrizzleOne(machine)) return builder
  return chainAfter(builder, 'array')
}

function isDrizzleOne({ files }: Machine): boolean {
  return Number(files.versionOf('drizzle-orm', files.root)?.match(/\d+/)?.[0] ?? 0) >= 1
}

/** Enums and custom types are made first and called with the column's name then. */
function readStart(machine: Machine, builder: PackageValue, call: Call): BuilderStart {
  const names = memberNames(builder)
  const [first, second] = argumentsOf(builder)
  const maker = names[0] ?? 'unknown'
  if (maker === 'pgEnum') return { type: 'enum', nameCall: second, enumValues: first?.[1], sqlType: null }
  if (maker === 'pgSchema' && names[1] === 'enum') {
    return { type: 'enum', nameCall: argumentsOf(builder)[2], enumValues: second?.[1], sqlType: null }
  }
  if (maker === 'customType') {
    return {
      type: maker,
      nameCall: second,
      enumValues: undefined,
      sqlType: customType(machine, { first, second, call }),
    }
  }
  const values =
    optionOf(first, 'enum') ?? (maker === 'mysqlEnum' ? first?.findLast((arg) => arg.kind !== 'literal') : undefined)
  return { type: maker, nameCall: first, enumValues: values, sqlType: null }
}

function customType(
  machine: Machine,
  { first, second, call }: { first: readonly Value[] | undefined; second: readonly Value[] | undefined; call: Call },
): string | null {
  const dataType = optionOf(first, 'dataType')
  if (dataType?.kind !== 'function') return null
  const config = second?.find((arg) => arg.kind === 'object')
  return knownString(
    tryCall(machine, { ...call, callee: dataType, self: null, args: config ? [config] : [] }) ?? undefined,
  )
}

/** What a callback of the schema gives; null when it fails. */
export function tryCall(machine: Machine, call: Call): Value | null {
  try {
    return callFunctionLike(machine, call)
  } catch (error) {
    if (error instanceof Thrown || error instanceof LimitReached || error instanceof RangeError) return null
    throw error
  }
}

/** Null when the code leaves the name to Drizzle. */
function givenName({ nameCall }: BuilderStart): string | null {
  return knownString(nameCall?.[0]) || null
}

/** What of a column the code does not show. */
function listUnknowns(column: Column, start: BuilderStart, json: Column['json'] | null): string[] {
  const { key } = column
  const isEnum = /[eE]num$/.test(column.type)
  return [
    ...(json === null ? [`the type ${start.type} of the column ${key} is not known`] : []),
    ...(column.defaultSource === 'unknown' ? [`the default of the column ${key} is only known at run time`] : []),
    ...(start.nameCall?.[0]?.kind === 'symbol' ? [`the name of the column ${key} is only known at run time`] : []),
    ...(isEnum && !column.enumValues ? [`the values of the enum column ${key} are not known`] : []),
  ]
}

/** The values of an enum, from its list or from an enum of TypeScript. */
export function readEnum(value: Value | undefined): readonly string[] | null {
  if (value?.kind === 'object' && !value.open) {
    const texts = [...value.fields.values()].map(knownString)
    return texts.length > 0 && texts.every((text) => text !== null) ? texts : null
  }
  if (value?.kind !== 'array' || value.open) return null
  const texts = value.items.map(knownString)
  return texts.every((text) => text !== null) ? texts : null
}
