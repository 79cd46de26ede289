import { extend, getMember } from '../access.ts'
import { type Call, callFunction } from '../call.ts'
import { decide } from '../decisions.ts'
import { express } from '../express-value.ts'
import { type Machine, makeError, Thrown } from '../machine.ts'
import { ts, walk } from '../syntax.ts'
import type { Shape } from '../types.ts'
import {
  fulfilled,
  literal,
  native,
  object,
  operation,
  type PackageValue,
  rejected,
  symbol,
  UNDEFINED,
  type Value,
} from '../values.ts'
import { appendCall, memberNames } from './packages.ts'
import { type ReadCheck, readShape } from './shapes.ts'

const MODULES = new Set(['zod', 'zod/v4', 'zod/v3', 'zod/mini', 'drizzle-zod', 'drizzle-orm/zod'])
const CHECKS = new Set(['parse', 'safeParse', 'parseAsync', 'safeParseAsync'])

/** zod schemas: building one gives the chain; checking with one decides whether the value fits. */
export function callZod(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!MODULES.has(callee.module)) return null
  const check = memberNames(callee).at(-1) ?? ''
  const isCheck = CHECKS.has(check) && callee.steps.at(-1)?.kind === 'member' && callee.steps.length > 1
  if (!isCheck) return appendCall(machine, callee, call)
  const schema: PackageValue = { ...callee, steps: callee.steps.slice(0, -1) }
  const value = call.args[0] ?? UNDEFINED
  // The environment is supplied by the harness, which makes it fit.
  if (isEnvironment(value))
    return check.startsWith('safe')
      ? object([
          ['success', literal(true)],
          ['data', value],
        ])
      : value
  const shape = readShape(schema, checkReader(machine, value, call))
  const fits = decide(
    machine,
    symbol({ kind: 'operation', name: 'fits', operands: [express(value), { kind: 'shape', shape }] }),
    call.node,
  )
  const answer = check.startsWith('safe')
    ? safeAnswer(fits, parsedValue(value, shape, schema))
    : fits
      ? parsedValue(value, shape, schema)
      : null
  if (answer) return check.endsWith('Async') ? fulfilled(answer) : answer
  const error = zodError()
  if (check.endsWith('Async')) return rejected(error)
  throw new Thrown(error)
}

/** Runs a `refine` callback on the symbol it will check; only a lone expression without branches gives a sound condition. */
function checkReader(machine: Machine, value: Value, call: Call): ReadCheck {
  return (callback, path) => {
    if (callback?.kind === 'native') {
      const given = path.reduce((owner, name) => getMember(machine, owner, name, call.node), value)
      return express(callback.call([given], call.node))
    }
    if (
      callback?.kind !== 'function' ||
      !callback.node.body ||
      ts.isBlock(callback.node.body) ||
      hasBranch(callback.node.body)
    )
      return null
    const target = path.reduce((owner, name) => getMember(machine, owner, name, call.node), value)
    const { run } = machine
    machine.run = null
    try {
      return express(callFunction(machine, callback, { callee: callback, self: null, args: [target], node: call.node }))
    } finally {
      machine.run = run
    }
  }
}

function hasBranch(root: ts.Node): boolean {
  let isFound = false
  walk(root, (node) => {
    isFound ||=
      ts.isConditionalExpression(node) || (ts.isBinaryExpression(node) && LOGICAL.has(node.operatorToken.kind))
  })
  return isFound
}

const LOGICAL: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
])

function isEnvironment(value: Value): boolean {
  return value.kind === 'symbol' && value.expression.kind === 'operation' && value.expression.name === 'process.env'
}

function safeAnswer(fits: boolean, data: Value): Value {
  if (fits)
    return object([
      ['success', literal(true)],
      ['data', data],
      ['error', UNDEFINED],
    ])
  return object([
    ['success', literal(false)],
    ['error', zodError()],
  ])
}

/** What comes out of the schema: the same value, unless the schema says that it changes it. */
function parsedValue(value: Value, shape: Shape, schema: PackageValue): Value {
  if (shape.parsed) return symbol(shape.parsed)
  if (shape.type !== 'object') return isPlain(shape) ? value : operation('parsed', value)
  if (shape.refined) return operation('parsed', value)
  if (value.kind === 'object' || value.kind === 'request') return parsedFields(value, shape, schema)
  if (value.kind !== 'symbol' || value.expression.kind !== 'input') return value
  return parsedFields(value, shape, schema)
}

function parsedFields(value: Value, shape: Extract<Shape, { type: 'object' }>, schema: PackageValue): Value {
  const schemas = readFieldSchemas(schema)
  const parts = Object.entries(shape.fields).map(([name, field]): readonly [string, Value] => {
    const own = fieldOf(value, name)
    const inner = schemas.get(name)
    if (!inner) return [name, plainOrParsed(own, field)]
    return [
      name,
      changeValue(field.type === 'object' ? parsedValue(own, field, inner) : plainOrParsed(own, field), inner),
    ]
  })
  return object(parts)
}

function plainOrParsed(own: Value, field: Shape): Value {
  if (field.parsed) return symbol(field.parsed)
  return isPlain(field) ? own : operation(coercion(field), own)
}

function fieldOf(value: Value, name: string): Value {
  if (value.kind === 'symbol') return symbol(extend(value.expression, name))
  if (value.kind !== 'object' && value.kind !== 'request') return UNDEFINED
  const own = value.fields.get(name)
  if (own || value.kind === 'object') return own ?? UNDEFINED
  const expression = express(value)
  const part = expression.kind === 'object' ? expression.fields[name] : undefined
  return part ? symbol(part) : UNDEFINED
}

const PLAIN_OBJECTS = new Set(['z', 'object', 'strictObject', 'looseObject', 'extend', 'strict'])

/** `schema.shape`, to be spread into another object; null when calls that change the fields were made. */
export function shapeMember(schema: PackageValue): Value | null {
  if (!MODULES.has(schema.module) || !memberNames(schema).every((name) => PLAIN_OBJECTS.has(name))) return null
  return object(readFieldSchemas(schema))
}

/** The schemas of an object's fields, as far as they are written out. */
function readFieldSchemas(schema: PackageValue): Map<string, PackageValue> {
  const found = new Map<string, PackageValue>()
  for (const step of schema.steps) {
    const [first] = step.kind === 'member' ? [] : step.args
    if (first?.kind !== 'object') continue
    for (const [name, field] of first.fields) if (field.kind === 'package') found.set(name, field)
  }
  return found
}

const TEXT_CHANGES = new Set(['trim', 'toLowerCase', 'toUpperCase'])

/** `.trim()` and `.default(1)` change what comes out. */
function changeValue(own: Value, schema: PackageValue): Value {
  let changed = own
  for (const [index, step] of schema.steps.entries()) {
    if (step.kind !== 'member') continue
    const next = schema.steps[index + 1]
    const [fallback] = next && next.kind !== 'member' ? next.args : []
    if (TEXT_CHANGES.has(step.name)) changed = operation(step.name, changed)
    if (step.name === 'default' && fallback) changed = operation('default', changed, defaultValue(fallback))
  }
  return changed
}

function defaultValue(value: Value): Value {
  return value.kind === 'function' ? operation('default of the schema') : value
}

function isPlain(shape: Shape): boolean {
  if (shape.refined || shape.parsed) return false
  return !((shape.type === 'number' || shape.type === 'date') && shape.coerced)
}

function coercion(shape: Shape): string {
  if (shape.refined) return 'parsed'
  return shape.type === 'date' ? 'Date' : 'Number'
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
