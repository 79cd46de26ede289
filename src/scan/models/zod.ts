import { getMember } from '../access.ts'
import { type Call, callFunction } from '../call.ts'
import { decide } from '../decisions.ts'
import { express } from '../express-value.ts'
import { type Machine, makeError, Thrown } from '../machine.ts'
import { ts } from '../syntax.ts'
import type { Shape } from '../types.ts'
import {
  fulfilled,
  literal,
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

const MODULES = new Set(['zod', 'zod/v4', 'zod/v3', 'zod/mini', 'drizzle-zod'])
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
  const answer = check.startsWith('safe') ? safeAnswer(fits, value, shape) : fits ? parsedValue(value, shape) : null
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

function hasBranch(node: ts.Node): boolean {
  const isLogical = ts.isBinaryExpression(node) && /^(?:&&|\|\||\?\?)$/.test(node.operatorToken.getText())
  return (
    isLogical ||
    ts.isConditionalExpression(node) ||
    (ts.forEachChild(node, (child) => hasBranch(child) || undefined) ?? false)
  )
}

function isEnvironment(value: Value): boolean {
  return value.kind === 'symbol' && value.expression.kind === 'operation' && value.expression.name === 'process.env'
}

function safeAnswer(fits: boolean, value: Value, shape: Shape): Value {
  if (fits)
    return object([
      ['success', literal(true)],
      ['data', parsedValue(value, shape)],
      ['error', UNDEFINED],
    ])
  return object([
    ['success', literal(false)],
    ['error', zodError()],
  ])
}

/** What comes out of the schema: the same value, unless the schema says that it changes it. */
function parsedValue(value: Value, shape: Shape): Value {
  if (value.kind !== 'symbol' || shape.type !== 'object') return isPlain(shape) ? value : operation('parsed', value)
  const { expression } = value
  if (expression.kind !== 'input') return value
  const fields = Object.entries(shape.fields).map(([name, field]): readonly [string, Value] => {
    const own = symbol({ ...expression, path: [...expression.path, name] })
    return [name, isPlain(field) ? own : field.parsed ? symbol(field.parsed) : operation(coercion(field), own)]
  })
  return object(fields)
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
  return makeError('ZodError', open('message'), [
    ['issues', open('issues')],
    ['errors', open('issues')],
    ['format', open('format')],
    ['flatten', open('flatten')],
  ])
}
