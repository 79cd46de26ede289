import type { Call } from '../../interpret/call.ts'
import { makeError } from '../../interpret/error-values.ts'
import type { Machine } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  fulfilled,
  literal,
  native,
  object,
  type PackageValue,
  rejected,
  symbol,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { appendCall, memberNames } from '../packages.ts'
import { schemaReader } from './schema-reader.ts'
import { outputOf } from './shape-output.ts'
import { readShape } from './shapes.ts'
import { decideValidation } from './validation.ts'

const MODULES = new Set(['zod', 'zod/v4', 'zod/v3', 'zod/mini', 'zod/v4-mini', 'drizzle-zod', 'drizzle-orm/zod'])
const CHECKS = new Set(['parse', 'safeParse', 'parseAsync', 'safeParseAsync', 'spa'])

/** zod schemas: building one gives the chain; checking with one decides whether the value fits. */
export function callZod(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!MODULES.has(callee.module)) return null
  const check = readCheck(callee, call)
  if (!check) return appendCall(machine, callee, call)
  const { value, isSafe } = check
  // The environment is supplied by the harness, which makes it fit.
  const parsed = isEnvironment(value) ? value : parse(machine, check, call.node)
  const answer = isSafe ? safeAnswer(parsed) : parsed
  if (answer) return check.isAsync ? fulfilled(answer) : answer
  const error = zodError()
  if (check.isAsync) return rejected(error)
  throw new Thrown(error)
}

interface Check {
  readonly schema: PackageValue
  readonly value: Value
  readonly isSafe: boolean
  readonly isAsync: boolean
}

/** `schema.parse(value)`, or `z.parse(schema, value)`; null for a call that builds a schema. */
function readCheck(callee: PackageValue, { args }: Call): Check | null {
  const name = memberNames(callee).at(-1) ?? ''
  if (!CHECKS.has(name) || callee.steps.at(-1)?.kind !== 'member') return null
  const how = { isSafe: name.startsWith('sa') || name === 'spa', isAsync: name.endsWith('Async') || name === 'spa' }
  const [first, second] = args
  const isBuilt = callee.steps.some((step) => step.kind !== 'member')
  if (isBuilt) return { ...how, schema: { ...callee, steps: callee.steps.slice(0, -1) }, value: first ?? UNDEFINED }
  return first?.kind === 'package' ? { ...how, schema: first, value: second ?? UNDEFINED } : null
}

/** What comes out; null when the value does not fit. */
function parse(machine: Machine, { schema, value }: Check, node: ts.Node): Value | null {
  const reader = schemaReader(machine, node)
  const shape = readShape(schema, { input: value, reader, depth: 0 })
  const fits = decideValidation(machine, { validator: 'zod', value, shape, node, schema })
  return fits ? outputOf(value, shape, reader.member) : null
}

function isEnvironment(value: Value): boolean {
  return value.kind === 'symbol' && value.expression.kind === 'operation' && value.expression.name === 'process.env'
}

function safeAnswer(data: Value | null): Value {
  if (data)
    return object([
      ['success', literal(true)],
      ['data', data],
      ['error', UNDEFINED],
    ])
  return object([
    ['success', literal(false)],
    ['data', UNDEFINED],
    ['error', zodError()],
  ])
}

/** Calls on a schema that change the fields other than by naming them. */
const PLAIN_OBJECTS = new Set(['z', 'object', 'strictObject', 'looseObject', 'extend', 'strict'])

/** `schema.shape`, to be spread into another object; null when calls that change the fields were made. */
export function shapeMember(schema: PackageValue): Value | null {
  if (!MODULES.has(schema.module) || !memberNames(schema).every((name) => PLAIN_OBJECTS.has(name))) return null
  const fields = schema.steps.flatMap((step) => {
    const [first] = step.kind === 'member' ? [] : step.args
    return first?.kind === 'object' ? [...first.fields].filter(([, field]) => field.kind === 'package') : []
  })
  return object(fields)
}

function zodError(): Value {
  const open = (name: string): Value => symbol({ kind: 'operation', name: `zod ${name}`, operands: [] })
  const method = (name: string): readonly [string, Value] => [name, native(name, () => open(name))]
  return makeError('ZodError', open('message'), [
    ['issues', open('issues')],
    ['errors', open('issues')],
    method('format'),
    method('flatten'),
  ])
}
