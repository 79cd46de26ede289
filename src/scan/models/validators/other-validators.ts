import type { Call } from '../../interpret/call.ts'
import { makeError } from '../../interpret/error-values.ts'
import type { Machine } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  array,
  fulfilled,
  literal,
  object,
  operation,
  type PackageValue,
  rejected,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { brief } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'
import { callsOf } from './chains.ts'
import { unknownShape } from './shape-parts.ts'
import { sourceOf } from './shapes.ts'
import { decideValidation } from './validation.ts'

/** How a check tells what it found. */
type Report =
  | 'throws'
  | 'rejects'
  | 'boolean'
  | 'promises boolean'
  | 'result'
  | 'promises result'
  | 'pair'
  | 'list'
  | 'promises list'

interface Check {
  readonly schema: Value | undefined
  readonly value: Value | undefined
  readonly report: Report
}

type Find = (name: string, callee: PackageValue, call: Call) => Check | null

/** Validators whose rules are not decoded: their checks are decisions, and the source of the schema is kept. */
const VALIDATORS: readonly { readonly module: RegExp; readonly validator: string; readonly find: Find }[] = [
  { module: /^yup$/, validator: 'yup', find: findYup },
  { module: /^valibot$/, validator: 'valibot', find: findValibot },
  { module: /^superstruct$/, validator: 'superstruct', find: findSuperstruct },
  { module: /^class-validator$/, validator: 'class-validator', find: findClassValidator },
  { module: /^ajv(?:\/|$)/, validator: 'ajv', find: findAjv },
  { module: /^(?:@sinclair\/)?typebox(?:\/|$)/, validator: 'typebox', find: findTypebox },
]

export function callOtherValidator(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!machine.run) return null
  if (callee.module === 'class-transformer') return makeInstance(callee, call)
  const known = VALIDATORS.find(({ module }) => module.test(callee.module))
  const check = known?.find(memberNames(callee).at(-1) ?? '', callee, call)
  if (!known || !check?.value) return null
  const { validator } = known
  const value = subjectOf(check.value)
  const fits = decideValidation(machine, {
    validator,
    value,
    shape: unknownShape(textOf(check.schema)),
    node: call.node,
    ...(check.schema ? { schema: check.schema } : {}),
  })
  return answer({ validator, value, report: check.report }, fits)
}

const OF_CHAIN: Readonly<Record<string, Report>> = {
  validate: 'rejects',
  validateSync: 'throws',
  isValid: 'promises boolean',
  isValidSync: 'boolean',
}

function findYup(name: string, callee: PackageValue, { args }: Call): Check | null {
  const report = callee.steps.at(-1)?.kind === 'member' && callsOf(callee).length > 0 ? OF_CHAIN[name] : undefined
  return report ? { schema: { ...callee, steps: callee.steps.slice(0, -1) }, value: args[0], report } : null
}

const VALIBOT: Readonly<Record<string, Report>> = {
  parse: 'throws',
  assert: 'throws',
  parseAsync: 'rejects',
  safeParse: 'result',
  safeParseAsync: 'promises result',
  is: 'boolean',
}

function findValibot(name: string, _callee: PackageValue, { args: [schema, value] }: Call): Check | null {
  const report = VALIBOT[name]
  return report ? { schema, value, report } : null
}

const SUPERSTRUCT: Readonly<Record<string, Report>> = {
  assert: 'throws',
  create: 'throws',
  mask: 'throws',
  is: 'boolean',
  validate: 'pair',
}

function findSuperstruct(name: string, _callee: PackageValue, { args: [value, schema] }: Call): Check | null {
  const report = SUPERSTRUCT[name]
  return report ? { schema, value, report } : null
}

const CLASS_VALIDATOR: Readonly<Record<string, Report>> = {
  validate: 'promises list',
  validateSync: 'list',
  validateOrReject: 'rejects',
}

function findClassValidator(name: string, _callee: PackageValue, { args: [value] }: Call): Check | null {
  const report = CLASS_VALIDATOR[name]
  return report ? { schema: value, value, report } : null
}

/** `ajv.validate(schema, value)`, or what `ajv.compile(schema)` made, called with the value. */
function findAjv(name: string, callee: PackageValue, { args }: Call): Check | null {
  const last = callee.steps.at(-1)
  if (last?.kind === 'call' && name === 'compile') return { schema: last.args[0], value: args[0], report: 'boolean' }
  return last?.kind === 'member' && name === 'validate' && callee.steps.length > 1
    ? { schema: args[0], value: args[1], report: 'boolean' }
    : null
}

/** `Value.Check(schema, value)`, or what `TypeCompiler.Compile(schema)` made, asked with `.Check(value)`. */
function findTypebox(name: string, callee: PackageValue, { args }: Call): Check | null {
  const report = { Check: 'boolean', Parse: 'throws', Decode: 'throws', Assert: 'throws' }[name]
  if (report !== 'boolean' && report !== 'throws') return null
  const compiled = callsOf(callee).find((made) => made.name === 'Compile')
  return compiled
    ? { schema: compiled.args[0], value: args[0], report }
    : { schema: args[0], value: args.at(-1), report }
}

function answer(
  { validator, value, report }: { validator: string; value: Value; report: Report },
  fits: boolean,
): Value {
  // What comes out may be converted, stripped and filled up.
  const output = operation('parsed', value)
  const issues = operation(`${validator} issues`)
  const error = makeError('ValidationError', operation(`${validator} message`), [
    ['errors', issues],
    ['issues', issues],
    ['inner', issues],
    ['#module', literal(validator)],
  ])
  switch (report) {
    case 'throws':
      if (!fits) throw new Thrown(error)
      return output
    case 'rejects':
      return fits ? fulfilled(output) : rejected(validator === 'class-validator' ? issues : error)
    case 'boolean':
      return literal(fits)
    case 'promises boolean':
      return fulfilled(literal(fits))
    case 'result':
      return resultOf(fits, output, issues)
    case 'promises result':
      return fulfilled(resultOf(fits, output, issues))
    case 'pair':
      return fits ? array([UNDEFINED, output]) : array([error, UNDEFINED])
    case 'list':
      return fits ? array([]) : issues
    case 'promises list':
      return fulfilled(fits ? array([]) : issues)
    default:
      return report satisfies never
  }
}

function resultOf(fits: boolean, output: Value, issues: Value): Value {
  return object([
    ['success', literal(fits)],
    ['output', fits ? output : UNDEFINED],
    ['issues', fits ? UNDEFINED : issues],
  ])
}

const DECORATED = /@(?:Transform|Type|Expose|Exclude)\b/

/** `plainToInstance(Class, body)`: the fields of the body, but where decorators change them. */
function makeInstance(callee: PackageValue, { args: [type, plain] }: Call): Value | null {
  if (!/^plainTo(?:Instance|Class)$/.test(memberNames(callee).at(-1) ?? '')) return null
  if (type?.kind !== 'class' || plain?.kind !== 'symbol') return null
  const fields = DECORATED.test(type.node.getText()) ? [] : [['...0', plain] as const]
  return object([...fields, ['#plain', plain]], { open: true, type })
}

/** What was sent, where an instance was made of it. */
function subjectOf(value: Value): Value {
  return (value.kind === 'object' ? value.fields.get('#plain') : undefined) ?? value
}

const SOURCE_LIMIT = 1500

/** The source of a schema, or of the class whose decorators are one. */
function textOf(schema: Value | undefined): string {
  if (schema?.kind === 'package') return sourceOf(schema)
  if (schema?.kind === 'object' && schema.type?.kind === 'class') return brief(schema.type.node, SOURCE_LIMIT)
  return JSON.stringify(plainOf(schema, 8)).slice(0, SOURCE_LIMIT)
}

/** A schema that is data, e.g. JSON Schema. */
function plainOf(value: Value | undefined, depth: number): unknown {
  if (value?.kind === 'literal') return typeof value.value === 'bigint' ? Number(value.value) : (value.value ?? null)
  if (depth === 0) return '...'
  if (value?.kind === 'array') return value.items.map((item) => plainOf(item, depth - 1))
  if (value?.kind !== 'object') return value?.kind ?? null
  return Object.fromEntries([...value.fields].map(([key, field]) => [key, plainOf(field, depth - 1)]))
}
