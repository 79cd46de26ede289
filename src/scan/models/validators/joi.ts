import type { Call } from '../../interpret/call.ts'
import { makeError } from '../../interpret/error-values.ts'
import type { Machine } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  fulfilled,
  literal,
  object,
  operation,
  type PackageValue,
  rejected,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { appendCall, memberNames } from '../packages.ts'
import { callsOf } from './chains.ts'
import { applySettings, type JoiSettings, readJoiValue } from './joi-shapes.ts'
import { schemaReader } from './schema-reader.ts'
import { outputOf } from './shape-output.ts'
import { decideValidation } from './validation.ts'

const MODULES = /^(?:joi|@hapi\/joi|celebrate)$/
const CHECKS = new Set(['validate', 'validateAsync', 'attempt', 'assert'])

export const JOI_DEFAULTS: JoiSettings = {
  isRequired: false,
  converts: true,
  allowsUnknown: false,
  stripsUnknown: false,
}

/** joi schemas: building one gives the chain; checking with one decides whether the value fits. */
export function callJoi(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!MODULES.test(callee.module)) return null
  const name = memberNames(callee).at(-1) ?? ''
  if (name === 'isError') return isJoiError(call.args[0])
  const check = CHECKS.has(name) && callee.steps.at(-1)?.kind === 'member' ? readCheck(callee, call) : null
  if (!check)
    return callee.module === 'celebrate' && !memberNames(callee).includes('Joi')
      ? null
      : appendCall(machine, callee, call)
  const outcome = validate(machine, check, call.node)
  const error = outcome.fits ? null : joiError()
  if (name === 'validate') return resultOf(outcome.value, error)
  if (name === 'validateAsync') return error ? rejected(error) : fulfilled(outcome.value)
  if (error) throw new Thrown(error)
  return name === 'assert' ? UNDEFINED : outcome.value
}

export interface JoiCheck {
  readonly schema: Value
  readonly value: Value
  readonly settings: JoiSettings
}

/** `schema.validate(value)`, `Joi.attempt(value, schema)`, and `Joi.validate(value, schema)` of old versions. */
function readCheck(callee: PackageValue, { args }: Call): JoiCheck | null {
  const [value, second, third] = args
  const isBuilt = callsOf(callee).length > 0
  const schema = isBuilt ? { ...callee, steps: callee.steps.slice(0, -1) } : second
  const options = isBuilt ? second : third
  if (!schema) return null
  return { schema, value: value ?? UNDEFINED, settings: applySettings(JOI_DEFAULTS, options ? [options] : []) }
}

/** What joi makes of the value, and whether it fits. */
export function validate(
  machine: Machine,
  { schema, value, settings }: JoiCheck,
  node: ts.Node,
): { fits: boolean; value: Value } {
  // The environment is supplied by the harness, which makes it fit.
  if (isEnvironment(value)) return { fits: true, value }
  const reader = schemaReader(machine, node)
  const shape = readJoiValue(schema, { input: value, reader, settings, depth: 0 })
  const fits = decideValidation(machine, { validator: 'joi', value, shape, node, schema })
  return { fits, value: fits ? outputOf(value, shape, reader.member) : operation('parsed', value) }
}

function isEnvironment(value: Value): boolean {
  return value.kind === 'symbol' && value.expression.kind === 'operation' && value.expression.name === 'process.env'
}

function resultOf(value: Value, error: Value | null): Value {
  return object([
    ['value', value],
    ['error', error ?? UNDEFINED],
    ['warning', UNDEFINED],
  ])
}

function joiError(): Value {
  return makeError('ValidationError', operation('joi message'), [
    ['isJoi', literal(true)],
    ['details', operation('joi issues')],
  ])
}

function isJoiError(value: Value | undefined): Value {
  if (value?.kind === 'symbol') return operation('is a joi error', value)
  return literal(value?.kind === 'object' && value.fields.has('isJoi'))
}
